"""Each mutant of tests/mutants can be put in: its place is there once, and the result is still a program."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.rows import ROOT, Mutant, mutants, suite_of, suites
from translator.render.templating import environment

LEAST = 80


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.name)
def test_a_mutant_applies_and_compiles(mutant: Mutant) -> None:
    text = mutant.applied((ROOT / mutant.file).read_text(encoding="utf-8"))
    if mutant.file.endswith(".j2"):
        environment().parse(text)
    else:
        compile(text, mutant.file, "exec")
    assert mutant.old != mutant.new
    assert mutant.breaks
    assert suite_of(mutant)


def test_mutants_are_many_and_apart() -> None:
    assert len(mutants()) >= LEAST
    assert len({mutant.name for mutant in mutants()}) == len(mutants())
    assert len({(mutant.file, mutant.old, mutant.new) for mutant in mutants()}) == len(mutants())


@pytest.mark.parametrize("test", sorted({test for suite in suites() for test in suite.tests}))
def test_the_suite_of_a_suite_are_there(test: str) -> None:
    assert Path(ROOT, test).exists()
