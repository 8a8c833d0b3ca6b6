"""Conditions and mappings of published FortiSIEM rules, whole and cut off."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from translator.dialect.profile import load_profile
from translator.engine.replay import Replay
from translator.errors import InputError
from translator.model.rule import Incident, Relation, Rule, SubPattern
from translator.parse.arguments import parse_list, parse_mapping
from translator.parse.expression import parse_filter
from translator.parse.rule_xml import parse_rules
from translator.render.arguments import print_mapping
from translator.render.expression import print_filter
from translator.render.registry import Page, formats
from translator.render.roundtrip import prove_round_trip
from translator.taxonomy.attack import from_tags

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def published(shared_root: Path) -> list[dict[str, Any]]:
    path = shared_root / "reference" / "rules_real.jsonl"
    if not path.is_file():
        pytest.skip("needs ../shared/reference/rules_real.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def sub_patterns(rules: list[dict[str, Any]], status: str) -> Iterator[dict[str, Any]]:
    for rule in rules:
        for pattern in rule.get("subpatterns", []):
            if pattern["query_status"] == status:
                yield pattern


def conditions(rules: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Each whole condition with its kind."""
    for pattern in sub_patterns(rules, "complete"):
        yield "query", pattern["query"]
        if pattern["aggregate"]:
            yield "aggregate", pattern["aggregate"]
    for rule in rules:
        found = rule.get("relationships", [])
        for text in [found] if isinstance(found, str) else found:
            yield "global constraint", text


def test_every_whole_condition_reads_and_prints_back(
    published: list[dict[str, Any]], record_property: Callable[[str, object], None]
) -> None:
    counts: dict[str, int] = {}
    for kind, text in conditions(published):
        parsed = parse_filter(text)
        printed = print_filter(parsed.expr)
        assert parse_filter(printed).expr == parsed.expr, text
        assert parsed.warnings == (), text
        counts[kind] = counts.get(kind, 0) + 1
    print(f"published conditions read and printed back: {counts}")
    record_property("conditions", counts)
    assert counts["query"] >= 35
    assert counts["aggregate"] >= 20
    assert counts["global constraint"] >= 5


def test_every_operator_joins_the_sub_patterns_it_stands_between(published: list[dict[str, Any]]) -> None:
    printed_forms = re.compile(r"Operator Rank: (\d+) Operator Type: (\w+)")
    found = 0
    for rule in published:
        words = rule.get("trigger_conditions", "").split()
        names, types = words[::2], words[1::2]
        ranks = [printed_forms.fullmatch(text) for text in rule.get("operators", [])]
        assert all(ranks), rule["operators"]
        # The copies print the first operator alone.
        assert [form[2] for form in ranks if form] == types[: len(ranks)]
        if not types:
            continue
        relations = tuple(Relation(kind, place) for place, kind in enumerate(types))
        again = parse_rules(document(names, relations, rule.get("relationships")).encode())[0]
        assert again.rule.relations == relations
        assert tuple(pattern.name for pattern in again.rule.sub_patterns) == tuple(names)
        assert again.warnings == again.unknown == ()
        Replay([again.rule], load_profile())
        found += len(types)
    print(f"published operators read and printed back: {found}")
    assert found >= 7


def document(names: list[str], relations: tuple[Relation, ...], constraint: str | None) -> str:
    """A rule of our own around published names, operators and a global constraint."""
    once = parse_filter("COUNT(*) >= 1").expr
    rule = Rule(
        name="Joined",
        title="Joined",
        window=300,
        sub_patterns=tuple(
            SubPattern(name, parse_filter(f'eventType = "{name}"').expr, (), once) for name in names
        ),
        incident=Incident("PH_RULE_JOINED", 5, ()),
        relations=relations,
        global_constraint=parse_filter(constraint).expr if constraint else None,
    )
    return formats()["rule-xml"].render([Page(rule, from_tags([]))])


def test_every_whole_sub_pattern_makes_a_rule_that_reads_back(published: list[dict[str, Any]]) -> None:
    found = 0
    for rule in published:
        for pattern in rule.get("subpatterns", []):
            if pattern["query_status"] != "complete":
                continue
            entries = []
            for part in parse_list(rule.get("incident_mapping", "")):
                with contextlib.suppress(InputError):
                    entries += [each for each in parse_mapping(part) if each.sub_pattern == pattern["name"]]
            whole = Rule(
                name=rule["name"],
                title=rule["name"],
                window=rule.get("window", 300),
                sub_patterns=(
                    SubPattern(
                        pattern["name"],
                        parse_filter(pattern["query"]).expr,
                        parse_list(pattern["group_by"] or ""),
                        parse_filter(pattern["aggregate"] or "COUNT(*) >= 1").expr,
                    ),
                ),
                incident=Incident("PH_RULE_X", rule.get("severity", 5), tuple(entries)),
                data_source=rule.get("data_source", ""),
            )
            prove_round_trip(whole, formats()["rule-xml"].render([Page(whole, from_tags([]))]))
            Replay([whole], load_profile())
            found += 1
    print(f"published sub-patterns that make a rule which reads back and runs: {found}")
    assert found >= 35


def test_every_group_by_is_a_list(published: list[dict[str, Any]]) -> None:
    found = [pattern["group_by"] for pattern in sub_patterns(published, "complete") if pattern["group_by"]]
    assert len(found) >= 20
    for text in found:
        assert all(name.isidentifier() for name in parse_list(text)), text


def test_a_cut_condition_is_an_error_with_a_column_or_happens_to_be_whole(
    published: list[dict[str, Any]],
) -> None:
    whole = []
    cut = list(sub_patterns(published, "truncated"))
    for pattern in cut:
        try:
            parse_filter(pattern["query"])
        except InputError as error:
            column = int(error.cause.split(":")[0].removeprefix("column "))
            assert 1 <= column <= len(pattern["query"]) + 1
        else:
            whole.append(pattern["query"])
    print(f"cut conditions that fail with a column: {len(cut) - len(whole)} of {len(cut)}")
    assert len(cut) >= 5
    # Cut right before the next AND, so nothing shows that something is missing.
    assert len(whole) <= 2, whole


def test_every_mapping_reads_and_prints_back(published: list[dict[str, Any]]) -> None:
    entries = 0
    for rule in published:
        text = rule.get("incident_mapping", "")
        for part in parse_list(text):
            try:
                (entry,) = parse_mapping(part)
            except InputError:
                # The copies cut some mappings; then the last entry is the broken one.
                assert text.rstrip().endswith(part), part
                continue
            assert parse_mapping(print_mapping([entry])) == (entry,)
            entries += 1
    print(f"published mapping entries read and printed back: {entries}")
    assert entries >= 40
