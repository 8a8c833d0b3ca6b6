"""What Windows can log: a value that no event has would only show differences that no one meets."""

from __future__ import annotations

import re2

HEADER = frozenset({"Channel", "Computer", "EventID", "Provider_Name"})
"""No event is without these, and they are no free text."""
_FILES = ("image", "filename", "imageloaded", "processname", "targetobject", "pipename")
"""Ends of the names of fields that name a file or a key, in lower case."""
_PATHS = ("image", "filename", "imageloaded", "processname")
"""Those of files, which Windows names with their directory."""
_ACCOUNTS = ("user", "username", "accountname")
"""Those of accounts, whose names have no backslash: one stands behind the domain."""
_SWAPPED = re2.compile(r"[a-z][A-Z]{2}.*|MICROSOFT-.*")
"""Spellings of providers and channels that no one registers."""
_FORMS = {
    "Hash": re2.compile(r"([A-Z0-9]+=[0-9A-Fa-f]+)(,[A-Z0-9]+=[0-9A-Fa-f]+)*|[0-9A-Fa-f]+"),
    "Hashes": re2.compile(r"([A-Z0-9]+=[0-9A-Fa-f]+)(,[A-Z0-9]+=[0-9A-Fa-f]+)*"),
    "Keywords": re2.compile("0x[0-9a-f]{1,16}"),
    "Level": re2.compile("[0-9]+|[A-Z][a-z]+"),
    "IpPort": re2.compile("[0-9]+"),
    "SourceIsIpv6": re2.compile("(?i)true|false"),
    "DestinationIsIpv6": re2.compile("(?i)true|false"),
}
"""What the values of some fields look like."""
_NOTHING: tuple[object, ...] = (None, "", "-")


def possible(name: str, value: object) -> bool:
    """Whether an event of Windows can have the value in a field.

    Windows writes providers and channels as they are registered. Names of files have a directory, neither
    begin nor end in a blank and are one line; Sysmon lists hashes as ``NAME=VALUE`` between commas. An
    account has one domain. Flags, ports and masks are written by Windows, not by people.
    """
    if name in HEADER:
        if value in _NOTHING or not isinstance(value, str | int):
            return False
        return not _is_untidy(str(value)) and _SWAPPED.match(str(value)) is None
    if value in _NOTHING or not isinstance(value, str):
        return True
    if name in _FORMS:
        return _FORMS[name].fullmatch(value) is not None
    if name.lower().endswith(_ACCOUNTS) and value.count("\\") > 1:
        return False
    if name.lower().endswith(_PATHS) and value.rfind("\\") == 0:
        return False
    return not (name.lower().endswith(_FILES) and _is_untidy(value))


def _is_untidy(text: str) -> bool:
    return text != text.strip() or "  " in text or not text.replace("\u212a", "k").isprintable()
