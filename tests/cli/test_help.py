"""What the command says about itself."""

from __future__ import annotations

import re

import click
import pytest

from tests.cli.command import Runner
from translator import __version__
from translator.cli.group import cli

COMMANDS = sorted(cli.commands)


def test_without_arguments_the_help_is_shown(run: Runner) -> None:
    result = run()
    assert (result.code, result.out) == (2, "")
    assert result.err == run("--help").out


def test_the_help_has_commands_flags_and_exit_codes(run: Runner) -> None:
    result = run("-h")
    assert result.code == 0
    assert re.findall(rf"^  ({'|'.join(COMMANDS)})  ", result.out, re.MULTILINE) == COMMANDS
    for words in ("--format", "--output", "--json", "--version", "70 a defect"):
        assert words in result.out


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(command: str, run: Runner) -> None:
    result = run(command, "--help")
    assert (result.code, result.err) == (0, "")
    assert f"translate {command}" in result.out
    found = cli.commands[command]
    needs = isinstance(found, click.Group) or any(parameter.required for parameter in found.params)
    bare = run(command)
    assert (bare.code, bare.out == "") == ((2, True) if needs else (0, False))


def test_flags_before_the_path_belong_to_the_plain_form(run: Runner) -> None:
    assert run("--format", "query", "--help").out == run("convert", "--help").out


def test_version(run: Runner) -> None:
    assert run("--version").out == f"translate, version {__version__}\n"
