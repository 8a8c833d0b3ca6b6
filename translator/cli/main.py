"""The command ``translate``: each way out has its exit code, and only a defect of ours shows a traceback."""

from __future__ import annotations

import io
import sys
from typing import Any

import click

from translator.cli.console import ERROR, messages, say, say_traceback
from translator.cli.group import cli
from translator.errors import EXIT_BUG, EXIT_FAILED, EXIT_USAGE, InputError, Location, TranslatorError

EXIT_INTERRUPTED = 130
"""Stopped by Ctrl-C, as shells report it."""


def main() -> None:
    """Run the command line."""
    sys.exit(_run())


def _run() -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):  # a letter that the terminal lacks is shown as its escape
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        result: Any = cli.main(prog_name="translate", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        messages().print(error.format_message(), markup=False)
        return EXIT_USAGE
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "translate"
        say(f"error: usage: {_one_line(error.format_message())}; see '{path} --help'", ERROR)
        return EXIT_USAGE
    except click.Abort:
        say("interrupted")
        return EXIT_INTERRUPTED
    except TranslatorError as error:
        say(f"error: {error}", ERROR)
        return error.exit_code
    except OSError as error:  # what is read and written is handled where it is; this is the system around it
        reason = (error.strerror or type(error).__name__).lower()
        place = Location(str(error.filename)) if error.filename else None
        say(f"error: {InputError('system-error', reason, place, 'check the path and the disk')}", ERROR)
        return EXIT_FAILED
    except Exception as error:  # noqa: BLE001 - the last line of defence: whatever it is, it is our defect
        say_traceback(error)
        say("error: internal-error: a defect of this program; please report it with the lines above", ERROR)
        return EXIT_BUG
    return result if isinstance(result, int) else 0


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
