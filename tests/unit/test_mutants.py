"""Each mutant of tests/mutants can be put in: its place is there once, and the result is still a program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.mutants import run
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
def test_the_tests_of_a_suite_are_there(test: str) -> None:
    assert Path(ROOT, test).exists()


# --- The command ---------------------------------------------------------------------------------


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Mutant]:
    """A checkout of one function and one test, which sees that one is added and not how."""
    (tmp_path / "program.py").write_text("def more(number):\n    return number + 1\n", encoding="utf-8")
    (tmp_path / "test_program.py").write_text(
        "import program\n\ndef test_more():\n    assert program.more(1) == 2\n", encoding="utf-8"
    )
    rows = [
        Mutant("two", "program.py", "+ 1", "+ 2", "two are added"),
        Mutant("other-way", "program.py", "number + 1", "1 + number", "nothing"),
    ]
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "mutants", lambda: tuple(rows))
    monkeypatch.setattr(run, "suite_of", lambda mutant: ("test_program.py",))
    return rows


@pytest.mark.usefixtures("tiny")
def test_what_no_test_notices_survives(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["killed"], found["mutants"]) == (1, 2)
    assert [(each["status"], each["test"]) for each in found["outcomes"]] == [
        ("killed", "test_program.py::test_more"),
        ("survived", ""),
    ]
    assert run.main(["--only", "two", "--trust"]) == 0
    assert "1 of 1 killed (100.0%)" in capsys.readouterr().out


def test_a_run_that_says_nothing_ends_with_2(tiny: list[Mutant], capsys: pytest.CaptureFixture[str]) -> None:
    tiny.append(Mutant("gone", "program.py", "- 1", "- 2", "nothing"))
    assert run.main([]) == 2
    assert "gone: the old text is 0 times in program.py" in capsys.readouterr().err
    tiny.pop()
    (run.ROOT / "test_program.py").write_text("def test_more():\n    assert False\n", encoding="utf-8")
    assert run.main([]) == 2
    assert "test_program.py::test_more fails without any fault" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        run.main(["--only", "no such name"])
