"""SigmaHQ's ``regression_data/**/info.yml``: recorded events, and the rule that must fire on them.

``rule_metadata`` names the rule by its id, ``regression_tests_info`` the files of events. ``match_count`` is
how many of them must fire at least, one where it is left out: SigmaHQ itself asks only for a match. 0 means
that none may. Paths begin at the folder that holds ``regression_data``; the rule stands there under the same
path as the folder of the test.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from translator.harness.foreign.expectation import Count, Expectation, counted
from translator.harness.foreign.reading import converted, events_of, place_of, read_yaml
from translator.harness.foreign.rules import RuleFolder, rules_of
from translator.sources.fixture_names import REGRESSION_FOLDER
from translator.sources.sigma import RuleSource
from translator.taxonomy.document import Document

_YAML = (".yml", ".yaml")


class _Rule(msgspec.Struct):
    id: str


class _Test(msgspec.Struct):
    name: str
    path: str
    match_count: Annotated[int, Meta(ge=0)] | None = None


class _Info(msgspec.Struct):
    rule_metadata: Annotated[list[_Rule], Meta(min_length=1)]
    regression_tests_info: list[_Test] = []


def read(path: Path) -> Iterator[Expectation]:
    """What the file expects; nothing where it has no test yet.

    Raises: InputError with the line, for the file itself, its rule and its events.
    """
    document = read_yaml(path)
    info = converted(document, document.content, _Info)
    root, below = _root(path, document)
    for number, test in enumerate(info.regression_tests_info):
        place = place_of(document, ("regression_tests_info", number, "path"))
        events = events_of(root / test.path, root, test.path, place)
        count = Count(0, 0) if test.match_count == 0 else Count(test.match_count or 1)
        for index, each in enumerate(info.rule_metadata):
            rule = _rule(root, below, each.id, document, index)
            yield counted(rule, events, count, test.name)


def _root(path: Path, document: Document) -> tuple[Path, Path]:
    """The folder that paths begin at, and the path of the test's folder below ``regression_data``."""
    parts = path.absolute().parts
    if REGRESSION_FOLDER not in parts:
        raise document.error(f"the file is not below a folder {REGRESSION_FOLDER}")
    at = len(parts) - 1 - parts[::-1].index(REGRESSION_FOLDER)
    return Path(*parts[:at]), Path(*parts[at + 1 : -1])


def _rule(root: Path, below: Path, id_: str, document: Document, index: int) -> RuleSource:
    """The rule where the path says, or wherever else below the root a rule has the id."""
    for suffix in _YAML:
        file = root / below.with_name(below.name + suffix)
        if file.is_file():
            for rule in rules_of(file):
                if str(rule.sigma.id or "") == id_:
                    return rule
    return _folder(root).find(id_, place_of(document, ("rule_metadata", index, "id")))


@cache
def _folder(root: Path) -> RuleFolder:
    return RuleFolder(root)
