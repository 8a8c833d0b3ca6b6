"""Conditions and mappings of published FortiSIEM rules, whole and cut off."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from translator.errors import InputError
from translator.parse.arguments import parse_list, parse_mapping
from translator.parse.expression import parse_filter
from translator.render.arguments import print_mapping
from translator.render.expression import print_filter

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


def test_every_group_by_is_a_list(published: list[dict[str, Any]]) -> None:
    found = [pattern["group_by"] for pattern in sub_patterns(published, "complete") if pattern["group_by"]]
    assert len(found) >= 20
    for text in found:
        assert all(name.isidentifier() for name in parse_list(text)), text


def test_a_cut_condition_is_an_error_with_a_column_or_happens_to_be_whole(
    published: list[dict[str, Any]],
) -> None:
    whole = []
    for pattern in sub_patterns(published, "truncated"):
        try:
            parse_filter(pattern["query"])
        except InputError as error:
            column = int(error.cause.split(":")[0].removeprefix("column "))
            assert 1 <= column <= len(pattern["query"]) + 1
        else:
            whole.append(pattern["query"])
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
