"""Where messages, progress and results go: results to standard output, everything else to standard error.

A reader that stops reading (``translate rules/ | head``) is no failure: the rest of that stream is dropped,
the other stream and the exit code are those of a full run.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

import click
import msgspec

from translator.errors import InputError, Location
from translator.notes import Effect

if TYPE_CHECKING:  # a result for programs does without it, and it takes long to load
    from rich.console import Console
    from rich.text import Text

COLOURS = {
    Effect.INFO: "dim",
    Effect.ASSUMPTION: "cyan",
    Effect.WIDER: "yellow",
    Effect.NARROWER: "magenta",
    Effect.REFUSED: "red",
}
_LONGEST = 1_000
"""Characters of a message; values of rules can be as long as books."""
ERROR = COLOURS[Effect.REFUSED]
# What rules say can also move the cursor, colour the screen or end the line.
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))} | {
    9: "\\t",
    10: "\\n",
    13: "\\r",
}


def messages() -> Console:
    """Standard error; colour only on a terminal, and not with ``NO_COLOR``."""
    from translator.cli.stream import Stream

    return Stream(stderr=True, highlight=False, emoji=False, soft_wrap=True)


def results() -> Console:
    """Standard output for people; colour only on a terminal. Lines are as long as they are."""
    from translator.cli.stream import Stream

    return Stream(highlight=False, emoji=False, soft_wrap=True)


def line(*parts: str | tuple[str, str]) -> Text:
    """One line of texts, or of texts with a style; control characters are shown as escapes."""
    from rich.text import Text

    pairs = ((part, "") if isinstance(part, str) else part for part in parts)
    return Text.assemble(*((text.translate(_CONTROL), style) for text, style in pairs))


def say(text: str, style: str = "") -> None:
    """One message line on standard error; the middle of a very long one is left out."""
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 200]} [...] {text[-200:]}"
    messages().print(line((text, style)))


def say_traceback(error: BaseException) -> None:
    """Where a defect is, on standard error."""
    say_trace("".join(traceback.format_exception(error)))


def say_trace(trace: str) -> None:
    """The same for a defect met in another process."""
    messages().print(trace, markup=False, end="")


def show(lines: Iterable[Text]) -> None:
    """Lines for people on standard output.

    Raises: InputError(cannot-write).
    """
    from rich.text import Text

    with _writing():
        results().print(Text("\n").join(lines))


def print_json(value: Any) -> None:
    """A result for programs.

    Raises: InputError(cannot-write).
    """
    try:
        text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    except UnicodeEncodeError:  # half a character, from a file name that is no UTF-8
        text = json.dumps(value, indent=2, ensure_ascii=False)
    emit(text + "\n")


def emit(text: str) -> None:
    """A result on standard output: UTF-8 whatever the locale says, since XML and JSON promise it.

    Raises: InputError(cannot-write).
    """
    with _writing():
        # Half a character, from a file name that is no UTF-8, gets the escape that JSON has for it.
        click.echo(text.encode("utf-8", "backslashreplace"), nl=False)


@contextmanager
def _writing() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        drop(sys.stdout)
    except OSError as error:
        drop(sys.stdout)
        raise cannot_write("<stdout>", error, "free some space, or write elsewhere with -o") from error


def drop(stream: IO[str]) -> None:
    """Let what is still in the stream's buffer, and all that follows, go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def cannot_write(name: str, error: OSError, hint: str) -> InputError:
    """The error for a place that cannot be written to."""
    reason = (error.strerror or type(error).__name__).lower()
    return InputError("cannot-write", reason, Location(name), hint)


@contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[], None]]:
    """A bar on a terminal, nothing in a pipe; yields a function to call after each step."""
    if total < 2 or not sys.stderr.isatty() or not (console := messages()).is_terminal:
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda: bar.advance(task)
