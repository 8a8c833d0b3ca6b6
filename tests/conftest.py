"""What every test may ask for: goldens, the material beside the checkout, settings that repeat."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"

# A slow machine is no failure, and a run in CI repeats the same examples.
settings.register_profile("local", deadline=None, print_blob=True)
settings.register_profile("ci", deadline=None, print_blob=True, derandomize=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag that rewrites goldens."""
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite the files under tests/golden/ with what the code says now",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Choose the Hypothesis profile; refuse to rewrite goldens where nobody reads the difference."""
    if config.getoption("--update-golden") and os.environ.get("CI"):
        raise pytest.UsageError(
            "--update-golden is refused in CI: update at home and explain the diff in the commit"
        )
    settings.load_profile("ci" if os.environ.get("CI") else "local")


@pytest.fixture(scope="session", autouse=True)
def cache_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep translations of test runs out of the cache of whoever runs them."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The top of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_root() -> Path:
    """The folder of third-party rules and events beside the checkout; the test is skipped without it."""
    shared = ROOT.parent / "shared"
    if not shared.is_dir():
        pytest.skip("needs the rules and events of ../shared, which is not beside this checkout")
    return shared


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with a file of tests/golden/, byte for byte: `golden("net_discovery.xml", text)`.

    With --update-golden the file is rewritten instead, and the test passes.
    """
    update = request.config.getoption("--update-golden")

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            return
        if not path.is_file():
            pytest.fail(f"no golden {name}; run pytest with --update-golden to make it")
        expected = path.read_bytes().decode()
        if text != expected:
            lines = difflib.unified_diff(
                expected.splitlines(keepends=True), text.splitlines(keepends=True), f"golden/{name}", "now"
            )
            pytest.fail(f"differs from its golden (--update-golden rewrites it):\n{''.join(lines)}")

    return compare
