"""Raw messages of log sources without a parser of ours, in each way to write them that rules look for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from translator.taxonomy.lookup import LogSource, RawTarget


def messages(fields: Mapping[str, Any], log_source: LogSource) -> tuple[str, ...]:
    """The message with all fields as the log source writes it, the usual way first.

    Values stand in quotes or bare, and both occur: audit records quote a path but no number, and a value of
    JSON is a text or not. Where the rows name no form, ``name=value``.
    """
    named = {_name(name, log_source): value for name, value in fields.items()}
    if log_source.raw_form == "json":
        quoted = json.dumps(named, ensure_ascii=False, default=str)
        bare = ", ".join(f'"{name}": {value}' for name, value in named.items())
        return quoted, f"{{{bare}}}"
    bare = " ".join(f"{name}={value}" for name, value in named.items())
    if log_source.raw_form == "audit":
        return " ".join(_audited(name, value) for name, value in named.items()), bare
    if log_source.raw_form == "key_value":
        return " ".join(_pair(name, value) for name, value in named.items()), bare
    return (bare,)


def _audited(name: str, value: object) -> str:
    """In hexadecimal as soon as a value has blanks, quotes or letters beyond ASCII."""
    text = str(value)
    if all("!" <= letter <= "~" and letter != '"' for letter in text):
        return _pair(name, value)
    return f"{name}={text.encode('utf-8', 'surrogatepass').hex().upper()}"


def _pair(name: str, value: object) -> str:
    """Numbers stand bare, and so does what has quotes of its own."""
    is_bare = isinstance(value, int | float) or '"' in str(value)
    return f"{name}={value}" if is_bare else f'{name}="{value}"'


def _name(name: str, log_source: LogSource) -> str:
    row = log_source.field(name)
    return row.target.name if row and isinstance(row.target, RawTarget) and row.target.name else name
