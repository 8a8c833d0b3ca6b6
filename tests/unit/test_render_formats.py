from __future__ import annotations

import json
import pkgutil
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from lxml import etree, html

from translator.errors import Location
from translator.model.rule import (
    ClearPattern,
    CustomerScope,
    Incident,
    IncidentAttribute,
    Origin,
    QuietPeriod,
    Relation,
    Rule,
    SubPattern,
    WatchListEntry,
)
from translator.notes import CATALOGUE, Effect, Note
from translator.parse.expression import parse_filter
from translator.render import formats as folder
from translator.render.expression import print_filter
from translator.render.formats.doc import severity_category
from translator.render.layout import WIDTH, highlight, layout
from translator.render.registry import Page, formats
from translator.render.roundtrip import prove_round_trip
from translator.taxonomy.attack import from_tags

SHADOW = Page(
    Rule(
        name="Windows: Shadow Copies Removed with a Built-In Tool",
        title="Shadow Copies Removed on $hostName",
        window=300,
        sub_patterns=(
            SubPattern(
                "Filter",
                parse_filter(
                    'eventType = "Win-Sysmon-1-Create-Process" '
                    'AND (procName REGEXP "\\\\vssadmin\\.exe$" OR srcFileName IN ("VSSADMIN.EXE","wb.exe")) '
                    'AND ((command CONTAIN "delete" AND command CONTAIN "shadows") '
                    'OR command REGEXP "delete\\s+\\"?catalog") '
                    'AND (user IS NULL OR user != "CORP\\\\backup & <co>")'
                ).expr,
                ("command", "hostName", "procName"),
                parse_filter("COUNT(*) >= 1").expr,
            ),
        ),
        incident=Incident(
            "PH_RULE_Shadow_Copies_Removed",
            9,
            (
                IncidentAttribute("hostName", "Filter", "hostName"),
                IncidentAttribute("procName", "Filter", "procName"),
                IncidentAttribute("compEventType", "Filter", "eventType"),
            ),
        ),
        group="PH_SYS_RULE_THREAT_HUNTING",
        description="Shadow copies are removed before files are encrypted.\nSeen with <any> tool & user.",
        remediation="Isolate the host.",
        data_source="Windows Sysmon via FortiSIEM Agent",
        tactic="Impact",
        techniques=("T1490", "T1059.003"),
        trigger_attributes=("phRecvTime", "hostName", "command", "rawEventMsg"),
        origin=Origin("proc_creation_win_shadow_copies.yml", "test"),
    ),
    from_tags(["attack.impact", "attack.t1490", "attack.t1059.003", "attack.nonsense"]),
    "https://example.org/rules/proc_creation_win_shadow_copies.yml",
    (
        Note(
            CATALOGUE["field-in-raw"],
            "'Signature' is searched in the raw event.",
            Effect.WIDER,
            "Signature",
            Location("rules/shadow.yml", 12),
        ),
        Note(CATALOGUE["several-tactics"], "Impact is used, Execution is left out.", Effect.INFO),
    ),
)
GUESSED = Page(
    Rule(
        name="Windows: Password Guessed",
        title="Password Guessed",
        window=5400,
        sub_patterns=(
            SubPattern(
                "Failed",
                parse_filter("eventType IN (Group@PH_SYS_EVENT_LogonFailure)").expr,
                ("user", "srcIpAddr"),
                parse_filter(
                    "COUNT(*) >= 20 AND COUNT(DISTINCT hostName) > DeviceToCMDBAttr(hostName,Limit)"
                ).expr,
            ),
            SubPattern(
                "Succeeded",
                parse_filter('eventType = "Win-Security-4624" AND winLogonType BETWEEN (2, 3)').expr,
                ("user",),
                parse_filter("COUNT(*) >= 1").expr,
            ),
        ),
        relations=(Relation("FOLLOWED_BY"),),
        global_constraint=parse_filter("Failed.user = Succeeded.user").expr,
        incident=Incident("PH_RULE_Password_Guessed", 4, (IncidentAttribute("user", "Succeeded", "user"),)),
        id="PH_Rule_Own_2",
        active=True,
    ),
    from_tags([]),
)
PAGES = (SHADOW, GUESSED)


