"""Goldens are compared byte for byte, and rewritten only where someone reads the difference."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def suite(tmp_path: Path) -> Run:
    """A suite of one golden test in a folder of its own; calling it runs it with the given flags."""
    tests = tmp_path / "checkout" / "tests"
    (tests / "golden").mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("conftest.py"), tests)
    (tests / "golden" / "kept.txt").write_bytes(b"one\ntwo\n")
    (tests / "test_kept.py").write_text("def test_kept(golden):\n    golden('kept.txt', 'one\\ntoo\\n')\n")
    (tests / "test_shared.py").write_text("def test_shared(shared_root):\n    assert shared_root.is_dir()\n")
    (tmp_path / "checkout" / "pytest.ini").write_text("[pytest]\n")

    def run(*flags: str, ci: str = "") -> subprocess.CompletedProcess[str]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-ra", "-p", "no:cacheprovider", *flags],
            cwd=tests.parent,
            env=environment | {"CI": ci},
            capture_output=True,
            text=True,
        )

    return run


def test_a_changed_text_is_shown_as_a_difference(suite: Run, tmp_path: Path) -> None:
    result = suite("tests/test_kept.py")
    assert result.returncode == 1
    assert "-two" in result.stdout
    assert "+too" in result.stdout
    assert (tmp_path / "checkout/tests/golden/kept.txt").read_bytes() == b"one\ntwo\n"


def test_a_missing_golden_fails(suite: Run, tmp_path: Path) -> None:
    (tmp_path / "checkout/tests/golden/kept.txt").unlink()
    result = suite("tests/test_kept.py")
    assert result.returncode == 1
    assert "no golden kept.txt" in result.stdout


def test_goldens_are_rewritten_on_demand(suite: Run, tmp_path: Path) -> None:
    assert suite("tests/test_kept.py", "--update-golden").returncode == 0
    assert (tmp_path / "checkout/tests/golden/kept.txt").read_bytes() == b"one\ntoo\n"
    assert suite("tests/test_kept.py").returncode == 0


def test_goldens_are_never_rewritten_in_ci(suite: Run, tmp_path: Path) -> None:
    result = suite("tests/test_kept.py", "--update-golden", ci="true")
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert "refused in CI" in result.stderr
    assert (tmp_path / "checkout/tests/golden/kept.txt").read_bytes() == b"one\ntwo\n"


def test_a_missing_neighbour_folder_is_a_visible_skip(suite: Run, tmp_path: Path) -> None:
    absent = suite("tests/test_shared.py")
    assert "1 skipped" in absent.stdout
    assert "../shared, which is not beside this checkout" in absent.stdout
    (tmp_path / "shared").mkdir()
    assert "1 passed" in suite("tests/test_shared.py").stdout
