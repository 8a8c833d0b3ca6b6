"""Many rules in one run: what one file cannot do does not stop the others."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from translator.batch.memory import collect_rarely
from translator.batch.record import Defect, Translated
from translator.batch.run import Run
from translator.cli.console import progress, say_trace
from translator.errors import EXIT_FAILED, EXIT_OK, TranslatorError
from translator.notes import Effect
from translator.sources.files import STANDARD_INPUT, find_rule_files

if TYPE_CHECKING:
    from translator.translate import Translation
from translator.options import Options

_STANDARD_INPUT = str(STANDARD_INPUT)
Each = TypeVar("Each", "Translation", Translated)


@dataclass
class Batch(Generic[Each]):
    """What became of the rules of one run. ``files`` are those that were read."""

    files: list[Path] = field(default_factory=list)
    translations: list[Each] = field(default_factory=list)
    errors: list[TranslatorError] = field(default_factory=list)

    @property
    def done(self) -> list[Each]:
        """The translations that have a rule."""
        return [each for each in self.translations if each.rule is not None]

    @property
    def refused(self) -> list[Each]:
        """The translations that have none."""
        return [each for each in self.translations if each.rule is None]

    @property
    def exit_code(self) -> int:
        """0 when every rule was translated, 70 after a defect, otherwise 1."""
        codes: list[int] = [error.exit_code for error in self.errors]
        return max([*codes, EXIT_FAILED if self.refused else EXIT_OK])

    def add(self, error: TranslatorError) -> None:
        """Keep an error for the report."""
        self.errors.append(error)


def translate_many(
    paths: Sequence[str], options: Options, jobs: int | None = None, cached: bool = True
) -> Batch[Translated]:
    """Every rule that the paths stand for, each file once, in the order of the paths.

    ``jobs`` are processes at once, None for one per processor; no result depends on it. Only runs of several
    files are kept in the cache of the user: a single file is translated as quickly as it is looked up.
    """
    collect_rarely()
    batch: Batch[Translated] = Batch()
    batch.files = list(each_file(paths, batch))
    run = Run(options, jobs)
    if not cached or len(batch.files) < 2:
        run.cache = None
    with progress("translating", len(batch.files)) as step:
        for result in run.results(batch.files, step):
            for item in result.items:
                if isinstance(item, Translated):
                    batch.translations.append(item)
                else:
                    if isinstance(item, Defect) and not defects(batch):
                        say_trace(item.trace)  # one is enough to find the place, the others may be hundreds
                    batch.add(item)
    return batch


def each_file(paths: Sequence[str], batch: Batch[Any]) -> Iterator[Path]:
    """The files that the paths stand for, each once; the batch gets the errors of paths that lead nowhere."""
    seen: set[str] = set()
    for file in find_rule_files(paths, batch.add):
        place = _identity(file)
        if place not in seen:
            seen.add(place)
            yield file


def _identity(file: Path) -> str:
    """The same text for two paths of one file, without a look at each folder for each file."""
    path = str(file)
    if path == _STANDARD_INPUT or file.is_symlink():
        return path if path == _STANDARD_INPUT else str(file.resolve())
    folder, name = os.path.split(path)
    return f"{_real_folder(folder)}{os.sep}{name}"


@cache
def _real_folder(folder: str) -> str:
    return str(Path(folder).resolve())


def defects(batch: Batch[Any]) -> list[TranslatorError]:
    """The errors of this program among those of the run."""
    return [error for error in batch.errors if isinstance(error, Defect)]


def effects(translations: Sequence[Translation | Translated]) -> dict[str, int]:
    """How many translations are exact, have notes above "info", or are refused."""
    done = [each for each in translations if each.rule is not None]
    noted = sum(any(note.effect is not Effect.INFO for note in each.notes) for each in done)
    return {
        "translated": len(done),
        "exact": len(done) - noted,
        "with_notes": noted,
        "refused": len(translations) - len(done),
    }
