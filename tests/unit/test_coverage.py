"""The account of many rules: statuses, totals, what is missing, and the forms it is printed in."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from translator import notes
from translator.batch.record import Remark, Translated, translated
from translator.coverage.account import Account, Status, account
from translator.coverage.forms import as_json
from translator.coverage.navigator import layer
from translator.coverage.page import page
from translator.errors import InputError, Location
from translator.notes import Code, Effect
from translator.translate import load, translate

ROOT = Path(__file__).resolve().parents[2]


def remark(code: Code, effect: Effect | None = None, field: str = "", text: str = "words") -> Remark:
    return Remark(code.name, effect or code.effect, text, field)


def record(number: int, *remarks: Remark, **changes: Any) -> Translated:
    """A record of a rule; with a FortiSIEM rule unless a remark refuses it."""
    (source,) = load([ROOT / "sigma_rules" / "net_discovery.yml"])
    assert not isinstance(source, Exception)
    made = translated(translate(source)[0])
    made.path, made.remarks = f"rules/r{number}.yml", remarks
    if any(each.effect is Effect.REFUSED for each in remarks):
        made.name, made.encoded, made.techniques = "", b"", ()
    for name, value in changes.items():
        setattr(made, name, value)
    return made


IN_RAW = remark(notes.FIELD_IN_RAW, field="Product")
STATUSES = {
    "nothing to say": ([], Status.EXACT),
    "only worth knowing": ([remark(notes.SOURCES_PRIMARY)], Status.EXACT),
    "an assumption": ([remark(notes.CIDR_AS_PATTERN)], Status.ASSUMPTION),
    "wider": ([remark(notes.CIDR_AS_PATTERN), remark(notes.KEYWORD_IN_RAW)], Status.WIDER),
    "wider under a negation": ([remark(notes.KEYWORD_IN_RAW, Effect.NARROWER)], Status.NARROWER),
    "both directions": ([remark(notes.VALUE_UNKNOWN), remark(notes.KEYWORD_IN_RAW)], Status.NARROWER),
    "refused": ([remark(notes.KEYWORD_IN_RAW), remark(notes.REGEX_INVALID)], Status.REFUSED),
}


@pytest.mark.parametrize("case", STATUSES)
def test_the_worst_note_decides(case: str) -> None:
    remarks, status = STATUSES[case]
    (row,) = account([record(1, *remarks)]).rows
    assert row.status is status
    assert bool(row.name) is (status is not Status.REFUSED)


@pytest.fixture(scope="module")
def example() -> Account:
    unknown = remark(notes.NO_EVENT_TYPE)
    return account(
        [
            record(1),
            record(2, IN_RAW),
            record(3, IN_RAW, remark(notes.CASE_SENSITIVE)),
            record(4, IN_RAW, remark(notes.FIELD_UNMAPPED, field="Other")),
            record(5, remark(notes.FIELD_UNMAPPED, field="Third"), remark(notes.SOURCES_PRIMARY)),
            record(6, unknown, product="toaster", category="", service="crumbs", level="low"),
            record(7, unknown, product="toaster", category="", service="crumbs", level=""),
            InputError("rule-invalid", "the rule has no title", Location("rules/r8.yml", 3)),
        ]
    )


def test_totals_add_up(example: Account) -> None:
    found = as_json(example)
    assert found["total"] == 8
    assert found["by_status"] == {"exact": 1, "assumption": 0, "wider": 4, "narrower": 0, "refused": 3}
    for key in ("by_product", "by_log_source", "by_level"):
        assert sum(each["total"] for each in found[key].values()) == 8
        for each in found[key].values():
            assert sum(number for status, number in each.items() if status != "total") == each["total"]
    assert list(found["by_product"]) == ["windows", "toaster", "(not readable)"]
    assert found["by_log_source"]["toaster/crumbs"]["refused"] == 2
    assert found["by_level"]["(none)"]["total"] == 2
    assert found["by_code"]["field-in-raw"] == 3


def test_what_is_missing_is_ranked_by_what_it_unlocks(example: Account) -> None:
    found = [(each.kind, each.name, each.rules, each.unlocks) for each in example.missing]
    assert found == [
        ("event type", "toaster/crumbs", 2, 2),
        ("field", "Product", 3, 1),
        ("field", "Third", 1, 1),
        ("field", "Other", 1, 0),
    ]


def test_the_documented_keys_are_there(example: Account) -> None:
    found = as_json(example)
    assert set(found) >= {"total", "by_status", "by_product", "rules"}
    for rule in found["rules"]:
        assert set(rule) >= {"path", "id", "title", "product", "status", "notes"}
        assert all(set(note) >= {"code", "text"} for note in rule["notes"])
    broken = found["rules"][-1]
    assert (broken["path"], broken["line"], broken["status"]) == ("rules/r8.yml", 3, "refused")
    assert broken["notes"][0]["code"] == "rule-invalid"


def test_the_layer_counts_rules_for_each_technique() -> None:
    both = record(2, IN_RAW)
    found = layer(account([record(1), both, record(3, remark(notes.REGEX_INVALID))]))
    assert found["versions"] == {"attack": "19", "navigator": "5.1.0", "layer": "4.5"}
    assert found["domain"] == "enterprise-attack"
    assert found["techniques"]
    for technique in found["techniques"]:
        assert re.fullmatch(r"T\d{4}(\.\d{3})?", technique["techniqueID"])
        assert technique["score"] == 2
        assert technique["comment"] == "2 translated, 1 of them exact"
    assert found["gradient"]["maxValue"] == 2
    assert len(found["gradient"]["colors"]) >= 2


def test_retired_techniques_count_for_their_heirs() -> None:
    """T1086 became T1059.001; T1043 has no heir."""
    one = record(1)
    one.techniques = ("T1086", "T1043", "T1059.001")
    (technique,) = layer(account([one]))["techniques"]
    assert (technique["techniqueID"], technique["score"]) == ("T1059.001", 1)


def test_an_empty_account_has_forms_too() -> None:
    nothing = account([])
    assert as_json(nothing)["total"] == 0
    assert layer(nothing)["techniques"] == []
    assert "0 of 0 rules" in page(nothing)


HOSTILE = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!-- <script>",
    '" onmouseover="alert(1)',
    "a\ud800b\x00c",
    "\u2028",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup(text: str) -> None:
    one = record(1, remark(notes.FIELD_UNMAPPED, field=text, text=text), title=text, product=text, id=text)
    found = page(account([one]), source=text)
    assert text not in re.sub(r'placeholder="[^"]*"', "", found) or text == "\u2028"
    assert found.count("<script") == 2
    assert found.count("</script>") == 2
    data = re.search(r'id="data">(.*?)</script>', found, re.DOTALL)
    assert data
    assert len(json.loads(data[1])["rows"]) == 1
    found.encode("utf-8")


def test_the_page_loads_nothing(example: Account) -> None:
    found = page(example)
    assert not re.search(r"(?:src|href)\s*=|url\(|@import", found)
    assert "default-src 'none'" in found


def test_equal_accounts_give_equal_pages(example: Account) -> None:
    assert page(example) == page(Account(example.rows))
