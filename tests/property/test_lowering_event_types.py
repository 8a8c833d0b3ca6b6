"""Random conditions over event ids and providers: event types take their place."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.property.lab import TAXONOMY, attributes, taxonomy
from translator.dialect.profile import load_profile
from translator.engine.compile import compile_filter
from translator.errors import Location
from translator.options import Options
from translator.oracle import compile_rule as compile_sigma
from translator.sources.sigma import read_rule
from translator.translate import translate

KNOWN = taxonomy()
OPTIONS = Options(taxonomy=(TAXONOMY,))
PROVIDERS = {"audit": ["Lab-Auditing"], "system": ["Lab-Alpha", "Lab-Beta"], "tasks": ["Lab-Tasks"]}
IDS = {"audit": [10, 11, 12, 20, 40], "system": [5, 6, 8], "tasks": [5, 6, 8]}


def _selections(service: str) -> st.SearchStrategy[dict[str, Any]]:
    ids, providers = st.sampled_from(IDS[service]), st.sampled_from([*PROVIDERS[service], "Lab-Other"])
    items = {
        "EventID": ids | st.lists(ids, min_size=1, max_size=3) | ids.map(str) | st.just("1*"),
        "Provider_Name": providers | st.lists(providers, min_size=1, max_size=2) | st.just("*Alpha"),
        "Text": st.sampled_from(["x", "y", "*"]),
        "Account": st.sampled_from(["a", "*\\a", "b*"]),
    }
    if service != "audit":
        del items["Account"]
    chosen = st.lists(st.sampled_from(sorted(items)), min_size=1, max_size=3, unique=True)
    return chosen.flatmap(lambda names: st.fixed_dictionaries({name: items[name] for name in names}))


conditions = st.recursive(
    st.sampled_from(["s0", "s1", "s2", "1 of s*", "all of s*"]),
    lambda inner: st.one_of(
        inner.map("not {}".format),
        st.tuples(inner, inner).map(" and ".join).map("({})".format),
        st.tuples(inner, inner).map(" or ".join).map("({})".format),
    ),
    max_leaves=4,
)


@st.composite
def events(draw: st.DrawFn, service: str) -> dict[str, Any]:
    event = {
        "EventID": draw(st.sampled_from(IDS[service])),
        "Provider_Name": draw(st.sampled_from(PROVIDERS[service])),
    }
    for name, held in (("Text", ["x", "y"]), ("Account", ["a", "D\\a", "b", "bc"])):
        if draw(st.booleans()):
            event[name] = draw(st.sampled_from(held))
    return event


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.sampled_from(sorted(PROVIDERS)))
def test_event_types_stand_for_ids_and_providers(data: st.DataObject, service: str) -> None:
    detection: dict[str, Any] = {f"s{number}": data.draw(_selections(service)) for number in range(3)}
    detection["condition"] = data.draw(conditions)
    document = {"title": "x", "logsource": {"product": "lab", "service": service}, "detection": detection}
    (translation,) = translate(read_rule(document, Location("x.yml")), OPTIONS)
    if translation.rule is None:
        assert [note.code.name for note in translation.refusals] == ["never-matches"]
        filters = []
    else:
        expr = translation.rule.sub_patterns[0].filter
        filters = [compile_filter(expr, load_profile(name)) for name in ("default", "sql-null")]
    (matcher,) = compile_sigma(document)
    log_source = KNOWN.log_source("lab", None, service)
    assert log_source is not None
    for _ in range(6):
        event = data.draw(events(service))
        seen = attributes(event, log_source, KNOWN)
        fires = matcher.matches(event)
        assert [bool(holds(seen)) for holds in filters] == [fires] * len(filters), (event, seen)
        assert filters or not fires
