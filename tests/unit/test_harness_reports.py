"""Reports hold what was found, and nothing of a rule can become markup, script or broken XML."""

from __future__ import annotations

import base64
import json
import re
import zlib
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.cli.command import rule_text, write
from translator.harness.prove import Trials
from translator.harness.report.formats import REPORTS
from translator.harness.report.forms import as_json
from translator.harness.run import Verification, verify
from translator.options import Options

HOSTILE = "</script><script>alert('&')</script>]]>"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Verification:
    """A rule that agrees, one that is noted, one that is refused, one that cannot be read."""
    folder = tmp_path_factory.mktemp("rules")
    files = {
        "same.yml": rule_text("CommandLine|contains: word", title=json.dumps(HOSTILE)),
        "noted.yml": rule_text("CommandLine|cased: Word", title="Noted"),
        "refused.yml": rule_text("CommandLine|re: '(?=a)b'", title="Refused"),
        "broken.yml": "title: [",
    }
    paths = [str(write(folder / name, text)) for name, text in files.items()]
    return verify(paths, Trials(Options(), "default", most=12, mutation=True), jobs=1)


def test_junit(found: Verification) -> None:
    root = etree.fromstring(REPORTS["junit"](found, "rules").encode())
    assert [root.get(name) for name in ("tests", "failures", "skipped", "errors")] == ["4", "0", "1", "1"]
    cases = {case.get("name"): [child.tag for child in case] for case in root.iter("testcase")}
    assert cases == {HOSTILE: [], "Noted": [], "Refused": ["skipped"], "yaml-syntax": ["error"]}


def test_sarif(found: Verification) -> None:
    log: dict[str, Any] = json.loads(REPORTS["sarif"](found, "rules"))
    (run,) = log["runs"]
    assert [each["ruleId"] for each in run["results"]] == ["verdict-noted", "rule-refused", "not-read"]
    rules = run["tool"]["driver"]["rules"]
    for each in run["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
        place = each["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"].startswith("file:///")
        assert place["region"]["startLine"] >= 1


def test_page(found: Verification) -> None:
    text = REPORTS["html"](found, "rules")
    assert HOSTILE[:20] not in text
    assert not re.search(r"""(?:src|href)=["'](?!#)""", text), "the page needs no other file"
    data = json.loads(re.findall(r'id="data">(.*?)</script>', text, re.DOTALL)[0])
    assert [row[1] for row in data["rows"]] == [HOSTILE, "Noted", "Refused"]
    (packed,) = re.findall(r'id="pack\d+">(.*?)</script>', text, re.DOTALL)
    same, noted, refused = json.loads(zlib.decompress(base64.b64decode(packed)))
    assert same["fields"] == ["CommandLine"]
    assert [line for line, fields in same["sigma"] if fields] == ["    CommandLine|contains: word"]
    assert [line for line, fields in same["filter"] if fields] == ['AND command CONTAIN "word"']
    assert same["mutants"][0] > 0
    assert {trial[8] for trial in noted["trials"]} == {"", "wider"}
    assert refused["refused"].startswith("regex-unsupported: ")


def test_the_page_works_in_a_browser(found: Verification, related: Verification, tmp_path: Path) -> None:
    api = pytest.importorskip("playwright.sync_api", reason="drives a browser with the playwright package")
    browser_path = Path("/usr/bin/chromium")
    if not browser_path.exists():
        pytest.skip("needs Chromium")
    file = write(tmp_path / "report.html", REPORTS["html"](found, "rules"))
    with api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(browser_path), args=["--no-sandbox"])
        page = browser.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        page.on("request", lambda asked: problems.append(asked.url) if "file:" not in asked.url else None)
        page.goto(file.as_uri())
        assert page.locator(".row").count() == 3
        page.keyboard.press("/")
        page.keyboard.type("noted")
        api.expect(page.locator(".row")).to_have_count(1)
        page.locator(".row").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(".events tr.off")
        page.locator(".beside [data-fields]").first.hover()
        assert page.locator(".beside .lit").count() == 2
        page.keyboard.press("Escape")
        api.expect(page.locator(".row")).to_have_count(3)
        page.click("#theme")
        page.goto(write(tmp_path / "related.html", REPORTS["html"](related, "rules")).as_uri())
        for _ in range(25):
            page.keyboard.press("j")
        box = page.evaluate("document.activeElement.getBoundingClientRect().toJSON()")
        assert 0 < box["top"] < box["bottom"] < page.evaluate("innerHeight")
        page.keyboard.press("/")
        page.keyboard.type("many")
        api.expect(page.locator(".row")).to_have_count(1)
        page.locator(".row").click()
        page.locator(".events .link").first.click()
        api.expect(page.locator(".steps tr")).to_have_count(3)
        browser.close()
    assert problems == []


@pytest.fixture(scope="module")
def related(tmp_path_factory: pytest.TempPathFactory) -> Verification:
    """A correlation with its rule, and enough other rules for a list that is longer than the window."""
    counting = {
        "title": "Many",
        "correlation": {
            "type": "event_count",
            "rules": ["tool"],
            "group-by": ["CommandLine"],
            "timespan": "10s",
            "condition": {"gte": 2},
        },
    }
    rule = rule_text("CommandLine|contains: word", title="Tool", keys="name: tool\n")
    folder = tmp_path_factory.mktemp("related")
    write(folder / "many.yml", f"{rule}---\n{json.dumps(counting)}\n")
    for number in range(30):
        write(folder / f"r{number}.yml", rule_text(f"Image: {number}.exe", title=f"Rule {number}"))
    return verify([str(folder)], Trials(Options(), "default", most=8), jobs=1)


def test_a_correlation_has_its_rules_and_its_steps(related: Verification) -> None:
    text = REPORTS["html"](related, "rules")
    assert json.loads(re.findall(r'id="data">(.*?)</script>', text, re.DOTALL)[0])["decides"] == 0
    (packed,) = re.findall(r'id="pack\d+">(.*?)</script>', text, re.DOTALL)
    many, *_ = json.loads(zlib.decompress(base64.b64decode(packed)))
    lines = [line for line, _ in many["sigma"]]
    assert lines.index("correlation:") < lines.index("---") < lines.index("name: tool")
    assert [line for line, fields in many["sigma"] if fields] == [
        "  - CommandLine",
        "    CommandLine|contains: word",
    ]
    assert ["# COUNT(*) >= 2 for each command, within 10 s", []] in many["filter"]
    first = many["trials"][0]
    assert [step[:4] for step in first[9]] == [
        [0, "tool", False, [False] * 3],
        [9, "tool", True, [True] * 3],
    ]
    entry, *_ = as_json(related, ())["rules"]
    assert entry["witnesses"] == 9  # one of them a stranger
