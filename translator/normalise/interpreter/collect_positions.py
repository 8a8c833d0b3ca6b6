"""The instructions that take a text apart by the position of its fields. The first field is number 1."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from translator.normalise.interpreter.arguments import unescaped
from translator.normalise.interpreter.collect import mapped, source_of
from translator.normalise.interpreter.patterns import Patterns
from translator.normalise.interpreter.regex import Untranslatable
from translator.normalise.interpreter.scope import Action, Scope

Split = Callable[[str], list[str]]


def by_position(element: etree._Element, patterns: Patterns) -> Action:
    """Fields between separators; two separators side by side are an empty field between them."""
    separator = _attribute(element, "sep")
    return _placing(element, lambda text: text.split(separator))


def by_quoted_position(element: etree._Element, patterns: Patterns) -> Action:
    """The same, where a field in quotes may hold separators."""
    separator, quote = _attribute(element, "sep"), _attribute(element, "quo")
    return _placing(element, lambda text: list(_fields(text, separator, quote[:1], quote[:1])))


def by_nested_position(element: etree._Element, patterns: Patterns) -> Action:
    """The same, where a field between the two characters of ``L2Sep`` may hold separators."""
    separator, around = _attribute(element, "L1Sep"), _attribute(element, "L2Sep")
    return _placing(element, lambda text: list(_fields(text, separator, around[:1], around[-1:])))


def _attribute(element: etree._Element, name: str) -> str:
    value = unescaped(element.get(name) or "")
    if not value:
        raise Untranslatable(f"no {name}")
    return value


def _placing(element: etree._Element, split: Split) -> Action:
    source = source_of(element)
    places = [(attribute, _position(text)) for attribute, text in mapped(element, "attrPosMap", "pos")]

    def act(scope: Scope) -> bool:
        text = scope.values.get(source)
        if text is None:
            return False
        fields, hit = split(text), False
        for attribute, position in places:
            if position <= len(fields):
                hit = True
                scope.put(attribute, fields[position - 1].strip())
        return hit

    return act


def _position(text: str) -> int:
    if not (text.isdecimal() and text.isascii() and 0 < len(text) < 6 and int(text) > 0):
        raise Untranslatable(f'pos="{text[:20]}"')
    return int(text)


def _fields(text: str, separator: str, opening: str, closing: str) -> Iterator[str]:
    """Fields between separators, of which those that begin and end with quotes are given without them."""
    position = 0
    closes = True
    while True:
        start = position
        if closes and text.startswith(opening, start):
            stop = text.find(closing, start + 1)
            closes = stop > 0  # otherwise there is no use in looking again
            after = stop + 1
            if stop > 0 and (after == len(text) or text.startswith(separator, after)):
                yield text[start + 1 : stop]
                if after == len(text):
                    return
                position = after + len(separator)
                continue
        stop = text.find(separator, start)
        if stop < 0:
            yield text[start:]
            return
        yield text[start:stop]
        position = stop + len(separator)
