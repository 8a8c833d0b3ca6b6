"""What a foreign fixture says: on which events, or on how many of them, a rule must fire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from translator.errors import Location
from translator.harness.fixture_file import FixtureEvent
from translator.normalise import is_known
from translator.sources.sigma import RuleSource


@dataclass(frozen=True)
class Count:
    """How many of the events must fire the rule; ``most`` None: any number from ``least`` on."""

    least: int = 0
    most: int | None = None

    def holds(self, number: int) -> bool:
        """Whether that many are right."""
        return self.least <= number and (self.most is None or number <= self.most)

    def __str__(self) -> str:
        if self.most is None:
            return f"at least {self.least}"
        return str(self.least) if self.least == self.most else f"{self.least} to {self.most}"


@dataclass(frozen=True)
class Expectation:
    """A rule, and events with their places. With ``count`` it decides, not what each event says."""

    rule: RuleSource
    events: tuple[tuple[FixtureEvent, Location], ...]
    why: str
    count: Count | None = None


Events = Sequence[tuple[dict[str, Any], Location]]


def each(event: dict[str, Any], place: Location, fires: bool, why: str) -> tuple[FixtureEvent, Location]:
    """An event that has a verdict of its own: as collected where it is known to be, else Sigma fields."""
    return FixtureEvent(event, fires, why, "raw" if is_known(event) else "sigma"), place


def counted(rule: RuleSource, events: Events, count: Count, why: str) -> Expectation:
    """Events of which so many must fire: where these are all or none, each has its verdict."""
    found = tuple(each(event, place, count.least > 0, f"{why}: {_short(place)}") for event, place in events)
    if count.most == 0 or (count.least == len(found) and count.most in (None, len(found))):
        return Expectation(rule, found, why)
    return Expectation(rule, found, why, count)


def _short(place: Location) -> str:
    """The place without the folders."""
    return str(Location(Path(place.path).name, place.line))
