"""Instructions that need what only the product has: they say so where they would have done something."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from translator.hardened_xml import line_of
from translator.normalise.interpreter.arguments import unescaped
from translator.normalise.interpreter.collect import mapped
from translator.normalise.interpreter.patterns import Patterns
from translator.normalise.interpreter.scope import Instruction, Remark, Scope, remarking


def needing(element: etree._Element, patterns: Patterns) -> Instruction:
    """The instruction of an element that is a row of the tables as unavailable.

    Raises: Untranslatable.
    """
    remark = Remark("unavailable", str(element.tag), line_of(element))
    applies = _APPLIES.get(remark.what)
    if applies is None:
        return remarking(remark)
    needed = applies(element, patterns)

    def act(scope: Scope) -> bool:
        if needed(scope):
            scope.remarks.append(remark)
        return True

    return Instruction(act)


def _row_wanted(element: etree._Element, patterns: Patterns) -> Callable[[Scope], bool]:
    """A file is looked up by the value of a variable, if it has one."""
    key = (element.get("key") or "").removeprefix("$")
    return lambda scope: key in scope.values


def _text_wanted(element: etree._Element, patterns: Patterns) -> Callable[[Scope], bool]:
    """A file is looked up for the parts of some attributes that match a pattern."""
    search = patterns.search(element.get("pattern") or "").regex.search
    delimiter = unescaped(element.get("delimiter") or "") or "\n"
    names = [attribute for attribute, _ in mapped(element, "attrKeyMap", "key")]

    def wanted(scope: Scope) -> bool:
        values = (scope.values[name] for name in names if name in scope.values)
        return any(search(part.strip()) for value in values for part in value.split(delimiter))

    return wanted


_APPLIES: dict[str, Callable[[etree._Element, Patterns], Callable[[Scope], bool]]] = {
    "collectFieldsByCsvFile": _row_wanted,
    "collectFieldsByCsvValue": _text_wanted,
}
