"""Where messages, progress and results go: results to standard output, everything else to standard error."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from translator.errors import InputError, Location
from translator.notes import Effect, Note

COLOURS = {
    Effect.INFO: "dim",
    Effect.ASSUMPTION: "cyan",
    Effect.WIDER: "yellow",
    Effect.NARROWER: "magenta",
    Effect.REFUSED: "red",
}


def messages() -> Console:
    """Standard error; colour only on a terminal."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def results() -> Console:
    """Standard output for tables; colour only on a terminal."""
    return Console(highlight=False)


def say(text: str, style: str = "") -> None:
    """One message line, letter by letter: text of rules is no markup, and has backslashes before brackets."""
    messages().print(Text(text, style))


def say_note(note: Note) -> None:
    """One remark, in the colour of its effect."""
    say(str(note), COLOURS[note.effect])


def print_json(value: Any) -> None:
    """A result for programs."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


@contextmanager
def progress(title: str, total: int) -> Iterator[Any]:
    """A bar on a terminal, nothing in a pipe; yields a function to call after each step."""
    console = messages()
    if not console.is_terminal or total < 2:
        yield lambda: None
        return
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda: bar.advance(task)


def write_file(path: Path, text: str) -> None:
    """The whole text under the name, or, where that fails, nothing.

    Raises: InputError(cannot-write).
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
            Path(temporary).chmod(0o666 & ~_umask())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink()
            raise
    except OSError as error:
        raise InputError(
            "cannot-write", error.strerror or str(error), Location(str(path)), "choose another -o"
        ) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
