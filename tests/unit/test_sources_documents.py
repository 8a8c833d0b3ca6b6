"""Rule documents: what is read from a YAML text, and which error each broken one gives."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from translator.errors import InputError, Location
from translator.sources import yaml_values
from translator.sources.documents import MAX_BYTES, Document, read_documents, read_yaml_file

CASES = yaml.safe_load(
    (Path(__file__).parent.parent / "cases" / "sources" / "documents.yaml").read_text(encoding="utf-8")
)


def source(case: dict[str, Any]) -> str | bytes:
    if "surrogate" in case:
        return "a: \ud800"
    return bytes.fromhex(case["bytes"]) if "bytes" in case else str(case["text"])


@pytest.fixture(params=["libyaml", "python"])
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test with each of PyYAML's parsers; the slow one stands in where libyaml is missing."""
    if request.param == "python":
        monkeypatch.setattr(yaml_values, "_LOADER", yaml.SafeLoader)


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize(
    "case", [case for case in CASES if "documents" in case], ids=lambda case: case["name"]
)
def test_reads(case: dict[str, Any]) -> None:
    expected = [
        Document(document["content"], Location("rule.yml", document["line"]), index)
        for index, document in enumerate(case["documents"])
    ]
    assert read_documents(source(case), "rule.yml") == expected


@pytest.mark.usefixtures("loader")
@pytest.mark.parametrize("case", [c for c in CASES if "error" in c], ids=lambda case: case["name"])
def test_refuses(case: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        read_documents(source(case), "rule.yml")
    error, expected = caught.value, case["error"]
    assert error.code == expected["code"]
    assert error.location is not None
    assert (error.location.path, error.location.line) == ("rule.yml", expected.get("line"))
    if "column" in expected:
        assert error.location.column == expected["column"]
    assert "\n" not in str(error)
    assert error.hint


def chain(width: int, length: int) -> str:
    """Lists of aliases to the list before: ``width ** length`` values from a few lines."""
    names = [f"a{index}" for index in range(length)]
    lines = [f"{names[0]}: &{names[0]} [{', '.join('x' * width)}]"]
    for before, name in pairwise(names):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * width)}]")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (chain(9, 9), "yaml-alias", 5),
        ("a: &x [b]\nc: [" + "*x, " * 6000 + "]", "yaml-alias", 2),
        ("a: " + "[" * 100_000, "yaml-too-deep", 1),
        ("- " * 100_000, "yaml-too-deep", 1),
        ("\n".join(" " * depth + "a:" for depth in range(60)), "yaml-too-deep", 51),
        ("a: 1" + ":1" * 500_000, "yaml-value", 1),
        ("a: " + "9" * 500_000, "yaml-value", 1),
        ("a: " + "x" * MAX_BYTES, "file-too-large", None),
    ],
    ids=["alias chain", "many aliases", "brackets", "dashes", "indents", "sexagesimal", "digits", "size"],
)
def test_bounds_hold_before_anything_grows(text: str, code: str, line: int | None) -> None:
    with pytest.raises(InputError) as caught:
        read_documents(text, "bomb.yml")
    assert caught.value.code == code
    assert caught.value.location is not None
    assert caught.value.location.line == line


def test_aliases_share_nothing() -> None:
    (document,) = read_documents("a: &x [1]\nb: *x", "rule.yml")
    first, second = document.content["a"], document.content["b"]
    assert isinstance(first, list)
    first.append(2)
    assert second == [1]


def test_a_long_rule_is_read_whole() -> None:
    values = [f"value {number}" for number in range(30_000)]
    text = "title: Long\ndetection:\n  Image:\n" + "".join(f"    - {value}\n" for value in values)
    assert len(text) > 300_000
    (document,) = read_documents(text, "long.yml")
    assert document.content["detection"] == {"Image": values}


def test_standard_input_has_a_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "rule.yml"
    file.write_text("- 1", encoding="utf-8")
    with file.open(encoding="utf-8") as stream:
        monkeypatch.setattr("sys.stdin", stream)
        with pytest.raises(InputError, match=r"^<stdin>:1: not-a-mapping"):
            read_yaml_file("-")


printable = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]))
numbers = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
plain_values = st.recursive(
    st.none() | st.booleans() | numbers | printable,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(printable, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.from_regex(r"[A-Za-z]+", fullmatch=True), plain_values, min_size=1))
def test_what_is_written_is_read_back(content: dict[str, object]) -> None:
    text = yaml.safe_dump(content, allow_unicode=True)
    (document,) = read_documents(text, "rule.yml")
    assert document.content == content


@given(st.text(st.characters(codec="utf-8"), max_size=200) | st.text("[]{}&*a:- \n'\"!|>%?,#<1", max_size=60))
def test_any_text_gives_documents_or_one_error(text: str) -> None:
    try:
        outcome: list[Document] | str = read_documents(text, "any.yml")
    except InputError as error:
        outcome = str(error)
    if isinstance(outcome, str):
        assert outcome.startswith("any.yml:")
        assert "\n" not in outcome
    else:
        assert all(isinstance(document.content, dict) for document in outcome)
