"""What Windows can log: a value that no event has would only show differences that no one meets."""

from __future__ import annotations

import re2

HEADER = frozenset({"Channel", "Computer", "EventID", "Provider_Name"})
"""No event is without these, and they are no free text."""
_FILES = ("image", "filename", "imageloaded", "processname", "targetobject", "pipename")
"""Ends of the names of fields that name a file or a key, in lower case."""
_HASHES = re2.compile(r"([A-Z0-9]+=[0-9A-Fa-f]+)(,[A-Z0-9]+=[0-9A-Fa-f]+)*")
_NOTHING: tuple[object, ...] = (None, "", "-")


def possible(name: str, value: object) -> bool:
    """Whether an event of Windows can have the value in a field.

    Names of files neither begin nor end in a blank and are one line; Sysmon lists hashes as ``NAME=VALUE``
    between commas.
    """
    if name in HEADER:
        return value not in _NOTHING and isinstance(value, str | int) and not _is_untidy(str(value))
    if value in _NOTHING or not isinstance(value, str):
        return True
    if name == "Hashes":
        return _HASHES.fullmatch(value) is not None
    return not (name.lower().endswith(_FILES) and _is_untidy(value))


def _is_untidy(text: str) -> bool:
    return text != text.strip() or "  " in text or not text.replace("\u212a", "k").isprintable()
