"""Faults planted into rules that someone else translated: each is found, and the condition named."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml

from tests.conftest import ROOT
from translator.harness.others import Pack
from translator.harness.proof import Proof
from translator.harness.prove import MOST, Trials, prove_file
from translator.harness.standing import Standing
from translator.model.expr import Attribute, Call, Number, Test
from translator.model.rule import Incident, Rule, SubPattern
from translator.options import Options
from translator.parse.expression import parse_filter

FAULTS: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests" / "cases" / "planted" / "faults.yaml").read_text(encoding="utf-8")
)
_EACH = Test(Call("COUNT", (Attribute("*"),)), "greater_or_equal", Number(1))
_PROCESSES = {"product": "windows", "category": "process_creation"}


def other_rule(fault: dict[str, Any], number: int) -> Rule:
    pattern = SubPattern("Filter", parse_filter(fault["filter"]).expr, ("hostName",), _EACH)
    return Rule(
        f"Translated {number}",
        "",
        300,
        (pattern,),
        Incident("E", 5, ()),
        description=f"Sigma {UUID(int=number)}",
    )


def test_as_many_faults_as_promised() -> None:
    assert len({each["fault"] for each in FAULTS}) >= 20


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=[each["fault"] for each in FAULTS])
def test_found_and_named(number: int) -> None:
    fault = FAULTS[number]
    pack = Pack.of([other_rule(each, place) for place, each in enumerate(FAULTS)])
    proof = proved(number, pack)
    assert proof.matched == (number,)
    assert proof.standing is Standing.DIFFERS
    without_fault = {each.place for each in proved(number, None).unexplained}
    found = [each for each in proof.unexplained if each.place not in without_fault]
    assert all(each.decides for each in found)
    assert any(each.leaf.startswith(fault["leaf"]) for each in found)


def proved(number: int, pack: Pack | None) -> Proof:
    """The rule tried, with the rules of the pack in the place of its translation."""
    fault = FAULTS[number]
    rule = {
        "title": fault["fault"],
        "id": str(UUID(int=number)),
        "logsource": fault.get("logsource", _PROCESSES),
        "detection": fault["detection"],
    }
    trials = Trials(Options(), "default", most=MOST, pack=pack)
    (proof,) = prove_file((Path("rule.yml"), yaml.safe_dump(rule).encode()), trials, None)
    assert isinstance(proof, Proof)
    return proof
