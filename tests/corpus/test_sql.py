"""All translated rules on collected and generated events: ClickHouse gives what closures give."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from tests.benchmarks.stream import events
from translator.dialect.profile import load_profile, profile_names
from translator.engine.replay import Replay
from translator.engine.ruleset import FilterIndex
from translator.engine.values import Event, Record
from translator.errors import Refused, TranslatorError
from translator.harness.clickhouse.local import local
from translator.harness.clickhouse.table import Layout, stored
from translator.lowering.names import Names
from translator.model.rule import Rule
from translator.normalise import normalise
from translator.options import Options
from translator.parse.rule_xml import parse_rules
from translator.render.sql.schema import load_schema
from translator.render.sql.statement import statement
from translator.sources.events import read_events
from translator.translate import load, render, translate

pytest.importorskip("chdb", reason="chdb is not installed: pip install 'sigma-fortisiem[hunt]'")

pytestmark = [pytest.mark.corpus, pytest.mark.slow]

FOLDERS = ("rules", "rules-emerging-threats", "rules-threat-hunting")
GENERATED = 3_000


@pytest.fixture(scope="module")
def rules(shared_root: Path) -> list[Rule]:
    """Every rule that is translated, of all products, as its XML says."""
    names, options, pages = Names(), Options(), []
    for source in load([shared_root / "sigma" / folder for folder in FOLDERS]):
        if not isinstance(source, TranslatorError):
            pages += [each.page for each in translate(source, options, names) if each.rule is not None]
    return [each.rule for each in parse_rules(render(pages).encode())]


@pytest.fixture(scope="module")
def stream(shared_root: Path) -> list[Event]:
    files = sorted((shared_root / "sigma" / "regression_data").rglob("*.evtx"))
    collected = [normalise(event.content) for file in files for event in read_events(file)]
    return [*collected, *events(GENERATED)]


@pytest.mark.parametrize("profile", profile_names())
def test_clickhouse_gives_what_closures_give(rules: list[Rule], stream: list[Event], profile: str) -> None:
    dialect, schema = load_profile(profile), load_schema()
    replay = Replay(rules, dialect, tolerant=True)
    layout = Layout(schema)
    kept = [stored(event, layout) for event in stream]
    index: FilterIndex = replay.index  # the closures that a replay asks, held to asking all of them elsewhere
    filters = {place: expr for place, (_, expr) in enumerate(replay.filters)}
    with local(schema) as database:
        database.load(stream)
        begun = time.process_time()
        found, refused = database.matches(filters, dialect, worth_sampling=1_000_000)
        spent = time.process_time() - begun
    expected = {
        (place, number)
        for number, event in enumerate(kept)
        for place, verdict in index.verdicts_on(Record(event))
        if verdict is True and place not in refused
    }
    codes = Counter(error.code for error in refused.values())
    print(
        f"{len(found)} matches of {len(filters)} filters of {len(rules)} rules on {len(stream)} events under "
        f"{profile}; refused: {dict(codes)}; {spent:.1f} s of processor time in ClickHouse"
    )
    assert found == expected
    assert len(found) > 500


def test_every_statement_is_one_question_that_the_database_takes(rules: list[Rule]) -> None:
    dialect, refused = load_profile(), Counter[str]()
    with local(load_schema()) as database:
        database.load([])
        for rule in rules:
            try:
                text = statement(rule, dialect, database.schema, last=60)
            except Refused as error:
                refused[error.code] += 1
                continue
            (tree,) = sqlglot.parse(text, read="clickhouse")
            assert isinstance(tree, exp.Select)
            assert {table.name for table in tree.find_all(exp.Table)} == {"events"}
            assert list(database.ask(text)) == []
    print(f"{len(rules)} statements, refused: {dict(refused)}")
    assert refused.total() < 5