DOWN = Rule(
    name="Link Staying Down",
    title="Link $intfName down",
    window=300,
    sub_patterns=(
        SubPattern(
            "Down",
            parse_filter('eventType = "LINK_DOWN"').expr,
            ("hostName", "intfName"),
            parse_filter("100 * COUNT(*) / STAT_AVG(COUNT(*):7) > 150").expr,
        ),
    ),
    incident=Incident(
        "PH_RULE_Link_Down",
        8,
        (
            IncidentAttribute("hostName", "Down", "hostName"),
            IncidentAttribute("intfName", "Down", "intfName"),
        ),
        "PH_SYS_EVENT_PH_RULE_AVAIL",
        3600,
    ),
    watch_lists=(WatchListEntry("hostName", ("PH_DYNLIST_UNSTABLE", "PH_DYNLIST_DOWN")),),
    clear=ClearPattern(
        window=600,
        sub_patterns=(
            SubPattern(
                "Up",
                parse_filter('eventType = "LINK_UP"').expr,
                ("hostName", "port"),
                parse_filter("COUNT(*) >= 1").expr,
            ),
        ),
        name="Link",
        attributes=(
            IncidentAttribute("hostName", "", "hostName"),
            IncidentAttribute("intfName", "Up", "port"),
        ),
        constraint=parse_filter("Link.hostName = Up.hostName").expr,
    ),
)


@pytest.mark.parametrize("name", ["rule-xml", "json"])
@pytest.mark.parametrize(
    ("case", "rule"), [("cleared", DOWN), ("quiet", replace(DOWN, watch_lists=(), clear=QuietPeriod(1800)))]
)
def test_what_ends_an_incident_is_written(
    name: str, case: str, rule: Rule, golden: Callable[[str, str], None]
) -> None:
    entry = formats()[name]
    text = entry.render([Page(rule, from_tags([]))])
    golden(f"render/{case}.{name}{entry.suffix}", text)
    if name == "rule-xml":
        prove_round_trip(rule, text)


@pytest.mark.parametrize("name", sorted(formats()))
@pytest.mark.parametrize(("case", "pages"), [("one", PAGES[:1]), ("two", PAGES)])
def test_format_gives_its_golden(
    name: str, case: str, pages: tuple[Page, ...], golden: Callable[[str, str], None]
) -> None:
    entry = formats()[name]
    golden(f"render/{case}.{name}{entry.suffix}", entry.render(pages))


@pytest.mark.parametrize("name", sorted(formats()))
def test_format_takes_no_rules_and_any_characters(name: str) -> None:
    entry = formats()[name]
    entry.render(())
    odd = replace(SHADOW.rule, name="\x00 <b> ]]>\ud800", description="\x1b&\r\n", data_source="\"'\uffff")
    text = entry.render([replace(SHADOW, rule=odd, link="javascript:alert(1)")])
    assert text.encode("utf-8")


def test_each_module_is_one_format() -> None:
    modules = [module.name for module in pkgutil.iter_modules(folder.__path__)]
    assert len(modules) == len(formats())
    assert list(formats()) == ["doc", "event-query", "json", "query", "rule-xml", "sql"]
    for name, entry in formats().items():
        assert entry.name == name
        assert entry.suffix.startswith(".")
        assert entry.summary


# --- query ---------------------------------------------------------------------------------------


def test_a_single_query_stands_alone() -> None:
    text = formats()["query"].render([SHADOW])
    assert parse_filter(text).expr == SHADOW.rule.sub_patterns[0].filter
    assert text.count("\n") == 1


# --- event-query ---------------------------------------------------------------------------------


def test_event_query_lists_events_or_groups() -> None:
    reports = etree.fromstring(formats()["event-query"].render(PAGES))
    found = [
        (report.findtext("SelectClause/AttrList"), report.findtext("PatternClause/SubPattern/GroupByAttr"))
        for report in reports
    ]
    assert found == [
        ("phRecvTime,hostName,command,rawEventMsg", ""),
        ("user,srcIpAddr,COUNT(*),COUNT(DISTINCT hostName)", "user,srcIpAddr"),
        ("", ""),
    ]
    for report, pattern in zip(reports, (p for page in PAGES for p in page.rule.sub_patterns), strict=True):
        text = report.findtext("PatternClause/SubPattern/SingleEvtConstr")
        assert parse_filter(text).expr == pattern.filter


# --- json ----------------------------------------------------------------------------------------


