"""Which needles some events of a table have, and the condition that an event has one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from translator.errors import Refused
from translator.harness.clickhouse.client import Client, source
from translator.harness.clickhouse.needles import Needle
from translator.render.sql.places import place
from translator.render.sql.quoting import quote, quote_name
from translator.render.sql.schema import SchemaFile
from translator.render.sql.texts import small

SAMPLED = 20_000
"""Events."""


def sample(
    client: Client,
    schema: SchemaFile,
    options: Mapping[int, Sequence[Sequence[Needle]]],
    asked: Sequence[str],
    events: int,
) -> tuple[dict[Needle, int], int]:
    """How many of some of the events have each needle, and how many were looked at.

    Whole seconds are taken, spread over all. Needles of attributes without text in the table are left out.
    """
    step = max(events // SAMPLED, 1)
    some = source(schema, [*asked, f"intHash32(toUnixTimestamp({quote_name(schema.time)})) % {step} = 0"])
    ((sampled,),) = client.ask(f"SELECT count() FROM {some}")
    needles = {needle: None for sets in options.values() for each in sets for needle in each}
    seen: dict[Needle, int] = {}
    for attribute, own in _by_attribute(needles).items():
        try:
            text = small(place(attribute, schema), ["sk"])
        except Refused:
            continue
        found = f"arrayJoin(multiMatchAllIndices({text}, {_patterns(own)})) AS needle"
        seen.update(dict.fromkeys(own, 0))
        for number, count in client.ask(f"SELECT {found}, count() FROM {some} GROUP BY needle"):
            seen[own[int(number) - 1]] = int(count)
    return seen, max(int(sampled), 1)


def has_needle(needles: Iterable[Needle], schema: SchemaFile) -> str:
    """The condition that an event has one of the needles."""
    found = [
        f"multiMatchAny({small(place(attribute, schema), ['sk'])}, {_patterns(own)})"
        for attribute, own in _by_attribute(sorted(needles)).items()
    ]
    return f"({' OR '.join(found)})"


def _by_attribute(needles: Iterable[Needle]) -> dict[str, list[Needle]]:
    found: dict[str, list[Needle]] = {}
    for needle in needles:
        found.setdefault(needle.attribute, []).append(needle)
    return found


def _patterns(needles: Iterable[Needle]) -> str:
    return f"[{', '.join(quote(needle.pattern) for needle in needles)}]"
