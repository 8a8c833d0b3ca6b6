"""The context that a user supplies."""

from __future__ import annotations

from datetime import UTC

import pytest

from translator.dialect.profile import load_profile
from translator.engine.compile import compile_filter
from translator.engine.context_file import context_of
from translator.errors import InputError, Location
from translator.parse.expression import parse_filter

PLACE = Location("context.yaml", 1)
CONTENT = {
    "time_zone": "Asia/Tokyo",
    "groups": {"PH_DYNLIST_ADMINS": ["root", 7, "10.0.0.0/8"]},
    "tables": {"Logins": {"keys": ["user", "host"], "rows": [{"user": "Bob", "host": "SRV01", "risk": 5}]}},
    "devices": [
        {"names": ["srv01", "10.0.0.5"], "properties": {"Limit": 80}},
        {"names": ["srv01"], "part": "C:", "properties": {"DiskLimit": 95}},
    ],
}


@pytest.mark.parametrize(
    "text",
    [
        "user IN (Group@PH_DYNLIST_ADMINS)",
        "code IN (Group@PH_DYNLIST_ADMINS)",
        "ip IN (Group@PH_DYNLIST_ADMINS)",
        "LookupTableHas(Logins,name,host) = 1",
        "LookupTableGet(Logins,name,host,risk) > 4",
        "DeviceToCMDBAttr(host,Limit) = 80",
        "DeviceToCMDBAttr(ip,Limit) = 80",
        "DeviceToCMDBAttr(host,disk,DiskLimit) = 95",
        "HourOfDay(phRecvTime) = 9",
    ],
)
def test_filters_find_what_the_file_says(text: str) -> None:
    check = compile_filter(parse_filter(text).expr, load_profile(), context_of(CONTENT, PLACE))
    event = {
        "user": "ROOT",
        "code": 7,
        "ip": "10.0.0.5",
        "name": "bob",
        "host": "srv01",
        "disk": "c:",
        "phRecvTime": 0,
    }
    assert check(event) is True


def test_everything_may_be_missing() -> None:
    context = context_of({}, PLACE)
    assert (dict(context.groups), dict(context.tables), dict(context.devices)) == ({}, {}, {})
    assert context.time_zone is UTC
    assert context_of({"groups": None, "devices": None}, PLACE) == context


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ([], "the file"),
        ({1: 2}, "the file"),
        ({"group": {}}, "'group' is none of"),
        ({"groups": {"G": "root"}}, "groups"),
        ({"groups": {"G": [["root"]]}}, "groups"),
        ({"tables": {"T": []}}, "table 'T'"),
        ({"tables": {"T": {"keys": ["a"], "rows": [{"b": 1}]}}}, "row 1 of table 'T' has no 'a'"),
        ({"tables": {"T": {"keys": ["a"], "rows": [], "more": 1}}}, "table 'T'"),
        ({"devices": [{"names": ["a"]}]}, "device 1"),
        ({"time_zone": "Mars/Olympus"}, "time zone 'Mars/Olympus'"),
        ({"time_zone": "../../etc/passwd"}, "time zone"),
        ({"time_zone": "Europe"}, "time zone"),
        ({"time_zone": 7}, "time_zone"),
    ],
)
def test_a_wrong_file_is_one_clear_error(content: object, cause: str) -> None:
    with pytest.raises(InputError) as caught:
        context_of(content, PLACE)
    assert caught.value.code == "context-invalid"
    assert cause in caught.value.cause
    assert str(caught.value).startswith("context.yaml:1: ")
    assert len(str(caught.value).splitlines()) == 1
