"""Small rules and events for backtests of a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from translator.cli.main import cli

BEGIN = 1_749_999_540
"""A minute before an hour begins."""
PATTERN = """<SubPattern displayName="{name}" name="{name}">
<SingleEvtConstr>{filter}</SingleEvtConstr><GroupByAttr>user</GroupByAttr>
<GroupEvtConstr>COUNT(*) &gt;= {count}</GroupEvtConstr></SubPattern>{operator}"""
RULE = """<Rule group="PH_RULE_X" natural_id="{name}" phIncidentCategory="Server" function="Security">
<Name>{name}</Name><Description>d</Description>
<CustomerScope groupByEachCustomer="true"><Include all="true"/></CustomerScope>
<IncidentDef eventType="{name}" severity="5"><ArgList>user={first}.user</ArgList></IncidentDef>
<PatternClause window="{window}">{patterns}</PatternClause></Rule>"""
RULES = {
    "Single": [("One", "user = &quot;eve&quot;", 1, "")],
    "Counted": [("Many", "destIpPort &gt; 10", 3, "")],
    "Followed": [("Start", "user != &quot;bob&quot;", 1, "FOLLOWED_BY"), ("End", "destIpPort = 7", 2, "")],
    "Missing": [("Start", "destIpPort = 9", 1, "NOT_FOLLOWED_BY"), ("End", "destIpPort = 8", 1, "")],
}


def write_rules(folder: Path) -> Path:
    """One rule of each kind."""
    made = []
    for name, patterns in RULES.items():
        inside = "".join(
            PATTERN.format(
                name=each,
                filter=text,
                count=count,
                operator=f'<Operator type="{operator}" rank="0"/>' if operator else "",
            )
            for each, text, count, operator in patterns
        )
        made.append(RULE.format(name=name, first=patterns[0][0], window=30, patterns=inside))
    path = folder / "rules.xml"
    path.write_text(f"<Rules>{''.join(made)}</Rules>", encoding="utf-8")
    return path


def write_events(folder: Path) -> Path:
    """Events of five hours, so that windows go on from one to the next; one of them without a type."""
    users, ports = ("eve", "bob", "Eve", "root"), (7, 9, 7, 22, 443)
    lines = [
        {
            "phRecvTime": begin + number * number % 7 + number,
            "eventType": "Made",
            "user": users[number * 7 % 4],
            "destIpPort": ports[number * 3 % 5],
        }
        for begin in (BEGIN, BEGIN + 3_600, BEGIN + 10_800)
        for number in range(120)
    ]
    lines.insert(120, {"user": "eve", "phRecvTime": BEGIN + 400})
    path = folder / "events.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["backtest", *map(str, arguments)], standalone_mode=False)


def comparable(text: str) -> dict[str, Any]:
    """Without what differs on purpose: costs, where a sample is, and what of it is shown."""
    data: dict[str, Any] = json.loads(text)
    for row in data["rules"]:
        del row["cost"]
        row["samples"] = [sample["because"] for sample in row["samples"]]
    return data
