"""Placeholders that stand for groups of FortiSIEM, and the file that says which."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from translator.cli.options import read_groups
from translator.errors import Location, UsageError
from translator.options import Options
from translator.render.expression import print_filter
from translator.sources.sigma import read_rule
from translator.translate import Translation, translate

GROUPS = {"names": "PH_DYNLIST_NAMES", "nets": "PH_SYS_NETS"}


def translated(selection: dict[str, Any], condition: str = "selection", **options: Any) -> Translation:
    rule = {
        "title": "Example",
        "logsource": {"product": "windows", "category": "network_connection"},
        "detection": {"selection": selection, "condition": condition},
    }
    (found,) = translate(read_rule(rule, Location("x.yml")), Options(**{"groups": GROUPS, **options}))
    return found


def filter_of(translation: Translation) -> str:
    assert translation.rule is not None, translation.refusals
    _, _, rest = print_filter(translation.rule.sub_patterns[0].filter).partition(" AND ")
    return rest


@pytest.mark.parametrize(
    ("selection", "condition", "expected"),
    [
        ({"Image|expand": "%names%"}, "selection", "procName IN (Group@PH_DYNLIST_NAMES)"),
        ({"DestinationIp|expand": "%nets%"}, "selection", "destIpAddr IN (Group@PH_SYS_NETS)"),
        ({"DestinationPort|expand": "%names%"}, "selection", "destIpPort IN (Group@PH_DYNLIST_NAMES)"),
        (
            {"Image|expand": "%names%"},
            "not selection",
            "procName NOT IN (Group@PH_DYNLIST_NAMES)",
        ),
        ({"Image|expand": "%other%"}, "selection", 'procName IN ("a","b")'),
        ({"Image": "%names%"}, "selection", 'procName = "%names%"'),
    ],
)
def test_a_placeholder_is_a_group(selection: dict[str, Any], condition: str, expected: str) -> None:
    assert filter_of(translated(selection, condition, placeholders={"other": ("a", "b")})) == expected


def test_a_group_goes_before_values() -> None:
    found = translated({"Image|expand": "%names%"}, placeholders={"names": ("a",)})
    assert filter_of(found) == "procName IN (Group@PH_DYNLIST_NAMES)"
    assert "placeholder-group" in {note.code.name for note in found.notes}


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        ({"Image|contains|expand": "%names%"}, "a part of a value stands for the group PH_DYNLIST_NAMES"),
        ({"Image|expand": r"C:\\%names%"}, "a part of a value stands for the group PH_DYNLIST_NAMES"),
        ({"User|expand": "%names%"}, "cannot be looked for in"),
        ({"Image|expand": "%other%"}, "%other% has no values"),
    ],
)
def test_what_a_group_cannot_say_is_refused(selection: dict[str, Any], words: str) -> None:
    (refusal,) = translated(selection).refusals
    assert refusal.code.name == "placeholder-unresolved"
    assert words in refusal.text


def test_a_file_names_groups_in_either_form(tmp_path: Path) -> None:
    file = tmp_path / "groups.yml"
    file.write_text("a: Group@PH_ONE\nb: PH_TWO\n", encoding="utf-8")
    assert read_groups(file) == {"a": "PH_ONE", "b": "PH_TWO"}


@pytest.mark.parametrize("text", ["a: [PH_ONE]", "a: PH ONE", "a: ''", "a: 1", 'a: "PH) OR (x"'])
def test_what_is_no_group_is_an_error(text: str, tmp_path: Path) -> None:
    file = tmp_path / "groups.yml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as error:
        read_groups(file)
    assert error.value.code == "groups-invalid"
    assert error.value.location is not None
