"""How fast events are loaded into chDB and a whole pack is asked about them. See README.md in this folder.

Figures are processor time of all threads, since machines are shared.
"""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Sequence

from tests.benchmarks.replay import flags, rule_document
from tests.benchmarks.stream import events
from translator.dialect.profile import load_profile
from translator.harness.clickhouse.backtest import TableBacktest
from translator.harness.clickhouse.local import local
from translator.model.rule import Rule
from translator.parse.rule_xml import parse_rules
from translator.render.sql.schema import load_schema


def measure(rules: Sequence[Rule], count: int) -> dict[str, object]:
    """All figures of one run."""
    begun = time.process_time()
    stream = list(events(count))
    made = time.process_time() - begun
    with local(load_schema()) as database:
        begun = time.process_time()
        database.load(stream)
        loaded = time.process_time() - begun
        del stream
        figures: dict[str, object] = {
            "events": count,
            "rules": len(rules),
            "making events, processor s": round(made, 1),
            "events loaded a processor second": round(count / loaded),
        }
        for name in ("first", "second"):
            begun, wall = time.process_time(), time.monotonic()
            found = TableBacktest(rules, database, database.schema, load_profile())
            found.run()
            spent = time.process_time() - begun
            figures[f"{name} run"] = {
                "wall s": round(time.monotonic() - wall, 1),
                "processor s": round(spent, 1),
                "events a processor second": round(count / spent),
                "matches": sum(row.matches.total() for row in found.totals.by_rule),
                "not run": len(found.session.refused),
            }
    figures["peak MB"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return figures


def main() -> None:
    """Measure, and print the figures as JSON."""
    given = flags(__doc__, events=1_000_000)
    rules = [each.rule for each in parse_rules(rule_document(given.rules, given.most).encode())]
    print(json.dumps(measure(rules, given.events), indent=2))


if __name__ == "__main__":
    main()
