"""rsigma's expectations file: how often each rule must fire over a corpus of events.

Rules are those below the nearest folder ``rules``, events the files below the nearest folder ``corpus``;
where there is none, those beside the file. An expectation names a rule by id or title, and gives ``exactly``,
or ``at_least`` and ``at_most``; ``corpus`` limits it to one file. With ``unexpected_detections: fail`` no
other rule may fire.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from translator.errors import Location
from translator.harness.foreign.expectation import Count, Events, Expectation, counted
from translator.harness.foreign.reading import broken, converted, events_of, place_of, read_yaml
from translator.harness.foreign.rules import RuleFolder, nearest
from translator.taxonomy.document import Document, Keys

_SUFFIXES = frozenset({".json", ".jsonl", ".ndjson", ".evtx", ".xml", ".csv", ".log", ".gz", ".zst"})
_Number = Annotated[int, Meta(ge=0)]


class _Defaults(msgspec.Struct, forbid_unknown_fields=True):
    unexpected_detections: Literal["fail", "warn", "ignore"] = "warn"


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    rule: str
    corpus: str | None = None
    at_least: _Number | None = None
    at_most: _Number | None = None
    exactly: _Number | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    defaults: _Defaults = msgspec.field(default_factory=_Defaults)
    expectations: list[Any] = []


def read(path: Path) -> Iterator[Expectation]:
    """What the file expects of each rule.

    Raises: InputError with the line, for the file itself, its rules and its events.
    """
    document = read_yaml(path)
    file = converted(document, document.content, _File)
    rules = RuleFolder(nearest(path, "rules") or path.parent)
    corpus = _Corpus(nearest(path, "corpus") or path.parent)
    covered = set()
    for number, item in enumerate(file.expectations):
        keys: Keys = ("expectations", number)
        row = converted(document, item, _Row, keys)
        place = place_of(document, keys)
        rule = rules.find(row.rule, place)
        covered.add(rule.location)
        count = _count(row, document, keys)
        yield counted(rule, corpus.events(row.corpus, place), count, row.rule)
    if file.defaults.unexpected_detections == "fail":
        for rule in rules.all_rules():
            if rule.location not in covered:
                why = f"{rule.sigma.title}: nothing is expected of it"
                yield counted(rule, corpus.events(None, Location(str(path))), Count(0, 0), why)


def _count(row: _Row, document: Document, keys: Keys) -> Count:
    bounds = (row.at_least, row.at_most)
    if row.exactly is not None:
        if bounds != (None, None):
            raise document.error("exactly goes with neither at_least nor at_most", keys)
        return Count(row.exactly, row.exactly)
    if bounds == (None, None):
        raise document.error("one of exactly, at_least and at_most is needed", keys)
    if row.at_most is not None and (row.at_least or 0) > row.at_most:
        raise document.error("at_least is more than at_most", keys)
    return Count(row.at_least or 0, row.at_most)


class _Corpus:
    """The events below a folder, each file read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[Path, Events] = {}

    def events(self, name: str | None, place: Location) -> Events:
        """The events of one file, or of all."""
        if name is None:
            files = [each for each in sorted(self._folder.rglob("*")) if each.suffix in _SUFFIXES]
        else:
            files = [self._folder / name]
        found = [event for file in files if file.is_file() or name for event in self._of(file, place)]
        if not found:
            raise broken(f"there are no events below {self._folder}", place, "put them into a folder corpus")
        return found

    def _of(self, file: Path, place: Location) -> Events:
        if file not in self._read:
            self._read[file] = events_of(file, self._folder, file.name, place)
        return self._read[file]
