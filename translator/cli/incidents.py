"""How the results of a replay are shown: lines for people, objects for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from translator.cli import forms
from translator.cli.console import line
from translator.cli.output import write_file
from translator.engine.explain import Step
from translator.engine.incidents import MOST_INCIDENTS, Incident
from translator.engine.times import moment
from translator.errors import TranslatorError
from translator.harness.arrivals import MOST_ERRORS, Arrival, Arrivals
from translator.harness.replay import Outcome
from translator.harness.rule_book import RuleBook
from translator.model.rule import Rule

SHOWN = 3
"""Incidents that are listed of each rule; --json and --incidents have all."""
_WIDTH = 200
"""Characters of an incident's values that are shown."""
_SHOWN_PARTS = 12
_COLOURS = {"HIGH": "red", "MEDIUM": "yellow", "LOW": "green"}


def lines(outcome: Outcome, arrivals: Arrivals) -> Iterator[Text]:
    """The rules that raised incidents, the most severe first, with some of those, and the totals."""
    by_rule: dict[int, list[Incident]] = {}
    for incident in outcome.session.log.incidents:
        by_rule.setdefault(incident.rule, []).append(incident)
    if by_rule:
        yield line(("severity   incidents  firings  first seen           last seen            rule", "bold"))
    for number, found in sorted(by_rule.items(), key=lambda each: (-each[1][0].severity, each[0])):
        yield _summary(outcome.session.rules[number], found)
        for incident in found[:SHOWN]:
            yield line((f"    {_values(incident)}", "dim"))
        if len(found) > SHOWN:
            yield line((f"    {len(found) - SHOWN:,} more (--json and --incidents have all)", "dim"))
    yield line((_totals(outcome, arrivals, len(by_rule)), "bold"))


def _summary(rule: Rule, found: Sequence[Incident]) -> Text:
    one = found[0]
    firings = sum(incident.count for incident in found)
    first = min(incident.first_seen for incident in found)
    last = max(incident.last_seen for incident in found)
    return line(
        (f"{one.severity:2} {one.category:6}", _COLOURS[one.category]),
        f"{len(found):11,}{firings:9,}  {_shown(first)}  {_shown(last)}  ",
        (rule.name, "bold"),
    )


def _values(incident: Incident) -> str:
    text = ", ".join(f"{name}={value}" for name, value in incident.attributes.items()) or "no values"
    cut = text if len(text) <= _WIDTH else f"{text[:_WIDTH]}..."
    times = f" ({incident.count:,} times)" if incident.count > 1 else ""
    return cut + times + ("" if incident.cleared is None else f", cleared {_shown(incident.cleared)}")


def _totals(outcome: Outcome, arrivals: Arrivals, rules: int) -> str:
    session = outcome.session
    running = len(session.rules) - len(session.replay.refused)
    return (
        f"{_counted(session.log.raised, 'incident')} of {_counted(rules, 'rule')}, "
        f"{_counted(session.firings, 'firing')}; {outcome.replayed:,} of {arrivals.read:,} events through "
        f"{running:,} of {len(session.rules):,} rules"
    )


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def remarks(book: RuleBook, outcome: Outcome, arrivals: Arrivals) -> Iterator[str]:
    """What a reader of the incidents must know."""
    yield from book.warnings
    for title, parts in (
        ("not looked at in the rules", book.unused),
        ("what does not suit the types of attributes", book.unsuited),
    ):
        if parts:
            shown = [f"{part} ({count:,})" for part, count in parts.most_common(_SHOWN_PARTS)]
            more = len(parts) - len(shown)
            yield f"{title}: {', '.join(shown)}{f' and {more} more' if more > 0 else ''}"
    for name, reason, events in outcome.unknown:
        counted = _counted(events, "event")
        yield f"rule '{name}' could not be told for {counted}: {reason}; supply it with --context"
    for name, events in outcome.cut:
        counted = _counted(events, "event")
        yield f"rule '{name}' had too many combinations of groups at {counted}; give it a constraint"
    if outcome.session.circular:
        counted = _counted(outcome.session.circular, "incident")
        yield f"{counted} not made events, because incidents follow from one another without end"
    if outcome.session.log.dropped:
        counted = _counted(outcome.session.log.dropped, "firing")
        yield f"{counted} raised nothing, because {MOST_INCIDENTS:,} incidents are kept"
    if arrivals.late:
        yield (
            f"{_counted(arrivals.late, 'event')} dropped for being more than {arrivals.delay:g} s behind; "
            "use --delay or --clock file"
        )
    if arrivals.timeless:
        yield f"{_counted(arrivals.timeless, 'event')} without a time, taken as received with the one before"
    if arrivals.unreadable > MOST_ERRORS:
        yield f"{arrivals.unreadable:,} events could not be read; the first {MOST_ERRORS} are named"
    if arrivals.untyped and arrivals.untyped == arrivals.read - arrivals.unreadable:
        yield (
            "no event has an eventType, so these are no FortiSIEM attributes; "
            "translate verify reads events with the fields of Sigma rules"
        )