def test_json_holds_every_field_and_note() -> None:
    first, second = json.loads(formats()["json"].render(PAGES))["rules"]
    assert first["sub_patterns"][0]["filter"]["tree"]["and"][0] == {
        "term": {"attribute": "eventType"},
        "operator": "equals",
        "negated": False,
        "operand": {"text": "Win-Sysmon-1-Create-Process"},
    }
    assert [note["code"] for note in first["notes"]] == ["field-in-raw", "several-tactics"]
    assert first["notes"][0]["location"] == {"path": "rules/shadow.yml", "line": 12, "column": None}
    assert first["attack"]["unknown"] == ["attack.nonsense"]
    assert second["relations"] == [{"type": "FOLLOWED_BY", "rank": 0}]
    assert second["global_constraint"]["text"] == "Failed.user = Succeeded.user"
    assert second["sub_patterns"][0]["aggregate"]["tree"]["and"][1]["operand"] == {
        "call": "DeviceToCMDBAttr",
        "distinct": False,
        "arguments": [{"attribute": "hostName"}, {"attribute": "Limit"}],
    }
    names = list(json.loads(formats()["json"].render([SHADOW]))["rules"][0])
    assert names[:3] == ["name", "title", "window"]
    assert names[-3:] == ["link", "attack", "notes"]


# --- doc -----------------------------------------------------------------------------------------

ROWS = [
    "Rule ID",
    "Default Status",
    "Description",
    "Severity",
    "Category",
    "MITRE ATT&CK Tactics",
    "MITRE ATT&CK Techniques",
    "Impacts",
    "Data Source",
    "Detection",
    "Remediation Guidance",
    "Time Window",
    "Trigger Conditions",
    "SubPattern Definitions",
    "Group by Attributes",
    "Aggregate Constraint",
    "Incident Attribute Mapping",
]


def rows(page: Page) -> dict[str, html.HtmlElement]:
    document = html.fromstring(formats()["doc"].render([page]))
    table = document.find_class("rows")[0]
    return {row.find("th").text_content(): row.find("td") for row in table.iter("tr")}


def words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def test_doc_has_the_rows_in_order() -> None:
    for page in PAGES:
        assert list(rows(page)) == ROWS


def test_doc_says_what_the_rule_is() -> None:
    found = rows(SHADOW)
    assert words(found["Default Status"]) == "Disabled"
    assert "<any> tool & user" in words(found["Description"])
    assert found["Description"].find(".//a").get("href") == SHADOW.link
    assert words(found["Severity"]) == "9 high"
    (tactic,) = SHADOW.attack.tactics
    assert (
        words(found["MITRE ATT&CK Tactics"]) == f"{tactic.name} ({tactic.id}) {' '.join(tactic.text.split())}"
    )
    assert [link.get("href") for link in found["MITRE ATT&CK Techniques"].iter("a")] == [
        technique.link for technique in SHADOW.attack.techniques
    ]
    assert words(found["Time Window"]) == "5 minutes (300 s)"
    assert words(found["Trigger Conditions"]) == "Filter"
    query = found["SubPattern Definitions"].find_class("query")[0].text_content()
    assert parse_filter(query).expr == SHADOW.rule.sub_patterns[0].filter
    assert words(found["Group by Attributes"]) == "command hostName procName"
    assert words(found["Aggregate Constraint"]) == "COUNT(*) >= 1"
    assert "compEventType = Filter.eventType" in words(found["Incident Attribute Mapping"])


def test_doc_calls_severities_by_their_category() -> None:
    assert [severity_category(severity) for severity in range(1, 11)] == ["low"] * 4 + ["medium"] * 4 + [
        "high"
    ] * 2


def test_doc_names_the_sub_patterns_where_there_are_several() -> None:
    found = rows(GUESSED)
    assert words(found["Rule ID"]) == "PH_Rule_Own_2"
    assert words(found["Default Status"]) == "Enabled"
    assert words(found["MITRE ATT&CK Tactics"]) == "none"
    assert (
        words(found["Trigger Conditions"])
        == "Failed FOLLOWED_BY Succeeded where Failed.user = Succeeded.user"
    )
    assert words(found["Group by Attributes"]) == "Faileduser srcIpAddr Succeededuser"


def test_doc_shows_notes_at_the_end_of_their_rule() -> None:
    document = html.fromstring(formats()["doc"].render(PAGES))
    first, second = document.iter("article")
    (notes,) = first.find_class("notes")
    assert "'Signature' is searched in the raw event." in words(notes)
    assert CATALOGUE["field-in-raw"].remedy in words(notes)
    assert second.find_class("notes") == []
    assert [words(entry) for entry in document.find(".//nav").iter("a")] == [page.rule.name for page in PAGES]


def test_doc_loads_nothing_and_runs_nothing() -> None:
    text = formats()["doc"].render([replace(SHADOW, link="javascript:alert(1)")])
    assert not re.search(r"<(script|img|link|iframe|object)\b|@import|url\(| on\w+=", text)
    assert 'href="javascript' not in text


