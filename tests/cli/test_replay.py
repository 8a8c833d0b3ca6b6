"""``translate replay``: FortiSIEM rules over events."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import EVENTS, Runner, write
from tests.cli.conftest import Starter
from tests.cli.test_process import on_terminal
from tests.conftest import ROOT

EXACT_XML = ROOT / "fortisiem_rules" / "net_discovery.xml"


def rule(
    filter_text: str = 'eventType = "A"',
    *,
    name: str = "Rule A",
    aggregate: str = "COUNT(*) &gt;= 1",
    window: int = 60,
    more: str = "",
    keys: str = "",
) -> str:
    return (
        f"<Rule{keys}><Name>{name}</Name><IncidentTitle>Seen on $user</IncidentTitle>"
        f'<IncidentDef eventType="PH_RULE_A" severity="9"><ArgList>user = F.user</ArgList></IncidentDef>'
        f'<PatternClause window="{window}"><SubPattern name="F">'
        f"<SingleEvtConstr>{filter_text}</SingleEvtConstr><GroupByAttr>user</GroupByAttr>"
        f"<GroupEvtConstr>{aggregate}</GroupEvtConstr></SubPattern></PatternClause>{more}</Rule>"
    )


UNTIED = (
    "<ClearCondition><ClearIncidentDef><ArgList>user</ArgList></ClearIncidentDef><PatternClause window='9'>"
    "<SubPattern name='G'><SingleEvtConstr>a = 1</SingleEvtConstr></SubPattern></PatternClause>"
    "</ClearCondition>"
)


def rules(*texts: str) -> Path:
    return write(Path("rules.xml"), f"<Rules>{''.join(texts or (rule(),))}</Rules>")


def events(*given: dict[str, Any], name: str = "e.jsonl") -> Path:
    return write(Path(name), "".join(json.dumps(each) + "\n" for each in given))


def at(time: Any, user: str = "x", kind: str = "A", **more: Any) -> dict[str, Any]:
    return {"phRecvTime": time, "eventType": kind, "user": user, **more}


def test_an_example(run: Runner) -> None:
    result = run("replay", EXACT_XML, "--events", EVENTS)
    assert (result.code, result.err) == (0, "")
    assert "3 incidents of 1 rule, 3 firings; 6 of 6 events through 1 of 1 rules" in result.out


def test_nothing_fires(run: Runner) -> None:
    result = run("replay", rules(), "--events", events(at(1, kind="B")))
    assert result.code == 0
    assert result.out == "0 incidents of 0 rules, 0 firings; 1 of 1 events through 1 of 1 rules\n"


def test_incidents_are_listed_by_severity_and_some_of_each(run: Runner) -> None:
    low = rule(name="Low").replace('severity="9"', 'severity="3"')
    given = [at(number, user=f"user{number}") for number in range(5)] + [at(9, user="user0")]
    result = run("replay", rules(low, rule(name="High")), "--events", events(*given))
    shown = result.out.splitlines()
    assert shown[1].split() == [
        *("9", "HIGH", "5", "6", "1970-01-01", "00:00:00", "1970-01-01", "00:00:09", "High")
    ]
    assert shown[2:6] == [
        "    user=user0 (2 times)",
        "    user=user1",
        "    user=user2",
        "    2 more (--json and --incidents have all)",
    ]
    assert shown[6].startswith(" 3 LOW ")


def test_incidents_go_to_a_file(run: Runner) -> None:
    quiet = "<ClearCondition type='timebased'><QuietPeriod>50</QuietPeriod></ClearCondition>"
    lists = "<DynWatchListDef attr='user'><WatchList>PH_DYNLIST_X</WatchList></DynWatchListDef>"
    path = rules(rule(more=quiet + lists, keys=' id="R1"'))
    result = run("replay", path, "--events", events(at(0), at(60.5)), "--incidents", "out/i.jsonl", "--json")
    assert result.code == 0
    rows = [json.loads(text) for text in Path("out/i.jsonl").read_text().splitlines()]
    assert rows == json.loads(result.out)["incidents"]
    assert rows[0] == {
        "rule": "Rule A",
        "id": "R1",
        "event_type": "PH_RULE_A",
        "event_type_group": "",
        "severity": 9,
        "category": "HIGH",
        "title": "Seen on x",
        "status": "cleared",
        "attributes": {"user": "x"},
        "first_seen": "1970-01-01T00:00:00Z",
        "last_seen": "1970-01-01T00:00:00Z",
        "cleared": "1970-01-01T00:00:50Z",
        "count": 1,
        "notifications": 1,
        "watch_lists": {"PH_DYNLIST_X": "x"},
        "first_event": "e.jsonl:1",
    }
    assert rows[1]["status"] == "active"
    assert rows[1]["first_seen"] == "1970-01-01T00:01:00.500000Z"


def test_files_are_merged_by_time(run: Runner) -> None:
    path = rules(rule(aggregate='COUNT(*) &gt;= 2 AND FIRST(place) = "one" AND LAST(place) = "two"'))
    one, two = events(at(1, place="one"), name="1.jsonl"), events(at(2, place="two"), name="2.jsonl")
    for files in ((one, two), (two, one)):
        flags = [flag for file in files for flag in ("--events", file)]
        assert json.loads(run("replay", path, *flags, "--json").out)["firings"] == 1
        expected = 1 if files == (one, two) else 0
        assert json.loads(run("replay", path, *flags, "--json", "--clock", "file").out)["firings"] == expected


def test_events_within_the_delay_are_put_in_order(run: Runner) -> None:
    path = rules(rule(aggregate="COUNT(*) &gt;= 2", window=10))
    given = events(at(100), at(1000), at(95), at(991), at(None, user="y"))
    result = run("replay", path, "--events", given, "--delay", "20")
    assert result.code == 0
    assert "1 incident of 1 rule, 1 firing; 4 of 5 events" in result.out
    assert "1 event dropped for being more than 20 s behind; use --delay" in result.err
    assert "1 event without a time" in result.err


def test_collected_events_happen_when_they_were_created(run: Runner) -> None:
    def collected(time: str) -> dict[str, Any]:
        system = {
            "Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon"}},
            "EventID": 1,
            "Channel": "Microsoft-Windows-Sysmon/Operational",
            "Computer": "h",
            "TimeCreated": {"#attributes": {"SystemTime": time}},
        }
        return {"Event": {"System": system, "EventData": {"Image": "C:\\a.exe", "User": "D\\x"}}}

    path = rules(rule('eventType = "Win-Sysmon-1-Create-Process"', aggregate="COUNT(*) &gt;= 2", window=1))
    given = events(*map(collected, ["2026-01-01T00:00:00.9Z", "2026-01-01T00:00:00.1Z"]))
    (incident,) = json.loads(run("replay", path, "--events", given, "--json").out)["incidents"]
    assert incident["last_seen"] == "2026-01-01T00:00:00.900000Z"
    given = events(*map(collected, ["2026-01-01T00:00:00.9Z", "2026-01-01T00:00:01.9Z"]))
    assert json.loads(run("replay", path, "--events", given, "--json").out)["incidents"] == []


def test_context_and_exceptions(run: Runner) -> None:
    path = rules(rule("user IN (Group@PH_DYNLIST_ADMINS)"))
    given = events(at(1, "root"), at(2, "eve"), at(3, "admin"))
    result = run("replay", path, "--events", given)
    assert result.code == 0
    assert "rule 'Rule A' could not be told for 3 events: the members of PH_DYNLIST" in result.err
    context = write(Path("c.yaml"), "groups: {PH_DYNLIST_ADMINS: [root, admin]}\n")
    exceptions = write(Path("x.yaml"), 'exceptions: [{rules: PH_RULE_A, when: user = "admin"}]\n')
    result = run(
        *("replay", path, "--events", given, "--context", context, "--exceptions", exceptions, "--json")
    )
    shown = json.loads(result.out)
    assert [each["attributes"]["user"] for each in shown["incidents"]] == ["root"]
    assert shown["excepted"] == [1]


def test_precedence_is_a_warning_or_a_choice(run: Runner) -> None:
    path = rules(rule('user = "x" OR user = "y" AND eventType = "B"'))
    given = events(at(1))
    doubtful = run("replay", path, "--events", given)
    assert "rules.xml:1: column 26: AND and OR meet without parentheses" in doubtful.err
    assert "1 incident" in doubtful.out
    chosen = run("replay", path, "--events", given, "--precedence", "or")
    assert "without parentheses" not in chosen.err
    assert "0 incidents" in chosen.out


def test_what_is_not_looked_at_is_named(run: Runner) -> None:
    path = rules(rule(more="<userRoles/><Extra>1</Extra>"), rule(more="<Extra>2</Extra>", name="B"))
    result = run("replay", path, "--events", events(at(1)))
    assert "not looked at in the rules: Extra (2), userRoles (1)" in result.err
    assert result.code == 0


def test_tests_that_do_not_suit_a_type_are_named(run: Runner) -> None:
    path = rules(rule("user &gt; 5"), rule("user &gt; 5 AND nobody = 1", name="B"))
    result = run("replay", path, "--events", events(at(1)))
    assert (
        "types of attributes: 'user' is of type STRING, which > is not documented for (2), "
        "'nobody' is not in FortiSIEM's catalogue of attributes (1)"
    ) in result.err
    assert result.code == 0


def test_directories_of_rules(run: Runner) -> None:
    write(Path("d/a.xml"), rule(name="One"))
    write(Path("d/e/b.xml"), rule(name="Two"))
    write(Path("d/c.txt"), "no rule")
    shown = json.loads(run("replay", "d", "--events", events(at(1)), "--json").out)
    assert [each["rule"] for each in shown["incidents"]] == ["One", "Two"]


def test_events_and_rules_from_standard_input(run: Runner) -> None:
    given = json.dumps(at(1)).encode()
    assert "1 incident" in run("replay", rules(), "--events", "-", stdin=given).out
    text = rules().read_bytes()
    assert "1 incident" in run("replay", "-", "--events", events(at(1)), stdin=text).out
    both = run("replay", "-", "--events", "-")
    assert both.code == 2
    assert "rules and events cannot both come from standard input" in both.err


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (rule("user ~ 1"), "rules.xml:1: filter-syntax: column 6: unexpected character"),
        (rule(aggregate="EMA(n) &gt; 1"), "rules.xml:1: aggregate-unsupported: EMA(n) is no aggregate"),
        (rule('user REGEXP "(?=x)"'), "rules.xml:1: regex-invalid: "),
        (rule(more=UNTIED), "rules.xml:1: engine-clear: "),
    ],
)
def test_a_bad_rule_leaves_the_others(text: str, error: str, run: Runner) -> None:
    result = run("replay", rules(text, rule(name="Good")), "--events", events(at(1)))
    assert result.code == 1
    assert error in result.err
    assert "Good" in result.out


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ('{"eventType": "A", "user": "x"}\n{"eventType": ["A"]}\n', "e.jsonl:2: event-value: the attribute"),
        ('{"eventType": "A", "user": "x"}\n{"Event": {"x": 1}}\n', "e.jsonl:2: not-windows-event: "),
        ('{"eventType": "A", "user": "x"}\n{"n": 1e400}\n', "e.jsonl:2: event-json: "),
        (f'{{"eventType": "A", "user": "x"}}\n{{"n": {"9" * 200}}}\n', "e.jsonl:2: event-value: "),
        ('{"eventType": "A", "user": "x"}\n{', "e.jsonl:2: event-json: "),
    ],
)
def test_a_bad_event_leaves_the_others(content: str, error: str, run: Runner) -> None:
    result = run("replay", rules(), "--events", write(Path("e.jsonl"), content))
    assert result.code == 1
    assert error in result.err
    assert "1 incident" in result.out


def test_many_bad_events_are_counted(run: Runner) -> None:
    given = events(*({"eventType": [number]} for number in range(100)))
    result = run("replay", rules(), "--events", given)
    assert result.err.count("event-value") == 20
    assert "100 events could not be read; the first 20 are named" in result.err


def test_fields_of_sigma_rules_are_no_attributes(run: Runner) -> None:
    result = run("replay", rules(), "--events", events({"Image": "a", "CommandLine": "b"}))
    assert "no event has an eventType, so these are no FortiSIEM attributes; translate verify" in result.err


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("no.xml", "--events", "e.jsonl"), 1, "no.xml: file-missing: "),
        (("rules.xml", "--events", "no.jsonl"), 1, "no.jsonl: file-missing: "),
        (("rules.xml",), 2, "Missing option '--events'"),
        (("empty", "--events", "e.jsonl"), 1, "empty: no-rules: the directory holds no *.xml file"),
        (("none.xml", "--events", "e.jsonl"), 1, "none.xml: no-rules: the document holds no rule"),
        (("e.jsonl", "--events", "e.jsonl"), 1, "e.jsonl:1: rule-xml: "),
        (("bad.yaml", "--events", "e.jsonl"), 1, "a Sigma rule is translated first: translate RULE.yml"),
        (("rules.xml", "--events", "e.jsonl", "--context", "no.yaml"), 1, "no.yaml: file-missing"),
        (("rules.xml", "--events", "e.jsonl", "--context", "bad.yaml"), 1, "bad.yaml:1: context-invalid"),
        (("rules.xml", "--events", "e.jsonl", "--exceptions", "bad.yaml"), 1, "exceptions-invalid"),
        (("rules.xml", "--events", "e.jsonl", "--context", "two.yaml"), 1, "two.yaml:3: context-invalid"),
        (("rules.xml", "--events", "e.jsonl", "--delay", "-1"), 2, "--delay"),
        (("rules.xml", "--events", "e.jsonl", "--incidents", "e.jsonl/x"), 1, "cannot-write"),
        (("rules.xml", "--events", "e.jsonl", "--explain", "Rule", "1"), 2, "did you mean 'Rule A'?"),
        (("rules.xml", "--events", "e.jsonl", "--explain", "2", "1"), 2, "there is no rule '2'"),
        (("rules.xml", "--events", "e.jsonl", "--explain", "1", "9"), 2, "there is no event 9"),
        (("rules.xml", "--events", "e.jsonl", "--explain", "1", "0"), 2, "'0' is no number of an event"),
        (("twice.xml", "--events", "e.jsonl", "--explain", "Rule A", "1"), 2, "2 rules are called 'Rule A'"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_line(arguments: tuple[str, ...], code: int, error: str, run: Runner) -> None:
    rules()
    events(at(1))
    Path("empty").mkdir()
    write(Path("none.xml"), "<Rules/>")
    write(Path("bad.yaml"), "nonsense: [1]\n")
    write(Path("two.yaml"), "groups: {}\n--- \ngroups: {}\n")
    write(Path("twice.xml"), f"<Rules>{rule()}{rule()}</Rules>")
    result = run("replay", *arguments)
    assert result.code == code
    assert error in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("name", ["Rule A", "R1", "PH_RULE_A", "1"])
def test_one_verdict_is_explained(name: str, run: Runner) -> None:
    path = rules(rule('eventType = "A" AND (user = "x" OR user IN (Group@G))', keys=' id="R1"'))
    result = run("replay", path, "--events", events(at(1), at(2, user="y")), "--explain", name, "2")
    assert result.code == 0
    assert result.out.splitlines() == [
        "Rule A  e.jsonl:2",
        "F",
        "  undecided all of",
        "    true      eventType = \"A\"  [eventType is 'A']",
        "    undecided any of",
        "      false     user = \"x\"  [user is 'y']",
        "      undecided user IN (Group@G)  [user is 'y', the members of G are not known]",
    ]
    shown = json.loads(run(*("replay", path, "--events", "e.jsonl", "--explain", name, "1", "--json")).out)
    assert (shown["rule"], shown["event"]) == ("Rule A", "e.jsonl:1")
    assert (shown["sub_patterns"][0]["name"], shown["sub_patterns"][0]["verdict"]) == ("F", "true")


def test_control_characters_do_not_reach_the_terminal(run: Runner) -> None:
    path = rules(rule('user = "&#9;a" AND user != "b"').replace("Rule A", "Rule&#9;A"))
    result = run("replay", path, "--events", events(at(1, user="\x1b[31m")), "--explain", "1", "1")
    assert "\x1b" not in result.out
    assert 'user = "\\x09a"' in result.out


@pytest.mark.slow
def test_a_terminal_gets_a_bar_and_a_tree(tmp_path: Path, start: Starter) -> None:
    path = write(tmp_path / "rules.xml", rule())
    given = write(tmp_path / "e.jsonl", "".join(json.dumps(at(n)) + "\n" for n in range(500)))
    shown = on_terminal(start, "replay", path, "--events", given)
    assert b"replaying" in shown
    assert b"400 events, 1 incident" in shown
    tree = on_terminal(start, "replay", path, "--events", given, "--explain", "1", "1")
    assert b"\x1b[32mtrue" in tree