def as_json(
    outcome: Outcome, book: RuleBook, arrivals: Arrivals, errors: Sequence[TranslatorError], profile: str
) -> dict[str, Any]:
    """The whole result."""
    session = outcome.session
    return {
        "profile": profile,
        "rules": len(session.rules),
        "events": {
            "read": arrivals.read,
            "replayed": outcome.replayed,
            "late": arrivals.late,
            "timeless": arrivals.timeless,
            "unreadable": arrivals.unreadable,
        },
        "firings": outcome.session.firings,
        "incidents": [
            _incident(each, outcome.session.rules[each.rule]) for each in outcome.session.log.incidents
        ],
        "dropped": outcome.session.log.dropped,
        "excepted": list(outcome.session.log.excepted),
        "undecided": [
            {"rule": name, "reason": reason, "events": events} for name, reason, events in outcome.unknown
        ],
        "cut": [{"rule": name, "events": events} for name, events in outcome.cut],
        "warnings": book.warnings,
        "unused": dict(book.unused.most_common()),
        "unsuited": dict(book.unsuited.most_common()),
        "errors": forms.errors(errors),
    }


def _incident(incident: Incident, rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.name,
        "id": rule.id,
        "event_type": incident.event_type,
        "event_type_group": rule.incident.event_type_group,
        "severity": incident.severity,
        "category": incident.category,
        "title": incident.title,
        "status": incident.status,
        "attributes": dict(incident.attributes),
        "first_seen": _iso(incident.first_seen),
        "last_seen": _iso(incident.last_seen),
        "cleared": None if incident.cleared is None else _iso(incident.cleared),
        "count": incident.count,
        "notifications": incident.notifications,
        "watch_lists": dict(incident.watch_lists),
        "first_event": incident.origin,
    }


def write(path: Path, outcome: Outcome) -> None:
    """All incidents as JSON, one a line.

    Raises: InputError(cannot-write).
    """
    rows = (
        json.dumps(_incident(each, outcome.session.rules[each.rule]), ensure_ascii=False)
        for each in outcome.session.log.incidents
    )
    write_file(path, "".join(f"{row}\n" for row in rows))


def explained_head(rule: Rule, arrival: Arrival) -> Iterator[Text]:
    """Which rule and which event an explanation is about."""
    yield line((rule.name, "bold"), "  ", (str(arrival.location), "dim"))


def explained_json(
    rule: Rule, arrival: Arrival, steps: Sequence[tuple[str, Step]], errors: Sequence[TranslatorError]
) -> dict[str, Any]:
    """An explanation for programs."""
    return {
        "rule": rule.name,
        "event": str(arrival.location),
        "sub_patterns": [{"name": name, **step.data()} for name, step in steps],
        "errors": forms.errors(errors),
    }


def _iso(seconds: float) -> str:
    return moment(seconds).isoformat().replace("+00:00", "Z")


def _shown(seconds: float) -> str:
    return moment(seconds).strftime("%Y-%m-%d %H:%M:%S")
