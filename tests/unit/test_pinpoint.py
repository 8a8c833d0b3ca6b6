"""Complaints about rules point at the line that they are about."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from translator.errors import InputError, Location
from translator.sources.documents import Document, read_documents
from translator.sources.pinpoint import pinpoint

CASES: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests" / "cases" / "sources" / "pinpoint.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_line(case: dict[str, Any]) -> None:
    document = read_documents(case["text"], "rule.yml")[case.get("document", 0)]
    error = pinpoint(InputError("rule-invalid", case["cause"], hint="a step"), document)
    assert error.location == Location("rule.yml", case["line"])
    assert (error.cause, error.hint) == (case["cause"], "a step")


def test_a_place_that_is_known_is_kept() -> None:
    document = read_documents("title: One\nlevel: hihg\n", "rule.yml")[0]
    place = Location("filter.yml", 7)
    assert pinpoint(InputError("rule-invalid", "'level' is 'hihg'", place), document).location == place


def test_a_document_without_a_text() -> None:
    document = Document({"title": "One", "level": "hihg"}, Location("rule.yml", 4), 0)
    error = pinpoint(InputError("rule-invalid", "'level' is 'hihg'"), document)
    assert error.location == Location("rule.yml", 4)
