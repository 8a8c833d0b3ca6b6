"""The JSON schema of fixture files says what the reader accepts."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from translator.harness.fixture_file import Fixture, FixtureFile
from translator.sources.documents import read_yaml_file

FIXTURES = sorted((Path(__file__).resolve().parents[2] / "sigma_rules").glob("*.fixture.yaml"))
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def shipped() -> dict[str, Any]:
    text = resources.files("translator.harness").joinpath("fixture.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def test_the_schema_is_made_from_the_reader(golden: Callable[[str, str], None]) -> None:
    schema = {"$schema": DIALECT, **msgspec.json.schema(Fixture)}
    golden("../../translator/harness/fixture.schema.json", json.dumps(schema, indent=2) + "\n")


def test_the_schema_is_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(shipped())


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name.removesuffix(".fixture.yaml"))
def test_every_example_fits_the_schema(path: Path) -> None:
    (document,) = read_yaml_file(path)
    jsonschema.validate(document.content, shipped(), cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"rule": "x.yml"},
        {"rule": "x.yml", "events": []},
        {"rule": ["x.yml"], "events": [{"as": "raw", "fires": True, "why": "", "event": {}}]},
        {"rule": "x.yml", "events": [{"as": "json", "fires": True, "why": "", "event": {}}]},
        {"rule": "x.yml", "events": [{"as": "raw", "fires": "no", "why": "", "event": {}}]},
        {"rule": "x.yml", "events": [{"as": "raw", "fires": True, "why": "", "event": {}}], "note": ""},
    ],
)
def test_what_the_reader_rejects_the_schema_rejects(content: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, shipped())
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(content, FixtureFile)