def test_doc_closes_what_it_opens() -> None:
    class Balance(HTMLParser):
        open: list[str]

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag != "meta":
                self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

    parser = Balance()
    parser.open = []
    parser.feed(formats()["doc"].render(PAGES))
    assert parser.open == []


# --- What is said only where it matters -----------------------------------------------------------


def test_json_gives_the_effect_of_the_note_and_not_of_its_code() -> None:
    turned = Note(CATALOGUE["field-in-raw"], "'Signature' is searched in the raw event.", Effect.NARROWER)
    (found,) = json.loads(formats()["json"].render([replace(SHADOW, notes=(turned,))]))["rules"]
    assert [note["effect"] for note in found["notes"]] == ["narrower"]


def test_json_names_what_a_rule_is_related_to() -> None:
    page = replace(SHADOW, attack=from_tags(["attack.s0002"]))
    (found,) = json.loads(formats()["json"].render([page]))["rules"]
    assert found["attack"]["related"] == [{"id": "S0002", "name": "Mimikatz"}]


def test_customers_are_said_where_not_all_are_meant() -> None:
    some = replace(SHADOW.rule, scope=CustomerScope(apart=True, include=("2000",), exclude=("2001", "2002")))
    (found,) = json.loads(formats()["json"].render([replace(SHADOW, rule=some)]))["rules"]
    assert found["scope"] == {"apart": True, "include": ["2000"], "exclude": ["2001", "2002"]}
    document = formats()["rule-xml"].render([replace(SHADOW, rule=some)])
    assert "<Include>2000</Include>" in document
    assert "<Exclude>2001,2002</Exclude>" in document
    prove_round_trip(some, document)


def test_a_frequency_of_no_seconds_is_said() -> None:
    often = replace(SHADOW.rule, incident=replace(SHADOW.rule.incident, frequency=0))
    assert 'fireFreq="0"' in formats()["rule-xml"].render([replace(SHADOW, rule=often)])


def test_headings_of_queries_are_one_line() -> None:
    odd = replace(SHADOW, rule=replace(SHADOW.rule, name="Shadow\nCopies"))
    text = formats()["query"].render([odd, GUESSED])
    assert text.startswith("# Shadow Copies: Filter\n")


# --- Layout --------------------------------------------------------------------------------------


def test_layout_breaks_long_connectives_and_stays_a_filter() -> None:
    expr = SHADOW.rule.sub_patterns[0].filter
    text = layout(expr)
    assert parse_filter(text).expr == expr
    assert max(map(len, text.splitlines())) <= WIDTH
    assert [line.split()[0] for line in text.splitlines()] == [
        "eventType",
        "AND",
        "AND",
        "(command",
        "OR",
        ")",
        "AND",
    ]


def test_layout_leaves_a_line_that_just_fits() -> None:
    expr = SHADOW.rule.sub_patterns[0].filter
    text = print_filter(expr)
    assert layout(expr, len(text)) == text
    assert layout(expr, len(text) - 1).count("\n") > 0


def test_layout_indents_a_member_that_is_long_itself() -> None:
    terms = " OR ".join(
        f'(command CONTAIN "word number {number}" AND user = "u{number}")' for number in range(4)
    )
    expr = parse_filter(f'eventType = "A" AND ({terms})').expr
    lines = layout(expr).splitlines()
    assert lines[0] == 'eventType = "A"'
    assert lines[1] == "AND ("
    assert lines[2].startswith('  (command CONTAIN "word number 0"')
    assert lines[3].startswith('  OR (command CONTAIN "word number 1"')
    assert lines[-1] == ")"
    assert parse_filter("\n".join(lines)).expr == expr


def test_highlight_changes_nothing_but_colour() -> None:
    text = 'a.b NOT IN (Group@X,"AND \\" <c>") AND COUNT(DISTINCT d) IS NULL OR e = \'x\''
    marked = str(highlight(text))
    assert unescape(re.sub(r"<[^>]+>", "", marked)) == text
    assert re.findall(r'<span class="(\w+)">([^<]*)<', marked) == [
        ("name", "a.b"),
        ("word", "NOT"),
        ("word", "IN"),
        ("group", "Group@X"),
        ("string", "&#34;AND \\&#34; &lt;c&gt;&#34;"),
        ("join", "AND"),
        ("name", "COUNT"),
        ("word", "DISTINCT"),
        ("name", "d"),
        ("word", "IS"),
        ("word", "NULL"),
        ("join", "OR"),
        ("name", "e"),
        ("name", "x"),
    ]
