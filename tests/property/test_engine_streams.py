"""Rules over streams, against a reading that looks at every event of every window again and again."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from translator.dialect.profile import load_profile
from translator.engine.replay import Replay
from translator.model.expr import And, Arithmetic, Attribute, Call, Expr, Number, Or, Text, all_of
from translator.model.expr import Test as Leaf
from translator.model.rule import Incident, IncidentAttribute, Relation, Rule, SubPattern
from translator.operators import BY_NAME

Timed = tuple[float, Mapping[str, str | int | None]]
Key = tuple[str | None, ...]
Fired = tuple[int, float, frozenset[tuple[str, str]]]

DEFAULT = load_profile()
NAMES = ("P", "Q", "R")
GROUPS = st.sampled_from([(), ("user",), ("user",), ("user", "host")])
USERS = st.sampled_from(["a", "a", "A", "b", None])
HOSTS = st.sampled_from(["a", "a", None])
EVENTS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 1, 1, 2]),
        st.fixed_dictionaries(
            {"eventType": st.sampled_from(NAMES), "user": USERS, "host": HOSTS},
            optional={"n": st.sampled_from([-1, 1, 2, 2, "2.5", "many"])},
        ),
    ),
    min_size=10,
    max_size=30,
)
N = Attribute("n")
COUNTED = st.sampled_from(
    [
        Call("COUNT", (Attribute("*"),)),
        Call("COUNT", (N,)),
        Call("COUNT", (N,), distinct=True),
        Call("COUNT", (Attribute("user"),), distinct=True),
        Call("SUM", (N,)),
        Call("AVG", (N,)),
        Call("MIN", (N,)),
        Call("MAX", (N,)),
        Call("MEDIAN", (N,)),
        Call("VARIANCE", (N,)),
        Call("PctChange", (N,)),
        Call("PCTILE", (N, Number(50))),
        Call("LAST", (N,)),
        Arithmetic("-", Call("MAX", (N,)), Call("MIN", (N,))),
        Arithmetic("/", Call("SUM", (N,)), Call("COUNT", (Attribute("user"),))),
    ]
)
COMPARISONS = st.sampled_from(["greater_or_equal", "greater_or_equal", "less", "equals"])
LIMITS = st.sampled_from([1, 1, 2, 2, 3]).map(Number)
TESTS = st.builds(Leaf, COUNTED, COMPARISONS, LIMITS)
ONE = Leaf(Call("COUNT", (Attribute("*"),)), "greater_or_equal", Number(1))
AGGREGATES = st.one_of(
    st.just(ONE),
    st.just(ONE),
    st.builds(lambda n: Leaf(ONE.term, "greater_or_equal", Number(n)), st.integers(1, 3)),
    TESTS,
    st.lists(TESTS, min_size=2, max_size=2).map(tuple).map(And),
    st.lists(TESTS, min_size=2, max_size=2).map(tuple).map(Or),
)


JOINS = ["AND", "OR", "FOLLOWED_BY", "FOLLOWED_BY"]
SHIFT = st.sampled_from([0, 0, 0, 1])
"""How often sub-patterns match the same events."""


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    count = draw(st.sampled_from([1, 2, 2, 3, 3, 3]))
    patterns = tuple(
        SubPattern(
            NAMES[place],
            Leaf(Attribute("eventType"), "equals", Text(NAMES[(place + draw(SHIFT)) % 3])),
            draw(GROUPS),
            draw(AGGREGATES),
        )
        for place in range(count)
    )
    types = draw(st.lists(st.sampled_from(JOINS), min_size=count - 1, max_size=count - 1))
    if types and draw(st.booleans()):
        types[-1] = "NOT_FOLLOWED_BY"
    sides = [Attribute(f"{each.name}.{name}") for each in patterns for name in each.group_by]
    side = st.sampled_from(sides) if sides else st.nothing()
    negated = st.sampled_from([False, False, True])
    tests = draw(st.lists(st.builds(Leaf, side, st.just("equals"), side, negated), max_size=2))
    return Rule(
        name="A rule",
        title="A rule",
        window=draw(st.integers(2, 8)),
        sub_patterns=patterns,
        incident=Incident(
            "PH_RULE_A",
            5,
            tuple(
                IncidentAttribute(f"{each.name}_{name}", each.name, name)
                for each in patterns
                for name in each.group_by
            ),
        ),
        relations=tuple(Relation(each) for each in types),
        global_constraint=all_of(tests) if tests else None,
    )


def timed(steps: Sequence[tuple[int, Mapping[str, str | int | None]]]) -> list[Timed]:
    time, found = 100.0, []
    for step, event in steps:
        time += step
        found.append((time, event))
    return found


@settings(max_examples=800)
@given(rules(), EVENTS)
def test_replay_agrees_with_a_naive_reading(
    rule: Rule, steps: list[tuple[int, Mapping[str, str | int | None]]]
) -> None:
    stream = timed(steps)
    replay = Replay([rule], DEFAULT)
    found = [(each.position, each.time, frozenset(each.attributes.items())) for each in replay.run(stream)]
    assert Counter(found) == Counter(Naive(rule, stream).firings())
    times = [time for _, time, _ in found]
    assert times == sorted(times)
    assert not replay.unknown
    assert not replay.cut


class Naive:
    """Everything is looked up in the whole stream for every event."""

    def __init__(self, rule: Rule, stream: Sequence[Timed]) -> None:
        self.rule, self.stream = rule, stream

    def firings(self) -> Iterator[Fired]:
        for chain in self.chains():
            absent = None
            if chain[-1][1] == "NOT_FOLLOWED_BY":
                absent, chain = chain[-1][0], chain[:-1]
            for at, (time, _) in enumerate(self.stream):
                for binding in self.completions(chain, at):
                    attributes = self.attributes(binding)
                    if absent is None:
                        yield at, time, attributes
                    elif not self.followed(absent, binding, at):
                        yield at, time + self.rule.window, attributes

    def chains(self) -> list[list[tuple[int, str]]]:
        found = [[(0, "FIRST")]]
        for place, relation in enumerate(self.rule.relations, 1):
            if relation.type == "OR":
                found = [*found, [(place, "FIRST")]]
            else:
                found = [[*chain, (place, relation.type)] for chain in found]
        return found

    def completions(self, chain: list[tuple[int, str]], at: int) -> Iterator[dict[int, Key]]:
        places = [place for place, _ in chain]
        for keys in product(*(sorted(self.keys(place, at), key=repr) for place in places)):
            binding = dict(zip(places, keys, strict=True))
            if not self.related(binding):
                continue
            complete: set[int] = set()
            for place, operator in chain:
                own = self.satisfied(place, binding[place], at)
                if operator == "FIRST":
                    complete = own
                elif operator == "AND":
                    complete = {max(one, other) for one in complete for other in own}
                else:
                    complete = {other for one in complete for other in own if other > one}
            if at in complete:
                yield binding

    def followed(self, absent: int, binding: dict[int, Key], at: int) -> bool:
        end = self.stream[at][0] + self.rule.window
        return any(
            self.related({**binding, absent: key}) and later in self.satisfied(absent, key, later)
            for later in range(at + 1, len(self.stream))
            if self.stream[later][0] < end
            for key in self.keys(absent, later)
        )

    def members(self, place: int, at: int) -> list[int]:
        start = self.stream[at][0] - self.rule.window
        (wanted,) = [self.rule.sub_patterns[place].filter.operand.value]
        return [
            each
            for each in range(at + 1)
            if self.stream[each][0] > start and self.stream[each][1]["eventType"] == wanted
        ]

    def key(self, place: int, at: int) -> Key:
        return tuple(self.stream[at][1].get(name) for name in self.rule.sub_patterns[place].group_by)

    def keys(self, place: int, at: int) -> set[Key]:
        return {self.key(place, member) for member in self.members(place, at)}

    def satisfied(self, place: int, key: Key, at: int) -> set[int]:
        members = [each for each in self.members(place, at) if self.key(place, each) == key]
        aggregate = self.rule.sub_patterns[place].aggregate
        return {
            member
            for number, member in enumerate(members)
            if holds(aggregate, [self.stream[each][1] for each in members[: number + 1]])
        }

    def related(self, binding: dict[int, Key]) -> bool:
        constraint = self.rule.global_constraint
        tests = constraint.items if isinstance(constraint, And) else [constraint] if constraint else []
        return all(self.tied(test, binding) for test in tests)

    def tied(self, test: Leaf, binding: dict[int, Key]) -> bool:
        values = []
        for side in (test.term, test.operand):
            pattern, _, name = side.name.partition(".")
            place = NAMES.index(pattern)
            if place not in binding:
                return True
            values.append(binding[place][self.rule.sub_patterns[place].group_by.index(name)])
        if None in values:
            return test.negated
        return (values[0].lower() == values[1].lower()) is not test.negated

    def attributes(self, binding: dict[int, Key]) -> frozenset[tuple[str, str]]:
        return frozenset(
            (f"{NAMES[place]}_{name}", value)
            for place, key in binding.items()
            for name, value in zip(self.rule.sub_patterns[place].group_by, key, strict=True)
            if value is not None
        )


def holds(expr: Expr, events: list[Mapping[str, str | int | None]]) -> bool:
    match expr:
        case And(items):
            return all(holds(item, events) for item in items)
        case Or(items):
            return any(holds(item, events) for item in items)
    value = result(expr.term, events)
    return value is not None and BY_NAME[expr.operator].holds(value, expr.operand.value)


def result(term: Call | Arithmetic | Number, events: list[Mapping[str, str | int | None]]) -> Fraction | None:
    if isinstance(term, Arithmetic):
        left, right = result(term.left, events), result(term.right, events)
        if left is None or right is None or (term.sign == "/" and not right):
            return None
        return left - right if term.sign == "-" else left / right
    attribute = term.arguments[0]
    if attribute.name == "*":
        return Fraction(len(events))
    present = [event[attribute.name] for event in events if event.get(attribute.name) is not None]
    if term.function == "COUNT":
        return Fraction(len({str(value) for value in present}) if term.distinct else len(present))
    if term.function == "LAST":
        return None if not present or present[-1] == "many" else Fraction(present[-1])
    numbers = [Fraction(value) for value in present if value != "many"]
    if not numbers:
        return None
    match term.function:
        case "AVG":
            return sum(numbers, Fraction(0)) / len(numbers)
        case "VARIANCE":
            average = sum(numbers, Fraction(0)) / len(numbers)
            return sum(((number - average) ** 2 for number in numbers), Fraction(0)) / len(numbers)
        case "MEDIAN":
            return statistics.median(numbers)
        case "PCTILE":
            return statistics.median_low(numbers)
        case "PctChange":
            return 100 * (numbers[-1] - numbers[0]) / abs(numbers[0])
    return {"SUM": sum, "MIN": min, "MAX": max}[term.function](numbers)
