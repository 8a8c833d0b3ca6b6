"""Whether columns and closures find the same on a generated stream: matches, firings and incidents.

Prints the figures of both as JSON; the exit code is 1 when anything differs. See README.md in this folder.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import numpy as np

from tests.benchmarks.backtest import write
from tests.benchmarks.replay import flags, rule_document
from tests.benchmarks.stream import Event, events
from translator.dialect.profile import load_profile
from translator.engine.context import NOTHING
from translator.engine.incidents import Incident
from translator.engine.session import Session
from translator.engine.values import Record
from translator.harness.backtest.files import EventFile, event_files
from translator.harness.backtest.journal import Journal
from translator.harness.backtest.run import Backtest
from translator.model.expr import And, Attribute, Call, Expr, Number, Text
from translator.model.expr import Test as Leaf
from translator.model.rule import Incident as Raised
from translator.model.rule import IncidentAttribute, QuietPeriod, Relation, Rule, SubPattern
from translator.parse.rule_xml import parse_rules

COUNT = Call("COUNT", (Attribute("*"),))
PROCESS, CONNECT = "Win-Sysmon-1-Create-Process", "Win-Sysmon-3-Network-Connect"


@dataclass
class Found:
    """What one way found. ``digest`` is of all pairs of an event and a filter that holds for it, in order."""

    matches: int = 0
    firings: int = 0
    incidents: tuple[Incident, ...] = ()
    _state: blake2b = field(default_factory=lambda: blake2b(digest_size=16))

    def match(self, pairs: np.ndarray) -> None:
        """Pairs that follow, a row each."""
        self.matches += len(pairs)
        self._state.update(np.ascontiguousarray(pairs, dtype=np.int64).tobytes())

    @property
    def digest(self) -> str:
        """The same for the same pairs only."""
        return self._state.hexdigest()

    @property
    def figures(self) -> dict[str, object]:
        """What is printed."""
        return {
            "matches": self.matches,
            "digest of matches": self.digest,
            "firings": self.firings,
            "incidents": len(self.incidents),
        }


def with_windows() -> tuple[Rule, ...]:
    """Rules that count, compare and join events of the stream."""
    uses = _all(_is("eventType", PROCESS), Leaf(Attribute("command"), "contain", Text("net use")))
    encoded = _all(_is("eventType", PROCESS), Leaf(Attribute("command"), "contain", Text(" -enc ")))
    connects = _all(_is("eventType", CONNECT), Leaf(Attribute("destIpPort"), "equals", Number(443)))
    failed = _is("eventType", "Win-Security-4625")
    users = Call("COUNT", (Attribute("user"),), distinct=True)
    return (
        _rule("burst", 60, [_pattern("A", uses, _least(COUNT, 3))]),
        _rule("guessing", 300, [_pattern("A", failed, _least(users, 4))]),
        _rule(
            "port sum", 120, [_pattern("A", connects, _least(Call("SUM", (Attribute("destIpPort"),)), 900))]
        ),
        _rule("followed", 600, [_pattern("A", encoded), _pattern("B", connects)], "FOLLOWED_BY"),
        _rule("both", 600, [_pattern("A", uses), _pattern("B", failed)], "AND"),
        _rule("left alone", 120, [_pattern("A", encoded), _pattern("B", connects)], "NOT_FOLLOWED_BY"),
    )


def _is(name: str, text: str) -> Expr:
    return Leaf(Attribute(name), "equals", Text(text))


def _all(*items: Expr) -> Expr:
    return And(items)


def _least(call: Call, number: int) -> Expr:
    return Leaf(call, "greater_or_equal", Number(number))


def _pattern(name: str, expr: Expr, aggregate: Expr | None = None) -> SubPattern:
    return SubPattern(name, expr, ("hostName",), aggregate or _least(COUNT, 1))


def _rule(name: str, window: int, patterns: Sequence[SubPattern], relation: str = "") -> Rule:
    first = patterns[0].name
    return Rule(
        name=f"Benchmark: {name}",
        title=f"{name} on $hostName",
        window=window,
        sub_patterns=tuple(patterns),
        relations=(Relation(relation, 0),) if relation else (),
        global_constraint=(
            Leaf(Attribute(f"{first}.hostName"), "equals", Attribute(f"{patterns[1].name}.hostName"))
            if relation
            else None
        ),
        incident=Raised(
            f"PH_RULE_BENCHMARK_{name.upper().replace(' ', '_')}",
            5,
            (IncidentAttribute("hostName", first, "hostName"),),
        ),
        clear=QuietPeriod(1_800),
    )


def by_closures(rules: Sequence[Rule], stream: Iterable[Event]) -> Found:
    """The filters behind their index, asked event by event."""
    found = Found()
    session = Session(rules, load_profile(), tolerant=True)
    index = session.replay.index  # what a replay asks
    for place, event in enumerate(stream):
        record = Record(event)
        verdicts = list(index.verdicts_on(record))
        held = [(place, number) for number, verdict in verdicts if verdict is True]
        if held:
            found.match(np.array(held))
        session.take(float(event["phRecvTime"]), record, verdicts)
    session.finish()
    found.firings, found.incidents = session.firings, tuple(session.log.incidents)
    return found


def by_columns(rules: Sequence[Rule], path: Path, jobs: int, checkpoint: Path) -> Found:
    """A backtest of the file."""
    found = Found()
    files, _ = event_files([path])
    backtest = Backtest(rules, files, load_profile(), NOTHING, jobs=jobs, journal=Journal(checkpoint))
    backtest.run()
    found.firings, found.incidents = backtest.session.firings, tuple(backtest.session.log.incidents)
    for pairs in _pairs(checkpoint, backtest, files):
        found.match(pairs)
    return found


def _pairs(checkpoint: Path, backtest: Backtest, files: Sequence[EventFile]) -> Iterator[np.ndarray]:
    kept = Journal(checkpoint)
    kept.open(backtest.key_of_checkpoint, files)
    rows = 0
    for _, found in sorted(kept.known.items()):
        matched, filters = found.matched
        yield np.stack((matched.astype(np.int64) + rows, filters), axis=1)
        rows += found.rows
    kept.close()


def compared(rules: Sequence[Rule], count: int, jobs: int, folder: Path) -> tuple[dict[str, object], bool]:
    """The figures, and whether both ways agree."""
    path = folder / "events.jsonl"
    write(path, events(count))
    columns = by_columns(rules, path, jobs, folder / "run.bt")
    closures = by_closures(rules, events(count))
    counted = {rule.name: 0 for rule in with_windows()}
    for incident in closures.incidents:
        name = rules[incident.rule].name
        if name in counted:
            counted[name] += 1
    same = (
        columns.digest == closures.digest
        and columns.firings == closures.firings
        and columns.incidents == closures.incidents
    )
    figures = {
        "rules": len(rules),
        "events": count,
        "closures": closures.figures,
        "columns": columns.figures,
        "incidents of rules with windows": counted,
        "the same": same,
    }
    return figures, same


def main() -> None:
    """Compare, and print the figures."""
    given = flags(__doc__, events=1_000_000, jobs=2)
    parsed = parse_rules(rule_document(given.rules, given.most).encode())
    rules = [*(each.rule for each in parsed), *with_windows()]
    with tempfile.TemporaryDirectory() as folder:
        figures, same = compared(rules, given.events, given.jobs, Path(folder))
    print(json.dumps(figures, indent=2))
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
