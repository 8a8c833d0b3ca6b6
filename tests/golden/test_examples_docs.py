"""What docs/fixtures.md shows is true."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from translator.cli.main import main
from translator.errors import TranslatorError
from translator.harness.fixture_file import FixtureFile
from translator.harness.fixtures import run_file
from translator.options import Options

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "fixtures.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def block(language: str) -> str:
    """The first block of a language."""
    return next(str(text) for name, text in BLOCKS if name == language)


def test_the_sequences_pass(tmp_path: Path) -> None:
    file = tmp_path / "example.fixture.yaml"
    file.write_text([text for name, text in BLOCKS if name == "yaml"][1], encoding="utf-8")
    results = list(run_file(file, Options()))
    assert [each.ok for each in results if not isinstance(each, TranslatorError)] == [True] * 5


def test_the_complete_example_passes(tmp_path: Path) -> None:
    file = tmp_path / "example.fixture.yaml"
    file.write_text(block("yaml"), encoding="utf-8")
    results = list(run_file(file, Options()))
    assert [each.ok for each in results if not isinstance(each, TranslatorError)] == [True] * 4


def test_the_output_has_the_keys_that_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.fixture.yaml").write_text(block("yaml"), encoding="utf-8")
    (tmp_path / "bad.fixture.yaml").write_text(
        block("yaml").replace("why: the plain case", ""), encoding="utf-8"
    )
    monkeypatch.setattr(sys, "argv", ["translate", "test", str(tmp_path), "--json"])
    with pytest.raises(SystemExit):
        main()
    printed, shown = json.loads(capsys.readouterr().out), json.loads(block("json"))
    assert shape(printed) == shape(shown)
    assert printed["errors"][0]["cause"] == shown["errors"][0]["cause"]


def shape(value: Any) -> Any:
    """Keys, and keys of the first members."""
    if isinstance(value, dict):
        return {key: shape(member) for key, member in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else None


def test_every_key_has_its_row() -> None:
    named = set(re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE))
    assert {field.encode_name for field in msgspec.structs.fields(FixtureFile)} <= named
