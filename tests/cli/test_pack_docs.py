"""What docs/packs.md shows is true: its commands run, its settings and overrides are read."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

from tests.cli.command import Runner, write
from tests.conftest import ROOT
from translator.cli.pack import pack
from translator.pack.overrides import Override, parse_overrides
from translator.pack.settings import Settings, read_settings

TEXT = (ROOT / "docs" / "packs.md").read_text(encoding="utf-8")


def block(heading: str, language: str) -> str:
    found = re.search(rf"^## {heading}$.*?^```{language}\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    assert found, heading
    return found[1]


def test_three_commands_lead_to_a_pack(run: Runner, tmp_path: Path) -> None:
    install, *commands = block("From a fresh clone to a pack in three commands", "bash").splitlines()
    assert install.startswith("python3 -m venv .venv && .venv/bin/pip install .")
    assert len(commands) == 2
    shutil.copytree(ROOT / "sigma_rules", tmp_path / "sigma_rules")
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    for command in commands:
        program, *arguments = shlex.split(command)
        assert program == ".venv/bin/translate"
        assert run(*arguments).code == 0, command
    assert (tmp_path / "pack" / "lookup-tables" / "AllowedAdmins.csv").is_file()
    assert "- `Sigma Windows:" in (tmp_path / "pack" / "IMPORT.md").read_text(encoding="utf-8")


def test_the_settings_that_are_shown_are_all_there_are(tmp_path: Path) -> None:
    text = block("pack.yaml", "yaml")
    settings = read_settings(write(tmp_path / "pack.yaml", text))
    assert settings.select.since == "2025-01-01"
    for name in Settings.__struct_fields__:
        assert re.search(rf"^{name}:", text, re.MULTILINE), name


def test_the_overrides_that_are_shown_are_all_there_are() -> None:
    found = parse_overrides(block("overrides.yaml", "yaml").encode(), "overrides.yaml")
    changed = {key for override in found.by_id.values() for key in override.changed}
    assert changed == {*Override.__struct_fields__} - {"reason"}


def test_each_command_is_described() -> None:
    for name in set(pack.commands) - {"lint"}:
        assert f"pack {name}" in TEXT
