"""``translate validate``: the checks of rules, and the server's word on their filters."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.command import EXAMPLES, Runner, write
from tests.cli.standing import RULE, standin
from tests.standin.faults import FAULTS
from tests.standin.server import StandIn
from tests.unit.lint_rules import document, rule_text

__all__ = ["standin"]
UNKNOWN = document(
    rule_text(1, {}),
    rule_text(2, {"filter": 'eventType = "Win-Security-4624" AND nordwindDoor = "1"'}),
)


def test_rules_are_checked_without_a_server(run: Runner) -> None:
    write(Path("rules.xml"), RULE)
    result = run("validate", "rules.xml", EXAMPLES / "net_discovery.yml")
    assert (result.code, result.out) == (0, "2 rules: no fault found\n")
    write(Path("rules.xml"), UNKNOWN)
    result = run("validate", "rules.xml")
    assert result.code == 1
    assert result.out.startswith("Case 2: error: attribute-unknown: 'nordwindDoor'")


def test_a_server_takes_filters_or_not(run: Runner, standin: StandIn) -> None:
    write(Path("rules.xml"), UNKNOWN)
    result = run("validate", "rules.xml", "--live")
    assert result.code == 1
    assert "Case 2: Filter: refused: error 255: Unknown attribute nordwindDoor" in result.out
    assert result.out.endswith("1 of 2 filters accepted by the server\n")
    write(Path("good.xml"), RULE)
    assert run("validate", "good.xml", "--live").code == 0


def test_an_attribute_of_the_target_is_no_fault(run: Runner, standin: StandIn) -> None:
    write(Path("rules.xml"), UNKNOWN)
    write(Path("mine.yaml"), "attributes: {STRING: [nordwindDoor]}")
    report = json.loads(run("validate", "rules.xml", "--taxonomy", "mine.yaml", "--live", "--json").out)
    assert report["findings"] == []
    assert [each["verdict"] for each in report["filters"]] == ["accepted", "refused"]


def test_a_query_that_the_server_forgot_is_asked_again(run: Runner, standin: StandIn) -> None:
    write(Path("rules.xml"), RULE)
    standin.fail("/progress", FAULTS["forgets"])
    assert run("validate", "rules.xml", "--live").code == 0
    standin.fail("/progress", *[FAULTS["forgets"]] * 2)
    assert run("validate", "rules.xml", "--live").code == 1


def test_answers_are_kept(run: Runner, standin: StandIn) -> None:
    write(Path("rules.xml"), UNKNOWN)
    first = run("validate", "rules.xml", "--live", "--state", "state.jsonl")
    asked = len(standin.asked)
    assert run("validate", "rules.xml", "--live", "--state", "state.jsonl") == first
    assert len(standin.asked) == asked


def test_a_server_that_cannot_be_asked(run: Runner, standin: StandIn) -> None:
    write(Path("rules.xml"), RULE)
    standin.fail("/eventQuery", *([FAULTS["unavailable"]] * 6))
    result = run("validate", "rules.xml", "--live")
    assert result.code == 1
    assert "1 filter not asked: 127.0.0.1" in result.out
    assert "server-busy: query: status 503, Service Unavailable" in result.out


def test_every_example_is_taken(run: Runner, standin: StandIn) -> None:
    result = run("validate", EXAMPLES, "--live")
    assert result.out.splitlines()[-1].endswith("filters accepted by the server")
    taken, _, asked = result.out.splitlines()[-1].split()[:3]
    assert taken == asked
