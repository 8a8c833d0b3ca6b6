"""A backtest of files gives the incidents that a replay of them gives, whatever the batches are."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.test_engine_streams import EVENTS, rules

pytest.importorskip("numpy", reason="the extra 'replay' is not installed")

from translator.batch.cache import Cache
from translator.batch.wire import arrived, to_wire
from translator.dialect.profile import load_profile
from translator.engine.context import NOTHING
from translator.harness.arrivals import Arrivals
from translator.harness.backtest import files as cut
from translator.harness.backtest import intake, order
from translator.harness.backtest.files import event_files
from translator.harness.backtest.plan import Plan
from translator.harness.backtest.run import Backtest
from translator.harness.replay import replay
from translator.model.expr import Attribute, Text
from translator.model.expr import Test as Leaf
from translator.model.rule import QuietPeriod, Rule, SubPattern

pytestmark = pytest.mark.slow

DEFAULT = load_profile()
DELAY = 3.0
SHIFTS = st.lists(st.sampled_from([0, 0, 0, 0, 1, -1, -2, -9, None]), min_size=30, max_size=30)
OTHERS = st.lists(st.booleans(), min_size=30, max_size=30)
"""Events that no rule is about, which move the clock all the same."""


def about_incidents(rule: Rule) -> Rule:
    """A rule that counts the incidents of the others."""
    is_one = Leaf(Attribute("eventType"), "equals", Text("PH_RULE_A"))
    pattern = SubPattern("I", is_one, (), rule.sub_patterns[0].aggregate)
    incident = replace(rule.incident, event_type="PH_RULE_I", attributes=())
    return replace(
        rule,
        sub_patterns=(pattern,),
        relations=(),
        global_constraint=None,
        incident=incident,
        clear=QuietPeriod(4),
    )


def write(path: Path, events: list[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(event) + "\n" for event in events), encoding="utf-8")


class Memory(Cache):
    """What is kept, without a file."""

    def __init__(self) -> None:
        self.kept: dict[bytes, bytes] = {}

    def get(self, key: bytes) -> bytes | None:
        return self.kept.get(key)

    def put(self, key: bytes, value: bytes) -> None:
        self.kept[key] = value

    def save(self) -> None:
        """It is there already."""


def backtested(rules: Sequence[Rule], paths: Sequence[Path], memory: Memory) -> Backtest:
    """The second time with the same memory, rules are known from the first."""
    files, _ = event_files(paths)
    found = Backtest(rules, files, DEFAULT, NOTHING, DELAY, plan=Plan(memory, b""))
    found.run()
    return found


@settings(max_examples=150)
@given(
    given_rules=st.lists(rules(), min_size=1, max_size=3),
    streams=st.lists(EVENTS, min_size=1, max_size=3),
    shifts=SHIFTS,
    others=OTHERS,
    batch=st.sampled_from([1, 150, 400, 10_000]),
    piece=st.sampled_from([1, 200, 10_000]),
    sorted_at=st.sampled_from([0, 20]),
)
def test_a_backtest_gives_what_a_replay_gives(
    given_rules: list[Rule],
    streams: list[list[tuple[int, dict[str, Any]]]],
    shifts: list[int | None],
    others: list[bool],
    batch: int,
    piece: int,
    sorted_at: int,
) -> None:
    watched = [*given_rules, about_incidents(given_rules[0])]
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(cut, "BATCH_BYTES", batch)
        patch.setattr(intake, "PIECE", piece)
        patch.setattr(order, "WORTH_SORTING", sorted_at)
        paths = []
        for number, steps in enumerate(streams):
            now, events = 100 + number, []
            for (step, event), shift, other in zip(steps, shifts, others, strict=False):
                now += step
                time = {} if shift is None else {"phRecvTime": now + shift}
                kind = {"eventType": "other"} if other else {}
                events.append({**event, **kind, **time, "file": number})
            paths.append(Path(folder) / f"{number}.jsonl")
            write(paths[-1], events)
        expected = replay(watched, Arrivals(paths, delay=DELAY), DEFAULT, NOTHING)
        memory = Memory()
        found = backtested(watched, paths, memory)
        again = backtested([arrived(to_wire(each)) for each in watched], paths, memory)
    plain = [replace(each, origin="") for each in expected.session.log.incidents]
    assert again.session.log.incidents == found.session.log.incidents
    assert again.session.replay.unknown == found.session.replay.unknown
    assert again.session.replay.outlines == found.session.replay.outlines
    assert list(found.session.log.incidents) == plain
    assert found.session.firings == expected.session.firings
    assert sum(row.firings.total() for row in found.totals.by_rule) == expected.session.firings
    assert sum(row.incidents.total() for row in found.totals.by_rule) == len(plain)
    assert found.session.replay.unknown == expected.session.replay.unknown
