"""The instructions that take a text apart: by regex, and by pairs of a key and a value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from translator.normalise.interpreter.arguments import unescaped
from translator.normalise.interpreter.patterns import Patterns, Search, regex_text
from translator.normalise.interpreter.regex import Untranslatable
from translator.normalise.interpreter.scope import Action, Scope

_OR = "\\\\|"
"""Stands between separators of which any ends a value."""


def source_of(element: etree._Element) -> str:
    """The variable that an instruction takes apart.

    Raises: Untranslatable if there is none.
    """
    name = (element.get("src") or "").strip()
    if not name.startswith("$") or not name[1:].isidentifier():
        raise Untranslatable(f'src="{name[:40]}"')
    return "_rawmsg" if name.lower() == "$_rawmsg" else name[1:]


def by_regex(element: etree._Element, patterns: Patterns) -> Action:
    """``<name:pattern>`` in the first match becomes an attribute; what is empty sets nothing."""
    source = source_of(element)
    regexes = [patterns.search(regex_text(child)) for child in element.iterfind("regex")]
    if len(regexes) != 1:
        raise Untranslatable(f"{len(regexes)} regexes in one instruction")
    return _searching(source, regexes[0])


def _searching(source: str, search: Search) -> Action:
    find, attributes = search.regex.search, search.attributes

    def act(scope: Scope) -> bool:
        text = scope.values.get(source)
        found = None if text is None else find(text)
        if found is None:
            return False
        groups = found.groups()
        for number, name in attributes:
            if value := groups[number - 1]:
                scope.put(name, value)
        return True

    return act


def by_key(element: etree._Element, patterns: Patterns) -> Action:
    """What follows a key up to the next separator; the key holds what stands before the value."""
    source, end, begin = source_of(element), _ends(element), _begins(element)
    keys = _keys(element)

    def act(scope: Scope) -> bool:
        text, hit = scope.values.get(source), False
        for attribute, key in keys if text else ():
            if (value := next(_values(text or "", key, begin, end), None)) is not None:
                hit = True
                scope.put(attribute, value)
        return hit

    return act


def by_key_all(element: etree._Element, patterns: Patterns) -> Action:
    """As ``by_key``, but all values of a key, joined with commas."""
    source, end, begin = source_of(element), _ends(element), _begins(element)
    keys = _keys(element)

    def act(scope: Scope) -> bool:
        text, hit = scope.values.get(source), False
        for attribute, key in keys if text else ():
            if values := list(_values(text or "", key, begin, end)):
                hit = True
                scope.put(attribute, ", ".join(filter(None, values)))
        return hit

    return act


def by_pair(element: etree._Element, patterns: Patterns) -> Action:
    """The text is split at the separator, and each part once at ``kvsep``; the first with a key counts."""
    source, end = source_of(element), _ends(element)
    between = unescaped(element.get("kvsep") or "=")
    keys = _keys(element)

    def act(scope: Scope) -> bool:
        found: dict[str, str] = {}
        for part in end.split(scope.values.get(source, "")):
            key, sign, value = part.partition(between)
            if sign:
                found.setdefault(key.strip(), trimmed(value))
        hit = False
        for attribute, key in keys:
            if (value := found.get(key.strip())) is not None:
                hit = True
                scope.put(attribute, value)
        return hit

    return act


def by_symbol(element: etree._Element, patterns: Patterns) -> Action:
    """Pairs ``[name]=value`` become attributes of these names; the symbols around a name are given."""
    source, end = source_of(element), _ends(element)
    opening, closing = (unescaped(element.get(name) or "") for name in ("symStart", "symEnd"))
    if not opening or not closing:
        raise Untranslatable("no symStart or no symEnd")

    def act(scope: Scope) -> bool:
        hit = False
        for part in end.split(scope.values.get(source, "")):
            name, sign, value = part.strip().removeprefix(opening).partition(closing)
            if sign:
                hit = True
                scope.put_found(name.strip(), trimmed(value))
        return hit

    return act


def trimmed(text: str) -> str:
    """A value without the white space and the one pair of double quotes around it."""
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def mapped(element: etree._Element, child: str, place: str) -> list[tuple[str, str]]:
    """The attribute and the place of each ``attrKeyMap`` or ``attrPosMap``."""
    return [(each.get("attr") or "", each.get(place) or "") for each in element.iterfind(child)]


def _keys(element: etree._Element) -> list[tuple[str, str]]:
    return [(attribute, unescaped(key)) for attribute, key in mapped(element, "attrKeyMap", "key") if key]


def _separators(element: etree._Element) -> list[str]:
    separators = [unescaped(part) for part in (element.get("sep") or "").split(_OR) if part]
    if not separators:
        raise Untranslatable("no separator")
    return sorted(separators, key=len, reverse=True)


def _ends(element: etree._Element) -> re.Pattern[str]:
    """Finds a separator; an alternation of texts, which takes linear time in any engine."""
    return re.compile("|".join(map(re.escape, _separators(element))))


def _begins(element: etree._Element) -> tuple[str, ...]:
    """The characters of the separators: after one of them, or at the start, a key begins."""
    return tuple(sorted({character for separator in _separators(element) for character in separator}))


def _values(text: str, key: str, begin: tuple[str, ...], end: re.Pattern[str]) -> Iterator[str]:
    """The values of a key, where it stands at the start, after a separator or after a blank.

    A key that stands nowhere but inside a word counts there: the product looks for the key alone.
    """
    places: list[int] = []
    inside: list[int] = []
    position = text.find(key)
    while position >= 0:
        before = text[position - 1 : position]
        at_start = not before or before in begin or before.isspace() or key.startswith(begin)
        (places if at_start else inside).append(position + len(key))
        position = text.find(key, position + len(key))
    stop = 0
    for start in places or inside:
        if start >= stop:  # otherwise it stands in the value before
            value, stop = _value(text, start, end)
            yield value


def _value(text: str, start: int, end: re.Pattern[str]) -> tuple[str, int]:
    """Up to the next separator, and where that is; a value in double quotes may hold separators."""
    if text[start : start + 1] == '"' and (closing := text.find('"', start + 1)) > 0:
        after = end.match(text, closing + 1)
        if after or not text[closing + 1 : closing + 100].strip():
            return text[start + 1 : closing].strip(), closing + 1
    found = end.search(text, start)
    stop = found.start() if found else len(text)
    return trimmed(text[start:stop]), stop
