"""The page about FortiSIEM semantics is made from the conformance suite."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from translator.dialect.profile import profile_names
from translator.engine.functions import ROWS
from translator.operators import BY_SPELLING

SUITE = Path(__file__).parent.parent / "cases" / "conformance"


def test_the_page_says_what_the_suite_says(golden: Callable[[str, str], None]) -> None:
    golden("../../docs/semantics.md", "\n".join(page()) + "\n")


def page() -> Iterator[str]:

    yield (SUITE / "page.md").read_text("utf-8").rstrip()
    yield "\n## Operators\n"
    for spelling in BY_SPELLING:
        yield from section(spelling, operators()[spelling], operator_cells, ("value", "operand", "verdict"))
    yield "\n## Functions in filters\n"
    yield from table(
        ("function", "status", "source"), ([row.spelling, row.status, row.source] for row in ROWS)
    )
    yield ""
    cases = yaml.safe_load((SUITE / "functions.yaml").read_text("utf-8"))["cases"]
    yield from table(
        ("call", "event", "result", "why"),
        (
            [code(case["call"]), shown(case["event"]), shown(case["result"]), case.get("why", "")]
            for case in cases
        ),
    )
    calculations = yaml.safe_load((SUITE / "calculations.yaml").read_text("utf-8"))
    yield "\n## Calculations and baselines\n"
    yield f"Documented: {calculations['source']}; published system rules of the profiling kind compare with"
    yield "`STAT_AVG` and `STAT_STDDEV` of a numbered profile.\n"
    yield from table(
        ("term", "event", "result", "status", "why"),
        (
            [
                code(case["term"]),
                shown(case["event"]),
                shown(case["result"]),
                case["status"],
                case.get("why", ""),
            ]
            for case in calculations["cases"]
        ),
    )
    yield "\n## Aggregates\n"
    for file in files("aggregates"):
        yield from section(file["aggregate"], file, aggregate_cells, ("call", "values", "result"))
    yield "\n## Sub-patterns and windows\n"
    yield "The window has 60 seconds. Sub-patterns match events of their letter and group by user. An event"
    yield "is written as letter, time, user, and a firing as time and the users of the incident.\n"
    for file in files("relations"):
        yield from section(file["operator"], file, relation_cells, ("rule", "events", "fires"))
    yield "\n## Incidents\n"
    yield "The rule has one sub-pattern A unless it says otherwise. Its incident is PH_RULE_A and has the"
    yield "attribute A, the user. An incident is written as its values, its first and last time, and how"
    yield "often it fired."
    for topic in yaml.safe_load((SUITE / "incidents.yaml").read_text("utf-8")):
        yield f"\n### {topic['topic']}\n"
        yield f"{topic['status'].capitalize()}: {topic['source']}.\n"
        yield from table(("rule", "events", "incidents", "status", "why"), incident_rows(topic))


def incident_rows(topic: dict[str, Any]) -> Iterator[list[str]]:
    for case in topic["cases"]:
        whole = {**topic, **case}
        words = [whole.get("pattern", "A")]
        words += [f"fireFreq {whole['frequency']}"] if whole.get("frequency") else []
        words += [f"quiet {whole['quiet']}"] if "quiet" in whole else []
        clear = whole.get("clear", {})
        words += [f"cleared by {clear['pattern']}"] if clear else []
        words += [clear[key] for key in ("attributes", "aggregate", "constraint") if key in clear]
        words += whole.get("exceptions", [])
        events = " · ".join([*whole["events"], *([f"end {whole['ends']}"] if "ends" in whole else [])])
        yield [
            code("; ".join(words)),
            code(events),
            "; ".join(whole["incidents"]) or "none",
            whole["status"],
            case.get("why", ""),
        ]


def section(
    title: str,
    file: dict[str, Any],
    cells: Callable[[dict[str, Any], dict[str, Any]], list[str]],
    heads: Iterable[str],
) -> Iterator[str]:
    yield f"\n### {title}\n"
    yield f"{file['status'].capitalize()}: {file['source']}.\n"
    yield from table((*heads, "status", "why"), (row(file, case, cells) for case in file["cases"]))


def row(
    file: dict[str, Any], case: dict[str, Any], cells: Callable[[dict[str, Any], dict[str, Any]], list[str]]
) -> list[str]:
    reasons = [case[key] for key in ("why", "source") if key in case]
    return [*cells(file, case), case.get("status", file["status"]), "; ".join(reasons)]


def operator_cells(file: dict[str, Any], case: dict[str, Any]) -> list[str]:
    operand = shown(case["operand"]) if "operand" in case else ""
    return [shown(case["value"]), operand, verdicts(case["holds"])]


def aggregate_cells(file: dict[str, Any], case: dict[str, Any]) -> list[str]:
    return [code(case["call"]), ", ".join(map(shown, case["values"])), shown(case["result"])]


def relation_cells(file: dict[str, Any], case: dict[str, Any]) -> list[str]:
    case = {**file, **case}
    words = [case["pattern"], *([f"where {case['constraint']}"] if case.get("constraint") else [])]
    words += [f"{name}: {text}" for name, text in case.get("aggregates", {}).items()]
    fires = "; ".join(map(str, case["fires"])) or "never"
    return [code(", ".join(words)), code(" · ".join(case["events"])), fires]


def verdicts(holds: Any) -> str:
    if not isinstance(holds, dict):
        return str(holds).lower()
    return ", ".join(f"{name}: {str(holds[name]).lower()}" for name in profile_names())


def shown(value: Any) -> str:
    match value:
        case None:
            return "*absent*"
        case {"network": network}:
            return code(network)
        case {"moment": text}:
            return code(text)
        case {"group": name}:
            return code(f"Group@{name}")
        case {"attribute": name, "is": other}:
            return f"{code(name)} ({shown(other)})"
        case list():
            return ", ".join(map(shown, value))
        case "undecided":
            return "undecided"
    return code(json.dumps(value, ensure_ascii=False))


def code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}".replace("|", "\\|")


def table(heads: Iterable[str], rows: Iterable[list[str]]) -> Iterator[str]:
    heads = list(heads)
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for cells in rows:
        yield f"| {' | '.join(cells)} |"


def files(folder: str) -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text("utf-8")) for path in sorted((SUITE / folder).glob("*.yaml"))]


def operators() -> dict[str, dict[str, Any]]:
    return {file["operator"]: file for file in files("operators")}
