"""XML from outside, read under bounds: no entities, no DOCTYPE, nothing but the bytes given.

Whoever reads a kind of XML gives the code of its errors; everything else about hostile input is settled here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from translator.errors import InputError, Location

if TYPE_CHECKING:  # What reads no XML after all need not wait for it.
    from lxml import etree

MAX_BYTES = 64 * 1024 * 1024
"""Largest document, some ten times all system rules. libxml2 bounds depth (256) and text (10 MB)."""

# A blocked entity leaves empty text behind, so a document that could define one is not read at all.
_DOCTYPE = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s++|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)
_ENCODING = re.compile(rb"""(?:\xef\xbb\xbf)?\s*+<\?xml[^>]*?\bencoding\s*=\s*["']([^"'>]*)""")
_DECLARATION = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*+<\?xml\b[^>]*?\?>")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ENCODINGS = {b"utf-8", b"utf8", b"us-ascii", b"ascii", b"iso-8859-1", b"iso-8859-15", b"windows-1252"}


def root_of(data: bytes, path: str, code: str) -> etree._Element:
    """The root element of a document.

    Raises: InputError with this code, file and line.
    """
    _check(data, path, code)
    return _parsed(data, path, code)


def enclosed(data: bytes, path: str, code: str, name: str) -> etree._Element:
    """An element of this name around what may be one document or several elements one after the other.

    Lines are those of the data.

    Raises: InputError with this code, file and line.
    """
    _check(data, path, code)
    encoding = _ENCODING.match(data)
    try:
        text = data.decode(encoding[1].decode("ascii") if encoding else "utf-8").lstrip("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise malformed(path, line, code, f"the text is not {error.encoding}", "save it as UTF-8") from None
    body = _DECLARATION.sub(_lines_alone, text.encode())
    return _parsed(f"<{name}>".encode() + body + f"</{name}>".encode(), path, code)


def fragment(text: str) -> etree._Element | None:
    """The root element of XML inside a message; None if it is none, or could define entities.

    What it says of its encoding is about the bytes it once was. Characters that XML cannot hold, which events
    do hold, are left out.
    """
    data = _NO_XML.sub("", text).encode("utf-8", "replace")
    if _DOCTYPE.match(data):
        return None
    data = _DECLARATION.sub(b"", data)
    from lxml import etree

    try:
        return etree.fromstring(data, _parser())
    except (etree.XMLSyntaxError, ValueError):
        return None


def malformed(path: str, line: int | None, code: str, cause: str, hint: str = "") -> InputError:
    """The error for whatever is wrong with a document."""
    return InputError(code, cause, Location(path, line), hint)


def line_of(element: etree._Element) -> int | None:
    """Where the element starts; lxml's type information does not know the attribute's type."""
    return cast("int | None", element.sourceline)


def _check(data: bytes, path: str, code: str) -> None:
    if len(data) > MAX_BYTES:
        raise malformed(
            path, None, code, f"the file has {len(data)} bytes", f"split it; the limit is {MAX_BYTES}"
        )
    if b"\0" in data:
        raise malformed(path, None, code, "the file is binary, or text in UTF-16", "save it as UTF-8")
    encoding = _ENCODING.match(data)
    if encoding and encoding[1].lower() not in _ENCODINGS:
        shown = encoding[1][:40].decode("ascii", "replace")
        raise malformed(path, 1, code, f"the encoding {shown!r} is not read", "save it as UTF-8")
    if _DOCTYPE.match(data):
        raise malformed(path, None, code, "the file has a DOCTYPE", "remove it; nothing here needs one")


def _parsed(data: bytes, path: str, code: str) -> etree._Element:
    from lxml import etree

    try:
        return etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as error:
        raise malformed(path, error.lineno, code, str(error.msg)) from error


def _parser() -> etree.XMLParser:
    from lxml import etree

    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def _lines_alone(found: re.Match[bytes]) -> bytes:
    return b"\n" * found[0].count(b"\n")
