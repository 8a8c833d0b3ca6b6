"""What a pack is made with: the flags of ``pack build``, or a ``pack.yaml`` that holds them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from translator.errors import InputError
from translator.sources.files import read_bytes
from translator.taxonomy.document import MAX_BYTES, Document, Kind, parse
from translator.taxonomy.schema import Confidence

PACK_FILE = Kind("pack-invalid", "docs/packs.md shows a pack.yaml")
LARGEST_FILE = 1_000_000
"""Bytes of one rule file unless said otherwise. The limit of the import is not known; GUIs dislike more."""
_PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .-]{0,39}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Names = Annotated[tuple[str, ...], Meta(description="a list of texts")]


class Selection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which rules go into the pack; what is left empty does not choose.

    ``tag`` and the paths ``include`` and ``exclude`` are patterns with ``*`` and ``?``; paths are those below
    the folder of the Sigma rules. ``since`` is a day: rules that were written or changed on it or later.
    """

    product: Names = ()
    level: Names = ()
    status: Names = ()
    tag: Names = ()
    since: str = ""
    include: Names = ()
    exclude: Names = ()


class Customers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose events the rules look at, by customer id; nobody named means everybody."""

    apart: bool = True
    include: Names = ()
    exclude: Names = ()


class TranslationFlags(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The flags of the translation by their names on the command line, - written as _."""

    profile: str = "default"
    strict: bool = False
    taxonomy: Names = ()
    placeholders: str | None = None
    groups: str | None = None
    sources: str = "primary"
    robust: Literal["on", "off"] = "on"
    regex_case: Literal["inline", "classes"] | None = None
    group_by: str = "filter"
    min_confidence: Confidence = "guess"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything about a pack but the Sigma rules and the overrides.

    ``prefix`` begins the name of each rule and the event type of its incidents. ``group`` is the folder of
    rules in FortiSIEM, empty for one for each product. ``max_bytes`` bounds a rule file.
    """

    prefix: str = "Sigma"
    active: bool = False
    group: str = ""
    one_file_per_rule: bool = False
    max_bytes: Annotated[int, Meta(ge=10_000)] = LARGEST_FILE
    overrides: str | None = None
    customers: Customers = Customers()
    select: Selection = Selection()
    translation: TranslationFlags = TranslationFlags()


def read_settings(path: Path) -> Settings:
    """The settings of a ``pack.yaml``. Paths in it are relative to its folder.

    Raises: InputError(pack-invalid) with file, line and key; ``file-missing`` or ``file-unreadable``.
    """
    document = parse(str(path), read_bytes(path, MAX_BYTES), kind=PACK_FILE)
    given = document.mapping(document.content)
    fields = {
        key: document.convert(value, _FIELDS[key], (key,))
        if key in _FIELDS and not isinstance(value, dict)
        else value
        for key, value in given.items()
    }
    for key, kind in _PARTS.items():
        if key in given:
            fields[key] = _part(document, given[key], kind, key)
    for key in fields.keys() - _FIELDS.keys():
        raise document.error(f"there is no such key; known are {', '.join(_FIELDS)}", (key,))
    try:
        settings = check_settings(Settings(**fields))
    except InputError as error:
        keys = ("select", error.hint) if error.hint == "since" else (error.hint,)
        raise document.error(error.cause, keys) from error
    return _beside(settings, path.parent)


def _part(document: Document, value: object, kind: type[msgspec.Struct], key: str) -> msgspec.Struct:
    types: dict[str, Any] = {each.name: each.type for each in msgspec.structs.fields(kind)}
    content = document.mapping(value, (key,))
    for name, entry in content.items():
        if name not in types:
            raise document.error(f"there is no such key; known are {', '.join(types)}", (key, name))
        document.convert(entry, types[name], (key, name))
    return document.convert(content, kind, (key,))


_PARTS: dict[str, type[msgspec.Struct]] = {
    "customers": Customers,
    "select": Selection,
    "translation": TranslationFlags,
}
_FIELDS: dict[str, Any] = {each.name: each.type for each in msgspec.structs.fields(Settings)}


def check_settings(settings: Settings) -> Settings:
    """The settings, if names and days have the form that they need.

    Raises: InputError(pack-invalid), whose hint is the name of the key.
    """
    if not _PREFIX.fullmatch(settings.prefix):
        cause = f"the prefix {settings.prefix[:60]!r} is no name: letters, digits, blanks, dots, hyphens"
        raise InputError(PACK_FILE.code, cause, hint="prefix")
    since = settings.select.since
    if since and not _DAY.fullmatch(since):
        raise InputError(PACK_FILE.code, f"since is {since[:40]!r}, not a day like 2026-01-31", hint="since")
    return settings


def _beside(settings: Settings, folder: Path) -> Settings:
    """The settings with paths that do not depend on the folder of the reader."""

    def place(path: str | None) -> str | None:
        return None if path is None else str(folder / path)

    flags = settings.translation
    return msgspec.structs.replace(
        settings,
        overrides=place(settings.overrides),
        translation=msgspec.structs.replace(
            flags,
            taxonomy=tuple(str(folder / path) for path in flags.taxonomy),
            placeholders=place(flags.placeholders),
            groups=place(flags.groups),
        ),
    )
