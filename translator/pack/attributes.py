"""The attributes that a server knows, from its own list of them.

What ``config/eventAttributeType`` answers is not documented. Read is whatever has a name that an attribute
may have, as a part or as an attribute in XML, and a type beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from translator.errors import InputError, Location
from translator.hardened_xml import root_of
from translator.model.syntax import IDENTIFIER

_NAMES = ("internalname", "attributename", "name", "id")
_TYPES = ("valuetype", "datatype", "type")
_UNTYPED = "STRING"


def read_attributes(data: bytes, path: str) -> Mapping[str, str]:
    """Attributes and their types, in capitals; texts where the list does not say.

    Raises: InputError(attributes-unreadable).
    """
    root = root_of(data, path, "attributes-unreadable")
    found = dict(_attributes(root))
    if not found:
        cause = "no attribute is found in it"
        raise InputError("attributes-unreadable", cause, Location(path), "write a target file by hand")
    return dict(sorted(found.items()))


def _attributes(root: Any) -> Iterator[tuple[str, str]]:
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        parts = {key.casefold(): value for key, value in element.attrib.items()}
        parts |= {
            each.tag.casefold(): each.text or ""
            for each in element
            if isinstance(each.tag, str) and not len(each)
        }
        name = _first(parts, _NAMES)
        if IDENTIFIER.fullmatch(name) and not name.isdecimal():
            yield name, _first(parts, _TYPES).upper() or _UNTYPED


def _first(parts: Mapping[str, str], wanted: Sequence[str]) -> str:
    return next((parts[each].strip() for each in wanted if parts.get(each, "").strip()), "")
