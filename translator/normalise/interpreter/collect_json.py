"""The instructions that read JSON."""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec
from lxml import etree

from translator.normalise.interpreter.collect import mapped, source_of
from translator.normalise.interpreter.patterns import Patterns
from translator.normalise.interpreter.regex import Untranslatable
from translator.normalise.interpreter.scope import Action, Scope

_Step = Callable[[object], object]

_PART = re.compile(
    r"""\.?(?:find\(\s*(?P<key>[\w-]+)\s*=\s*'(?P<value>[^']*)'\s*,\s*(?P<then>[\w-]+)\s*\)"""
    r"""|\[(?P<index>\d{1,6})\]|(?P<name>[^.\[\]()]+))"""
)


def by_json(element: etree._Element, patterns: Patterns) -> Action:
    """Attributes from keys such as ``a.b``, ``a[0].b`` and ``a.find(name='n', value)``."""
    source = source_of(element)
    paths = [(attribute, _path(key)) for attribute, key in mapped(element, "attrKeyMap", "key")]

    def act(scope: Scope) -> bool:
        document = _read(scope.values.get(source))
        if document is None:
            return False
        for attribute, steps in paths:
            value: object = document
            for step in steps:
                value = step(value)
            if text := _text(value):
                scope.put(attribute, text)
        return True

    return act


def by_json_names(element: etree._Element, patterns: Patterns) -> Action:
    """Each key at the top level that holds a single value becomes an attribute of that name."""
    source = source_of(element)

    def act(scope: Scope) -> bool:
        document = _read(scope.values.get(source))
        if not isinstance(document, dict):
            return False
        for name, value in document.items():
            if not isinstance(value, dict | list):
                scope.put_found(name, _text(value))
        return True

    return act


def _read(text: str | None) -> object:
    if text is None:
        return None
    try:
        return msgspec.json.decode(text.strip())
    except (msgspec.DecodeError, RecursionError):
        return None


def _path(key: str) -> list[_Step]:
    steps: list[_Step] = []
    position = 0
    while position < len(key):
        part = _PART.match(key, position)
        if part is None:
            raise Untranslatable(f'key="{key[:60]}"')
        position = part.end()
        if part["name"]:
            steps.append(_member(part["name"]))
        elif part["index"]:
            steps.append(_item(int(part["index"])))
        else:
            steps.append(_finding(part["key"], part["value"], part["then"]))
    return steps


def _member(name: str) -> _Step:
    return lambda value: value.get(name) if isinstance(value, dict) else None


def _item(index: int) -> _Step:
    return lambda value: value[index] if isinstance(value, list) and index < len(value) else None


def _finding(key: str, wanted: str, then: str) -> _Step:
    def step(value: object) -> object:
        for item in value if isinstance(value, list) else ():
            if isinstance(item, dict) and _text(item.get(key)) == wanted:
                return item.get(then)
        return None

    return step


def _text(value: object) -> str:
    """A value as text: what is structured as JSON, null as nothing."""
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()
