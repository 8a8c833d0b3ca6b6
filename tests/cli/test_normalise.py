"""``translate normalise``: attributes of collected events, what cannot be read, and parsers of the user."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.cli.command import Runner, write

SSH = "<38>Mar  5 10:01:12 web1 sshd[812]: Accepted publickey for ann from 192.0.2.7 port 50022 ssh2\n"
OKTA = {
    "eventType": "user.session.start",
    "published": "2026-03-05T10:01:12Z",
    "actor": {"alternateId": "ann@example.com"},
}
PARSER = """<eventParser name="Greeting">
<eventFormatRecognizer><![CDATA[sshd\\[]]></eventFormatRecognizer>
<parsingInstructions>
<setEventAttribute attr="eventType">Greeting</setEventAttribute>
<dance/>
</parsingInstructions>
</eventParser>
"""


def test_attributes_for_people(run: Runner, tmp_path: Path) -> None:
    write(tmp_path / "auth.log", SSH)
    code, out, err = run("normalise", "auth.log")
    assert code == 0
    assert out.startswith("Generic_Unix_Successful_SSH_Login  auth.log:1\n")
    assert "  srcIpAddr     192.0.2.7\n" in out
    assert err == "1 event normalised\n"


def test_attributes_for_programs(run: Runner, tmp_path: Path) -> None:
    write(tmp_path / "okta.json.gz", gzip.compress(json.dumps([OKTA, OKTA]).encode()))
    code, out, _ = run("normalise", "okta.json.gz", "--json")
    first, second = map(json.loads, out.splitlines())
    assert code == 0
    assert first == second
    assert first["location"] == "okta.json.gz:1"
    assert first["attributes"]["eventType"] == "Okta-user-session-start"
    assert json.loads(first["attributes"]["rawEventMsg"]) == OKTA


def test_standard_input(run: Runner) -> None:
    assert json.loads(run("normalise", "-", "--json", stdin=SSH.encode()).out)["location"] == "<stdin>:1"


def test_what_cannot_be_read_is_told_and_the_rest_is_read(run: Runner, tmp_path: Path) -> None:
    broken = "".join(f"{{broken {number}\n" for number in range(30))
    write(tmp_path / "mixed.jsonl", f'{json.dumps(OKTA)}\n{broken}{{"a": 1}}\n{json.dumps(OKTA)}\n')
    code, out, err = run("normalise", "mixed.jsonl", "none.json", "--json")
    assert code == 1
    assert len(out.splitlines()) == 2
    *named, counts = err.splitlines()
    assert [each.split(": ")[0] for each in named[:2]] == ["mixed.jsonl:2", "mixed.jsonl:3"]
    assert len(named) == 21
    assert named[-1].startswith("none.json: file-missing: ")
    assert counts == "2 events normalised, 1 of no known kind, 30 not readable"


def test_a_parser_of_the_user(run: Runner, tmp_path: Path) -> None:
    write(tmp_path / "p.xml", PARSER)
    write(tmp_path / "auth.log", SSH + "<38>Mar  5 10:01:12 web1 cron[8]: x\n")
    code, out, err = run("normalise", "auth.log", "--parser", "p.xml", "--json")
    assert code == 0
    assert json.loads(out)["attributes"]["eventType"] == "Greeting"
    assert err.splitlines() == [
        "p.xml:5: not executed: <dance>",
        "1 event normalised, 1 of no known kind",
    ]


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"<broken"])
def test_a_parser_that_is_none(content: bytes, run: Runner, tmp_path: Path) -> None:
    write(tmp_path / "p.xml", content)
    write(tmp_path / "auth.log", SSH)
    code, out, err = run("normalise", "auth.log", "--parser", "p.xml")
    assert (code, out) == (1, "")
    assert "p.xml" in err
    assert "Traceback" not in err


def test_nothing_to_normalise_is_a_failure(run: Runner, tmp_path: Path) -> None:
    write(tmp_path / "a.json", '{"a": 1}')
    assert run("normalise", "a.json")[::2] == (1, "0 events normalised, 1 of no known kind\n")
