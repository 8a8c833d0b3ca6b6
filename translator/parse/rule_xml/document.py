"""Bytes to the elements of rules, under bounds, without entities and without a DOCTYPE."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

from lxml import etree

from translator.errors import InputError, Location

MAX_BYTES = 64 * 1024 * 1024
"""Largest document, some ten times all system rules. libxml2 bounds depth (256) and text (10 MB)."""

RULE_TAGS = ("Rule", "DataRequest")
"""A rule is a Rule in files for import and a DataRequest in what a supervisor answers."""
_WRAPPERS = ("Rules", "response", "result")

# A blocked entity leaves empty text behind, so a document that could define one is not read at all.
_DOCTYPE = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s++|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)
_ENCODING = re.compile(rb"""(?:\xef\xbb\xbf)?\s*+<\?xml[^>]*?\bencoding\s*=\s*["']([^"'>]*)""")
_ENCODINGS = {b"utf-8", b"utf8", b"us-ascii", b"ascii", b"iso-8859-1", b"iso-8859-15", b"windows-1252"}


def rule_elements(data: bytes, path: str) -> Iterator[etree._Element]:
    """Every rule of the document, in document order.

    Raises: InputError(rule-xml) with file and line.
    """
    root = _root(data, path)
    return _rules(root, path)


def _rules(element: etree._Element, path: str) -> Iterator[etree._Element]:
    if element.tag in RULE_TAGS:
        yield element
    elif element.tag in _WRAPPERS:
        for child in element:
            yield from _rules(child, path)
    else:
        raise malformed(
            path, line_of(element), f"<{element.tag}> is not a rule", "expected Rules, Rule or DataRequest"
        )


def _root(data: bytes, path: str) -> etree._Element:
    if len(data) > MAX_BYTES:
        raise malformed(path, None, f"the file has {len(data)} bytes", f"split it; the limit is {MAX_BYTES}")
    if b"\0" in data:
        raise malformed(path, None, "the file is binary, or text in UTF-16", "save it as UTF-8")
    encoding = _ENCODING.match(data)
    if encoding and encoding[1].lower() not in _ENCODINGS:
        shown = encoding[1][:40].decode("ascii", "replace")
        raise malformed(path, 1, f"the encoding {shown!r} is not read", "save it as UTF-8")
    if _DOCTYPE.match(data):
        raise malformed(path, None, "the file has a DOCTYPE", "remove it; rules need none")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise malformed(path, error.lineno, str(error.msg)) from error


def malformed(path: str, line: int | None, cause: str, hint: str = "") -> InputError:
    """The error for whatever is wrong with a rule document."""
    return InputError("rule-xml", cause, Location(path, line), hint)


def line_of(element: etree._Element) -> int | None:
    """Where the element starts; lxml's type information does not know the attribute's type."""
    return cast("int | None", element.sourceline)
