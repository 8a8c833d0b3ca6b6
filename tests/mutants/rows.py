"""The mutants of lowering and rendering, and the tests for each file: rows of ``mutants.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
ROWS = Path(__file__).with_name("mutants.yaml")


@dataclass(frozen=True)
class Mutant:
    """One fault: in the file, named from the top of the checkout, ``new`` takes the place of ``old``.

    ``breaks`` says what the faulty program, or a rule made by it, gets wrong.
    """

    name: str
    file: str
    old: str
    new: str
    breaks: str

    def applied(self, text: str) -> str:
        """The file's text with the fault.

        Raises: ValueError where it is not clear which place is meant.
        """
        found = text.count(self.old)
        if found != 1:
            raise ValueError(f"{self.name}: the old text is {found} times in {self.file}, not once")
        return text.replace(self.old, self.new)


@dataclass(frozen=True)
class Suite:
    """The tests for the files whose path begins with ``under``, those that find most faults first."""

    under: str
    tests: tuple[str, ...]


@cache
def mutants() -> tuple[Mutant, ...]:
    """All mutants, in the order of the file."""
    return tuple(Mutant(**row) for row in _content()["mutants"])


@cache
def suites() -> tuple[Suite, ...]:
    """All suites; for a file the first that fits counts."""
    return tuple(Suite(row["under"], tuple(row["tests"])) for row in _content()["suites"])


def suite_of(mutant: Mutant) -> tuple[str, ...]:
    """The tests that have to find the fault."""
    return next(suite.tests for suite in suites() if mutant.file.startswith(suite.under))


@cache
def _content() -> dict[str, list[dict[str, str]]]:
    content: dict[str, list[dict[str, str]]] = yaml.safe_load(ROWS.read_text(encoding="utf-8"))
    return content
