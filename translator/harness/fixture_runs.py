"""Fixture files of every kind: our own, and those of other programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from translator.errors import TranslatorError
from translator.harness import fixtures
from translator.harness.fixtures import CaseResult
from translator.harness.foreign.readers import READERS
from translator.harness.foreign.run import run_foreign
from translator.options import Options
from translator.sources.files import find_fixture_files
from translator.sources.fixture_names import fixture_kind


def run_fixtures(paths: list[Path], options: Options) -> Iterator[CaseResult | TranslatorError]:
    """The cases of fixture files and of directories of them; a file that cannot be run gives its error."""
    for path in paths:
        try:
            files = find_fixture_files(path)
        except TranslatorError as error:
            yield error
            continue
        for file in files:
            yield from run_file(file, options)


def run_file(path: Path, options: Options) -> Iterator[CaseResult | TranslatorError]:
    """The cases of one file, or the error that keeps it from being run. Other names are taken for our own."""
    kind = fixture_kind(path)
    reader = READERS.get(kind) if kind else None
    return fixtures.run_file(path, options) if reader is None else run_foreign(path, reader, options)
