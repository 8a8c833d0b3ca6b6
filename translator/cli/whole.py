"""Many rules in one process, with all that they were made from, for commands that show more than rules."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from translator.batch.record import Defect
from translator.cli.batch import Batch, defects, each_file
from translator.cli.console import progress, say_traceback
from translator.errors import Location, TranslatorError
from translator.lowering.names import Names
from translator.options import Options
from translator.sources.files import display_name
from translator.sources.rule_files import find_shared
from translator.translate import Translation, load, translate


def translate_all(paths: Sequence[str], options: Options) -> Batch[Translation]:
    """Every rule that the paths stand for, each file once, in the order of the paths."""
    batch: Batch[Translation] = Batch()
    names = Names()
    batch.files = list(each_file(paths, batch))
    shared = find_shared(batch.files)
    with progress("translating", len(batch.files)) as step:
        for file in batch.files:
            try:
                for source in load([file], shared):
                    if isinstance(source, TranslatorError):
                        batch.add(source)
                    else:
                        batch.translations += translate(source, options, names)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is our defect, and of this file alone
                batch.add(_defect(error, file, first=not defects(batch)))
            step()
    return batch


def _defect(error: Exception, file: Path, first: bool) -> Defect:
    if first:  # one is enough to find the place, and the others may be hundreds
        say_traceback(error)
    return Defect(
        "internal-error",
        " ".join(f"{type(error).__name__}: {error}".split()),
        Location(display_name(file)),
        "a defect of this program; please report it with the rule",
    )
