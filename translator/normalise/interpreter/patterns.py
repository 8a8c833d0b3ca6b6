"""Named patterns, and regexes that refer to them: ``<user:gPatStr>``, ``<:gPatInt>``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import re2
from lxml import etree

from translator.hardened_xml import line_of
from translator.normalise.interpreter.regex import Untranslatable, searchable
from translator.normalise.interpreter.tables import rows

_REFERENCE = re.compile(r"<(\w*):(\w+)>")
_MARGIN = re.compile(r"\A\s*\n\s*|\s*\n\s*\Z")
_MAX_EXPANDED = 256 * 1024
"""Longest regex with its patterns written out; the longest known has 9 KB."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A named pattern and the line of its (first) definition."""

    text: str
    line: int | None


@dataclass(frozen=True, slots=True)
class Search:
    """A compiled regex and the attribute of each of its groups."""

    regex: re2._Regexp
    attributes: tuple[tuple[int, str], ...]


@cache
def general_patterns() -> Mapping[str, Pattern]:
    """The patterns that every parser knows."""
    return {row["name"]: Pattern(row["regex"], None) for row in rows("general_patterns.yaml")}


def local_patterns(parser: etree._Element) -> tuple[dict[str, Pattern], list[tuple[str, int | None]]]:
    """The patterns of a parser, and what cannot be said of them, with the line.

    ``list="begin"``, ``"continue"`` and ``"end"`` spread one pattern over several elements.
    """
    found: dict[str, Pattern] = {}
    faults: list[tuple[str, int | None]] = []
    for element in parser.iterfind("patternDefinitions/pattern"):
        name, part, text = element.get("name", ""), element.get("list"), (element.text or "").strip()
        if part in ("continue", "end") and name in found:
            found[name] = Pattern(found[name].text + text, found[name].line)
            continue
        if name in found:
            faults.append((f"pattern {name} is defined again", line_of(element)))
        found[name] = Pattern(text, line_of(element))
    return found, faults


def regex_text(element: etree._Element) -> str:
    """The regex that an element holds, without the line ends and indentation around it."""
    return _MARGIN.sub("", element.text or "")


class Patterns:
    """The patterns that a parser may refer to: its own, then the general ones."""

    def __init__(self, local: Mapping[str, Pattern]) -> None:
        self._known = {**general_patterns(), **local}

    def named(self, name: str) -> str | None:
        """The regex of a pattern, None if there is none of this name."""
        pattern = self._known.get(name)
        return pattern.text if pattern else None

    def search(self, text: str) -> Search:
        """A regex as parsers write it, compiled.

        Raises: Untranslatable.
        """
        attributes: list[str] = []
        written = searchable(self._expand(text, attributes, ()))
        regex = compiled(written)
        groups = regex.groupindex
        return Search(regex, tuple((groups[f"f{number}"], name) for number, name in enumerate(attributes)))

    def _expand(self, text: str, attributes: list[str], above: tuple[str, ...]) -> str:
        parts: list[str] = []
        length = end = 0
        for found in _REFERENCE.finditer(text):
            attribute, name = found[1], found[2]
            body = self.named(name)
            if body is None:
                raise Untranslatable(f"pattern {name} is not defined")
            if name in above:
                raise Untranslatable(f"pattern {name} refers to itself")
            opening = "(?:"
            if attribute:
                opening = f"(?P<f{len(attributes)}>"
                attributes.append(attribute)
            parts += (text[end : found.start()], opening, self._expand(body, attributes, (*above, name)), ")")
            end = found.end()
            length += sum(map(len, parts[-4:]))
            if length > _MAX_EXPANDED:
                raise Untranslatable("the regex is too long with its patterns written out")
        return "".join(parts) + text[end:]


def compiled(text: str) -> re2._Regexp:
    """A regex of a parser: case matters, a dot stands for a line end too.

    Raises: Untranslatable.
    """
    options = re2.Options()
    options.log_errors = False
    options.dot_nl = True
    try:
        return re2.compile(text, options)
    except re2.error as error:
        reason = error.args[0] if error.args else error
        raise Untranslatable(f"regex: {reason.decode() if isinstance(reason, bytes) else reason}") from None
