"""Correlations against a reading by brute force, which looks at the whole stream again for every event."""

from __future__ import annotations

import gc
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, pairwise, product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from translator.errors import TranslatorError
from translator.oracle import correlation_types
from translator.oracle.correlate import Correlation, compile_correlations, stand_alone
from translator.oracle.correlation_measures import Entry
from translator.oracle.correlation_stream import Group

Stream = list[tuple[float, dict[str, Any]]]
NAMES = ("a", "b", "c")
SPAN = 5
"""Seconds; streams make steps from 0 to 3, so that they meet the edge of the window often."""


def detection(name: str) -> dict[str, Any]:
    return {"name": name, "logsource": {}, "detection": {"sel": {"is": name}, "condition": "sel"}}


DETECTIONS = tuple(map(detection, NAMES))


def compiled(*sections: Mapping[str, Any]) -> Correlation:
    """The last of these correlations; they are called k0, k1, ..."""
    named = [{"name": f"k{n}", "correlation": section} for n, section in enumerate(sections)]
    return compile_correlations([*DETECTIONS, *named])[-1]


TEXTS = st.sampled_from(["x", "x", "y", "X", "1"])
NUMBERS = st.one_of(
    st.integers(-1, 5), st.sampled_from([0.1, 0.2, 1.5, -1e300, 1e300, "2", "0.5", "many", None, 10**20])
)
VALUES = st.one_of(TEXTS, TEXTS, TEXTS, st.lists(st.one_of(TEXTS, st.none()), max_size=3))
STEPS = st.sampled_from([1, 0, 2, 2.5, 3])
EVENTS = st.builds(
    lambda rules, fields: {"is": rules, **fields},
    st.sampled_from([["a"], ["b"], ["c"], ["a", "b"], ["b", "c"], ["none"]]),
    st.fixed_dictionaries({"User": VALUES, "Host": TEXTS, "N": NUMBERS})
    | st.fixed_dictionaries({}, optional={"User": VALUES, "Host": TEXTS, "N": st.lists(NUMBERS, max_size=2)}),
)


def streams(most: int = 14) -> st.SearchStrategy[Stream]:
    """Each step after the event before it; long enough for a window to slide over."""
    steps = st.lists(st.tuples(STEPS, EVENTS), min_size=most // 2, max_size=most)
    return steps.map(
        lambda pairs: [(sum(step for step, _ in pairs[: n + 1]), event) for n, (_, event) in enumerate(pairs)]
    )


BOUNDS = st.dictionaries(
    st.sampled_from(["eq", "gte", "gt", "lt", "lte", "neq"]), st.integers(1, 3), min_size=1, max_size=2
)
TYPES = st.sampled_from(sorted(correlation_types.TYPES))
ORDERED_RULES = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True)


@st.composite
def sections(draw: st.DrawFn, names: st.SearchStrategy[list[str]] = ORDERED_RULES) -> dict[str, Any]:
    kind = draw(TYPES)
    section: dict[str, Any] = {"type": kind, "rules": draw(names), "timespan": f"{SPAN}s"}
    section["group-by"] = draw(st.sampled_from([[], ["User"], ["User"], ["Host"], ["User", "Host"]]))
    if draw(st.booleans()):
        mapped = draw(st.lists(st.sampled_from(section["rules"]), unique=True))
        section["aliases"] = {draw(st.sampled_from(["User", "N"])): dict.fromkeys(mapped, "Host")}
    if not kind.startswith("temporal") or draw(st.booleans()):
        condition: dict[str, Any] = dict(draw(BOUNDS))
        if kind == "value_count":
            condition["field"] = draw(st.sampled_from(["N", "User", ["User", "Host"]]))
        elif kind.startswith("value"):
            condition["field"] = "N"
        if kind == "value_percentile":
            condition["percentile"] = draw(st.sampled_from([0, 1, 33.3, 50, 90, 100]))
        section["condition"] = condition
    return section


OPERATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "gt": lambda number, bound: number > bound,
    "gte": lambda number, bound: number >= bound,
    "lt": lambda number, bound: number < bound,
    "lte": lambda number, bound: number <= bound,
    "eq": lambda number, bound: number == bound,
    "neq": lambda number, bound: number != bound,
}


def texts(value: object) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [str(one) for one in dict.fromkeys(listed) if one is not None]


def numbers(value: object) -> list[int | float]:
    listed = value if isinstance(value, list) else [value]
    found = []
    for one in listed:
        if isinstance(one, str) and one.replace(".", "").isdigit():
            found.append(float(one) if "." in one else int(one))
        elif isinstance(one, int | float):
            found.append(one)
    return found


@dataclass
class Brute:
    """The last section read by brute force, over one stream."""

    sections: Sequence[Mapping[str, Any]]
    stream: Stream

    def matches(self, rule: str, place: int) -> list[dict[str, Any]]:
        """The events as which a rule matches here: none, one, or one for each group of a correlation."""
        event = self.stream[place][1]
        if rule in NAMES:
            return [event] if rule in event["is"] else []
        section = self.sections[int(rule[1:])]
        held = self.held(section, place)
        return [{**event, **dict(zip(section["group-by"], group, strict=True))} for group in held]

    def held(self, section: Mapping[str, Any], place: int) -> list[tuple[str, ...]]:
        return [group for group in self.groups(section, place) if self.holds(section, place, group)]

    def groups(self, section: Mapping[str, Any], place: int) -> list[tuple[str, ...]]:
        found: dict[tuple[str, ...], None] = {}
        for rule in section["rules"]:
            for event in self.matches(rule, place):
                values = [texts(event.get(self.field(section, rule, name))) for name in section["group-by"]]
                found |= dict.fromkeys(product(*values))
        return list(found)

    def field(self, section: Mapping[str, Any], rule: str, name: str) -> str:
        return str(section.get("aliases", {}).get(name, {}).get(rule, name))

    def window(self, section: Mapping[str, Any], place: int, group: tuple[str, ...]) -> list[int]:
        now = self.stream[place][0]
        return [
            other
            for other in range(place + 1)
            if now - self.stream[other][0] < SPAN and group in self.groups(section, other)
        ]

    def holds(self, section: Mapping[str, Any], place: int, group: tuple[str, ...]) -> bool:
        members = self.window(section, place, group)
        rules = section["rules"]
        met = [
            {rule for rule in rules if group in self.groups({**section, "rules": [rule]}, member)}
            for member in members
        ]
        condition = section.get("condition", {"gte": len(rules)})
        number = self.number(section, condition, members, met, group)
        bounds = ((key, bound) for key, bound in condition.items() if key in OPERATIONS)
        return number is not None and all(OPERATIONS[key](number, bound) for key, bound in bounds)

    def number(
        self,
        section: Mapping[str, Any],
        condition: Mapping[str, Any],
        members: list[int],
        met: list[set[str]],
        group: tuple[str, ...],
    ) -> Any:
        kind, rules = section["type"], section["rules"]
        if kind == "event_count":
            return len(members)
        if kind == "temporal":
            return len(set().union(*met))
        if kind == "temporal_ordered":
            return max(
                size
                for size in range(1, len(rules) + 1)
                if any(
                    all(rule in met[place] for rule, place in zip(chosen, places, strict=True))
                    for chosen in combinations(rules, size)
                    for places in combinations(range(len(members)), size)
                    if places[-1] == len(members) - 1
                )
            )
        if kind == "value_count":
            return len(
                {value for member in members for value in self.combined(section, condition, member, group)}
            )
        found = [number for member in members for number in self.measured(section, member, group)]
        if not found:
            return None
        if kind in ("value_median", "value_percentile"):
            share = Fraction(str(condition.get("percentile", 50))) / 100
            return min(n for n in found if sum(other <= n for other in found) >= share * len(found))
        exact = sum(map(Fraction, found), Fraction()) / (len(found) if kind == "value_avg" else 1)
        return exact if exact.denominator == 1 else float(exact)

    def read(
        self, section: Mapping[str, Any], member: int, group: tuple[str, ...], names: list[str]
    ) -> list[list[Any]]:
        """The values under these names in the matches of an event that are in the group, equal ones once."""
        found: list[tuple[list[str], list[Any]]] = []
        for rule in section["rules"]:
            for event in self.matches(rule, member):
                keys = [texts(event.get(self.field(section, rule, name))) for name in section["group-by"]]
                fields = [self.field(section, rule, name) for name in names]
                values = [event.get(field) for field in fields]
                if group in product(*keys) and (fields, values) not in found:
                    found.append((fields, values))
        return [values for _, values in found]

    def combined(
        self, section: Mapping[str, Any], condition: Mapping[str, Any], member: int, group: tuple[str, ...]
    ) -> Iterator[tuple[str, ...]]:
        listed = condition["field"]
        names = listed if isinstance(listed, list) else [listed]
        for values in self.read(section, member, group, names):
            yield from product(*map(texts, values))

    def measured(
        self, section: Mapping[str, Any], member: int, group: tuple[str, ...]
    ) -> Iterator[int | float]:
        for values in self.read(section, member, group, ["N"]):
            yield from (number for value in values for number in numbers(value))


