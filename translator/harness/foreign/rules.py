"""The rule that a foreign fixture means: by its file, by its id, by its title."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from translator.errors import InputError, Location, TranslatorError
from translator.sources.correlation import CorrelationSource
from translator.sources.documents import MAX_BYTES
from translator.sources.files import find_rule_files, read_bytes
from translator.sources.sigma import RuleSource
from translator.translate import load

CODE = "fixture-rule"


def nearest(path: Path, name: str) -> Path | None:
    """The folder of that name beside the file, or beside one of the folders that it is in."""
    return next((found for folder in path.absolute().parents if (found := folder / name).is_dir()), None)


def rules_of(file: Path) -> list[RuleSource]:
    """The rules of a file.

    Raises: InputError for the first one that cannot be read.
    """
    found: list[RuleSource] = []
    for each in load([file]):
        if isinstance(each, TranslatorError):
            raise each
        found.append(each)
    return found


def only_rule(file: Path, place: Location) -> RuleSource:
    """The rule of a file: its correlation if there is one, which is what the others are there for.

    Raises: InputError(fixture-rule) where there are several, and as :func:`rules_of`.
    """
    found = rules_of(file)
    related = [each for each in found if isinstance(each, CorrelationSource)]
    chosen = related or found
    if len(chosen) != 1:
        cause = f"{file} holds {len(chosen)} rules"
        raise InputError(CODE, cause, place, "keep one rule in the file of a fixture")
    return chosen[0]


class RuleFolder:
    """Rules below a folder, each file of them read when a rule in it is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _contents(self) -> dict[Path, bytes]:
        """The bytes of each file: looking for words in them is much faster than reading rules."""
        skipped: list[InputError] = []
        files = find_rule_files([self._folder], skipped.append)
        return {file: read_bytes(file, MAX_BYTES) for file in files}

    def all_rules(self) -> list[RuleSource]:
        """Every rule that can be read."""
        return [each for each in load(self._contents) if isinstance(each, RuleSource)]

    def find(self, wanted: str, place: Location) -> RuleSource:
        """The rule with that id, or else with that title.

        Raises: InputError(fixture-rule) where there is none or several.
        """
        word = wanted.encode("utf-8", "replace")
        files = [file for file, content in self._contents.items() if word in content]
        rules = [each for file in files for each in load([file]) if isinstance(each, RuleSource)]
        by_id = [each for each in rules if str(each.sigma.id or "") == wanted]
        found = by_id or [each for each in rules if each.sigma.title == wanted]
        if len(found) == 1:
            return found[0]
        shown = wanted[:80]
        if found:
            names = ", ".join(each.location.path for each in found[:3])
            cause, hint = f"{len(found)} rules are called '{shown}': {names}", "name the rule by its id"
        else:
            cause = f"no rule below {self._folder} has the id or title '{shown}'"
            hint = "check the id, and that the rule itself can be read"
        raise InputError(CODE, cause, place, hint)
