"""Correlations, old aggregations and filters: what they become, and what is said of the others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from translator.errors import Location, TranslatorError
from translator.harness.compare import Case as Collected
from translator.harness.compare import compare, sigma_sides
from translator.harness.events import views
from translator.notes import Effect
from translator.options import Options
from translator.render.expression import print_filter
from translator.sources.correlation import CorrelationSource
from translator.sources.documents import Document
from translator.sources.rule_files import find_shared, rule_sources
from translator.sources.sigma import RuleSource
from translator.translate import Translation, load, translate

CASES = Path(__file__).resolve().parents[1] / "cases" / "correlation"
PROCESS = {"product": "windows", "category": "process_creation"}


def cases(name: str) -> list[dict[str, Any]]:
    found: dict[str, Any] = yaml.safe_load((CASES / name).read_text(encoding="utf-8"))
    return list(found["cases"])


def rule(name: str, **log_source: str) -> dict[str, Any]:
    detection = {"selection": {"Image|endswith": f"\\{name}.exe"}, "condition": "selection"}
    return {"title": name, "name": name, "logsource": log_source or PROCESS, "detection": detection}


def related(name: str, **section: Any) -> dict[str, Any]:
    return {"title": name, "name": name, "correlation": section}


def sources(*contents: dict[str, Any]) -> list[RuleSource | TranslatorError]:
    documents = [Document(each, Location("x.yml", place), place) for place, each in enumerate(contents)]
    return list(rule_sources(documents))


PARTS = [
    *map(rule, "abc"),
    rule("A_or_b"),
    rule("d", product="windows", category="network_connection"),
    rule("nowhere", product="toaster"),
    related(
        "many",
        type="event_count",
        rules=["a"],
        **{"group-by": ["Computer"]},
        timespan="5m",
        condition={"gte": 5},
    ),
    related(
        "by_image",
        type="event_count",
        rules=["a"],
        **{"group-by": ["Image", "Computer"]},
        timespan="10m",
        condition={"gte": 5},
    ),
    related("both", type="temporal", rules=["a", "b"], **{"group-by": ["Computer"]}, timespan="5m"),
]


def correlated(section: dict[str, Any]) -> RuleSource | TranslatorError:
    return sources(related("self", **section), *PARTS)[0]


@pytest.mark.parametrize("case", cases("rules.yaml"), ids=lambda case: case["why"])
def test_a_correlation_becomes_what_is_expected(case: dict[str, Any]) -> None:
    source = correlated(case["correlation"])
    if "error" in case:
        assert isinstance(source, TranslatorError)
        assert case["error"] in str(source)
        assert source.location == Location("x.yml", 0)
        return
    assert isinstance(source, CorrelationSource), source
    (translation,) = translate(source)
    if "refused" in case:
        assert [note.code.name for note in translation.refusals] == [case["refused"]]
        return
    found = translation.rule
    assert found is not None, translation.refusals
    assert {each.name: print_filter(each.aggregate) for each in found.sub_patterns} == case["patterns"]
    assert [each.type for each in found.relations] == case.get("relations", [])
    constraint = found.global_constraint
    assert (print_filter(constraint) if constraint else None) == case.get("constraint")
    assert found.window == case.get("window", found.window)
    # Presence of a group-by field has a note of its own, which is tested with `exists`.
    above: dict[str, dict[str, None]] = {}
    for note in translation.notes:
        if note.effect is not Effect.INFO and note.code.name != "dash-is-absent":
            above.setdefault(note.code.name, {}).setdefault(note.effect.value)
    notes = {code: " and ".join(effects) for code, effects in above.items()}
    assert notes == case.get("notes", {})
    incident = {each.name: f"{each.sub_pattern}.{each.source}" for each in found.incident.attributes}
    assert incident == case.get("incident", incident)


@pytest.mark.parametrize("case", cases("aggregations.yaml"), ids=lambda case: case["condition"])
def test_an_old_aggregation_is_a_correlation(case: dict[str, Any]) -> None:
    detection = {
        "a": {"Image": "a"},
        "b": {"Image": "b"},
        "c": {"Image": "c"},
        "condition": case["condition"],
    }
    if case.get("timeframe", "1m"):
        detection["timeframe"] = case.get("timeframe", "1m")
    (source,) = sources({"title": "Old", "logsource": PROCESS, "detection": detection})
    if "error" in case:
        assert isinstance(source, TranslatorError)
        assert source.code == case["error"]
        return
    assert isinstance(source, CorrelationSource), source
    (translation,) = translate(source)
    assert translation.rule is not None, translation.refusals
    patterns = {each.name: print_filter(each.aggregate) for each in translation.rule.sub_patterns}
    assert patterns == case["patterns"]
    assert [each.type for each in translation.rule.relations] == case.get("relations", [])
    assert translation.rule.sub_patterns[0].group_by == tuple(case.get("group_by", ()))
    assert "old-aggregation" in {note.code.name for note in translation.notes}


def test_rules_that_only_correlations_use_are_no_rules_of_their_own() -> None:
    section = {"type": "event_count", "rules": ["a"], "timespan": "1m", "condition": {"gte": 2}}
    first = related("one", **section)
    assert [
        each.sigma.title for each in sources(first, rule("a"), rule("b")) if isinstance(each, RuleSource)
    ] == [
        "one",
        "b",
    ]
    for generating in (related("one", **section, generate=True), {**first, "generate": True}):
        found = sources(generating, rule("a"), rule("b"))
        assert [each.sigma.title for each in found if isinstance(each, RuleSource)] == ["one", "a", "b"]


def write(path: Path, *contents: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump_all(contents), encoding="utf-8")


def test_a_reference_reaches_into_other_files(tmp_path: Path) -> None:
    section = {"type": "event_count", "rules": ["A0F3"], "timespan": "1m", "condition": {"gte": 2}}
    write(tmp_path / "1.yml", {**rule("a"), "id": "a0f3"})
    write(tmp_path / "2.yml", related("one", **section))
    write(tmp_path / "3.yml", rule("b"))
    titles = [each.sigma.title if isinstance(each, RuleSource) else str(each) for each in load([tmp_path])]
    # The library wants ids to be UUIDs; what is wrong with the rule is said where it is used.
    assert titles[1:] == ["b"]
    assert "1.yml" in titles[0]
    write(tmp_path / "1.yml", rule("A0F3"))
    found = list(load([tmp_path]))
    assert [each.sigma.title for each in found if isinstance(each, RuleSource)] == ["one", "b"]


def test_a_rule_of_the_same_file_is_meant_before_others(tmp_path: Path) -> None:
    section = {"type": "event_count", "rules": ["a"], "timespan": "1m", "condition": {"gte": 2}}
    write(tmp_path / "1.yml", related("one", **section), {**rule("a"), "title": "near"})
    write(tmp_path / "2.yml", {**rule("a"), "title": "far"})
    found = [each for each in load([tmp_path]) if isinstance(each, RuleSource)]
    assert [each.sigma.title for each in found] == ["one", "far"]
    assert isinstance(found[0], CorrelationSource)
    assert [each.sigma.title for each in found[0].members] == ["near"]
    write(tmp_path / "1.yml", related("one", **section))
    write(tmp_path / "3.yml", {**rule("a"), "title": "further"})
    first = next(load([tmp_path]))
    assert isinstance(first, TranslatorError)
    assert "2 rules have the name or id 'a'" in str(first)


def test_files_without_correlations_share_nothing(tmp_path: Path) -> None:
    write(
        tmp_path / "1.yml", {**rule("a"), "detection": {"filter": {"Image": "x"}, "condition": "not filter"}}
    )
    assert not find_shared([tmp_path / "1.yml", tmp_path / "missing.yml"]).rules


# --- Filters ------------------------------------------------------------------------------------


def filter_of(rules: Any, **log_source: str) -> dict[str, Any]:
    section = {"rules": rules, "lab": {"User": "lab"}, "condition": "not lab"}
    return {"title": "Without lab", "logsource": log_source or PROCESS, "filter": section}


EVENTS = ({"Image": r"C:\a.exe", "User": "lab"}, {"Image": r"C:\a.exe", "User": "bob"})


def verdicts(source: RuleSource) -> list[bool]:
    """The verdicts of both sides, which have to be the same."""
    (translation,) = translate(source)
    taxonomy = Options().settings.taxonomy
    seen = [
        views(event, "sigma", taxonomy.log_source("windows", "process_creation", None)) for event in EVENTS
    ]
    (side,) = sigma_sides(source)
    found = [side.fires(each) for each in seen]
    assert engine(translation, EVENTS) == found
    return found


def engine(translation: Translation, events: Any) -> list[bool]:
    collected = [Collected(event, "sigma", Location("e", place)) for place, event in enumerate(events)]
    (outcome,) = compare(
        [translation], collected, options().settings.emission.dialect, options().settings.taxonomy
    )
    fired = {each.line for each in (*outcome.both, *outcome.engine_only)}
    return [place in fired for place in range(len(collected))]


def options() -> Options:
    return Options()


@pytest.mark.parametrize(
    ("rules", "log_source", "applies"),
    [
        ("any", PROCESS, True),
        (["a"], PROCESS, True),
        ("a", {"product": "windows"}, True),
        (["b", "A"], PROCESS, False),
        (["a"], {"product": "windows", "category": "file_event"}, False),
        (["a"], {"product": "linux"}, False),
    ],
)
def test_a_filter_is_added_to_the_rules_it_concerns(
    rules: Any, log_source: dict[str, str], applies: bool
) -> None:
    (source,) = sources(rule("a"), filter_of(rules, **log_source))
    assert isinstance(source, RuleSource)
    assert verdicts(source) == [not applies, True]


def test_a_filter_may_stand_in_another_file(tmp_path: Path) -> None:
    write(tmp_path / "1.yml", rule("a"))
    write(tmp_path / "2.yml", filter_of(["a"]))
    (source,) = load([tmp_path])
    assert isinstance(source, RuleSource)
    assert verdicts(source) == [False, True]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"filter": "x"}, "'filter' is no mapping"),
        ({"filter": {"lab": {"User": "x"}, "condition": "lab"}}, "names no rules"),
        ({"filter": {"rules": "any", "lab": {"User": "x"}}}, "no condition"),
        ({"filter": {"rules": "any", "lab": {"User": "x"}, "condition": "other"}}, "'other'"),
    ],
)
def test_a_malformed_filter_is_an_error_of_its_own(change: dict[str, Any], words: str) -> None:
    errors = [each for each in sources({**filter_of("any"), **change}) if isinstance(each, TranslatorError)]
    assert len(errors) == 1
    assert words in str(errors[0])


# --- Collected events ---------------------------------------------------------------------------


def test_collected_events_are_seen_in_the_order_of_their_times() -> None:
    section = {"type": "temporal_ordered", "rules": ["a", "b"], "timespan": "1m"}
    source = sources(related("one", **section), rule("a"), rule("b"))[0]
    assert isinstance(source, CorrelationSource)
    (translation,) = translate(source)
    found = [
        ("b", "2026-03-05 10:00:59"),
        ("a", "2026-03-05 10:00:00.5"),
        ("b", "2026-03-05 10:01:00.5"),
        ("b", "2026-03-05 09:59:59"),
    ]
    events = [{"Image": rf"C:\{name}.exe", "UtcTime": time} for name, time in found]
    assert engine(translation, events) == [True, False, False, False]