def as_brute_force_says(chain: Sequence[Mapping[str, Any]], stream: Stream) -> None:
    correlation, brute = compiled(*chain), Brute(chain, stream)
    expected = [
        (stream[place][0], group, tuple(brute.window(chain[-1], place, group)))
        for place in range(len(stream))
        for group in brute.held(chain[-1], place)
    ]
    firings = [(firing.time, firing.group, firing.events) for firing in correlation.replay(stream)]
    assert firings == expected
    at = {events[-1] for _, _, events in expected}
    assert correlation.fires_at(stream) == [place in at for place in range(len(stream))]


@settings(max_examples=300)
@given(section=sections(), stream=streams())
def test_a_correlation_as_brute_force_says(section: dict[str, Any], stream: Stream) -> None:
    as_brute_force_says([section], stream)


CHAINED_RULES = st.lists(st.sampled_from([*NAMES, "k0", "k0"]), min_size=1, max_size=3, unique=True)


@settings(max_examples=300)
@given(inner=sections(), outer=sections(CHAINED_RULES), stream=streams(9))
def test_a_chain_as_brute_force_says(inner: dict[str, Any], outer: dict[str, Any], stream: Stream) -> None:
    as_brute_force_says([inner, outer], stream)


TREES = st.recursive(
    st.sampled_from(NAMES),
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner), st.tuples(st.sampled_from(["and", "or"]), inner, inner)
    ),
    max_leaves=6,
)


def written(tree: Any) -> str:
    if isinstance(tree, str):
        return tree
    if tree[0] == "not":
        return f"not ({written(tree[1])})"
    return f"({written(tree[1])}) {tree[0]} ({written(tree[2])})"


def true(tree: Any, met: set[str]) -> bool:
    if isinstance(tree, str):
        return tree in met
    if tree[0] == "not":
        return not true(tree[1], met)
    return (all if tree[0] == "and" else any)(true(part, met) for part in tree[1:])


@given(tree=TREES, stream=streams())
def test_a_condition_over_rules_as_brute_force_says(tree: Any, stream: Stream) -> None:
    correlation = compiled(
        {"type": "temporal", "timespan": f"{SPAN}s", "group-by": ["User"], "condition": written(tree)}
    )
    rules = correlation.plan.places
    names = [name for name in NAMES if name in written(tree).replace("(", " ").replace(")", " ").split()]
    assert len(rules) == len(names)
    expected = []
    for place, (now, event) in enumerate(stream):
        if set(names) & set(event["is"]):
            for group in texts(event.get("User")):
                met = {
                    name
                    for time, other in stream[: place + 1]
                    if now - time < SPAN and group in texts(other.get("User"))
                    for name in other["is"]
                }
                expected += [(now, (group,))] if true(tree, met) else []
    assert [(firing.time, firing.group) for firing in correlation.replay(stream)] == expected


