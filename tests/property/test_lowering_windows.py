"""Random rules for Windows on random events, through the whole harness: any difference is announced."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.property.windows_rules import events, rules
from translator.dialect.profile import load_profile
from translator.errors import Location
from translator.harness.compare import fortisiem_side, sigma_sides
from translator.harness.events import known_log_source, views
from translator.notes import Effect, Note
from translator.options import Options
from translator.sources.sigma import read_rule
from translator.translate import translate

OPTIONS = {name: Options(profile=name, sources="all") for name in ("default", "sql-null")}


def relevant(note: Note, event: dict[str, Any]) -> bool:
    """Whether what a note says can matter for this event."""
    value = event.get(note.field)
    if note.code.name == "dash-is-absent":
        return value in (None, "-")
    if note.code.name == "empty-may-be-absent":
        return value in (None, "", "-") or note.field == "User"
    return True


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.sampled_from(sorted(OPTIONS)))
def test_both_engines_agree_on_windows_events(data: st.DataObject, profile: str) -> None:
    document, name = data.draw(rules())
    check(document, [data.draw(events(name)) for _ in range(4)], profile)


def check(document: dict[str, Any], several: list[dict[str, Any]], profile: str) -> None:
    source = read_rule(document, Location("random.yml"))
    options = OPTIONS[profile]
    (translation,) = translate(source, options)
    if translation.rule is None:
        return
    (sigma_side,) = sigma_sides(source)
    engine = fortisiem_side(translation, load_profile(profile))
    log_source = known_log_source(source, options.settings.taxonomy)
    for event in several:
        seen = views(event, "sigma", log_source)
        sigma, fortisiem = sigma_side.fires(seen), engine.matches(seen.fortisiem)
        if sigma != fortisiem:
            direction = Effect.NARROWER if sigma else Effect.WIDER
            announced = [
                note for note in translation.notes if note.effect is direction and relevant(note, event)
            ]
            assert announced, (
                event,
                sigma,
                fortisiem,
                dict(seen.fortisiem),
                [str(note) for note in translation.notes],
            )
