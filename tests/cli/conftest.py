"""The command line in the test's process, and as a process of its own."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.cli.command import Run, Runner
from tests.conftest import ROOT
from translator.cli.main import main

SECONDS = 300
"""After this long a process counts as hanging; a slow machine is no failure."""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Runner:
    """Run ``translate`` with arguments, in an empty folder; what libraries print by themselves counts too."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str | Path, stdin: bytes = b"") -> Run:
        monkeypatch.setattr(sys, "argv", ["translate", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        with pytest.raises(SystemExit) as end:
            main()
        assert isinstance(end.value.code, int)
        return Run(end.value.code, *capfd.readouterr())

    return call


@pytest.fixture
def environment() -> dict[str, str]:
    """The environment of a process: that of the test, without what changes colours and widths."""
    changing = {"NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "COLUMNS", "LINES", "TERM"}
    kept = {name: value for name, value in os.environ.items() if name not in changing}
    return {**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}


Starter = Callable[..., subprocess.Popen[bytes]]


def _interruptible() -> None:
    """A shell that runs tests in the background has them ignore Ctrl-C, which their processes inherit."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Starter:
    """Start ``translate`` as a process in an empty folder."""

    def call(
        *arguments: str | Path, extra: Mapping[str, str] | None = None, **streams: object
    ) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "translator", *map(str, arguments)]
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        return subprocess.Popen(
            command,
            cwd=tmp_path,
            env={**environment, **(extra or {})},
            preexec_fn=_interruptible,
            **{**pipes, **streams},
        )

    return call


@pytest.fixture
def process(start: Starter) -> Runner:
    """Run ``translate`` as a process to its end."""

    def call(*arguments: str | Path, stdin: bytes = b"", extra: Mapping[str, str] | None = None) -> Run:
        with start(*arguments, extra=extra) as child:
            try:
                out, err = child.communicate(stdin, timeout=SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                raise
        return Run(child.returncode, out.decode(), err.decode(errors="replace"))

    return call