@given(section=sections(), stream=streams(), shift=st.integers(-1000, 1000))
def test_the_clock_may_start_anywhere(section: dict[str, Any], stream: Stream, shift: int) -> None:
    correlation = compiled(section)
    shifted = [(time + shift, event) for time, event in stream]
    assert correlation.fires_at(shifted) == correlation.fires_at(stream)


@given(section=sections(), stream=streams(), data=st.data())
def test_what_matches_no_rule_changes_nothing(
    section: dict[str, Any], stream: Stream, data: st.DataObject
) -> None:
    correlation = compiled(section)
    mixed: Stream = []
    for time, event in stream:
        mixed += [(time, {"is": ["none"], "User": "x"})] * data.draw(st.integers(0, 2))
        mixed.append((time, event))
    fired = [fires for (_, event), fires in zip(mixed, correlation.fires_at(mixed), strict=True)]
    kept = [place for place, (_, event) in enumerate(mixed) if any(event is own for _, own in stream)]
    assert [fired[place] for place in kept] == correlation.fires_at(stream)
    assert sum(fired) == sum(fired[place] for place in kept)


@given(stream=streams(), first=st.permutations(NAMES))
def test_an_order_fires_no_more_than_none(stream: Stream, first: list[str]) -> None:
    section = {"rules": first, "timespan": f"{SPAN}s", "group-by": ["User"]}
    ordered = compiled({"type": "temporal_ordered", **section}).fires_at(stream)
    unordered = compiled({"type": "temporal", **section}).fires_at(stream)
    assert all(loose or not strict for strict, loose in zip(ordered, unordered, strict=True))


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4), st.just(10**400)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(st.text(max_size=3), st.integers()), inner)
    ),
    max_leaves=8,
)
LIKELY = st.sampled_from(
    [
        "a",
        ["a", "b"],
        ["k0"],
        "a and not b",
        "1m",
        {"gte": 1},
        {"field": "N", "gte": 1},
        {"x": {"a": "y"}},
        "any",
    ]
)
JUNK = st.dictionaries(
    st.sampled_from(["type", "rules", "group-by", "timespan", "condition", "aliases", "generate", "window"]),
    st.one_of(LIKELY, TYPES, JSON),
    max_size=7,
)


@given(
    section=st.one_of(JUNK, JSON), other=st.one_of(JSON, JUNK), key=st.sampled_from(["filter", "name", "id"])
)
def test_any_file_set_is_compiled_or_refused_in_one_line(section: Any, other: Any, key: str) -> None:
    documents: list[Any] = [
        *DETECTIONS,
        {"name": "k0", "correlation": section},
        {key: other, "logsource": other},
    ]
    for read in (compile_correlations, stand_alone):
        try:
            read(documents)
        except TranslatorError as error:
            message = str(error)
        else:
            message = "read"
        assert len(message.splitlines()) == 1


@given(
    section=sections(), events=st.lists(st.tuples(st.one_of(st.floats(), st.integers()), JSON), max_size=4)
)
def test_any_stream_is_replayed_or_refused_in_one_line(section: dict[str, Any], events: list[Any]) -> None:
    stream = [(time, {"is": "a", "User": value, "Host": "h", "N": value}) for time, value in events]
    try:
        fires = compiled(section).fires_at(stream)
    except TranslatorError as error:
        fires, message = None, str(error)
    else:
        message = "replayed"
    assert len(message.splitlines()) == 1
    sound = all(abs(time) < math.inf for time, _ in events)
    ordered = all(one[0] <= other[0] for one, other in pairwise(events))
    assert (fires is not None) is (sound and ordered)


def test_memory_is_that_of_one_window() -> None:
    correlation = compiled(
        {"type": "event_count", "rules": ["a"], "timespan": "10s", "group-by": ["User"]}
        | {"condition": {"gte": 2}}
    )
    stream = ((n, {"is": "a", "User": str(n // 2)}) for n in range(5_000))
    firings = 0
    for firing in correlation.replay(stream):
        firings += 1
        if firings % 500 == 0:
            alive = Counter(type(one) for one in gc.get_objects())
            assert (alive[Entry], alive[Group]) == (10, 5), firing
    assert firings == 2_500
