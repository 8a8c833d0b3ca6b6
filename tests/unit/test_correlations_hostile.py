"""Correlations and filters that are broken in every place: one clear error each, and never a traceback."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from translator.errors import Location, TranslatorError
from translator.notes import CATALOGUE
from translator.sources.documents import Document, read_yaml_file
from translator.sources.rule_files import rule_sources
from translator.translate import translate

EXAMPLES = Path(__file__).resolve().parents[2] / "sigma_rules" / "correlations"
FILES = ("filtered_failures", "dropped_then_started", "discovery_or_pair", "old_near")
JUNK: tuple[Any, ...] = (None, 1, "", [], {"a": None}, True, "a and (", "\ud800", ["a", ["b"]], {1: 2})


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything inside a document."""
    if path:
        yield path
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield from places(value[key], (*path, key))


def replaced(value: Any, path: tuple[Any, ...], junk: Any) -> Any:
    if not path:
        return junk
    result = copy.copy(value)
    result[path[0]] = replaced(value[path[0]], path[1:], junk)
    return result


@pytest.mark.parametrize("junk", JUNK, ids=repr)
@pytest.mark.parametrize("file", FILES)
def test_every_place_may_be_broken(file: str, junk: Any) -> None:
    documents = [each.content for each in read_yaml_file(EXAMPLES / f"{file}.yml")]
    for broken, content in enumerate(documents):
        for path in places(content):
            changed = [
                Document(replaced(each, path, junk) if place == broken else each, Location("x", place), place)
                for place, each in enumerate(documents)
            ]
            for source in rule_sources(changed):
                if isinstance(source, TranslatorError):
                    assert source.location is not None, path
                    assert source.cause
                    continue
                for translation in translate(source):
                    assert translation.rule or translation.refusals, path
                    assert all(note.code.name in CATALOGUE for note in translation.refusals)
