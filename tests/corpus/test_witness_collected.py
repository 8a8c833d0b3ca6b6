"""Witnesses of every tenth third-party rule of other log sources than Windows, as they are collected."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from translator.normalise import normalise
from translator.oracle import View, field_view, in_scope
from translator.sources.correlation import CorrelationSource
from translator.sources.sigma import RuleSource
from translator.translate import load
from translator.witness import judge_of, raw_event, witnesses
from translator.witness.collected import kinds

pytestmark = pytest.mark.corpus

KNOWN = 0.9
"""Of the rules of log sources whose events are known, how many have an event as collected that fires."""


def test_raw_forms_keep_the_verdict(shared_root: Path) -> None:
    files = sorted(
        path for path in (shared_root / "sigma").glob("rules*/**/*.yml") if "windows" not in path.parts
    )
    rules: Counter[bool] = Counter()
    for source in load(files[::10]):
        if not isinstance(source, RuleSource) or isinstance(source, CorrelationSource):
            continue
        logsource = source.document["logsource"]
        key = "/".join(str(logsource.get(each) or "") for each in ("product", "category", "service"))
        if key not in kinds():
            continue
        events = witnesses(source, most=20).events
        if not events:  # placeholders without values
            continue
        judge, fired = judge_of(source, 0, {}), False
        for witness in events:
            raw = raw_event(source, witness, judge)
            if raw is not None:
                view = View(field_view(raw))
                assert in_scope(logsource, view)
                assert judge(view) is witness.fires, (source.location, witness)
                assert normalise(raw)["rawEventMsg"]
                fired = fired or witness.fires
        rules[fired] += 1
    print(rules)
    assert rules.total() >= 40
    assert rules[True] >= KNOWN * rules.total()
