"""Bytes to the elements of rules."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from translator import hardened_xml
from translator.errors import InputError
from translator.hardened_xml import MAX_BYTES, line_of

__all__ = ["MAX_BYTES", "RULE_TAGS", "line_of", "malformed", "rule_elements"]

RULE_TAGS = ("Rule", "DataRequest")
"""A rule is a Rule in files for import and a DataRequest in what a supervisor answers."""
_WRAPPERS = ("Rules", "response", "result")
_CODE = "rule-xml"


def rule_elements(data: bytes, path: str) -> Iterator[etree._Element]:
    """Every rule of the document, in document order.

    Raises: InputError(rule-xml) with file and line.
    """
    return _rules(hardened_xml.root_of(data, path, _CODE), path)


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


def malformed(path: str, line: int | None, cause: str, hint: str = "") -> InputError:
    """The error for whatever is wrong with a rule document."""
    return hardened_xml.malformed(path, line, _CODE, cause, hint)
