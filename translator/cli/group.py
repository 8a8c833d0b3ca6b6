"""The commands, and what a first argument that is none of them means: a path to translate."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from translator import __version__
from translator.cli.suggest import near_misses
from translator.errors import UsageError

PLAIN = "convert"
"""The command that a path without a command stands for."""

_MODULES = {
    "backtest": "backtest",
    "convert": "convert",
    "coverage": "coverage",
    "explain": "explain",
    "hunt": "hunt",
    "normalise": "normalise",
    "notes": "notes",
    "pack": "pack",
    "probe": "probe",
    "replay": "replay",
    "schema": "schema",
    "snapshot": "snapshot",
    "test": "fixtures",
    "validate": "validate",
    "verify": "verify",
}

_LONGEST_WORD = 40
"""Nobody mistypes a command that badly, and the system has limits for names that it looks up."""


class Commands(dict[str, click.Command]):
    """Commands by name, each loaded when it is asked for: some need much that others do without.

    ``modules`` names the module of this package that defines each, under the name of the command.
    """

    def __init__(self, modules: Mapping[str, str]) -> None:
        super().__init__(dict.fromkeys(modules, click.Command(None)))
        self._modules = modules

    def __getitem__(self, name: str) -> click.Command:
        command: click.Command = getattr(import_module(f"translator.cli.{self._modules[name]}"), name)
        return command

    def get(self, name: str, default: Any = None) -> Any:
        if name not in self:
            return default
        return self[name]


class PathsToo(click.Group):
    """A group that takes anything but its own commands and options as arguments of one of them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {option for parameter in self.get_params(ctx) for option in parameter.opts}
        if args and args[0] not in self.commands and args[0] not in own:
            if _is_word(args[0]):
                self._refuse(args[0])
            args = [PLAIN, *args]
        return super().parse_args(ctx, args)

    def _refuse(self, word: str) -> None:
        names = self.list_commands(click.Context(self))
        hint = near_misses(word, names) or f"commands are {', '.join(names)}"
        raise UsageError("usage", f"'{word}' is neither a command nor a file or directory", hint=hint)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "[OPTIONS] RULE.yml...|DIR|-")
        formatter.write_usage(ctx.command_path, "COMMAND [ARGS]...", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands first, then the options of the plain form, which is what most people want."""
        self.format_commands(ctx, formatter)
        for heading, owner in (("Options of translate RULE", self.commands[PLAIN]), ("Other options", self)):
            options = [each for each in owner.params if isinstance(each, click.Option)]
            with formatter.section(heading):
                formatter.write_dl(record for each in options if (record := each.get_help_record(ctx)))


def _is_word(text: str) -> bool:
    """Whether an argument looks like a command: no file, no option, nothing that a path has."""
    return len(text) < _LONGEST_WORD and text.isalpha() and not Path(text).exists()


@click.group(
    cls=PathsToo,
    commands=Commands(_MODULES),
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, "-V", "--version", prog_name="translate")
def cli() -> None:
    """Translate Sigma rules to FortiSIEM correlation rules, and prove that they fire on the same events.

    \b
    translate RULE.yml                         rule XML to standard output, notes to standard error
    translate rules/ -o out/                   one file for each rule
    translate verify RULE.yml --events FILE    both engines on the same events
    translate explain RULE.yml                 what became of each condition
    translate replay RULES.xml --events FILE   FortiSIEM rules over events, and the incidents
    translate backtest RULES.xml --events DIR  how often rules would have fired, by day
    translate normalise FILE                   collected events as FortiSIEM attributes
    translate test DIR                         run fixture files
    translate snapshot DIR                     what changed since translations were accepted
    translate coverage DIR                     an account of every rule
    translate pack build DIR -o OUT/           a rule pack to import, to compare and to keep up to date
    translate validate RULE.yml --live         whether a server takes the filters of rules
    translate hunt RULE.yml --last 7d          what rules would have found on a server
    translate probe build -o DIR/              questions to a real FortiSIEM, for a profile of it
    translate schema read FILE                 where a ClickHouse table keeps attributes, and SQL for it
    translate notes                            what the codes of notes mean

    \b
    Exit codes: 0 fine; 1 a rule was refused, a file could not be read or a check failed;
    2 the command line is wrong; 70 a defect of this program.
    """
