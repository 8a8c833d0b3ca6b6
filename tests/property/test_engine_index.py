"""Looking filters up gives what asking each of them gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.test_engine_laws import PROFILES
from translator.dialect.profile import Dialect
from translator.engine import prefilter
from translator.engine.compile import compile_expr, pinned_event_types
from translator.engine.context import Context
from translator.engine.needs import Clause, needs
from translator.engine.ruleset import FilterIndex
from translator.engine.values import Record
from translator.engine.verdict import Check, Undecided
from translator.model.expr import And, Attribute, Expr, Group, Network, Not, Number, Or, Pattern, Text, Values
from translator.model.expr import Test as Leaf

SOUGHT = [
    "\\cmd.exe",
    "\\cmd",
    "cmd.exe",
    "CMD",
    "\\net\\",
    "net\\a",
    " -e",
    "a",
    "É",
    "10",
    "aaaaaa",
    ".exe",
]
TEXTS = st.sampled_from(SOUGHT)
QUOTED = TEXTS.map(lambda text: text.replace("\\", "\\\\").replace(".", "\\."))
BEFORE, BEHIND = st.sampled_from(["", "", "^", ".*"]), st.sampled_from(["", "$", "$", "$", "[ab]+", "|net"])
PATTERNS = st.builds("{}{}{}".format, BEFORE, QUOTED, BEHIND)
EVENT_TYPES = st.sampled_from(["cmd", "CMD", "net"])
NAMES = st.sampled_from(["t", "t", "t", "u", "rawEventMsg", "n"]).map(Attribute)
NUMBERS = st.sampled_from([1, 10]).map(Number)
LITERALS = st.one_of(TEXTS.map(Text), TEXTS.map(Text), NUMBERS, st.just(Network("10.0.0.0/8")))
GROUPS = st.sampled_from(["G", "NOBODY"]).map(Group)
MEMBERS = st.lists(st.one_of(LITERALS, LITERALS, GROUPS), min_size=1, max_size=3).map(tuple).map(Values)
SIGN = st.sampled_from([False, False, False, True])
LEAVES = st.one_of(
    st.builds(Leaf, NAMES, st.just("equals"), LITERALS | NAMES, SIGN),
    st.builds(Leaf, NAMES, st.just("contain"), TEXTS.map(Text), SIGN),
    st.builds(Leaf, NAMES, st.just("regexp"), PATTERNS.map(Pattern), SIGN),
    st.builds(Leaf, NAMES, st.just("regexp"), PATTERNS.map(Pattern), SIGN),
    st.builds(Leaf, NAMES, st.just("in"), MEMBERS, SIGN),
    st.builds(Leaf, NAMES, st.just("greater"), NUMBERS),
    st.builds(Leaf, NAMES, st.just("is_null"), st.none(), SIGN),
)
TYPES = st.builds(Leaf, st.just(Attribute("eventType")), st.just("equals"), EVENT_TYPES.map(Text))


def joined(kind: type[And] | type[Or], members: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    return st.lists(members, min_size=2, max_size=3).map(lambda items: kind(tuple(items)))


FILTERS = st.one_of(
    LEAVES,
    LEAVES,
    LEAVES.map(Not),
    joined(And, LEAVES),
    joined(Or, LEAVES),
    joined(Or, joined(And, LEAVES) | LEAVES),
    joined(And, joined(Or, LEAVES) | TYPES),
    joined(And, joined(Or, LEAVES).map(Not) | LEAVES),
    st.tuples(TYPES, LEAVES).map(And),
    st.sampled_from([And(()), Or(())]),
)
AROUND = st.sampled_from(["", "", "", "C:", "\\", "cmd", "x", ".exe", " a"])
VALUES = st.builds("{}{}{}".format, AROUND, TEXTS, AROUND) | st.sampled_from(["", "10.1.2.3", "1"])
MOSTLY = st.one_of(VALUES, VALUES, VALUES, st.none())
EVENTS = st.lists(
    st.fixed_dictionaries(
        {"t": MOSTLY, "u": MOSTLY, "eventType": EVENT_TYPES | st.none(), "rawEventMsg": MOSTLY, "n": MOSTLY}
    ),
    min_size=1,
    max_size=8,
)
CONTEXT = Context(groups={"G": ("cmd.exe", "10.0.0.0/8")})


@dataclass(frozen=True)
class Item:
    check: Check
    event_types: frozenset[str] | None
    clauses: tuple[Clause, ...]


def items(filters: Sequence[Expr], profile: Dialect) -> list[Item]:
    return [
        Item(compile_expr(each, profile, CONTEXT), pinned_event_types(each), needs(each, profile, CONTEXT))
        for each in filters
    ]


def one_by_one(found: Sequence[Item], record: Record) -> list[tuple[int, bool | Undecided]]:
    verdicts = ((number, item.check(record)) for number, item in enumerate(found))
    return [(number, verdict) for number, verdict in verdicts if verdict is not False]


@settings(max_examples=600)
@given(
    st.lists(FILTERS, min_size=1, max_size=8), EVENTS, st.sampled_from(PROFILES), st.sampled_from([1, 3, 100])
)
def test_an_index_gives_what_asking_each_filter_gives(
    filters: list[Expr], events: list[Mapping[str, str | None]], profile: Dialect, kept: int
) -> None:
    found = items(filters, profile)
    index = FilterIndex(found)
    before, prefilter._KEPT_VALUES = prefilter._KEPT_VALUES, kept  # noqa: SLF001 - so that values are forgotten
    try:
        for event in [*events, *events]:
            record = Record(event)
            assert list(index.verdicts_on(record)) == one_by_one(found, record)
    finally:
        prefilter._KEPT_VALUES = before  # noqa: SLF001


@given(FILTERS, EVENTS, st.sampled_from(PROFILES))
def test_what_a_filter_needs_is_there_when_it_holds(
    expr: Expr, events: list[Mapping[str, str | None]], profile: Dialect
) -> None:
    (item,) = items([expr], profile)
    for event in events:
        record = Record(event)
        if item.check(record) is not False:
            for clause in item.clauses:
                assert any(event.get(sign.attribute) is not None for sign in clause)
