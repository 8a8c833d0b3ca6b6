"""Columns straight from Parquet give what an event made of each row gives."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.test_engine_index import CONTEXT, EVENT_TYPES, FILTERS, VALUES
from tests.property.test_engine_laws import PROFILES

pytest.importorskip("numpy", reason="the extra 'replay' is not installed")
pytest.importorskip("pyarrow", reason="the extra 'parquet' is not installed")

import pyarrow as pa
from pyarrow import parquet

from translator.dialect.profile import Dialect
from translator.engine.columnar import group
from translator.harness.arrivals import Arrivals
from translator.harness.backtest import files, groups
from translator.harness.backtest.files import EventFile, event_files
from translator.harness.backtest.report import as_data
from translator.harness.backtest.run import Backtest
from translator.harness.replay import replay
from translator.model.expr import Attribute, Call, Expr, Number
from translator.model.expr import Test as Leaf
from translator.model.rule import Incident, IncidentAttribute, Rule, SubPattern

ROWS = 12
INTEGERS = st.sampled_from([0, 1, 10, -1])
FLOATS = st.sampled_from([0.0, -0.0, 1.0, 1.5, 10.0, float("nan"), float("inf"), 1e300])
MOMENTS = st.datetimes(datetime(1969, 12, 1), datetime(2400, 1, 1)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)
KINDS: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "text": (pa.string(), VALUES | st.text("aÉ𝄞\0\ufffd", max_size=3)),
    "long text": (pa.large_string(), VALUES),
    "numbered text": (pa.dictionary(pa.int8(), pa.string()), VALUES),
    "bytes": (pa.binary(), st.sampled_from([b"cmd.exe", b"\xff", b""])),
    "byte": (pa.int8(), INTEGERS),
    "whole": (pa.int64(), INTEGERS | st.just(2**63 - 1)),
    "natural": (pa.uint64(), st.sampled_from([0, 10, 2**64 - 1])),
    "short float": (pa.float32(), FLOATS.filter(lambda number: number < 1e30 or number == float("inf"))),
    "float": (pa.float64(), FLOATS),
    "truth": (pa.bool_(), st.booleans()),
    "price": (pa.decimal128(9, 2), st.sampled_from([Decimal("1.00"), Decimal("10.50")])),
    "day": (pa.date32(), st.sampled_from([date(2026, 3, 1), date(1, 1, 1)])),
    "clock": (pa.time64("us"), st.just(time(1, 2, 3, 4))),
    "moment": (pa.timestamp("us", "UTC"), MOMENTS),
    "second": (pa.timestamp("s"), MOMENTS.map(lambda moment: moment.replace(microsecond=0, tzinfo=None))),
    "nothing": (pa.null(), st.none()),
}
TIMES: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "whole": (pa.int64(), st.sampled_from([1_000, 1_001, 1_003, 900, -1, 2**62])),
    "float": (pa.float64(), st.sampled_from([1_000.0, 1_001.25, -1.0])),
    "text": (pa.string(), st.sampled_from(["1000", "1970-01-01T00:16:41", "soon"])),
    "moment": (
        pa.timestamp("ms"),
        st.sampled_from([datetime(1970, 1, 1, 0, 16, 40, 250_000), datetime(1969, 1, 1)]),
    ),
    "moment with a zone": (
        pa.timestamp("ns", "Europe/Paris"),
        st.sampled_from([10**12, 10**12 + 10**9 + 999]),
    ),
}


@st.composite
def columns(draw: st.DrawFn, kinds: dict[str, tuple[Any, st.SearchStrategy[Any]]]) -> Any:
    kind, values = kinds[draw(st.sampled_from(sorted(kinds)))]
    few = st.lists(values | st.none(), min_size=1, max_size=4)
    drawn = draw(few)
    return pa.array(draw(st.lists(st.sampled_from(drawn), min_size=ROWS, max_size=ROWS)), kind)


@st.composite
def tables(draw: st.DrawFn) -> Any:
    names = ["eventType", "t", "u", "n", "rawEventMsg", "more", "phRecvTime", "eventTime"]
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    kinds = {
        "eventType": {"text": (pa.string(), EVENT_TYPES), "truth": KINDS["truth"], "whole": KINDS["whole"]},
        "phRecvTime": TIMES,
        "eventTime": TIMES,
    }
    return pa.table({name: draw(columns(kinds.get(name, KINDS))) for name in chosen})


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    expr: Expr = draw(FILTERS)
    least = draw(st.sampled_from([1, 1, 2]))
    constraint = Leaf(Call("COUNT", (Attribute("*"),)), "greater_or_equal", Number(least))
    taken = draw(st.lists(st.sampled_from(["t", "u", "n", "eventType"]), max_size=2, unique=True))
    incident = Incident("PH_RULE_A", 5, tuple(IncidentAttribute(name, "P", name) for name in taken))
    pattern = SubPattern("P", expr, tuple(taken), constraint)
    return Rule(name="A", title="A", window=5, sub_patterns=(pattern,), incident=incident)


def told(given: list[Rule], found: list[EventFile], profile: Dialect, jobs: int = 1) -> tuple[Any, ...]:
    """Everything but what a machine and the cuts have their part in."""
    run = Backtest(given, found, profile, CONTEXT, 3.0, jobs=jobs)
    run.run()
    data = as_data(run)
    for row in data["rules"]:
        del row["cost"]
    return data, list(run.session.log.incidents), run.session.firings, list(map(str, run.errors))


@settings(max_examples=80, deadline=None)
@given(
    table=tables(),
    given_rules=st.lists(rules(), min_size=1, max_size=4),
    profile=st.sampled_from(PROFILES),
    numbered=st.booleans(),
    of_group=st.sampled_from([1, 5, 100]),
    of_batch=st.sampled_from([1, 3, 100]),
    one_by_one=st.sampled_from([2, 100]),
    few=st.sampled_from([0, 64]),
)
def test_columns_give_what_events_give(
    table: Any,
    given_rules: list[Rule],
    profile: Dialect,
    numbered: bool,
    of_group: int,
    of_batch: int,
    one_by_one: int,
    few: int,
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(groups, "ROWS", of_batch)
        patch.setattr(files, "BATCH_EVENTS", of_batch)
        patch.setattr("translator.sources.event_parquet.ROWS", one_by_one)
        patch.setattr(group, "FEW", few)
        path = Path(folder) / "events.parquet"
        parquet.write_table(table, path, row_group_size=of_group, use_dictionary=numbered)
        (as_columns,), _ = event_files([path])
        assert as_columns.groups
        (as_events,), _ = event_files([path])
        as_events.groups = ()
        found = told(given_rules, [as_columns], profile)
        assert found[:3] == told(given_rules, [as_events], profile)[:3]
        replayed = replay(given_rules, Arrivals([path], delay=3.0), profile, CONTEXT)
        assert found[2] == replayed.session.firings
