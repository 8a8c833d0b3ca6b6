"""The questions tell answers apart, and the answers become a profile."""

from __future__ import annotations

from pathlib import Path

import pytest

from translator.dialect.profile import load_profile, profile_names
from translator.engine.compile import compile_filter
from translator.errors import InputError, TranslatorError, UsageError
from translator.pack.lint.check import Linter
from translator.pack.lint.setting import Setting
from translator.pack.probe.kit import RESULTS, kit
from translator.pack.probe.probes import EVENT_TYPES, Probe, probes
from translator.pack.probe.results import profile_text, read_results
from translator.parse.expression import parse_filter
from translator.taxonomy.lookup import load_taxonomy

RULES = [each for each in probes() if each.kind == "rule"]
KINDS = {
    "rule": {"fired", "silent", "refused"},
    "import": {"active", "inactive", "replaced", "twice", "imported", "refused"},
    "query": {"accepted", "refused"},
}
HEAD = "name: p\nsummary: s\n"
MODELLED = {
    *("case.equals", "case.in", "case.contain", "case.regexp", "regexp.anchored", "precedence"),
    *("contain.word_prefix_on_raw_message", "absent.satisfies_negation"),
}
"""Entries that change what the engine says."""


def results(path: Path, **seen: str) -> Path:
    lines = [f"  {name.replace('_', '-')}: {answer}" for name, answer in seen.items()]
    path.write_text("version: 7.2.1\nseen:\n" + "\n".join(lines) + "\n")
    return path


def test_questions_are_well_put() -> None:
    names = [each.name for each in probes()]
    assert len(set(names)) == len(names) >= 20
    known = load_profile().entries
    for probe in probes():
        assert set(probe.answers) <= KINDS[probe.kind]
        assert (probe.kind == "rule") == bool(probe.events)
        for entries in probe.answers.values():
            for key, value in entries.items():
                assert type(known[key].value) is type(value)


@pytest.mark.parametrize("probe", RULES, ids=lambda probe: probe.name)
def test_events_are_of_the_kind_that_the_rule_looks_for(probe: Probe) -> None:
    for fields, raw in zip(probe.events, probe.raw_events, strict=True):
        attributes = probe.attributes_of(fields)
        assert str(attributes["eventType"]) in probe.condition
        assert attributes["rawEventMsg"] == raw
        assert "\n" not in raw
    known = load_taxonomy()
    for name in probe.group_by.split(","):
        assert known.attribute_type(name)
    assert set(EVENT_TYPES) == {"process", "connection"}


@pytest.mark.parametrize("probe", RULES, ids=lambda probe: probe.name)
def test_the_outcome_tells_the_answers_apart(probe: Probe, tmp_path: Path) -> None:
    """Under the profile of each answer, the engine sees what the answer says was seen."""
    tried = 0
    for answer, entries in probe.answers.items():
        if answer == "refused" or not entries.keys() & MODELLED:
            continue
        file = results(tmp_path / "r.yaml", **{probe.name: answer})
        profile = tmp_path / "p.yaml"
        profile.write_text(profile_text(read_results(file, "p").profile))
        assert _fires(probe, str(profile)) == (answer == "fired")
        tried += 1
    assert tried == (2 if any(each.keys() & MODELLED for each in probe.answers.values()) else 0)


def test_by_default_the_kit_sees_the_default_profile() -> None:
    known = load_profile().entries
    for probe in RULES:
        fired = probe.answers["fired"]
        if fired.keys() & MODELLED or not fired:
            assumed = all(known[key].value == value for key, value in fired.items())
            assert _fires(probe, "default") == assumed


def _fires(probe: Probe, profile: str) -> bool:
    dialect = load_profile(profile)
    precedence = dialect.entries["precedence"].value
    assert precedence in ("and", "or")
    expr = parse_filter(probe.condition, precedence="or" if precedence == "or" else "and").expr
    holds = compile_filter(expr, dialect)
    return all(holds(probe.attributes_of(each)) is True for each in probe.events)


def test_the_rules_have_no_fault_but_what_they_ask() -> None:
    asked = {
        *("regex-dialect", "filter-syntax", "pattern-too-long", "and-or-mixed", "contain-backslash"),
        *("attribute-unknown", "imported-active", "rule-unreadable", "regex-literal"),
    }
    linter = Linter(Setting())
    files = kit()
    for name in sorted(files):
        if name.endswith(".xml") and not name.startswith("rules/"):
            found = {each.code for each in linter.check(files[name].encode(), name)}
            assert found <= asked, name
    assert linter.rules == len([each for each in probes() if each.kind != "query"])


def test_a_control_that_fails_is_no_result(tmp_path: Path) -> None:
    file = results(tmp_path / "r.yaml", control="silent")
    with pytest.raises(InputError, match="'silent' is no answer to control; choose from fired"):
        read_results(file, "p")


def test_the_form_as_it_is_written_lacks_the_version(tmp_path: Path) -> None:
    file = tmp_path / RESULTS
    file.write_text(kit()[RESULTS])
    with pytest.raises(InputError, match="the version of the FortiSIEM is missing"):
        read_results(file, "p")
    file.write_text(kit()[RESULTS].replace("version: ", "version: 7.2 "))
    reading = read_results(file, "p")
    assert (reading.profile.entries, len(reading.open)) == ({}, len(probes()))


def test_answers_become_entries_that_were_observed(tmp_path: Path) -> None:
    file = results(tmp_path / "r.yaml", case_equals="silent", precedence="refused", network_v6="fired")
    reading = read_results(file, "mine")
    entries = reading.profile.entries
    assert {key: each.value for key, each in entries.items()} == {"case.equals": "exact", "network.v6": True}
    assert {entry.status for entry in entries.values()} == {"observed"}
    assert entries["case.equals"].source == "probe case-equals: silent, FortiSIEM 7.2.1"
    assert reading.changed == {"case.equals": ("ignore", "exact")}
    profile = tmp_path / "p.yaml"
    profile.write_text(profile_text(reading.profile))
    dialect = load_profile(str(profile))
    assert (dialect.name, dialect.ignores_case) == ("mine", frozenset({"in", "contain", "regexp"}))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("seen: {}", "version"),
        ("version: 1\nseen: {colour: red}", "there is no question 'colour'"),
        ("version: 1\nseen: {case-equals: maybe}", "'maybe' is no answer to case-equals"),
        ("version: 1\nseen: {case-equals: [fired]}", "seen"),
        ("version: 1\nseen: 5", "seen"),
        ("- 1", "not-a-mapping"),
    ],
)
def test_a_form_that_is_filled_in_wrongly(content: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "r.yaml"
    file.write_text(content)
    with pytest.raises(TranslatorError, match=said):
        read_results(file, "p")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name: p", "profile-invalid"),
        (f"{HEAD}entries: {{colour: {{value: 1, status: observed, source: x}}}}", "no entry 'colour'"),
        (f"{HEAD}entries: {{case.in: {{value: 1, status: observed, source: x}}}}", "not of type str"),
        (f"{HEAD}entries: {{case.in: {{value: a, status: seen, source: x}}}}", "profile-invalid"),
        (f"{HEAD}extends: other\nentries: {{}}", "extends 'other'"),
        ("[" * 5_000, "profile-invalid"),
        ("x" * 2_000_000, "too large"),
    ],
)
def test_a_profile_that_is_none(content: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(content)
    with pytest.raises(UsageError, match=said):
        load_profile(str(file))


def test_shipped_profiles_have_the_same_entries() -> None:
    known = load_profile().entries
    for name in profile_names():
        assert load_profile(name).entries.keys() == known.keys()
