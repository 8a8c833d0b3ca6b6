"""What the target knows: attributes, event types and groups, shipped or exported from a server."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import msgspec
import re2

from translator.errors import InputError, Location
from translator.sources.documents import read_yaml_file
from translator.taxonomy.load import shipped_catalogue
from translator.taxonomy.logsource import LogSource
from translator.taxonomy.lookup import Taxonomy, load_taxonomy

_UNTYPED = "STRING"
_FIELDS = ("provider", "channel", "event_id")


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    attributes: dict[str, tuple[str, ...]] | tuple[str, ...] | None = None
    event_types: tuple[str, ...] | None = None
    groups: tuple[str, ...] | None = None
    version: str = ""


@dataclass(frozen=True)
class Target:
    """Names that rules may use.

    ``types`` maps attributes to their types. It, ``event_types`` and ``groups`` are all that the server has,
    None where that is not known; attributes and event types are then those that the taxonomy knows.
    """

    taxonomy: Taxonomy = field(default_factory=load_taxonomy)
    types: Mapping[str, str] | None = None
    event_types: frozenset[str] | None = None
    groups: frozenset[str] | None = None

    def attribute_type(self, name: str) -> str | None:
        """The type of an attribute, such as STRING, UINT16, IP or DATE; None when there is none."""
        return self.taxonomy.attribute_type(name) if self.types is None else self.types.get(name)

    @property
    def attributes(self) -> Collection[str]:
        """Attributes that somebody may have meant."""
        if self.types is not None:
            return self.types.keys()
        return [name for names in shipped_catalogue().types.values() for name in names]

    def lists(self, event_type: str) -> bool:
        """Whether an event type is known, letter case aside."""
        if self.event_types is not None:
            return event_type.casefold() in self._folded
        return (
            event_type.startswith("PH_")
            or event_type.casefold() in self._named
            or self._forms.search(event_type) is not None
        )

    def suggestions(self) -> Collection[str]:
        """Event types that somebody may have meant."""
        return self.event_types if self.event_types is not None else self._names

    @cached_property
    def _folded(self) -> frozenset[str]:
        return frozenset(each.casefold() for each in self.event_types or ())

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(name for source in self.taxonomy.log_sources for name in _listed(source))

    @cached_property
    def _named(self) -> frozenset[str]:
        return frozenset(each.casefold() for each in self._names)

    @cached_property
    def _forms(self) -> re2._Regexp:
        forms = {form for source in self.taxonomy.log_sources for form in _patterns(source)}
        return re2.compile(f"(?i){'|'.join(f'(?:{form})' for form in sorted(forms))}")


def _listed(source: LogSource) -> set[str]:
    names = {each.name for each in source.event_types if not each.pattern}
    return names.union(*source.ids.values())


def _patterns(source: LogSource) -> set[str]:
    """Regular expressions for event types that are named after a scheme."""
    found = {each.pattern for each in source.families}
    if source.prefix:
        found.add(f"^{re2.escape(source.prefix)}")
    if source.by_id is not None:
        marks = dict.fromkeys(_FIELDS, "\0")
        parts = source.by_id.template.format(**marks).split("\0")
        found.add(f"^{'.+'.join(map(re2.escape, parts))}")
    return found


def read_target(path: Path, taxonomy: Taxonomy) -> Target:
    """What a file lists: ``attributes`` (names, or names by type), ``event_types``, ``groups``.

    What the file does not list is taken as shipped. Attributes without a type are taken as shipped, else as
    texts.

    Raises: InputError as read_yaml_file; InputError(target-invalid).
    """
    documents = read_yaml_file(path)
    if len(documents) != 1:
        raise InputError(
            "target-invalid", "the file holds several documents", Location(str(path)), "leave one"
        )
    (document,) = documents
    try:
        file = msgspec.convert(document.content, _File)
    except msgspec.ValidationError as error:
        hint = "write attributes, event_types and groups as lists (docs/lint.md)"
        raise InputError("target-invalid", str(error), document.location, hint) from error
    return Target(
        taxonomy=taxonomy,
        types=None if file.attributes is None else _types(file.attributes, taxonomy),
        event_types=None if file.event_types is None else frozenset(file.event_types),
        groups=None if file.groups is None else frozenset(file.groups),
    )


def _types(listed: Mapping[str, Collection[str]] | Collection[str], taxonomy: Taxonomy) -> dict[str, str]:
    if isinstance(listed, Mapping):
        return {name: type_ for type_, names in listed.items() for name in names}
    return {name: taxonomy.attribute_type(name) or _UNTYPED for name in listed}
