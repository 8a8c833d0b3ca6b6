"""Bytes to the elements of parsers: what the editor holds, a parser file, or an export of several."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from translator import hardened_xml
from translator.errors import InputError
from translator.hardened_xml import line_of

_CODE = "parser-xml"
_ENCLOSING = "parsers"
_INSTRUCTIONS = "parsingInstructions"
_HINT = "export it under Admin > Device Support > Parsers"


def parser_elements(data: bytes, path: str) -> Iterator[etree._Element]:
    """Each parser of a document, in its order.

    A parser is what holds ``parsingInstructions``, wherever it stands and whatever it is called. The editor
    of the product shows one without an element around it.

    Raises: InputError ``parser-xml`` with file and line.
    """
    root = hardened_xml.enclosed(data, path, _CODE, _ENCLOSING)
    empty = True
    for element in root.iter():
        if element.find(_INSTRUCTIONS) is not None:
            empty = False
            yield element
        elif element.tag == "eventParser":
            raise malformed(path, line_of(element), f"the parser has no <{_INSTRUCTIONS}>", _HINT)
    if empty:
        raise malformed(path, None, "there is no parser in it", _HINT)


def malformed(path: str, line: int | None, cause: str, hint: str = "") -> InputError:
    """The error for whatever is wrong with a parser document."""
    return hardened_xml.malformed(path, line, _CODE, cause, hint)
