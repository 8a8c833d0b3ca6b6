"""The command ``translate``. A first argument that is not a command is a path to translate."""

from __future__ import annotations

import sys
import traceback
from typing import Any

import click

from translator import __version__
from translator.cli import convert, explain, fixtures, verify
from translator.cli.console import say
from translator.errors import EXIT_BUG, EXIT_USAGE, TranslatorError

PLAIN = "convert"
"""The command that a path without a command stands for."""


class DefaultGroup(click.Group):
    """A group that takes anything but its own commands and options as arguments of one of them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {option for parameter in self.get_params(ctx) for option in parameter.opts}
        if args and args[0] not in self.commands and args[0] not in own:
            args = [PLAIN, *args]
        return super().parse_args(ctx, args)


@click.group(cls=DefaultGroup, no_args_is_help=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="translate")
def cli() -> None:
    """Translate Sigma rules to FortiSIEM correlation rules, and prove that they fire on the same events.

    \b
    translate RULE.yml            rule XML on standard output, notes on standard error
    translate rules/ -o out/      one file for each rule
    translate verify RULE.yml --events FILE    both engines on the same events
    translate test DIR            fixture files
    translate explain RULE.yml    what became of each condition

    Exit codes: 0 fine; 1 a rule was refused or a check failed; 2 the command line is wrong; 70 a defect of
    this program.
    """


for command in (convert.convert, verify.verify, fixtures.test, explain.explain):
    cli.add_command(command)


def main() -> None:
    """Run the command line; every way out has a documented exit code and no traceback but for our defects."""
    try:
        result: Any = cli.main(standalone_mode=False)
        sys.exit(result if isinstance(result, int) else 0)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_USAGE)
    except TranslatorError as error:
        say(f"error: {error}", "red")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception:  # noqa: BLE001 - the last line of defence: whatever it is, it is our defect
        traceback.print_exc()
        say(
            "internal-error: a defect of this program; please report it with the rule and the lines above",
            "red",
        )
        sys.exit(EXIT_BUG)
