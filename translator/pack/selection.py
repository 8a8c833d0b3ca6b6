"""Which translations go into a pack."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from translator.batch.record import Translated
from translator.pack.entries import Entry
from translator.pack.settings import Selection

GIVEN_UP = ("deprecated", "unsupported")


def selects(selection: Selection, translated: Translated, entry: Entry) -> bool:
    """Whether the rule is wanted. Letter case does not count, but in paths."""
    return (
        selects_path(selection, entry.path)
        and _one_of(selection.product, (translated.product,))
        and _one_of(selection.level, (translated.level,))
        and _status_fits(selection.status, translated.status)
        and _fits(selection.tag, translated.tags)
        and entry.changed >= selection.since
    )


def selects_path(selection: Selection, path: str) -> bool:
    """Whether the path of a file, below the folder of the run, is wanted."""
    included = not selection.include or any(_path_fits(path, each) for each in selection.include)
    return included and not any(_path_fits(path, each) for each in selection.exclude)


def _status_fits(wanted: tuple[str, ...], status: str) -> bool:
    """What Sigma has given up is wanted only where somebody says so."""
    return _one_of(wanted, (status,)) if wanted else status not in GIVEN_UP


def _one_of(wanted: Iterable[str], values: Iterable[str]) -> bool:
    words = {each.casefold() for each in wanted}
    return not words or any(value.casefold() in words for value in values)


def _fits(patterns: tuple[str, ...], values: Iterable[str]) -> bool:
    return not patterns or any(
        fnmatchcase(value.casefold(), pattern.casefold()) for value in values for pattern in patterns
    )


def _path_fits(path: str, pattern: str) -> bool:
    """A pattern is for the whole path, or it names a folder: ``rules/windows`` and ``rules/windows/*``."""
    return fnmatchcase(path, pattern) or fnmatchcase(path, f"{pattern.rstrip('/')}/*")
