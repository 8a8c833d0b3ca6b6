"""A schema from what a database says about its columns."""

from __future__ import annotations

import pytest

from translator.errors import InputError
from translator.render.sql import columns
from translator.render.sql.columns import read_columns

TIME = "phRecvTime\tDateTime\n"


def test_absence_is_what_the_type_can_hold() -> None:
    schema, other = read_columns(f"{TIME}user\tNullable(String)\ndomain\tString\n", "mine", "events")
    assert {name: column.absent for name, column in schema.columns.items()} == {
        "phRecvTime": "never",
        "user": "null",
        "domain": "default",
    }
    assert other == ()


def test_of_two_versions_the_first_column_counts() -> None:
    text = f"{TIME}srcIpAddrV4\tIPv4\nsrcIpAddrV6\tIPv6\ndestIpAddr\tIPv6\ndestIpAddrV4\tIPv4\n"
    schema, other = read_columns(text, "mine", "events")
    assert schema.columns["srcIpAddr"].column == "srcIpAddrV4"
    assert schema.columns["destIpAddr"].column == "destIpAddr"
    assert other == ("srcIpAddrV6", "destIpAddrV4")


def test_an_array_needs_names_beside_its_values() -> None:
    rows = (
        "named.name\tArray(String)",
        "named.value\tArray(UInt64)",
        "alone.value\tArray(String)",
        "nullable.name\tArray(String)",
        "nullable.value\tArray(Nullable(String))",
    )
    schema, other = read_columns(TIME + "\n".join(rows), "mine", "events")
    assert schema.arrays == {"named": "UInt64"}
    assert other == ("nullable.value",)


def test_quotes_of_a_type_may_be_escaped() -> None:
    schema, _ = read_columns("phRecvTime\tDateTime(\\'UTC\\')\n", "mine", "events")
    assert schema.columns["phRecvTime"].type == "DateTime('UTC')"


def test_so_many_columns_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "_MOST", 2)
    read_columns(f"{TIME}user\tString\n", "mine", "events")
    with pytest.raises(InputError, match="more than 2 rows"):
        read_columns(f"{TIME}user\tString\ndomain\tString\n", "mine", "events")
