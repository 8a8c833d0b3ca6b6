"""A whole verification: rule files in, proofs and what could not be read out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from translator.batch.record import Defect
from translator.errors import EXIT_FAILED, EXIT_OK, TranslatorError
from translator.harness.changed import changed_since
from translator.harness.others import unmatched
from translator.harness.proof import Proof
from translator.harness.prove import Task, Trials
from translator.harness.standing import Standing
from translator.harness.workers import prove_files
from translator.sources.documents import MAX_BYTES
from translator.sources.files import STANDARD_INPUT, find_rule_files, read_bytes
from translator.sources.rule_files import find_shared


@dataclass
class Verification:
    """What a run came to. ``unmatched`` are the rules of a pack that stand for no Sigma rule of the run.

    ``unchanged`` counts the files that were left out because nothing in them changed.
    """

    trials: Trials
    proofs: list[Proof] = field(default_factory=list)
    errors: list[TranslatorError] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    unchanged: int = 0

    @property
    def by_standing(self) -> dict[Standing, int]:
        """How many rules stand how, the best first."""
        found = Counter(each.standing for each in self.proofs)
        return {standing: found[standing] for standing in Standing}

    @property
    def unsolved(self) -> dict[str, int]:
        """For how many rules no witness was made, by what is known about why."""
        return dict(Counter(each.unsolved[0] for each in self.proofs if each.unsolved[0]))

    @property
    def exit_code(self) -> int:
        """0 when every rule is translated and every difference announced, 70 after a defect, otherwise 1."""
        failed = any(each.standing in (Standing.DIFFERS, Standing.REFUSED) for each in self.proofs)
        codes: list[int] = [error.exit_code for error in self.errors]
        return max([*codes, EXIT_FAILED if failed else EXIT_OK])


def verify(
    paths: Sequence[str],
    trials: Trials,
    jobs: int | None = None,
    start: Callable[[int], Callable[[], None]] = lambda total: lambda: None,
    since: str | None = None,
) -> Verification:
    """Every rule that the paths stand for, each file once, in the order of the paths.

    ``start`` is told the number of files and gives what is called after each. ``since`` is a commit or branch
    of git: what is unchanged since then is left out.

    Raises: with ``since`` as :func:`translator.harness.changed.changed_since`.
    """
    found = Verification(trials)
    files = _files(paths, found.errors)
    shared = find_shared(files)
    if since is not None:
        touched = changed_since(since, files, shared)
        found.unchanged = len(files) - len(touched)
        files = touched
    tasks = list(_tasks(files, found.errors))
    for item in prove_files(tasks, trials, shared, jobs, start(len(tasks))):
        if isinstance(item, Proof):
            found.proofs.append(item)
        else:
            found.errors.append(item)
    if trials.pack is not None and since is None:
        found.unmatched = unmatched(trials.pack, (place for each in found.proofs for place in each.matched))
    return found


def first_trace(errors: Sequence[TranslatorError]) -> str:
    """Where in the program the first defect is; empty without one."""
    return next((error.trace for error in errors if isinstance(error, Defect)), "")


def _files(paths: Sequence[str], errors: list[TranslatorError]) -> list[Path]:
    """Each file once, also where two paths lead to it."""
    found = find_rule_files(paths, errors.append)
    return list(
        {file if file == STANDARD_INPUT else file.resolve(): file for file in reversed(found)}.values()
    )[::-1]


def _tasks(files: Sequence[Path], errors: list[TranslatorError]) -> list[Task]:
    tasks = []
    for file in files:
        try:
            tasks.append((file, read_bytes(file, MAX_BYTES)))
        except TranslatorError as error:
            errors.append(error)
    return tasks
