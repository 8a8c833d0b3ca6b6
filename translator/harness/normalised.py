"""Events of files as FortiSIEM attributes, by the tables or by parsers of the user."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from translator.errors import InputError, Location, TranslatorError
from translator.normalise import Value, is_known, normalise
from translator.normalise.interpreter import Parser, agent_message, choose_parser
from translator.sources.events import RawEvent, read_events

MOST_ERRORS = 20
"""Records that cannot be read and are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Record:
    """The attributes of one event, and where the event stands."""

    attributes: dict[str, Value]
    location: Location


@dataclass
class Records:
    """The events of files, one after the other. Of ``parsers`` the first that recognises an event reads it.

    ``errors`` holds what cannot be read: files, and the first records; ``unreadable`` counts all such
    records, ``unrecognised`` the events that are of no kind that is known, or that no parser recognises.
    """

    files: Sequence[Path]
    parsers: Sequence[Parser] = ()
    errors: list[TranslatorError] = field(default_factory=list, init=False)
    normalised: int = field(default=0, init=False)
    unreadable: int = field(default=0, init=False)
    unrecognised: int = field(default=0, init=False)
    event_types: Counter[str] = field(default_factory=Counter, init=False)

    def records(self) -> Iterator[Record]:
        """Each event as attributes."""
        for file in self.files:
            try:
                for raw in read_events(file, self._note):
                    if attributes := self._attributes(raw):
                        self.normalised += 1
                        self.event_types[str(attributes.get("eventType", ""))] += 1
                        yield Record(attributes, raw.location)
            except TranslatorError as error:
                self.errors.append(error.at(Location(str(file))))

    def _attributes(self, raw: RawEvent) -> dict[str, Value] | None:
        try:
            if self.parsers:
                message = _message(raw.content)
                parser = choose_parser(self.parsers, message)
                attributes = parser.parse(message) if parser else None
            else:
                attributes = normalise(raw.content) if is_known(raw.content) else None
        except InputError as error:
            self._note(error.at(raw.location))
            return None
        self.unrecognised += attributes is None
        return attributes

    def _note(self, error: TranslatorError) -> None:
        self.unreadable += 1
        if self.unreadable <= MOST_ERRORS:
            self.errors.append(error)


def _message(content: dict[str, object]) -> str:
    """An event as FortiSIEM receives it."""
    if "Event" in content:
        return agent_message(content)
    if is_known(content):
        return str(normalise(content)["rawEventMsg"])
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
