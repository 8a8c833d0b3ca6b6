"""What a backtest finds out before it begins, kept between runs: data alone, found by what it was made from.

Kept are the rules of each document, outlines of those that the engine does not refuse, and which clauses are
looked up for events of each type. The last only says where it is faster to look, never what is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from translator.batch.cache import Cache, digest
from translator.batch.scope import program
from translator.batch.wire import WireRule, WireTest, arrived, from_wire, to_wire
from translator.dialect.profile import Dialect
from translator.engine.columnar.choice import Choice, Clauses, Sought, Text
from translator.engine.outline import Outline
from translator.errors import InputError, Location
from translator.hardened_xml import MAX_BYTES
from translator.parse.parsed import ParsedRule
from translator.sources.files import read_bytes


class _Rule(msgspec.Struct, frozen=True, array_like=True):
    """A rule of a document, and its line."""

    rule: WireRule
    line: int | None


class _Sought(msgspec.Struct, frozen=True, array_like=True):
    """As :class:`Sought`."""

    texts: list[Text]
    folded: list[Text]
    tests: list[tuple[WireTest, Clauses]]


class _Choice(msgspec.Struct, frozen=True, array_like=True):
    """As :class:`Choice`."""

    clauses: dict[int, Clauses]
    columns: dict[str, _Sought]


class Known(msgspec.Struct, frozen=True, array_like=True):
    """Outlines of the rules by their numbers, and for event types what is looked up of which filters."""

    outlines: dict[int, Outline]
    choices: dict[str, _Choice]


class Chosen(Mapping[str, Choice]):
    """The choices of an earlier run as a scan has them; each is made when events of its type come."""

    def __init__(self, kept: Mapping[str, _Choice]) -> None:
        self._kept = kept

    def __getitem__(self, name: str) -> Choice:
        kept = self._kept[name]
        return Choice(kept.clauses, {column: _as_sought(each) for column, each in kept.columns.items()})

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


@dataclass
class Plan:
    """``cache`` is ``None`` when nothing is to be kept; ``settings`` is what the rules are compiled for."""

    cache: Cache | None
    settings: bytes
    _documents: list[bytes] = field(default_factory=list)
    _known: Known | None = None

    @classmethod
    def at(cls, directory: Path | None, dialect: Dialect, context: bytes) -> Plan:
        """The plan in a directory, or one that is not kept."""
        settings = digest(repr(sorted(dialect.entries.items())).encode(), context)
        return cls(None if directory is None else Cache(directory, digest(b"backtest", program())), settings)

    def read(self, path: Path) -> Iterable[ParsedRule | InputError]:
        """The rules of a document, and what cannot be read.

        Raises: InputError as :func:`translator.parse.rule_xml.read_rules`.
        """
        data = read_bytes(path, MAX_BYTES)
        key = digest(b"document", data)
        self._documents.append(key)
        known = None if self.cache is None else _decoded(self.cache.get(key), list[_Rule])
        if known is not None:
            return [ParsedRule(arrived(each.rule), (), (), Location(str(path), each.line)) for each in known]
        from translator.parse.rule_xml import read_rules  # What is known is not parsed.

        found = list(read_rules(data, str(path)))
        rules = [each for each in found if isinstance(each, ParsedRule)]
        if self.cache is not None and len(rules) == len(found):
            wire = [_Rule(to_wire(each.rule), each.location.line) for each in rules]
            self.cache.put(key, msgspec.msgpack.encode(wire))
        return found

    def known(self) -> Known | None:
        """What an earlier run found out about the rules of these documents."""
        self._known = None if self.cache is None else _decoded(self.cache.get(self._key), Known)
        return self._known

    def keep(self, outlines: dict[int, Outline], choices: Mapping[str, Choice]) -> None:
        """Keep what this run found out, beside what was known."""
        if self.cache is None:
            return
        wire = {} if self._known is None else dict(self._known.choices)
        for name, choice in choices.items():
            columns = {column: _as_wire(each) for column, each in choice.columns.items()}
            wire[name] = _Choice(dict(choice.clauses), columns)
        self.cache.put(self._key, msgspec.msgpack.encode(Known(outlines, wire)))
        self.cache.save()

    @property
    def _key(self) -> bytes:
        return digest(b"plan", self.settings, *self._documents)


def _decoded(data: bytes | None, form: Any) -> Any:
    """What was kept; ``None`` when it is not there or not what is expected."""
    if data is None:
        return None
    try:
        return msgspec.msgpack.decode(data, type=form)
    except msgspec.MsgspecError:
        return None


def _as_wire(sought: Sought) -> _Sought:
    return _Sought(sought.texts, sought.folded, [(to_wire(test), own) for test, own in sought.tests])


def _as_sought(kept: _Sought) -> Sought:
    return Sought(kept.texts, kept.folded, [(from_wire(test), own) for test, own in kept.tests])
