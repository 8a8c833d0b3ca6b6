"""The elements below ``parsingInstructions`` as instructions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from lxml.etree import _Element

from translator.hardened_xml import line_of
from translator.normalise.interpreter import collect, collect_json, collect_positions, collect_xml
from translator.normalise.interpreter.arguments import Call, Text, Variable, value_of
from translator.normalise.interpreter.conditions import Condition, condition
from translator.normalise.interpreter.functions import FUNCTIONS, function
from translator.normalise.interpreter.missing import needing
from translator.normalise.interpreter.patterns import Patterns
from translator.normalise.interpreter.regex import Untranslatable
from translator.normalise.interpreter.scope import (
    Action,
    Instruction,
    Remark,
    Scope,
    remarking,
    run_all,
    run_case,
)
from translator.normalise.interpreter.tables import unavailable

_Collect = Callable[[_Element, Patterns], Action]

COLLECTS: dict[str, _Collect] = {
    "collectAndSetAttrByJSON": collect_json.by_json,
    "collectAndSetAttrByJsonSymbol": collect_json.by_json_names,
    "collectAndSetAttrByKeyValuePair": collect.by_key,
    "collectAndSetAttrByKeyValuePairMultiValue": collect.by_key_all,
    "collectAndSetAttrByPos": collect_positions.by_position,
    "collectAndSetAttrByPosWithNestedSep": collect_positions.by_nested_position,
    "collectAndSetAttrByPosWithQuotes": collect_positions.by_quoted_position,
    "collectAndSetAttrByRegex": collect.by_regex,
    "collectAndSetAttrBySymbol": collect.by_symbol,
    "collectAndSetAttrByXPath": collect_xml.by_children,
    "collectFieldsByKeyValuePair": collect.by_pair,
    "collectFieldsByRegex": collect.by_regex,
    "collectFieldsByXPath": collect_xml.by_path,
}
_PARTS = frozenset({"attrKeyMap", "attrPosMap", "excludeAttr", "regex"})
"""What an instruction that collects is made of; anything else in it is an instruction of its own."""


@dataclass(frozen=True, slots=True, order=True)
class Unknown:
    """A construct that is not executed, and the line of the parser file on which it stands."""

    construct: str
    line: int | None


@dataclass(slots=True)
class Compiler:
    """Makes instructions, counts the constructs it meets and keeps those that it does not know."""

    patterns: Patterns
    unknown: list[Unknown] = field(default_factory=list)
    constructs: Counter[str] = field(default_factory=Counter)

    def all(self, elements: Iterable[_Element]) -> tuple[Instruction, ...]:
        """The instructions of some elements."""
        return tuple(self.one(element) for element in elements)

    def one(self, element: _Element) -> Instruction:
        """The instruction of an element; one that remarks if it cannot be executed."""
        name = str(element.tag)
        self.constructs[name] += 1
        try:
            if name in unavailable():
                return self._unavailable(element)
            if name in COLLECTS:
                return self._collecting(element)
            if name in _FORMS:
                return Instruction(_FORMS[name](self, element))
            raise Untranslatable(f"<{name}>")
        except Untranslatable as error:
            return self.refused(str(error), element)

    def refused(self, construct: str, element: _Element) -> Instruction:
        """In place of what is not known: an instruction that says so."""
        self.unknown.append(Unknown(construct, line_of(element)))
        return remarking(Remark("unknown", construct, line_of(element)))

    def _unavailable(self, element: _Element) -> Instruction:
        self.constructs.update(str(inner.tag) for inner in element.iterdescendants())
        return needing(element, self.patterns)

    def _collecting(self, element: _Element) -> Instruction:
        name = str(element.tag)
        act = COLLECTS[name](element, self.patterns)
        self.constructs.update(str(child.tag) for child in element if child.tag in _PARTS)
        inner = self.all(child for child in element if child.tag not in _PARTS)
        miss = None if "Key" in name or "Pos" in name else Remark("unmatched", name, line_of(element))
        return Instruction(_then(act, inner) if inner else act, miss)


def _then(act: Action, inner: Sequence[Instruction]) -> Action:
    def both(scope: Scope) -> bool:
        hit = act(scope)
        if hit:
            run_all(inner, scope)
        return hit

    return both


def _when(compiler: Compiler, element: _Element) -> Action:
    holds, then = _branch(compiler, element)

    def act(scope: Scope) -> bool:
        if holds(scope):
            run_all(then, scope)
        return True

    return act


def _branch(compiler: Compiler, element: _Element) -> tuple[Condition, tuple[Instruction, ...]]:
    """A test, and what to do if it holds; a test that is not known says so and does not hold."""
    then = compiler.all(element)
    try:
        kind, holds = condition(element.get("test") or "", compiler.patterns)
    except Untranslatable as error:
        refused = compiler.refused(str(error), element)
        return lambda scope: not refused.act(scope), then
    compiler.constructs[f"test {kind}"] += 1
    return holds, then


def _choose(compiler: Compiler, element: _Element) -> Action:
    """The first ``when`` that holds, or else ``otherwise``."""
    branches: list[tuple[Condition, tuple[Instruction, ...]]] = []
    for child in element:
        if child.tag not in ("when", "otherwise"):
            raise Untranslatable(f"<{child.tag}> in <choose>")
        compiler.constructs[str(child.tag)] += 1
        if child.tag == "when":
            branches.append(_branch(compiler, child))
        else:
            branches.append((lambda scope: True, compiler.all(child)))

    def act(scope: Scope) -> bool:
        for holds, then in branches:
            if holds(scope):
                run_all(then, scope)
                break
        return True

    return act


def _switch(compiler: Compiler, element: _Element) -> Action:
    """The first ``case`` whose instructions all find what they look for, or else ``default``."""
    cases: list[tuple[Instruction, ...]] = []
    default: tuple[Instruction, ...] = ()
    for child in element:
        if child.tag not in ("case", "default"):
            raise Untranslatable(f"<{child.tag}> in <switch>")
        compiler.constructs[str(child.tag)] += 1
        if child.tag == "case":
            cases.append(compiler.all(child))
        else:
            default = compiler.all(child)

    def act(scope: Scope) -> bool:
        if not any(run_case(case, scope) for case in cases):
            run_all(default, scope)
        return True

    return act


def _set(compiler: Compiler, element: _Element) -> Action:
    name = (element.get("attr") or "").removeprefix("$")
    value = value_of(element.text or "")
    if isinstance(value, Text):
        text = value.written
        return _setting(name, lambda scope: text)
    if isinstance(value, Variable):
        origin = value.name
        return _setting(name, lambda scope: scope.values.get(origin))
    return _calling(compiler, name, value, element)


def _calling(compiler: Compiler, name: str, call: Call, element: _Element) -> Action:
    construct = f"{call.function}()"
    if call.function in FUNCTIONS or construct in unavailable():
        compiler.constructs[construct] += 1
    if construct in unavailable():
        return remarking(Remark("unavailable", f"{construct} for {name}", line_of(element))).act
    return _setting(name, function(call.function, call.arguments))


def _setting(name: str, value: Callable[[Scope], str | None]) -> Action:
    def act(scope: Scope) -> bool:
        if (text := value(scope)) is not None:
            scope.put(name, text)
        return True

    return act


def _swap(compiler: Compiler, element: _Element) -> Action:
    names = [name.strip().removeprefix("$") for name in (element.text or "").split(",")]
    if len(names) != 2 or not all(name.isidentifier() for name in names):
        raise Untranslatable(f"<swap> of {(element.text or '')[:40]}")
    one, other = names

    def act(scope: Scope) -> bool:
        first, second = scope.values.get(one, ""), scope.values.get(other, "")
        scope.put(one, second)
        scope.put(other, first)
        return True

    return act


_FORMS: dict[str, Callable[[Compiler, _Element], Action]] = {
    "choose": _choose,
    "setEventAttribute": _set,
    "swap": _swap,
    "switch": _switch,
    "when": _when,
}
