"""The habits a machine can check: who imports whom, how long a file is, what no tracked file may say."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from statistics import median

import grimp
import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "translator").rglob("*.py"))

# Who imports nothing but these; a package name covers what is inside. The layers of pyproject.toml say who
# may be imported, and cannot say "and no third party".
ONLY_IMPORTS = {
    "translator.errors": set(),
    "translator.notes": {"translator.notes", "translator.errors"},
    "translator.model": {"translator.model", "translator.notes", "translator.errors"},
    "translator.oracle": {"translator.oracle", "translator.sources", "translator.errors", "sigma", "re2"},
}

# Written as patterns, so that this file does not say what it forbids.
FORBIDDEN = {
    "a registry host": r"pypi\.org|pythonhosted\.org|registry\.npmjs|deb\.debian\.org",
    "a package index": r"--(?:extra-)?index-url|--find-[l]inks",
    "a path of some machine": r"(?<![\w.\\/:])/(?:home|root|tmp|work|Users)/\w",
}
# Rules and events speak of paths on the machines they watch.
DATA = ("sigma_rules/", "fortisiem_rules/", "tests/", "translator/taxonomy/data/")


def percentile(values: list[int], share: float) -> int:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


@cache
def tracked() -> list[str]:
    """The files of the commit under test and of the index, from the top of the checkout."""
    if not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout to know which files are tracked")
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
    return [name for name in listing.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def name(path: Path) -> str:
    """How a report calls a file: from the top of the checkout."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """A module, parsed."""
    return ast.parse(path.read_text())


def has_code(module: ast.Module) -> bool:
    """Whether a module holds anything but its docstring."""
    return len(module.body) > (ast.get_docstring(module) is not None)


def postpones(module: ast.Module) -> bool:
    """Whether annotations of a module are kept as text, so that none needs an import at run time."""
    imports = [
        node for node in module.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    ]
    return any(alias.name == "annotations" for node in imports for alias in node.names)


def test_import_contracts_hold(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    # It would silence every logger that exists, for all tests after this one.
    monkeypatch.setattr("importlinter.cli._configure_logging", lambda verbose: None)
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert status == 0, capsys.readouterr().out


@pytest.mark.parametrize("package", ONLY_IMPORTS)
def test_imports_nothing_else(package: str) -> None:
    graph = grimp.build_graph("translator", include_external_packages=True, cache_dir=None)
    members = {package} | graph.find_descendants(package)
    allowed = ONLY_IMPORTS[package]
    surprises = {
        f"{member} imports {imported}"
        for member in members
        for imported in graph.find_modules_directly_imported_by(member)
        if not any(f"{imported}.".startswith(f"{ally}.") for ally in allowed)
        and imported not in sys.stdlib_module_names
    }
    assert not surprises


def test_files_are_small() -> None:
    lengths = {name(path): len(path.read_text().splitlines()) for path in MODULES if path.read_text()}
    assert {file: length for file, length in lengths.items() if length > 400} == {}
    assert percentile(list(lengths.values()), 0.9) <= 300
    assert median(lengths.values()) <= 150


def test_modules_say_what_they_are_for() -> None:
    silent = [name(path) for path in MODULES if path.read_text() and not ast.get_docstring(tree(path))]
    assert silent == []


def test_modules_postpone_annotations() -> None:
    eager = [name(path) for path in MODULES if has_code(tree(path)) and not postpones(tree(path))]
    assert eager == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_names(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what].encode())
    files = [file for file in tracked() if not ("path" in what and file.startswith(DATA))]
    found = {
        f"{file}:{number}"
        for file in files
        for number, line in enumerate((ROOT / file).read_bytes().splitlines(), start=1)
        if pattern.search(line)
    }
    assert not found


def test_no_tracked_file_names_this_checkout() -> None:
    if len(ROOT.parts) < 3:
        pytest.skip(f"{ROOT} is too short a path to be sure that a text means it")
    here = str(ROOT).encode()
    assert [file for file in tracked() if here in (ROOT / file).read_bytes()] == []


def test_no_lock_file_is_tracked() -> None:
    assert [file for file in tracked() if Path(file).name == "uv.lock"] == []
