"""Incidents against the conformance suite, and what the suite cannot say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from tests.unit.test_engine_streams import rule_of, stream_of
from translator.dialect.profile import load_profile
from translator.engine import incidents
from translator.engine.context import Context
from translator.engine.exception_file import exceptions_of
from translator.engine.exceptions import Period, RuleException
from translator.engine.incidents import Incident, IncidentLog
from translator.engine.session import DEEPEST, Session
from translator.errors import InputError, Location, Refused
from translator.model.expr import Expr
from translator.model.rule import ClearPattern, QuietPeriod, Rule, WatchListEntry
from translator.parse.arguments import parse_ties
from translator.parse.expression import parse_filter

SUITE = Path(__file__).parent.parent / "cases" / "conformance" / "incidents.yaml"
TOPICS: list[dict[str, Any]] = yaml.safe_load(SUITE.read_text("utf-8"))
DEFAULT = load_profile()
PLACE = Location("exceptions.yaml", 1)


def parsed(text: str) -> Expr:
    return parse_filter(text).expr


def cases() -> list[Any]:
    return [
        pytest.param({**topic, **case}, id=f"{topic['topic']}-{number}")
        for topic in TOPICS
        for number, case in enumerate(topic["cases"])
    ]


def rule_with(case: dict[str, Any]) -> Rule:
    rule = rule_of(case.get("pattern", "A"))
    (first, *_) = rule.incident.attributes
    attribute = replace(first, name=case.get("attribute", "A"))
    rule = replace(
        rule, incident=replace(rule.incident, attributes=(attribute,), frequency=case.get("frequency"))
    )
    if "quiet" in case:
        return replace(rule, clear=QuietPeriod(case["quiet"]))
    return replace(rule, clear=clear_pattern(case["clear"])) if "clear" in case else rule


def clear_pattern(
    written: dict[str, str],
) -> ClearPattern:
    last = written["pattern"].split()[-1]
    aggregates = {last: written["aggregate"]} if "aggregate" in written else None
    pattern = rule_of(written["pattern"], aggregates=aggregates)
    return ClearPattern(
        window=60,
        sub_patterns=pattern.sub_patterns,
        relations=pattern.relations,
        name=written.get("name", ""),
        attributes=parse_ties(written.get("attributes", "")),
        constraint=parsed(written["constraint"]) if "constraint" in written else None,
    )


def log_of(
    rule: Rule,
    events: list[str],
    ends: float | None = None,
    exceptions: tuple[RuleException, ...] = (),
    context: Context | None = None,
    others: tuple[Rule, ...] = (),
) -> IncidentLog:
    stream = stream_of(*events)
    if ends is not None:
        stream.append((ends, {"eventType": "nothing"}))
    session = Session([rule, *others], DEFAULT, context or Context(), exceptions)
    for time, event in stream:
        session.feed(time, event)
    session.finish()
    return session.log


def shown(incident: Incident) -> str:
    words = [f"{name}={value}" for name, value in incident.attributes.items()]
    words += [f"{incident.first_seen:g}..{incident.last_seen:g}", str(incident.count)]
    if incident.notifications != incident.count:
        words += ["notified", str(incident.notifications)]
    if incident.cleared is not None:
        words += ["cleared", f"{incident.cleared:g}"]
    return " ".join(words)


@pytest.mark.parametrize("case", cases())
def test_incidents_are_as_the_suite_says(case: dict[str, Any]) -> None:
    written = [yaml.safe_load(text) for text in case.get("exceptions", [])]
    exceptions = exceptions_of({"exceptions": written}, PLACE, UTC, parsed)
    log = log_of(rule_with(case), case["events"], case.get("ends"), exceptions)
    assert [shown(incident) for incident in log.incidents] == case["incidents"]


def test_every_case_states_where_it_was_seen() -> None:
    for topic in TOPICS:
        for case in topic["cases"]:
            assert {**topic, **case}["status"] in {"documented", "observed", "assumed"}
            assert {**topic, **case}["source"]


@pytest.mark.parametrize(
    ("severity", "category"),
    [(1, "LOW"), (4, "LOW"), (5, "MEDIUM"), (8, "MEDIUM"), (9, "HIGH"), (10, "HIGH")],
)
def test_severity_has_a_category(severity: int, category: str) -> None:
    rule = rule_of("A")
    log = log_of(replace(rule, incident=replace(rule.incident, severity=severity)), ["A 0 x"])
    assert log.incidents[0].category == category


def test_incident_says_what_goes_on_watch_lists() -> None:
    entries = (WatchListEntry("A", ("PH_DYNLIST_A", "PH_DYNLIST_B")), WatchListEntry("B", ("PH_DYNLIST_C",)))
    log = log_of(replace(rule_of("A OR B"), watch_lists=entries), ["A 0 x", "B 1 y"])
    assert [each.watch_lists for each in log.incidents] == [
        {"PH_DYNLIST_A": "x", "PH_DYNLIST_B": "x"},
        {"PH_DYNLIST_C": "y"},
    ]


def test_incidents_that_change_still_clear() -> None:
    clear = clear_pattern({"pattern": "C", "attributes": "total = C.n"})
    (pattern,) = clear.sub_patterns
    clear = replace(clear, sub_patterns=(replace(pattern, group_by=("n",)),))
    log = log_of(
        replace(rule_of("A", total="COUNT(*)"), clear=clear), ["A 0 x", "A 1 x", "C 2 - n=1", "C 3 - n=2"]
    )
    assert [incident.cleared for incident in log.incidents] == [3.0]


def about_incidents(name: str, event_type: str, aggregate: str = "COUNT(*) >= 1") -> Rule:
    rule = rule_of("A", aggregates={"A": aggregate})
    (pattern,) = rule.sub_patterns
    pattern = replace(
        pattern, filter=parsed(f'eventType = "{event_type}" AND phIncidentCategory = "Server"'), group_by=()
    )
    incident = replace(rule.incident, event_type=name, attributes=())
    return replace(rule, name=name, sub_patterns=(pattern,), incident=incident)


def test_rules_may_be_about_incidents() -> None:
    many = about_incidents("PH_RULE_MANY", "PH_RULE_A", "COUNT(DISTINCT A) >= 2 AND MAX(eventSeverity) >= 5")
    log = log_of(rule_of("A"), ["A 0 x", "A 1 x", "A 2 y", "A 100 z"], others=(many,))
    assert [(each.event_type, each.first_seen, each.count) for each in log.incidents] == [
        ("PH_RULE_A", 0.0, 2),
        ("PH_RULE_A", 2.0, 1),
        ("PH_RULE_MANY", 2.0, 1),
        ("PH_RULE_A", 100.0, 1),
    ]


def test_what_raises_no_incident_is_no_event() -> None:
    exceptions = (RuleException(condition=parsed('A = "x"')),)
    log = log_of(rule_of("A"), ["A 0 x"], exceptions=exceptions, others=(about_incidents("B", "PH_RULE_A"),))
    assert log.incidents == ()


def test_incidents_at_the_end_are_events_too() -> None:
    waiting = rule_of("A NOT_FOLLOWED_BY B")
    log = log_of(waiting, ["A 0 x"], others=(about_incidents("PH_RULE_GONE", "PH_RULE_A"),))
    assert [(each.event_type, each.first_seen) for each in log.incidents] == [
        ("PH_RULE_A", 60.0),
        ("PH_RULE_GONE", 60.0),
    ]


def test_what_waits_for_incidents_at_the_end_ends_too() -> None:
    waiting, about = rule_of("A NOT_FOLLOWED_BY B"), rule_of("A NOT_FOLLOWED_BY B")
    (first, second) = about.sub_patterns
    about = replace(
        about,
        sub_patterns=(replace(first, filter=parsed('eventType = "PH_RULE_A"'), group_by=()), second),
        incident=replace(about.incident, event_type="PH_RULE_LATER", attributes=()),
    )
    log = log_of(waiting, ["A 0 x"], others=(about,))
    assert [(each.event_type, each.first_seen) for each in log.incidents] == [
        ("PH_RULE_A", 60.0),
        ("PH_RULE_LATER", 120.0),
    ]


def test_incidents_that_go_in_circles_end() -> None:
    session = Session([about_incidents("PH_RULE_SELF", "ph_rule_self")], DEFAULT)
    session.feed(0.0, {"eventType": "PH_RULE_SELF", "phIncidentCategory": "Server"})
    session.finish()
    assert session.firings == DEEPEST + 1
    assert session.circular == 1
    assert [incident.count for incident in session.log.incidents] == [DEEPEST + 1]


def test_incidents_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incidents, "MOST_INCIDENTS", 3)
    log = log_of(rule_of("A"), [f"A {number} user{number}" for number in range(10)] + ["A 11 user1"])
    assert len(log.incidents) == 3
    assert log.dropped == 7
    assert log.incidents[1].count == 2


def test_exceptions_are_counted() -> None:
    exceptions = (RuleException(condition=parsed('A = "x"')), RuleException(frozenset({"Other"})))
    log = log_of(rule_of("A"), ["A 0 x", "A 1 x", "A 2 y"], exceptions=exceptions)
    assert log.excepted == (2, 0)


def test_hours_are_local() -> None:
    period = exceptions_of({"exceptions": [{"during": [{"hours": "08:00-17:00"}]}]}, PLACE, UTC, parsed)[
        0
    ].periods[0]
    noon = 1_750_000_000 // 86_400 * 86_400 + 12 * 3_600
    assert period.covers(noon, Context())
    assert not period.covers(noon, Context(time_zone=ZoneInfo("Asia/Tokyo")))


def test_times_without_offset_are_local() -> None:
    content = {"exceptions": [{"during": [{"from": "1970-01-01 01:00", "to": "1970-01-01T02:00+00:00"}]}]}
    ((period,),) = (each.periods for each in exceptions_of(content, PLACE, ZoneInfo("Europe/Berlin"), parsed))
    assert period == Period(0.0, 7200.0)


@pytest.mark.parametrize(
    ("clear", "reason"),
    [
        ({"pattern": "C", "attributes": "A"}, "no sub-pattern groups by 'A'"),
        ({"pattern": "C", "constraint": "C.user = D.user"}, "'D.user' is neither"),
        ({"pattern": "C", "constraint": "PH_RULE_A.A = user"}, "'user' is neither"),
    ],
)
def test_clear_conditions_about_nothing_are_refused(clear: dict[str, str], reason: str) -> None:
    with pytest.raises(Refused, match=f"engine-clear: the clear condition of rule 'A rule': {reason}"):
        IncidentLog([replace(rule_of("A"), clear=clear_pattern(clear))], DEFAULT)


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ([], "no list 'exceptions'"),
        ({"exceptions": {}}, "is no list"),
        ({"exceptions": [], "more": 1}, "other parts besides"),
        ({"exceptions": ["x"]}, "exception 1: Expected `object`, got `str`"),
        ({"exceptions": [{}, {"wen": "a = 1"}]}, "exception 2: .*wen"),
        ({"exceptions": [{"when": "a ="}]}, "exception 1: column 4: expected a value"),
        ({"exceptions": [{"during": [{"from": "soon"}]}]}, "exception 1: 'soon' is no time"),
        ({"exceptions": [{"during": [{"hours": "9-17"}]}]}, "exception 1: '9-17' are no hours"),
        ({"exceptions": [{"during": [{"hours": "09:00-24:00"}]}]}, "are no hours"),
        ({"exceptions": [{"during": [{"days": ["Monday"]}]}]}, "exception 1: Invalid enum value 'Monday'"),
    ],
)
def test_exceptions_that_cannot_be_read(content: object, cause: str) -> None:
    with pytest.raises(InputError, match=cause) as caught:
        exceptions_of(content, PLACE, UTC, parsed)
    assert caught.value.location == PLACE
    assert caught.value.hint
