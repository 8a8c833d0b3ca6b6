"""Whatever stands in a document, the check ends with findings; a repair is final and makes nothing worse."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.lint_rules import CASES, document, rule_text
from translator.dialect.profile import load_profile
from translator.errors import InputError
from translator.pack.lint.check import Linter
from translator.pack.lint.finding import Finding
from translator.pack.lint.fix import fixed
from translator.pack.lint.setting import Setting

DOCUMENTS = [document(rule_text(1, case)) for case in CASES if "long_values" not in case]
PIECES = [
    *(b"(", b")", b'"', b"'", b" AND ", b" OR ", b"<", b">", b"&amp;", b"&lt;", b"COUNT(*)", b"HourOfDay("),
    *(b"IN ", b"()", b"IS NULL", b",", b"=", b".", b"Filter.", b"\xff", b"\0", b"<!--", b"-->", b"<![CDATA["),
    *(b"]]>", b"9" * 30, b"-1", b"1.5", b"LookupTableHas(a,b)", b"BETWEEN (1, 2)", b'REGEXP "(', b"::/0"),
]
CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 20), st.sampled_from(PIECES)), min_size=1, max_size=4
)


def lint(data: bytes) -> list[Finding]:
    return Linter(Setting()).check(data, "pack.xml")


@settings(max_examples=250)
@given(st.sampled_from(DOCUMENTS), CHANGES)
def test_a_damaged_document(data: bytes, changes: list[tuple[float, int, bytes]]) -> None:
    for place, removed, added in changes:
        at = int(place * len(data))
        data = data[:at] + added + data[at + removed :]
    before = {finding.code for finding in lint(data)}
    try:
        better = fixed(data, "pack.xml", load_profile())
    except InputError:
        return
    assert {finding.code for finding in lint(better)} <= before
    assert fixed(better, "pack.xml", load_profile()) == better


NAMES = {
    "a function that no filter has": {"aggregate": "C.OUNT(*) >= 1"},
    "a table in the place of an attribute": {
        "filter": 'eventType = "Win-Security-4624" AND LookupTableHas(Doors, user) = 1'
    },
    "nothing in quotes": {"filter": 'eventType = "" AND user IN ("")'},
    "half a character": {"filter": 'eventType = "Win-Security-4624" AND user REGEXP "\\x"'},
}


@pytest.mark.parametrize("what", NAMES)
def test_what_is_seldom_written(what: str) -> None:
    data = document(rule_text(1, NAMES[what]))
    assert all(str(finding) for finding in lint(data))
    assert fixed(data, "pack.xml", load_profile()) == data


DEEP = {
    "parentheses": "(" * 5_000 + 'user = "a"' + ")" * 5_000,
    "conditions": " AND ".join(['(user = "a" OR user = "b")'] * 3_000),
    "conditions of one attribute": " AND ".join(
        f'user != "{number}" AND (user REGEXP "{number}$" OR user = "{number}")' for number in range(3_000)
    ),
    "a long pattern": f'user REGEXP "{"(a|" * 3_000}b"',
    "functions": "TO_LOWER(" * 3_000 + "user" + ")" * 3_000 + ' = "a"',
}


@pytest.mark.parametrize("what", DEEP)
def test_what_is_deep_or_long(what: str) -> None:
    data = document(rule_text(1, {"filter": f'eventType = "Win-Security-4624" AND {DEEP[what]}'}))
    assert lint(data)
    fixed(data, "pack.xml", load_profile())
