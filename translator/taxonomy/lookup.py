"""What FortiSIEM calls the events of a Sigma log source, and where it keeps their fields.

>>> source = load_taxonomy().log_source("windows", "process_creation", None)
>>> source.event_types[0].name
'Win-Sysmon-1-Create-Process'
>>> source.field("CommandLine").target.attribute
'command'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from translator.taxonomy import load
from translator.taxonomy.build import build, key_of
from translator.taxonomy.confidence import at_least
from translator.taxonomy.logsource import EventNames, EventType, LogSource, shared_attributes
from translator.taxonomy.schema import Confidence, LogSourceId
from translator.taxonomy.targets import (
    AttributeTarget,
    ByEventTarget,
    EventTypePartTarget,
    Field,
    HashesTarget,
    RawTarget,
    SimpleTarget,
    SplitTarget,
    Target,
    UrlTarget,
)

__all__ = [
    "AttributeTarget",
    "ByEventTarget",
    "EventNames",
    "EventType",
    "EventTypePartTarget",
    "Field",
    "HashesTarget",
    "LogSource",
    "RawTarget",
    "SimpleTarget",
    "SplitTarget",
    "Target",
    "Taxonomy",
    "UrlTarget",
    "load_taxonomy",
    "shared_attributes",
]


class Taxonomy:
    """The shipped rows with those of the user on top, as far as they are sure enough.

    Log sources are built when asked for.
    """

    def __init__(self, extra: Sequence[load.UserRows] = (), least: Confidence = "guess") -> None:
        self._least = least
        self._shipped = load.shipped_names("logsources")
        self._extra: dict[str, list[load.LogSourceRows]] = {}
        self._attributes: dict[str, str] = {}
        for file in extra:
            self._attributes.update(file.attributes)
            for rows in file.log_sources:
                self._extra.setdefault(key_of(rows.head.logsource), []).append(rows)
        self._built: dict[str, LogSource] = {}
        self._asked: dict[tuple[str | None, str | None, str | None], LogSource | None] = {}

    def log_source(self, product: str | None, category: str | None, service: str | None) -> LogSource | None:
        """The most specific log source known: by category, else by service, else by product alone.

        A category or service that is not known gives None, not its product.
        """
        asked = product, category, service
        if asked not in self._asked:
            self._asked[asked] = self._found(*asked)
        return self._asked[asked]

    def _found(self, product: str | None, category: str | None, service: str | None) -> LogSource | None:
        wanted = [LogSourceId(product=product, category=category)] if category else []
        wanted += [LogSourceId(product=product, service=service)] if service else []
        if product and not wanted:
            wanted = [LogSourceId(product=product)]
        return next((self.with_key(key_of(each)) for each in wanted if self._knows(key_of(each))), None)

    @property
    def log_sources(self) -> tuple[LogSource, ...]:
        """All log sources, by key."""
        return tuple(self.with_key(key) for key in sorted({*map(_key_of_file, self._shipped), *self._extra}))

    def attribute_type(self, name: str) -> str | None:
        """The type of an attribute, such as STRING, UINT16, IP or DATE; None when it is not known."""
        return self._attributes.get(name) or _catalogue().get(name)

    def is_custom(self, name: str) -> bool:
        """Whether the attribute has to be created before a rule can use it."""
        return name in self._attributes or name in load.shipped_catalogue().custom

    def is_shipped(self, key: str) -> bool:
        """Whether no file of the user says anything about the log source."""
        return key not in self._extra

    def _knows(self, key: str) -> bool:
        return key in self._extra or _file_of_key(key) in self._shipped

    def with_key(self, key: str) -> LogSource:
        """The log source of a key that is known.

        Raises: InputError(taxonomy-invalid) when its rows, taken together, do not describe one.
        """
        if key not in self._built:
            layers = list(self._extra.get(key, ()))
            if _file_of_key(key) in self._shipped:
                layers.insert(0, load.shipped_log_source(_file_of_key(key)))
            self._built[key] = at_least(build(key, layers), self._least)
        return self._built[key]


def _file_of_key(key: str) -> str:
    return key.replace("/", "-", 1)


def _key_of_file(name: str) -> str:
    return name.replace("-", "/", 1)


@cache
def _catalogue() -> Mapping[str, str]:
    catalogue = load.shipped_catalogue()
    return {name: type_ for type_, names in catalogue.types.items() for name in names}


@cache
def _shipped_taxonomy(least: Confidence) -> Taxonomy:
    return Taxonomy((), least)


def load_taxonomy(extra: Sequence[Path] = (), least: Confidence = "guess") -> Taxonomy:
    """The shipped taxonomy, or with files of the user on top, later files over earlier ones.

    ``least``: rows that are less sure count as not there. Files of the user are checked whole, so that a
    mistake shows before the first rule.

    Raises: InputError(taxonomy-invalid) with file, line and key.
    """
    if not extra:
        return _shipped_taxonomy(least)
    known = dict(_catalogue())
    files = []
    for path in extra:
        files.append(load.user_rows(path, known))
        known.update(files[-1].attributes)
    taxonomy = Taxonomy(files, least)
    for file in files:
        for rows in file.log_sources:
            taxonomy.with_key(key_of(rows.head.logsource))
    return taxonomy
