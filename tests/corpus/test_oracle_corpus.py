"""The reading of Sigma on third-party rules, events and test suites kept beside the checkout."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from translator.errors import TranslatorError
from translator.oracle import Matcher, View, compile_rule, field_view, in_scope
from translator.oracle.windows import sources

pytestmark = pytest.mark.corpus

DIFFERENCES = Path(__file__).parent.parent / "cases" / "oracle" / "suites.yaml"
SUITES = ("azuma", "detkit", "sigma-go")
EVENTS = 238
PAIRS = 390
"""Rules of rules/windows that fire on events of the regression data, whatever their log source. Two engines
that have nothing in common with this one found the same number."""

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Event:
    """A record of the regression data."""

    file: Path
    view: View


@dataclass(frozen=True)
class Rule:
    """A rule with its matchers."""

    id: str
    file: Path
    matchers: tuple[Matcher, ...]


@pytest.fixture(scope="module")
def events(shared_root: Path) -> list[Event]:
    evtx = pytest.importorskip("evtx", reason="reads .evtx files with the evtx package")
    files = sorted((shared_root / "sigma" / "regression_data").rglob("*.evtx"))
    return [
        Event(file, View(field_view(json.loads(record["data"]))))
        for file in files
        for record in evtx.PyEvtxParser(str(file)).records_json()
    ]


def documents(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for file in sorted(folder.rglob("*.yml")):
        with file.open(encoding="utf-8") as stream:
            for document in yaml.load_all(stream, Loader=Loader):
                yield file, document


@pytest.fixture(scope="module")
def windows_rules(shared_root: Path) -> list[Rule]:
    return [
        Rule(document["id"], file, compile_rule(document))
        for file, document in documents(shared_root / "sigma" / "rules" / "windows")
    ]


def fires(rule: Rule, event: Event) -> bool:
    return any(matcher.matches(event.view) for matcher in rule.matchers)


def test_the_collection_has_its_size(events: list[Event]) -> None:
    assert len(events) == EVENTS


def test_rules_fire_on_as_many_events_as_other_engines_say(
    events: list[Event], windows_rules: list[Rule]
) -> None:
    pairs = [(rule, event) for event in events for rule in windows_rules if fires(rule, event)]
    assert len(pairs) == PAIRS
    print(f"{len(windows_rules)} rules, {len(events)} events, {len(pairs)} pairs")


def test_rules_fire_on_their_own_events(events: list[Event], shared_root: Path) -> None:
    """Each of the regression tests names a rule; its log source and conditions must fit its events."""
    by_id = {
        document["id"]: document
        for folder in ("rules", "rules-emerging-threats", "rules-threat-hunting")
        for _, document in documents(shared_root / "sigma" / folder)
    }
    fired: Counter[Path] = Counter()
    for event in events:
        info = yaml.load((event.file.parent / "info.yml").read_text(encoding="utf-8"), Loader=Loader)
        (rule_id,) = (rule["id"] for rule in info["rule_metadata"])
        fired[event.file] += any(
            matcher.matches(event.view) and in_scope(matcher.logsource, event.view)
            for matcher in compile_rule(by_id[rule_id])
        )
    assert [file for file, count in fired.items() if count == 0] == []


@pytest.mark.parametrize("suite", SUITES)
def test_suites_of_other_engines(suite: str, shared_root: Path) -> None:
    """Every case is answered as expected there, apart from those listed with the paragraph against them."""
    listed = {
        case: difference["answer"]
        for difference in yaml.safe_load(DIFFERENCES.read_text(encoding="utf-8"))["differences"]
        for case in difference["cases"]
        if case.startswith(suite + "/")
    }
    differing: dict[str, object] = {}
    cases = [
        json.loads(line)
        for line in (shared_root / "suites" / f"{suite}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    for case in cases:
        answer: object
        try:
            answer = any(m.matches(case["event"]) for m in compile_rule(yaml.safe_load(case["rule"])))
        except TranslatorError as error:
            answer = error.code
        if answer != case["expected"]:
            assert case["doubtful"], case["id"]
            differing[case["id"]] = answer
    assert differing == listed
    print(
        f"{suite}: {len(cases) - len(listed)} of {len(cases)} cases as expected there, {len(listed)} listed"
    )


def test_every_windows_log_source_is_known(shared_root: Path) -> None:
    """Those that rules use, and those that SigmaHQ lists fields for, save one that writes text files."""
    listed = json.loads((shared_root / "sigma" / "logsource.json").read_text(encoding="utf-8"))
    used = {(kind, name) for kind in ("category", "service") for name in listed["legit"]["windows"][kind]}
    for folder in sorted((shared_root / "sigma").glob("rules*")):
        for _, document in documents(folder):
            logsource = document.get("logsource", {})
            if logsource.get("product") == "windows":
                used |= {(kind, logsource[kind]) for kind in ("category", "service") if kind in logsource}
    assert used - set(sources()) == {("service", "iis")}


def test_every_rule_is_evaluated_or_refused_for_a_reason(shared_root: Path) -> None:
    codes: Counter[str] = Counter()
    for folder in sorted((shared_root / "sigma").glob("rules*")):
        for _, document in documents(folder):
            try:
                compile_rule(document)
                codes["evaluated"] += 1
            except TranslatorError as error:
                codes[error.code] += 1
    assert set(codes) <= {"evaluated", "placeholder-unresolved"}
    print(dict(codes))
