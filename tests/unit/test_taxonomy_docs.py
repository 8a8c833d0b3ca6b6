"""The examples of docs/taxonomy.md are files that load."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from translator.errors import InputError
from translator.taxonomy.lookup import AttributeTarget, load_taxonomy


def blocks(repository: Path, language: str) -> list[str]:
    text = (repository / "docs" / "taxonomy.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def test_each_example_loads(repository: Path, tmp_path: Path) -> None:
    examples = blocks(repository, "yaml")
    assert len(examples) >= 4
    for place, example in enumerate(examples):
        path = tmp_path / f"example{place}.yaml"
        head = "" if "logsource:" in example else "logsource: {product: windows, service: security}\n"
        path.write_text(head + example, encoding="utf-8")
        assert load_taxonomy([path]).log_sources


def test_the_worked_example_does_what_the_text_says(repository: Path, tmp_path: Path) -> None:
    (example,) = [each for each in blocks(repository, "yaml") if each.startswith("# ours.yaml")]
    path = tmp_path / "ours.yaml"
    path.write_text(example, encoding="utf-8")
    taxonomy = load_taxonomy([path])
    process = taxonomy.log_source("windows", "process_creation", None)
    defender = taxonomy.log_source("windows", None, "windefend")
    doors = taxonomy.log_source("building", None, "doors")
    assert process is not None
    assert defender is not None
    assert doors is not None
    parent = process.field("ParentUser")
    assert parent is not None
    assert parent.target == AttributeTarget("parentUser", {}, False)
    names = defender.event_names(1116)
    assert names is not None
    assert names.names == ("Win-Defender-1116",)
    assert [each.name for each in doors.event_types] == ["Door-Opened", "Door-Forced"]


def test_the_error_message_is_the_one_shown(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (example,) = [each for each in blocks(repository, "yaml") if each.startswith("# ours.yaml")]
    (message,) = blocks(repository, "text")
    monkeypatch.chdir(tmp_path)
    path = Path("ours.yaml")
    path.write_text(example.replace("attribute: parentUser", "attribute: parentUsr"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_taxonomy([path])
    assert str(caught.value).split() == message.split()
