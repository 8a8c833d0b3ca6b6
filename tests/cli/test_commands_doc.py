"""What docs/commands.md says is true: its commands are run, its tables are made from the flags."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest

from tests.cli.command import Runner
from tests.conftest import ROOT
from tests.readme import keep, table
from translator.cli.group import cli
from translator.cli.options import many_flags, profile_flag, translation_flags
from translator.cli.pack import pack
from translator.cli.pack_flags import build_flags
from translator.dialect.profile import load_profile, profile_names

DOC = ROOT / "docs" / "commands.md"
TEXT = DOC.read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(console|json)([^\n]*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
CONSOLE = [text for kind, _, text in BLOCKS if kind == "console"]
JSON = {title.strip(): text for kind, title, text in BLOCKS if kind == "json" and title.strip() != "errors"}


@pytest.fixture
def run_at_the_top(run: Runner, tmp_path: Path) -> Runner:
    """In a folder that has the examples where the document has them."""
    for folder in ("sigma_rules", "fortisiem_rules"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    return run


@pytest.mark.parametrize("block", CONSOLE, ids=lambda block: block.splitlines()[0])
def test_an_example_prints_what_is_shown(block: str, run_at_the_top: Runner) -> None:
    command, *shown = block.splitlines()
    assert command.startswith("$ translate ")
    result = run_at_the_top(*shlex.split(command)[2:])
    printed = [*result.out.splitlines(), *result.err.splitlines()]
    at = 0
    for line in shown:
        if line != "...":
            assert line in printed[at:], f"not printed, or not in this order: {line}"
            at = printed.index(line, at) + 1
    if "..." not in shown:
        assert printed == shown


@pytest.mark.parametrize("arguments", JSON)
def test_json_has_the_keys_that_are_shown(arguments: str, run_at_the_top: Runner) -> None:
    printed = json.loads(run_at_the_top(*shlex.split(arguments), "--json").out)
    shown = json.loads(JSON[arguments])
    assert _keys(printed) == _keys(shown)
    assert _known(shown, printed) == []


def test_errors_have_the_keys_that_are_shown(run: Runner) -> None:
    (text,) = [text for kind, title, text in BLOCKS if kind == "json" and title.strip() == "errors"]
    shown = json.loads(text)
    for command in ("convert", "explain"):
        assert json.loads(run(command, "no/such.yml", "--json").out)["errors"] == shown["errors"]


def _keys(value: Any) -> Any:
    """Keys, and keys of first members."""
    if isinstance(value, dict):
        return {key: _keys(member) for key, member in value.items()}
    return [_keys(value[0])] if isinstance(value, list) and value and isinstance(value[0], dict) else None


def _known(shown: Any, printed: Any) -> list[tuple[Any, Any]]:
    """Values that are shown in full and printed otherwise; of lists, the first members."""
    if isinstance(shown, dict):
        return [pair for key in shown for pair in _known(shown[key], printed[key])]
    if isinstance(shown, list):
        return _known(shown[0], printed[0]) if shown and isinstance(shown[0], dict) else []
    if isinstance(shown, str) and "..." in shown:
        return []
    return [] if shown == printed else [(shown, printed)]


def _shared() -> list[click.Parameter]:
    command = click.command()(profile_flag(translation_flags(lambda: None)))
    return command.params


def _flags(parameters: list[click.Parameter]) -> str:
    rows = []
    for each in parameters:
        if isinstance(each, click.Option):
            with click.Context(click.Command("translate")) as context:
                names, text = each.get_help_record(context) or ("", "")
            rows.append((f"`{names}`", " ".join(text.split())))
    return table(("flag", "meaning"), rows)


SINGLE = {name for name in cli.commands if not isinstance(cli.commands[name], click.Group)}
"""Commands without commands below them, which have pages of their own."""
OWN = {"backtest", "normalise", "replay"}
"""Those of them that translate nothing."""


@pytest.mark.parametrize("name", sorted(SINGLE - {"notes"}))
def test_the_table_of_a_command_is_current(name: str, request: pytest.FixtureRequest) -> None:
    shared = {each.name for each in _shared()} if name not in OWN else set()
    own = [each for each in cli.commands[name].params if each.name not in shared]
    keep(f"flags {name}", _flags(own), request, DOC)


PACKS = {name: ROOT / "docs" / ("lint.md" if name == "lint" else "packs.md") for name in pack.commands}


@pytest.mark.parametrize("name", sorted(PACKS))
def test_the_table_of_a_pack_command_is_current(name: str, request: pytest.FixtureRequest) -> None:
    shared = {each.name for each in _shared()} if name in ("build", "update") else set()
    settings = {each.name for each in _settings()} if name in ("build", "update") else set()
    own = [each for each in pack.commands[name].params if each.name not in shared | settings]
    keep(f"flags pack {name}", _flags(own), request, PACKS[name])


def test_the_table_of_the_settings_of_packs_is_current(request: pytest.FixtureRequest) -> None:
    keep("flags pack settings", _flags(_settings()), request, PACKS["build"])
    for name in ("build", "update"):
        assert {each.name for each in _settings()} <= {each.name for each in pack.commands[name].params}


def _settings() -> list[click.Parameter]:
    shared = {each.name for each in _shared()}
    command = click.command()(build_flags(many_flags(lambda: None)))
    return [each for each in command.params if each.name not in shared]


def test_the_table_of_shared_flags_is_current(request: pytest.FixtureRequest) -> None:
    keep("flags shared", _flags(_shared()), request, DOC)
    for name in SINGLE - OWN - {"notes"}:
        assert {each.name for each in _shared()} <= {each.name for each in cli.commands[name].params}


def test_the_table_of_profiles_is_current(request: pytest.FixtureRequest) -> None:
    rows = [(f"`{name}`", load_profile(name).summary) for name in profile_names()]
    keep("profiles", table(("profile", "what it assumes"), rows), request, DOC)


def test_each_command_has_its_section() -> None:
    for name in cli.commands:
        assert name == "convert" or f"\n## translate {name}" in TEXT
