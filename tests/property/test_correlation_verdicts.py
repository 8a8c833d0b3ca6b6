"""Random correlations over random streams: what Sigma says of each event, the translated rule says too."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from translator.dialect.profile import load_profile
from translator.errors import Location
from translator.harness.compare import from_xml
from translator.harness.streams import TimedEvent, fortisiem_verdicts, see, sigma_verdicts
from translator.options import Options
from translator.sources.correlation import CorrelationSource
from translator.sources.documents import Document
from translator.sources.rule_files import rule_sources
from translator.translate import translate

LOG_SOURCE = {"product": "windows", "category": "process_creation"}
RULES = ("a", "b", "c")
# Fields that stand in one attribute each, and values that letter case or numbers do not make equal.
FIELDS = ("Computer", "ParentImage")
BOUNDS = st.sampled_from(["gt", "gte", "lt", "lte", "eq", "neq"])


def rule(name: str) -> dict[str, Any]:
    """A rule that matches the events that carry its letter."""
    detection = {"selection": {"CommandLine|contains": f" {name} "}, "condition": "selection"}
    return {"title": name, "name": name, "logsource": LOG_SOURCE, "detection": detection}


@st.composite
def trees(draw: st.DrawFn, names: tuple[str, ...]) -> str:
    """A condition without negation that uses each name."""
    if len(names) == 1:
        return names[0]
    cut = draw(st.integers(1, len(names) - 1))
    word = draw(st.sampled_from(["and", "or"]))
    return f"({draw(trees(names[:cut]))} {word} {draw(trees(names[cut:]))})"


@st.composite
def correlations(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["event_count", "value_count", "temporal", "temporal_ordered", "joined"]))
    names = tuple(draw(st.permutations(RULES))[: draw(st.integers(1, 3))])
    section: dict[str, Any] = {
        "type": "temporal" if kind == "joined" else kind,
        "rules": list(names),
        "group-by": list(FIELDS[: draw(st.integers(0, 2))]),
        "timespan": f"{draw(st.integers(1, 6))}s",
    }
    if kind in ("event_count", "value_count"):
        words = draw(st.lists(BOUNDS, min_size=1, max_size=2, unique=True))
        section["condition"] = {word: draw(st.integers(0, 4)) for word in words}
    if kind == "value_count":
        section["condition"]["field"] = "Image"
    if kind == "joined":
        section["condition"] = draw(trees(names))
    if kind == "temporal" and draw(st.booleans()):
        section["condition"] = {"gte": draw(st.integers(1, len(names)))}
    return {"title": "correlation", "correlation": section}


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    letters = draw(st.sets(st.sampled_from([*RULES, "z"]), min_size=1, max_size=3))
    found = {"CommandLine": f"x {'  '.join(sorted(letters))} x"}
    optional = {
        "Computer": st.sampled_from(["h1", "h2"]),
        "ParentImage": st.sampled_from([r"C:\p.exe", r"C:\q.exe"]),
        "Image": st.sampled_from([r"C:\i.exe", r"C:\j.exe", r"C:\k.exe"]),
    }
    for field, values in optional.items():
        if field == "Computer" or draw(st.integers(0, 9)):
            found[field] = draw(values)
    return found


STREAMS = st.lists(st.tuples(st.integers(0, 3), events()), min_size=1, max_size=14)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(correlations(), STREAMS)
def test_each_event_gets_the_same_verdict(
    correlation: dict[str, Any], stream: list[tuple[int, dict[str, Any]]]
) -> None:
    documents = [correlation, *map(rule, RULES)]
    (source,) = [
        each
        for each in rule_sources(
            [Document(content, Location("x.yml", place), place) for place, content in enumerate(documents)]
        )
        if isinstance(each, CorrelationSource)
    ]
    (translation,) = translate(source)
    assume(translation.rule is not None)
    timed, now = [], 0
    for pause, event in stream:
        now += pause
        timed.append(TimedEvent(now, event, "sigma"))
    seen = see(source, timed, Options().settings.taxonomy)
    verdicts = fortisiem_verdicts([from_xml(translation)], seen, load_profile())
    assert verdicts == sigma_verdicts(source, seen)
