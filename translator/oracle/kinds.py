"""The table of events of other kinds than Windows, `data/others.toml`, which says what its keys mean."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import re2

from translator.oracle.view import View

LogSource = tuple[str | None, str | None, str | None]
"""Product, category, service."""
_Wanted = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Kind:
    """Events that are told by their fields, what they belong to, and the names that Sigma has for fields.

    ``starts`` are names at the top of an event of which each event of the kind has one, to look no further at
    others.
    """

    sources: frozenset[LogSource]
    starts: frozenset[str]
    events: tuple[_Wanted, ...]
    without: tuple[str, ...]
    fields: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, str]
    values: Mapping[str, str]
    pairs: str
    wrapped: bool

    def holds(self, view: Mapping[str, object]) -> bool:
        """Whether an event, as a flat view, is of the kind."""
        known = View.of(view)
        return any(
            all(_has(known, name, values) for name, values in wanted.items()) for wanted in self.events
        ) and not any(known.values_of(name) for name in self.without)


@dataclass(frozen=True, slots=True)
class Line:
    """What lines say that the pattern finds: its groups, all pairs, and that in other words."""

    search: Any
    pairs: bool
    values: Mapping[str, str]


@lru_cache(maxsize=1)
def kinds() -> tuple[Kind, ...]:
    """All kinds; one may build on the names that those before it give."""
    return tuple(
        Kind(
            sources=frozenset(
                (each.get("product"), each.get("category"), each.get("service")) for each in row["sources"]
            ),
            starts=frozenset(start for wanted in row["events"] for start in _starts(next(iter(wanted)))),
            events=tuple(
                {name: frozenset(value.lower() for value in values) for name, values in wanted.items()}
                for wanted in row["events"]
            ),
            without=tuple(row.get("without", ())),
            fields={name: tuple(own) for name, own in row.get("fields", {}).items()},
            texts=row.get("texts", {}),
            values=row.get("values", {}),
            pairs=row.get("pairs", ""),
            wrapped=row.get("wrapped", False),
        )
        for row in _table()["kind"]
    )


@lru_cache
def kinds_of(source: LogSource) -> tuple[Kind, ...]:
    """The kinds whose events belong to a log source."""
    return tuple(kind for kind in kinds() if source in kind.sources)


@lru_cache(maxsize=1)
def lines() -> tuple[Line, ...]:
    """All kinds of lines; a line may be of several."""
    return tuple(
        Line(re2.compile(row["search"]), row.get("pairs", False), row.get("values", {}))
        for row in _table()["line"]
    )


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("data/others.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _starts(path: str) -> list[str]:
    """The names under which a dotted path can begin.

    >>> _starts("id.name")
    ['id', 'id.name']
    """
    steps = path.split(".")
    return [".".join(steps[: number + 1]) for number in range(len(steps))]


def _has(view: View, name: str, values: frozenset[str]) -> bool:
    found = view.values_of(name)
    if found is None:
        return False
    return not values or any(str(each).lower() in values for each in found)
