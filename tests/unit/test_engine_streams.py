"""The engine over streams against the conformance suite, and what the suite cannot say."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from translator.dialect.profile import load_profile
from translator.engine import windows
from translator.engine.clock import Clock, receive_time
from translator.engine.context import Baseline, Context
from translator.engine.correlation import MOST_BINDINGS
from translator.engine.firings import aggregate_source
from translator.engine.incidents import IncidentLog
from translator.engine.replay import Replay
from translator.errors import Refused
from translator.model.check import RELATION_TYPES
from translator.model.expr import Attribute, Call, Number
from translator.model.rule import Incident, IncidentAttribute, Relation, Rule, SubPattern
from translator.parse.expression import parse_filter

SUITE = Path(__file__).parent.parent / "cases" / "conformance"
RELATIONS = {
    path.stem: yaml.safe_load(path.read_text("utf-8")) for path in (SUITE / "relations").glob("*.yaml")
}
STATUSES = {"documented", "observed", "assumed"}
DEFAULT = load_profile()
ONE = "COUNT(*) >= 1"


def cases_of(files: dict[str, Any]) -> list[Any]:
    return [
        pytest.param({**file, **case}, id=f"{name}-{number}")
        for name, file in sorted(files.items())
        for number, case in enumerate(file["cases"])
    ]


def test_every_relation_has_a_file() -> None:
    assert {file["operator"] for file in RELATIONS.values()} == {*RELATION_TYPES, "one sub-pattern"}


@pytest.mark.parametrize("file", RELATIONS.values(), ids=RELATIONS)
def test_file_states_where_it_was_seen(file: dict[str, Any]) -> None:
    assert all(
        {**file, **case}["status"] in STATUSES and {**file, **case}["source"] for case in file["cases"]
    )


def rule_of(
    pattern: str, constraint: str | None = None, aggregates: dict[str, str] | None = None, **incident: str
) -> Rule:
    names = pattern.split()[::2]
    types = pattern.split()[1::2]
    return Rule(
        name="A rule",
        title="Rule on $A and $nobody",
        window=60,
        sub_patterns=tuple(
            SubPattern(
                name,
                parse_filter(f'eventType = "{name}"').expr,
                ("user",),
                parse_filter((aggregates or {}).get(name, ONE)).expr,
            )
            for name in names
        ),
        incident=Incident(
            "PH_RULE_A",
            5,
            tuple(IncidentAttribute(name, name, "user") for name in names)
            + tuple(IncidentAttribute(name, names[0], source) for name, source in incident.items()),
        ),
        relations=tuple(Relation(each, rank) for rank, each in enumerate(types)),
        global_constraint=parse_filter(constraint).expr if constraint else None,
    )


def stream_of(*events: str) -> list[tuple[float, dict[str, Any]]]:
    split = [event.split() for event in events]
    return [
        (float(time), {"eventType": letter, "user": None if user == "-" else user, **_more(more)})
        for letter, time, user, *more in split
    ]


def _more(words: list[str]) -> dict[str, str]:
    return dict(word.split("=", 1) for word in words)


@pytest.mark.parametrize("case", cases_of(RELATIONS))
def test_relation_means_what_the_suite_says(case: dict[str, Any]) -> None:
    rule = rule_of(case["pattern"], case.get("constraint"), case.get("aggregates"))
    fired = Replay([rule], DEFAULT).run(stream_of(*case["events"]))
    found = [
        " ".join([f"{each.time:g}", *(f"{name}={value}" for name, value in each.attributes.items())])
        for each in fired
    ]
    assert found == [str(each) for each in case["fires"]]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("EMA(a) > 1", "aggregate-unsupported"),
        ("a * 2 > 1", "aggregate-unsupported"),
        ("SUM(a) * LEN(b) > SUB_STR(b)", "function-unsupported"),
        ("LEN(a) > 1", "aggregate-unsupported"),
        ("a = 1", "aggregate-unsupported"),
        ("COUNT(*) > EMA(a)", "function-unsupported"),
    ],
)
def test_constraints_compare_aggregates(text: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        Replay([rule_of("A", aggregates={"A": text})], DEFAULT)


@pytest.mark.parametrize(
    ("pattern", "constraint", "code"),
    [
        ("A NOT_FOLLOWED_BY B FOLLOWED_BY C", None, "engine-relation"),
        ("A AND_NOT B", None, "engine-rule"),
        ("A AND B", "A.user = D.user", "engine-constraint"),
        ("A AND B", "user = B.user", "engine-constraint"),
    ],
)
def test_relations_without_evidence_are_refused(pattern: str, constraint: str | None, code: str) -> None:
    with pytest.raises(Refused, match=code):
        Replay([rule_of(pattern, constraint)], DEFAULT)


def test_falling_ranks_are_refused() -> None:
    rule = rule_of("A AND B AND C")
    falling = Rule(
        name=rule.name, title=rule.title, window=60, sub_patterns=rule.sub_patterns, incident=rule.incident,
        relations=(Relation("AND", 1), Relation("AND", 0)),
    )  # fmt: skip
    with pytest.raises(Refused, match="ranks"):
        Replay([falling], DEFAULT)


def test_threshold_from_the_cmdb() -> None:
    rule = rule_of("A", aggregates={"A": "AVG(cpu) > DeviceToCMDBAttr(user,Limit)"})
    events = stream_of("A 0 x cpu=50", "A 1 x cpu=100", "A 2 y cpu=100")
    known = Context(devices={("x",): {"Limit": 60}, ("y",): {"Limit": 200}})
    assert [each.time for each in Replay([rule], DEFAULT, known).run(events)] == [1.0]

    nothing = Replay([rule], DEFAULT)
    assert list(nothing.run(events)) == []
    assert nothing.unknown[0].events == 3
    assert "Limit of device y" in nothing.unknown[0].reason


def test_constraints_calculate_with_aggregates() -> None:
    rule = rule_of("A", aggregates={"A": "100 - (100.0 * SUM(down)) / SUM(polled) < 95 AND COUNT(*) >= 2"})
    events = stream_of("A 0 x down=9 polled=90", "A 1 x down=0 polled=90", "A 2 x down=3 polled=10", "A 3 y")
    assert [each.time for each in Replay([rule], DEFAULT).run(events)] == [2.0]


def test_constraints_compare_with_what_is_usual() -> None:
    rule = rule_of(
        "A", aggregates={"A": "(SUM(n) - STAT_AVG(SUM(n):9)) / STAT_STDDEV(SUM(n):9) >= 3 AND COUNT(*) >= 1"}
    )
    events = stream_of("A 0 x n=14", "A 1 y n=3", "A 2 y n=13", "A 3 z n=99")
    usual = (
        Baseline(9, "SUM(n)", {"user": "x"}, {"mean": 10, "deviation": 2}),
        Baseline(9, "sum( n )", {"user": "y"}, {"mean": 10, "deviation": 2}),
    )
    replay = Replay([rule], DEFAULT, Context(baselines=usual))
    assert [each.time for each in replay.run(events)] == [2.0]
    assert replay.unknown[0].reason == "profile 9 has no mean of SUM(n) for the group"


def test_filters_that_cannot_be_told_are_counted() -> None:
    rule = rule_of("A")
    pattern = SubPattern("A", parse_filter("user IN (Group@G)").expr, (), rule.sub_patterns[0].aggregate)
    replay = Replay([Rule("r", "r", 60, (pattern,), Incident("E", 1, ()))], DEFAULT)
    assert list(replay.run(stream_of("A 0 x", "A 1 -"))) == []
    assert replay.unknown[0].events == 1


def test_incidents_are_told_apart_by_values_and_updated() -> None:
    rule = rule_of("A", aggregates={"A": ONE}, total="SUM( n )", last="LAST(n)", host="host")
    log = IncidentLog([rule], DEFAULT)
    events = stream_of("A 0 x n=1 host=h", "A 5 x n=2 host=h", "A 6 y n=4", "A 100 x n=8 host=h")
    for firing in Replay([rule], DEFAULT).run(events):
        log.take(firing)
    first, second = log.incidents
    assert (first.first_seen, first.last_seen, first.count) == (0.0, 100.0, 3)
    assert first.attributes == {"A": "x", "total": "8", "last": "8", "host": "h"}
    assert second.attributes == {"A": "y", "total": "4", "last": "4"}
    assert first.title == "Rule on x and $nobody"
    assert (first.rule, first.event_type, first.severity) == (0, "PH_RULE_A", 5)


@pytest.mark.parametrize(
    ("source", "call"),
    [
        ("user", None),
        ("AVG(cpu)", Call("AVG", (Attribute("cpu"),))),
        ("count( distinct user )", Call("COUNT", (Attribute("user"),), distinct=True)),
        ("COUNT(*)", Call("COUNT", (Attribute("*"),))),
        ("PCTILE(cpu, 95)", Call("PCTILE", (Attribute("cpu"), Number(95.0)))),
    ],
)
def test_sources_of_incident_attributes(source: str, call: Call | None) -> None:
    assert aggregate_source(source) == call


def test_unrelated_groups_are_bounded() -> None:
    rule = rule_of("A AND B")
    events = stream_of(*(f"A 0 user{number}" for number in range(MOST_BINDINGS + 5)), "B 1 x")
    replay = Replay([rule], DEFAULT)
    assert len(list(replay.run(events))) == MOST_BINDINGS
    assert replay.cut == {0: 1}


def test_related_groups_are_found_among_many() -> None:
    rule = rule_of("A FOLLOWED_BY B", "A.user = B.user")
    events = stream_of(*(f"A 0 user{number}" for number in range(20_000)), "B 1 USER777")
    assert [each.attributes for each in Replay([rule], DEFAULT).run(events)] == [
        {"A": "user777", "B": "USER777"}
    ]


def test_memory_is_bounded_by_the_window() -> None:
    rule = rule_of("A FOLLOWED_BY B", "A.user = B.user", {"A": "COUNT(DISTINCT user) >= 1"})
    replay = Replay([rule], DEFAULT)
    for time in range(20_000):
        replay.feed(time, {"eventType": "A", "user": f"user{time}"})
    (state,) = replay._states.values()  # noqa: SLF001 - what is held is not otherwise visible
    assert sum(len(window.groups) for window in state._windows) <= 60  # noqa: SLF001


def numbered(count: int) -> list[tuple[float, dict[str, Any]]]:
    """Events A and B of one user, one a second, with numbers that come and go."""
    chance = random.Random(11)
    return [
        (float(second), {"eventType": chance.choice("AAAB"), "user": "x", "n": chance.randrange(-2, 4)})
        for second in range(count)
    ]


def test_long_groups_slide() -> None:
    """Groups of more members than are dropped at once."""
    stream = numbered(2_000)
    rule = rule_of("A", aggregates={"A": "SUM(n) > 45"})
    rule = replace(rule, window=100)
    expected = [
        second
        for second, event in stream
        if event["eventType"] == "A"
        and sum(
            each["n"]
            for time, each in stream[: int(second) + 1]
            if time > second - 100 and each["eventType"] == "A"
        )
        > 45
    ]
    assert len(expected) > 50
    assert [each.time for each in Replay([rule], DEFAULT).run(stream)] == expected


def test_long_groups_are_followed() -> None:
    stream = numbered(2_000)
    rule = replace(rule_of("A FOLLOWED_BY B", "A.user = B.user", {"A": "AVG(n) > 1.5"}), window=100)
    expected = [second for second, event in stream if event["eventType"] == "B" and averaged(stream, second)]
    assert 50 < len(expected) < 400
    assert [each.time for each in Replay([rule], DEFAULT).run(stream)] == expected


def averaged(stream: list[tuple[float, dict[str, Any]]], now: float) -> bool:
    """Whether the average of A lay above 1.5 at one of the As of the window that ends now."""
    total = count = 0
    for time, event in stream[: int(now)]:
        if time > now - 100 and event["eventType"] == "A":
            total, count = total + event["n"], count + 1
            if total / count > 1.5:
                return True
    return False


def test_only_the_last_members_are_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "MOST_LOOKED_AT_AGAIN", 10)
    rule = rule_of("A FOLLOWED_BY B", "A.user = B.user", {"A": "SUM(n) = 3"})
    early = [f"A 0 x n={1 if number < 3 else 0}" for number in range(3)] + ["A 1 x n=5"]
    late = [f"A 2 x n={number % 2}" for number in range(40)]
    assert [each.time for each in Replay([rule], DEFAULT).run(stream_of(*early, "B 3 x"))] == [3.0]
    assert [each.time for each in Replay([rule], DEFAULT).run(stream_of(*early, *late, "B 3 x"))] == [3.0]
    never = ["A 2 x n=7"] * 40
    assert not list(Replay([rule], DEFAULT).run(stream_of(*early, *never, "B 3 x")))


def at(time: Any, **more: str) -> dict[str, Any]:
    return {"phRecvTime": time, **more}


def test_clock_orders_within_the_delay_and_drops_beyond() -> None:
    clock = Clock(receive_time, delay=10)
    events = [
        at(100, n="a"),
        at(95, n="b"),
        at(120, n="c"),
        at(100, n="late"),
        at(None, n="d"),
        at(115, n="e"),
    ]
    assert [(time, event["n"]) for time, event in clock.in_order(events)] == [
        (95.0, "b"), (100.0, "a"), (115.0, "e"), (120.0, "c"), (120.0, "d"),
    ]  # fmt: skip
    assert (clock.late, clock.timeless) == (1, 1)


def test_an_event_as_late_as_the_delay_is_taken() -> None:
    clock = Clock(receive_time, delay=10)
    assert [time for time, _ in clock.in_order([at(100), at(90), at(89)])] == [90.0, 100.0]
    assert clock.late == 1


def test_clock_keeps_the_order_of_equal_times() -> None:
    events = [at(5, n=str(number)) for number in range(20)]
    assert [event["n"] for _, event in Clock(receive_time).in_order(events)] == [
        str(number) for number in range(20)
    ]


def test_clock_reads_what_functions_of_time_read() -> None:
    times = ["1970-01-01T00:00:07Z", 8, "9.5", "nonsense", "", -5]
    assert [time for time, _ in Clock(receive_time).as_they_come(map(at, times))] == [
        7.0,
        8.0,
        9.5,
        9.5,
        9.5,
        9.5,
    ]


def test_file_order_never_goes_back() -> None:
    assert [time for time, _ in Clock(receive_time).as_they_come([at(10), at(5), at(None), at(11)])] == [
        10.0,
        10.0,
        10.0,
        11.0,
    ]


@pytest.mark.parametrize(
    ("event", "time"),
    [
        ({"phRecvTime": 7, "eventTime": 5, "deviceTime": 3}, 7.0),
        ({"phRecvTime": "soon", "eventTime": 5, "deviceTime": 3}, 5.0),
        ({"deviceTime": "1970-01-01T00:00:03Z"}, 3.0),
        ({"time": 9}, None),
    ],
)
def test_the_first_attribute_that_tells_the_time_counts(event: dict[str, Any], time: float | None) -> None:
    assert receive_time(event) == time


def test_a_rule_that_is_refused_can_be_left_out() -> None:
    good, bad = rule_of("A"), rule_of("A", aggregates={"A": "EMA(a) > 1"})
    replay = Replay([bad, good], DEFAULT, tolerant=True)
    assert [each.rule for each in replay.run(stream_of("A 0 x"))] == [1]
    assert [number for number, error in replay.refused.items() if error.code == "aggregate-unsupported"] == [
        0
    ]
