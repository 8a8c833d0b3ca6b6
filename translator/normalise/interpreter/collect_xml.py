"""The instructions that read XML by path."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from translator.hardened_xml import fragment
from translator.normalise.interpreter.collect import mapped, source_of
from translator.normalise.interpreter.patterns import Patterns
from translator.normalise.interpreter.regex import Untranslatable
from translator.normalise.interpreter.scope import Action, Scope

_NAME = r"[\w.:-]+"
_PATH = re.compile(rf"/?{_NAME}(?:/{_NAME})*(?:/@{_NAME}|\[@{_NAME}='[^']*'\])?")
_CHILDREN = re.compile(rf"//(?P<name>{_NAME})(?:\[@(?P<attribute>{_NAME})\])?/\*")


def by_path(element: etree._Element, patterns: Patterns) -> Action:
    """Attributes from elements and attributes: ``/Event/Data[@Name='x']``, ``/Event/System/@Guid``.

    Of several that a path finds the first that has text counts. Names are compared without their namespaces.
    """
    source = source_of(element)
    keys = [(attribute, _path(key)) for attribute, key in mapped(element, "attrKeyMap", "key")]
    ordered = [(attribute, path) for attribute, path in keys if attribute]
    wanted = frozenset(path for _, path in ordered)

    def act(scope: Scope) -> bool:
        root = _read(scope.values.get(source))
        if root is None:
            return False
        found = _texts(root, wanted)
        for attribute, path in ordered:
            if path in found:
                scope.put(attribute, found[path])
        return True

    return act


def by_children(element: etree._Element, patterns: Patterns) -> Action:
    """The children of an element become attributes of their names, but for those of ``excludeAttr``."""
    source = source_of(element)
    xpath = element.get("xpath") or ""
    parts = _CHILDREN.fullmatch(xpath)
    if parts is None:
        raise Untranslatable(f'xpath="{xpath[:60]}"')
    excluded = {(child.text or "").strip() for child in element.iterfind("excludeAttr")}

    def act(scope: Scope) -> bool:
        root = _read(scope.values.get(source))
        if root is None:
            return False
        for parent in root.iter("{*}" + parts["name"]):
            if not parts["attribute"] or parts["attribute"] in parent.attrib:
                for child in parent:
                    name, text = _tag(child), _text(child).strip()
                    if name not in excluded:
                        scope.put_found(name, text)
        return True

    return act


def _read(text: str | None) -> etree._Element | None:
    return None if text is None else fragment(text)


def _path(key: str) -> str:
    path = key.strip().replace('"', "'")
    if not _PATH.fullmatch(path):
        raise Untranslatable(f'key="{key[:60]}"')
    return path.removeprefix("/")


def _texts(root: etree._Element, wanted: frozenset[str]) -> dict[str, str]:
    """What the wanted paths find: for each the first text that is more than white space."""
    found: dict[str, str] = {}
    stack = [(root, _tag(root))]
    while stack:
        element, path = stack.pop()
        attributes = list(_attributes(element))
        paths = [path, *(f"{path}[@{name}='{value}']" for name, value in attributes)]
        if hits := [each for each in paths if each in wanted and each not in found]:
            text = _text(element)
            if text and not text.isspace():
                found.update((hit, text) for hit in hits)
        for name, value in attributes:
            if (place := f"{path}/@{name}") in wanted and value:
                found.setdefault(place, value)
        stack.extend((child, f"{path}/{_tag(child)}") for child in reversed(element))
    return found


def _attributes(element: etree._Element) -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        yield str(name).rpartition("}")[2], str(value)


def _text(element: etree._Element) -> str:
    return "".join(map(str, element.itertext()))


def _tag(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
