"""Hostile rules and events, replayed under limits of memory and processor time."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_replay import at
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

MEGABYTE = 1 << 20
SECONDS = 240
"""Of processor time. Each case takes a small part of it; one that grows with the square takes hours."""

Case = tuple[str, Iterable[object], int, str]
"""The rule document, the events (objects, or text as it stands), the exit code, and what is said."""


def document(
    filter_text: str = 'eventType = "A"', aggregate: str = "COUNT(*) &gt;= 1", head: str = "", rest: str = ""
) -> str:
    return (
        f"{head}<Rules><Rule><Name>R</Name><IncidentDef eventType='E' severity='5'>"
        "<ArgList>user = A.user</ArgList></IncidentDef><PatternClause window='3600'>"
        f"<SubPattern name='A'><SingleEvtConstr>{filter_text}</SingleEvtConstr>"
        f"<GroupByAttr>user</GroupByAttr><GroupEvtConstr>{aggregate}</GroupEvtConstr></SubPattern>{rest}"
        "</PatternClause></Rule></Rules>"
    )


def behind(operator: str, name: str, constraint: str = "", aggregate: str = "COUNT(*) &gt;= 1") -> str:
    return (
        f"<Operator type='{operator}'/><SubPattern name='{name}'>"
        f'<SingleEvtConstr>eventType = "{name}"</SingleEvtConstr><GroupByAttr>user</GroupByAttr>'
        f"<GroupEvtConstr>{aggregate}</GroupEvtConstr></SubPattern>"
        + (f"<GlobalConstr>{constraint}</GlobalConstr>" if constraint else "")
    )


def alternating(depth: int) -> str:
    text = "z = 1"
    for level in range(depth):
        text = f"a{level} = 1 {'AND' if level % 2 else 'OR'} ({text})"
    return text


ONE = [at(1)]
LAUGHS = (
    "<!DOCTYPE Rules [<!ENTITY a 'ha'>"
    + "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(20))
    + "]>"
)
TERMS = " OR ".join(f'command CONTAIN "word{number:06}"' for number in range(25_000))
CASES: dict[str, Callable[[], Case]] = {
    "parentheses": lambda: (
        document("(" * 100_000 + "a = 1" + ")" * 100_000), ONE, 1, "parentheses nest deeper than 100"),
    "deepest allowed": lambda: (document(alternating(99)), ONE, 0, "0 incidents"),
    "calculation": lambda: (document("a" + " + a" * 100_000 + " = 1"), ONE, 1, "calculations nest deeper"),
    "elements": lambda: ("<Rules>" * 100_000, ONE, 1, "rule-xml: "),
    "long text": lambda: (document("a = 1" + " " * 11_000_000), ONE, 1, "rule-xml: "),
    "long filter": lambda: (document(f'a = "{"x" * 1_000_000}"'), ONE, 1, "the filter has 1000006"),
    "billion laughs": lambda: (document("a = &t;", head=LAUGHS), ONE, 1, "the file has a DOCTYPE"),
    "megabyte literal": lambda: (
        document(f'command CONTAIN "{"x" * 900_000}"'),
        (at(n, command="y" * n + "x" * 999_990) for n in range(10)), 0, "1 incident of 1 rule, 10 firings"),
    "many terms": lambda: (
        document(TERMS), (at(n, command=f"say word{n:06} twice") for n in range(300)), 0, "300 firings"),
    "many members": lambda: (
        document(f"user IN ({','.join(f'{chr(34)}user{n}{chr(34)}' for n in range(70_000))})"),
        (at(n, user=f"user{n * 100}") for n in range(2_000)), 0, "700 firings"),
    "catastrophic pattern": lambda: (
        document('command REGEXP "(x+x+)+y" OR command REGEXP "(.*){20}z" OR command REGEXP "(a|aa)+$"'),
        (at(n, command="x" * 200_000) for n in range(20)), 0, "0 incidents"),
    "exploding pattern": lambda: (document('command REGEXP "(a{900}){900}"'), ONE, 1, "regex-invalid"),
    "long pattern": lambda: (document(f'command REGEXP "{"(a)" * 30_000}"'), ONE, 1, "regex-too-long"),
    "no number": lambda: (
        document(aggregate="SUM(n) &gt; 1"), ['{"eventType": "A", "user": "x", "n": NaN}', at(1, n=2)], 1,
        "event-json"),
    "overflow": lambda: (
        document(aggregate="SUM(n) &gt; 0 OR AVG(n) * 100 &gt; 0 OR VARIANCE(n) &gt; 0 OR 1 / SUM(z) &gt; 0"),
        (at(n, n=1.7e308, z=0) for n in range(2, 4)), 0, "1 incident of 1 rule, 1 firing"),
    "clock jumping back": lambda: (
        document(), (at(2_000_000_000 - 1_000_000 * n) for n in range(1_500)), 0,
        "1,499 events dropped for being more than 300 s behind"),
    "clock out of range": lambda: (
        document(), (at(time) for time in (1e300, -5, "9999-12-31T23:59:59-12:00", "", 10**18, None)), 0,
        "6 events without a time"),
    "end of the calendar": lambda: (
        document(rest=behind("NOT_FOLLOWED_BY", "B", "A.user = B.user") + "</PatternClause><ClearCondition>"
                 "<QuietPeriod>999999999</QuietPeriod></ClearCondition><PatternClause>")
        .replace("<PatternClause></PatternClause>", ""),
        [at("9999-12-31T23:59:59Z"), *({"Event": {"System": {"EventID": 1, "TimeCreated": {"#attributes": {
            "SystemTime": time}}}}} for time in (10**30, -(10**18), "1601-01-01T00:00:00Z"))], 0,
        "9999-12-31 23:59:59"),
    "wide event": lambda: (
        document(), (at(n, **{f"a{m}": m for m in range(20_000)}) for n in range(20)), 0, "20 firings"),
    "wide integer": lambda: (document(), [f'{{"eventType": "A", "n": {"9" * 100_000}}}'], 1, "e.jsonl:1: "),
    "deep event": lambda: (document(), [f'{"[" * 100_000}'], 1, "e.jsonl"),
    "too many incidents": lambda: (
        document(), (at(1, user=f"user{n}") for n in range(120_000)), 0,
        "20,000 firings raised nothing, because 100,000 incidents are kept"),
    "unrelated groups": lambda: (
        document(rest=behind("AND", "B")),
        (at(1, user=f"user{n}", kind="AB"[n % 100 == 99]) for n in range(2_000)), 0,
        "too many combinations of groups"),
    "groups that never match": lambda: (
        document(aggregate="COUNT(*) &gt;= 2", rest=behind("FOLLOWED_BY", "B")),
        (at(1, user=f"user{n}", kind="AB"[n > 20_000]) for n in range(20_100)), 0,
        "too many combinations of groups at 99 events"),
    "constraint looked at again": lambda: (
        document(aggregate="AVG(n) &gt; 2",
                 rest=behind("FOLLOWED_BY", "B", aggregate="AVG(n) &gt; 2")
                 + behind("FOLLOWED_BY", "C", "A.user = B.user AND B.user = C.user")),
        (at(n // 100, kind="ABC"[n % 3], n=1) for n in range(12_000)), 0, "0 incidents"),
}  # fmt: skip


def replayed(
    tmp_path: Path, text: str, given: Iterable[object], *flags: str, megabytes: int = 1_024
) -> tuple[int, str]:
    """The exit code and all that is printed, of a process with limits."""
    (tmp_path / "r.xml").write_text(text, encoding="utf-8")
    with (tmp_path / "e.jsonl").open("w", encoding="utf-8") as stream:
        for each in given:
            stream.write((each if isinstance(each, str) else json.dumps(each)) + "\n")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * MEGABYTE,) * 2)
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))

    command = [sys.executable, "-m", "translator", "replay", "r.xml", "--events", "e.jsonl", *flags]
    environment: dict[str, Any] = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, preexec_fn=limit, check=False
    )
    return ended.returncode, ended.stderr + ended.stdout


@pytest.mark.parametrize("name", CASES)
def test_hostile_input_has_bounds(name: str, tmp_path: Path) -> None:
    text, given, code, said = CASES[name]()
    ended, printed = replayed(tmp_path, text, given)
    assert said in printed
    assert "Traceback" not in printed
    assert ended == code
    assert max(map(len, printed.splitlines())) < 1_500


def test_a_clock_that_jumps_counts_on_in_file_order(tmp_path: Path) -> None:
    given = (at(2_000_000_000 - 1_000_000 * n) for n in range(1_500))
    ended, printed = replayed(tmp_path, document(), given, "--clock", "file")
    assert (ended, "1,500 firings; 1,500 of 1,500 events" in printed) == (0, True)


def test_a_million_groups(tmp_path: Path) -> None:
    given = (f'{{"phRecvTime":{n // 1000},"eventType":"A","user":"user{n}"}}' for n in range(1_000_000))
    text = document(aggregate="COUNT(*) &gt;= 2")
    ended, printed = replayed(tmp_path, text, given, megabytes=2_048)
    assert (ended, printed) == (
        0,
        "0 incidents of 0 rules, 0 firings; 1,000,000 of 1,000,000 events through 1 of 1 rules\n",
    )
