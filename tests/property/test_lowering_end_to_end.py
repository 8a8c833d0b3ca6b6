"""Random rules on random events: both engines agree, unless a note says that they need not."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.property.lab import TAXONOMY, attributes, taxonomy
from tests.property.lab_rules import PLACEHOLDERS, events, rules
from translator.dialect.profile import load_profile
from translator.engine.compile import compile_rule
from translator.errors import Location
from translator.notes import Effect, Note
from translator.options import Options
from translator.oracle import compile_rule as compile_sigma
from translator.parse.rule_xml import parse_rules
from translator.sources.sigma import read_rule
from translator.translate import Translation, render, translate

KNOWN = taxonomy()
OPTIONS = {
    "default": Options(taxonomy=(TAXONOMY,), placeholders=PLACEHOLDERS),
    "sql-null": Options(taxonomy=(TAXONOMY,), placeholders=PLACEHOLDERS, profile="sql-null"),
    "case-strict": Options(
        taxonomy=(TAXONOMY,), placeholders=PLACEHOLDERS, profile="case-strict", regex_case="classes"
    ),
}
EVERY_SOURCE = Options(taxonomy=(TAXONOMY,), placeholders=PLACEHOLDERS, sources="all")
LACKING = {2: ("Other", "Number"), 3: ("Other", "Number")}
"""Fields that events of other types than the primary one never have."""
KINDS = {"low", "medium", "high", "4"}


def relevant(note: Note, event: dict[str, Any]) -> bool:
    """Whether what a note says can matter for this event."""
    value = event.get(note.field)
    match note.code.name:
        case "dash-is-absent":
            return value in (None, "-") or "both" in note.text
        case "empty-may-be-absent":
            return value in (None, "", "-") or note.field in ("Account", "File", "Mail")
        case "value-unknown":
            return str(value).casefold() not in KINDS
    return True


def verdicts(
    document: dict[str, Any], translation: Translation, event: dict[str, Any], profile: str
) -> tuple[bool, bool]:
    """What Sigma and the rule read back from its XML say."""
    (matcher,) = compile_sigma(document, PLACEHOLDERS)
    (parsed,) = parse_rules(render([translation.page]).encode())
    log_source = KNOWN.log_source("lab", "process", None)
    assert log_source is not None
    seen = attributes(event, log_source, KNOWN)
    return matcher.matches(event), compile_rule(parsed.rule, load_profile(profile)).matches(seen)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.data(), st.sampled_from(sorted(OPTIONS)))
def test_both_engines_agree(data: st.DataObject, profile: str) -> None:
    document = data.draw(rules())
    check(document, OPTIONS[profile], [data.draw(events(document)) for _ in range(4)])


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.data())
def test_both_engines_agree_on_all_event_types(data: st.DataObject) -> None:
    document = data.draw(rules())
    several = []
    for event_id in (1, 2, 3):
        event = data.draw(events(document))
        kept = {name: value for name, value in event.items() if name not in LACKING.get(event_id, ())}
        several.append({"EventID": event_id, **kept})
    check(document, EVERY_SOURCE, several)


def check(document: dict[str, Any], options: Options, several: list[dict[str, Any]]) -> None:
    """Both verdicts on each event are equal, or a note announces the difference."""
    (translation,) = translate(read_rule(document, Location("random.yml")), options)
    if translation.rule is None:
        return
    for event in several:
        sigma, fortisiem = verdicts(document, translation, event, options.profile)
        if sigma != fortisiem:
            direction = Effect.NARROWER if sigma else Effect.WIDER
            announced = [
                note for note in translation.notes if note.effect is direction and relevant(note, event)
            ]
            assert announced, (sigma, fortisiem, [str(note) for note in translation.notes])
