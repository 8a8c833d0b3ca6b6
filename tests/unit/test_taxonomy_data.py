"""The shipped rows fit together: names, types, files and facts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from translator.taxonomy import load
from translator.taxonomy.logsource import LogSource
from translator.taxonomy.lookup import load_taxonomy
from translator.taxonomy.targets import AttributeTarget, ByEventTarget, Field, RawTarget, Target

EVENT_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9 _./$-]*[A-Za-z0-9]")
"""What event types of published rules and of the vendor's parsers are made of."""

SOURCES = {each.key: each for each in load_taxonomy().log_sources}
WINDOWS = [key for key, source in SOURCES.items() if source.id.product == "windows"]
TABLES = sorted(load.shipped_names("fields"))


def fields_of(source: LogSource) -> Iterator[Field]:
    yield from source.fields.values()
    for event_type in (*source.event_types, *source.families):
        yield from event_type.fields.values()


def attribute_targets(target: Target | None) -> Iterator[AttributeTarget]:
    if isinstance(target, AttributeTarget):
        yield target
    elif isinstance(target, ByEventTarget):
        for _, branch in target.branches:
            yield from attribute_targets(branch)
        yield from attribute_targets(target.otherwise)


@pytest.mark.parametrize("key", SOURCES)
def test_a_file_is_named_after_its_log_source(key: str) -> None:
    assert key.replace("/", "-", 1) in load.shipped_names("logsources")
    parts = SOURCES[key].id
    assert load_taxonomy().log_source(parts.product, parts.category, parts.service) is SOURCES[key]


@pytest.mark.parametrize("key", SOURCES)
def test_every_attribute_is_in_the_catalogue(key: str) -> None:
    named = {name for field in fields_of(SOURCES[key]) for name in field.attributes()}
    source = SOURCES[key]
    lacking = {name for each in (*source.event_types, *source.families) for name in each.lacks}
    assert [name for name in sorted(named | lacking) if load_taxonomy().attribute_type(name) is None] == []


@pytest.mark.parametrize("key", SOURCES)
def test_no_row_uses_an_attribute_that_is_not_part_of_the_product(key: str) -> None:
    named = {name for field in fields_of(SOURCES[key]) for name in field.attributes()}
    assert [name for name in sorted(named) if load_taxonomy().is_custom(name)] == []


@pytest.mark.parametrize("key", SOURCES)
def test_a_replaced_value_has_the_type_of_its_attribute(key: str) -> None:
    for field in fields_of(SOURCES[key]):
        for target in attribute_targets(field.target):
            kind = load_taxonomy().attribute_type(target.attribute)
            expected = str if kind == "STRING" else int
            assert all(isinstance(value, expected) for value in target.values.values()), field.name


@pytest.mark.parametrize("key", SOURCES)
def test_every_row_says_where_it_was_read(key: str) -> None:
    facts = [(field.name, field.source) for field in fields_of(SOURCES[key])]
    facts += [(each.name, each.source) for each in (*SOURCES[key].event_types, *SOURCES[key].families)]
    assert [name for name, source in facts if len(source) < 8] == []


@pytest.mark.parametrize("key", SOURCES)
def test_event_types_are_spelled_as_the_product_spells_them(key: str) -> None:
    source = SOURCES[key]
    names = [each.name for each in source.event_types]
    names += [name for listed in source.ids.values() for name in listed]
    known = source.event_names(4711, source.providers[0] if source.providers else "Some Provider (64)")
    names += known.names if known else ()
    assert [name for name in names if not EVENT_TYPE.fullmatch(name)] == []
    assert [
        name for name, times in Counter(each.name for each in source.event_types).items() if times > 1
    ] == []


@pytest.mark.parametrize("key", SOURCES)
def test_a_log_source_is_complete(key: str) -> None:
    source = SOURCES[key]
    listed = (*source.event_types, *source.families)
    if source.nearest:
        assert not listed
        return
    assert source.data_source
    assert listed or source.by_id or source.ids or source.prefix
    if listed:
        primary = [each for each in listed if each.primary]
        assert primary
        assert not any(each.lacks or each.fields for each in primary)
    if source.by_id is not None and not source.by_id.certain:
        assert source.providers, "an uncertain name needs the provider in its place"


@pytest.mark.parametrize("key", WINDOWS)
def test_an_event_log_of_windows_has_channels_and_event_ids(key: str) -> None:
    source = SOURCES[key]
    assert source.channels or source.prefix or source.nearest
    assert all(each.event_id for each in source.event_types)
    assert source.raw_form == "xml"
    assert not source.families


@pytest.mark.parametrize("key", SOURCES)
def test_no_listed_event_type_is_of_a_family_that_is_listed_too(key: str) -> None:
    for family in SOURCES[key].families:
        assert [each.name for each in SOURCES[key].event_types if re.match(family.pattern, each.name)] == []


@pytest.mark.parametrize("key", WINDOWS)
def test_every_event_log_has_the_fields_of_the_system_section(key: str) -> None:
    roles = {field.role for field in SOURCES[key].fields.values()}
    assert {"event_id", "provider", "channel"} <= roles
    assert SOURCES[key].field("Computer") is not None


@pytest.mark.parametrize("key", SOURCES)
def test_branches_of_a_field_do_not_overlap(key: str) -> None:
    for field in fields_of(SOURCES[key]):
        if isinstance(field.target, ByEventTarget):
            times = Counter(event_id for ids, _ in field.target.branches for event_id in ids)
            assert [event_id for event_id, count in times.items() if count > 1] == [], field.name


@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_included_somewhere(table: str) -> None:
    rows = [load.shipped_log_source(name) for name in load.shipped_names("logsources")]
    assert any(table in row.head.include for row in rows)


def test_every_file_says_when_its_rows_were_checked() -> None:
    dates = [load.shipped_log_source(name).head.date for name in load.shipped_names("logsources")]
    dates.append(load.shipped_catalogue().date)
    assert [date for date in dates if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", date)] == []


def test_an_attribute_has_one_type() -> None:
    times = Counter(name for names in load.shipped_catalogue().types.values() for name in names)
    assert [name for name, count in times.items() if count > 1] == []
    assert set(load.shipped_catalogue().custom) <= set(times)
    assert times.total() > 3400


def test_raw_elements_are_named_unless_windows_gives_them_no_name() -> None:
    nameless = {
        field.name
        for source in SOURCES.values()
        for field in fields_of(source)
        if isinstance(field.target, RawTarget) and not field.target.element
    }
    assert nameless == {"Data", "InterfaceUuid", "OpNum"}
