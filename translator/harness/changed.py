"""Which rule files a change is about: those that git says changed, and those that speak of them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from translator.errors import InputError, Location, TranslatorError, UsageError
from translator.sources.documents import Document
from translator.sources.files import STANDARD_INPUT
from translator.sources.linked import Shared
from translator.sources.references import candidates
from translator.sources.sections import read_section

_SECONDS = 120
"""After this long git counts as hanging, such as on a network drive that is gone."""


def changed_since(reference: str, files: Sequence[Path], shared: Shared) -> list[Path]:
    """Of the files those that a branch changed since it left ``reference``, committed or not.

    With them come correlations that relate a rule of these files. A changed Sigma filter concerns every rule.
    Standard input is always new.

    Raises: UsageError(git-reference) for what names no commit; InputError(git-missing | git-failed).
    """
    real = {file: Path(os.path.realpath(file)) for file in files if file != STANDARD_INPUT}
    changed = {file for top in _repositories(real.values()) for file in _changed(reference, top)}
    new = {str(file) for file in files if real.get(file) is None or real[file] in changed}
    if any(each.location.path in new for each in shared.filters):
        return list(files)
    found = _with_correlations(new, shared.rules)
    return [file for file in files if str(file) in found]


def _with_correlations(paths: Collection[str], rules: Sequence[Document]) -> set[str]:
    """The paths, and those of correlations of rules there, or of rules that are gone."""
    found = set(paths)
    relating = [(each.location.path, list(_related(each, rules))) for each in rules]
    while more := {path for path, parts in relating if path not in found and _concerned(parts, found)}:
        found |= more
    return found


def _concerned(parts: Iterable[list[str]], paths: Collection[str]) -> bool:
    return any(not part or any(path in paths for path in part) for part in parts)


def _related(document: Document, rules: Sequence[Document]) -> Iterator[list[str]]:
    """For each rule that a correlation names, the files where it may stand."""
    if "correlation" not in document.content:
        return
    try:
        names = read_section(document.content).rules
    except TranslatorError:
        return  # said where it is read as a rule
    for name in names:
        yield [each.location.path for each in candidates(name, rules, document.location)]


def _repositories(files: Iterable[Path]) -> list[Path]:
    """The checkouts that the files are in."""
    found: list[Path] = []
    for folder in dict.fromkeys(file.parent for file in files):
        if not any(map(folder.is_relative_to, found)):
            found.append(Path(_git(folder, "rev-parse", "--show-toplevel").removesuffix("\n")))
    return found


def _changed(reference: str, top: Path) -> Iterator[Path]:
    """The files of a checkout that differ from where its branch left the reference."""
    try:
        commit = _git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
        base = _git(top, "merge-base", commit.strip(), "HEAD").strip()
    except InputError as error:
        raise UsageError(
            "git-reference",
            f"git finds no commit where '{reference[:80]}' and this branch part",
            error.location,
            "fetch it first; in GitHub Actions check out with fetch-depth: 0",
        ) from error
    listed = _git(top, "diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", "--diff-filter=d", base)
    new = _git(top, "ls-files", "-z", "--others", "--exclude-standard")
    for name in (listed + new).split("\0"):
        if name:
            yield Path(os.path.realpath(top / name))


def _git(folder: Path, *arguments: str) -> str:
    """What git prints. Names that are no UTF-8 come as paths of Python do."""
    try:
        run = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, timeout=_SECONDS, check=False
        )
    except FileNotFoundError:
        raise InputError("git-missing", "the program git was not found", hint="install it") from None
    except subprocess.TimeoutExpired:
        cause = f"git gave no answer in {_SECONDS} seconds"
        raise InputError("git-failed", cause, Location(str(folder)), "try 'git status' there") from None
    if run.returncode:
        said = os.fsdecode(run.stderr).strip().splitlines() or ["no reason given"]
        raise InputError(
            "git-failed", f"git says: {said[0][:200]}", Location(str(folder)), "verify all rules"
        )
    return os.fsdecode(run.stdout)
