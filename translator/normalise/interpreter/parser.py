"""A FortiSIEM parser: read once, then run on messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import re2
from lxml import etree

from translator.errors import InputError
from translator.hardened_xml import line_of
from translator.normalise.interpreter.document import parser_elements
from translator.normalise.interpreter.elements import Compiler, Unknown
from translator.normalise.interpreter.patterns import Patterns, compiled, local_patterns, regex_text
from translator.normalise.interpreter.regex import Untranslatable
from translator.normalise.interpreter.scope import MAX_TEXT, Instruction, Remark, Scope, run_all
from translator.normalise.interpreter.tables import rows
from translator.normalise.interpreter.types import typed_value
from translator.normalise.values import Value


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a parser makes of a message; ``remarks`` say why an attribute may be missing."""

    attributes: dict[str, Value]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Parser:
    """A compiled parser.

    ``unknown`` lists what it holds that is not executed here; ``constructs`` counts what it is made of.
    """

    name: str
    unknown: tuple[Unknown, ...]
    constructs: Mapping[str, int]
    _recogniser: re2._Regexp | None
    _instructions: tuple[Instruction, ...]

    def recognises(self, raw: str) -> bool:
        """Whether the message is of the format that the parser is for."""
        return self._recogniser is not None and self._recogniser.search(_clean(raw)) is not None

    def parse(self, raw: str, receive_time: int | None = None) -> dict[str, Value] | None:
        """The attributes of a message, or None if the parser does not recognise it; see ``run``."""
        parsed = self.run(raw, receive_time)
        return parsed.attributes if parsed else None

    def run(self, raw: str, receive_time: int | None = None) -> Parsed | None:
        """The attributes of a message and the remarks on it, or None if the parser does not recognise it.

        Values are those of ``normalise``: text, numbers, addresses as text, times in seconds since 1970. The
        message itself is ``rawEventMsg``. A message without a year needs the receive time (seconds since
        1970), which the parser may also read as ``phRecvTime``.

        Raises: InputError ``message-too-long``.
        """
        if len(raw) > MAX_TEXT:
            cause = f"the message has {len(raw)} characters"
            raise InputError("message-too-long", cause, hint=f"the limit is {MAX_TEXT}")
        raw = _clean(raw)
        if not self.recognises(raw):
            return None
        scope = Scope(raw, receive_time)
        if receive_time is not None:
            scope.put("phRecvTime", str(receive_time))
        run_all(self._instructions, scope)
        scope.put("rawEventMsg", raw)
        return Parsed(_typed(scope), tuple(dict.fromkeys(scope.remarks)))


def load_parsers(data: bytes, name: str) -> tuple[Parser, ...]:
    """The parsers of a file: one as the editor shows it, one ``eventParser``, or an export of several.

    Raises: InputError ``parser-xml`` with file and line, for a file that is no parser at all. What a parser
    holds beyond what is known is no error: it is in ``Parser.unknown``.
    """
    elements = list(parser_elements(data, name))
    return tuple(_compiled(element, name if len(elements) == 1 else "") for element in elements)


def choose_parser(parsers: Iterable[Parser], raw: str) -> Parser | None:
    """The first that recognises a message; the product asks its parsers in their order too."""
    return next((parser for parser in parsers if parser.recognises(raw)), None)


def _compiled(element: etree._Element, file: str) -> Parser:
    local, faults = local_patterns(element)
    compiler = Compiler(Patterns(local), [Unknown(fault, line) for fault, line in faults])
    recogniser = _recogniser(element, compiler)
    instructions: list[Instruction] = []
    for child in element:
        tag = str(child.tag)
        compiler.constructs[tag] += 1
        if tag == "parsingInstructions":
            instructions += compiler.all(child)
        elif tag in _described():
            compiler.constructs.update(str(inner.tag) for inner in child.iterdescendants())
        else:
            instructions.append(compiler.refused(f"<{tag}>", child))
    return Parser(
        element.get("name") or file,
        tuple(sorted(set(compiler.unknown), key=lambda unknown: (unknown.line or 0, unknown.construct))),
        Counter(compiler.constructs),
        recogniser,
        tuple(instructions),
    )


def _recogniser(element: etree._Element, compiler: Compiler) -> re2._Regexp | None:
    """A parser that names no format takes any message; one whose format is not known, none."""
    found = element.find("eventFormatRecognizer")
    if found is None:
        return compiled("")
    try:
        return compiler.patterns.search(regex_text(found)).regex
    except Untranslatable as error:
        compiler.unknown.append(Unknown(str(error), line_of(found)))
        return None


def _described() -> frozenset[str]:
    """The elements beside the instructions: what they do is said elsewhere, or does nothing to a message."""
    return frozenset(row["construct"] for row in rows("constructs.yaml") if row["kind"] == "section")


def _typed(scope: Scope) -> dict[str, Value]:
    attributes: dict[str, Value] = {}
    for name, text in scope.values.items():
        if not name.startswith("_"):
            value = typed_value(name, text)
            if value is None:
                scope.remarks.append(Remark("unfit", name))
            else:
                attributes[name] = value
    return attributes


def _clean(text: str) -> str:
    """A text that can be encoded: the half of a character, which JSON can hold, becomes a question mark."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
