"""A user's own rows: they win over the shipped ones, and a mistake is one clear error."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from translator.errors import InputError
from translator.taxonomy.document import MAX_BYTES
from translator.taxonomy.lookup import AttributeTarget, LogSource, RawTarget, Taxonomy, load_taxonomy

CASES = Path(__file__).resolve().parents[1] / "cases" / "taxonomy"
BROKEN: list[dict[str, Any]] = yaml.safe_load((CASES / "broken_files.yaml").read_text(encoding="utf-8"))


def write(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def get(taxonomy: Taxonomy, category: str | None = None, service: str | None = None) -> LogSource:
    found = taxonomy.log_source("windows", category, service)
    assert found is not None
    return found


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case["name"])
def test_a_broken_file_is_refused_with_its_place(case: dict[str, Any], tmp_path: Path) -> None:
    path = write(tmp_path, case["text"])
    with pytest.raises(InputError) as caught:
        load_taxonomy([path])
    error = caught.value
    assert error.code == "taxonomy-invalid"
    assert case["says"] in error.cause
    assert error.location is not None
    assert error.location.path == str(path)
    assert case.get("line") in (None, error.location.line)
    assert error.hint


def test_a_row_of_the_user_wins_and_the_others_stay(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        logsource: {product: windows, category: process_creation}
        fields:
          CommandLine: {attribute: swParam, always: true}
          ParentUser: {attribute: userGrp, note: our own parser, confidence: guess, source: our wiki}
        """,
    )
    source = get(load_taxonomy([path]), "process_creation")
    command, parent = source.field("CommandLine"), source.field("ParentUser")
    assert command is not None
    assert parent is not None
    assert command.target == AttributeTarget("swParam", {}, True)
    assert (command.confidence, command.source) == ("observed", "mine.yaml")
    assert (parent.confidence, parent.source, parent.note) == (
        "guess",
        "our wiki",
        "our own parser",
    )
    shipped = get(load_taxonomy(), "process_creation")
    assert source.field("Image") == shipped.field("Image")
    assert source.event_types == shipped.event_types
    assert shipped.field("CommandLine") != command


def test_a_later_file_wins_over_an_earlier_one(tmp_path: Path) -> None:
    head = "logsource: {product: windows, category: dns_query}\nfields:\n  QueryName: "
    first = write(tmp_path, head + "{attribute: queryId}\n", "first.yaml")
    second = write(tmp_path, head + "{attribute: dnsQueryName}\n", "second.yaml")
    for files, attribute in (([first, second], "dnsQueryName"), ([second, first], "queryId")):
        field = get(load_taxonomy(files), "dns_query").field("QueryName")
        assert field is not None
        assert field.target == AttributeTarget(attribute, {}, False)


def test_event_types_and_names_of_the_user_replace_the_shipped_ones(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        - logsource: {product: windows, category: file_access}
          event_types:
            - {name: Our-File-Read, primary: true}
          data_source: Our agent
          impact: Application
        - logsource: {product: windows, service: windefend}
          event_type_by_id: {template: "Win-Defender-{event_id}", certain: true}
        - logsource: {product: windows, service: security}
          event_type_ids: {4625: [Win-Security-4625-failure]}
        """,
    )
    taxonomy = load_taxonomy([path])
    access = get(taxonomy, "file_access")
    assert [each.name for each in access.event_types] == ["Our-File-Read"]
    assert (access.event_types[0].data_source, access.impact) == ("Our agent", "Application")
    defender = get(taxonomy, service="windefend").event_names(1116)
    assert defender is not None
    assert (defender.names, defender.certain) == (("Win-Defender-1116",), True)
    security = get(taxonomy, service="security")
    names = [security.event_names(event_id) for event_id in (4624, 4625, 4768)]
    assert [each.names for each in names if each] == [
        ("Win-Security-4624",),
        ("Win-Security-4625-failure",),
        ("Win-Security-4768-success", "Win-Security-4768-failure"),
    ]


def test_a_new_log_source_may_use_the_shipped_tables_and_new_attributes(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        attributes: {STRING: [ourDoor], UINT16: [ourFloor]}
        logsource: {product: building, service: doors}
        event_types:
          - {name: Door-Opened, primary: true}
        include: [windows]
        fields:
          Door: {attribute: ourDoor, aliases: [Gate]}
          Floor: {attribute: ourFloor}
          Remark: {raw: Remark}
        """,
    )
    taxonomy = load_taxonomy([path])
    source = taxonomy.log_source("building", None, "doors")
    assert source is not None
    assert source.key == "building/doors"
    assert source in taxonomy.log_sources
    fields = {name: source.field(name) for name in ("Door", "Gate", "Remark", "EventID")}
    assert [field.target for field in fields.values() if field] == [
        AttributeTarget("ourDoor", {}, False),
        AttributeTarget("ourDoor", {}, False),
        RawTarget("Remark"),
        AttributeTarget("winEventId", {}, True),
    ]
    assert (taxonomy.attribute_type("ourDoor"), taxonomy.attribute_type("ourFloor")) == ("STRING", "UINT16")
    assert taxonomy.is_custom("ourDoor")
    assert load_taxonomy().attribute_type("ourDoor") is None


def test_an_attribute_declared_in_one_file_may_be_used_in_a_later_one(tmp_path: Path) -> None:
    declared = write(tmp_path, "attributes: {STRING: [ourDoor]}\n", "declared.yaml")
    used = write(
        tmp_path,
        "logsource: {product: windows, service: system}\nfields: {Door: {attribute: ourDoor}}\n",
        "used.yaml",
    )
    field = get(load_taxonomy([declared, used]), service="system").field("Door")
    assert field is not None
    with pytest.raises(InputError, match="ourDoor"):
        load_taxonomy([used, declared])


@pytest.mark.parametrize("name", ["missing.yaml", "."])
def test_a_file_that_cannot_be_read_is_one_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="taxonomy-invalid: cannot be read"):
        load_taxonomy([tmp_path / name])


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"# " + b"x" * MAX_BYTES)
    with pytest.raises(InputError, match="more than 4,000,000 bytes"):
        load_taxonomy([path])


@given(st.binary(max_size=200))
def test_any_bytes_give_a_taxonomy_or_an_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("bytes") / "any.yaml"
    path.write_bytes(data)
    with pytest.raises(InputError):
        load_taxonomy([path])


KEYS = st.sampled_from(
    [
        "logsource",
        "product",
        "category",
        "fields",
        "event_types",
        "event_type_by_id",
        "event_type_ids",
        "attributes",
        "include",
        "attribute",
        "by_event",
        "otherwise",
        "split",
        "raw",
        "values",
        "name",
        "template",
        "lacks",
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.dates()
    | st.floats()
    | st.sampled_from(["windows", "user", ""]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_any_shape_gives_a_taxonomy_or_an_error(
    tmp_path_factory: pytest.TempPathFactory, value: object
) -> None:
    path = tmp_path_factory.mktemp("shape") / "any.yaml"
    path.write_text(yaml.safe_dump(value), encoding="utf-8")
    with suppress(InputError):
        assert get(load_taxonomy([path]), "process_creation").fields
