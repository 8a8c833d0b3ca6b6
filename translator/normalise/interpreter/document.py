"""Bytes to the elements of parsers: what the editor holds, a parser file, or an export of several."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from translator import hardened_xml
from translator.errors import InputError
from translator.hardened_xml import line_of

_CODE = "parser-xml"
_ENCLOSING = "parsers"
_HINT = "export it under Admin > Device Support > Parsers"
_CONTENT = ("eventFormatRecognizer", "parsingInstructions")
"""A parser as the editor shows it stands without an element around it, and begins with either of these."""


def parser_elements(data: bytes, path: str) -> Iterator[etree._Element]:
    """Each parser of a document, in its order.

    An ``eventParser`` counts wherever it stands; a document without one is a single parser, as the editor
    of the product shows it.

    Raises: InputError ``parser-xml`` with file and line.
    """
    root = hardened_xml.enclosed(data, path, _CODE, _ENCLOSING)
    found = list(root.iter("eventParser"))
    if not found and all(root.find(name) is not None for name in _CONTENT):
        found = [root]
    if not found:
        raise malformed(path, None, "there is no parser in it", _HINT)
    for element in found:
        for name in _CONTENT:
            if element.find(name) is None:
                raise malformed(path, line_of(element), f"the parser has no <{name}>", _HINT)
        yield element


def malformed(path: str, line: int | None, cause: str, hint: str = "") -> InputError:
    """The error for whatever is wrong with a parser document."""
    return hardened_xml.malformed(path, line, _CODE, cause, hint)
