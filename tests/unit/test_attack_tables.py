"""The shipped ATT&CK tables, and what the loader says about a table that is wrong."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from translator.errors import InputError
from translator.taxonomy.attack import Technique, catalogue, load, tactic, technique
from translator.taxonomy.load import data_folder

MATRIX = (
    "Reconnaissance",
    "Resource Development",
    "Initial Access",
    "Execution",
    "Persistence",
    "Privilege Escalation",
    "Stealth",
    "Defense Impairment",
    "Credential Access",
    "Discovery",
    "Lateral Movement",
    "Collection",
    "Command and Control",
    "Exfiltration",
    "Impact",
)
TACTICS = list(dict.fromkeys(catalogue().tactics.values()))
TECHNIQUES = list(catalogue().techniques.values())
OWN_TEXTS = [
    *(entry.text for entry in TACTICS),
    *(entry.text for entry in TECHNIQUES if entry.replaced_by is None),
]


def test_the_tactics_are_those_of_the_enterprise_matrix_in_its_order() -> None:
    assert tuple(entry.name for entry in TACTICS) == MATRIX


def test_the_tables_hold_the_whole_matrix() -> None:
    counts = Counter(entry.retired for entry in TECHNIQUES)
    assert counts[False] == 697
    assert counts[True] > 100


def test_the_tables_are_read_once() -> None:
    assert catalogue() is catalogue()


def test_each_tactic_is_found_by_id_name_and_short_name() -> None:
    for entry in TACTICS:
        for form in (entry.id, entry.name, entry.short_name, f"attack.{entry.short_name}"):
            assert tactic(form) is entry


def test_each_technique_is_found_by_its_id_and_its_tag() -> None:
    for entry in TECHNIQUES:
        assert technique(entry.id) is entry
        assert technique(f"attack.{entry.id.lower()}") is entry


def test_each_sub_technique_has_a_parent_and_its_tactics() -> None:
    for entry in TECHNIQUES:
        parent = technique(entry.id.partition(".")[0])
        assert parent is not None
        assert entry.parent_name == ("" if parent is entry else parent.name)
        if not entry.retired:
            assert entry.tactics == parent.tactics


def test_each_technique_has_tactics_in_the_order_of_the_matrix() -> None:
    for entry in TECHNIQUES:
        places = [MATRIX.index(each.name) for each in entry.tactics]
        assert places
        assert places == sorted(set(places)), entry.id


def test_each_successor_is_a_current_technique() -> None:
    for entry in TECHNIQUES:
        if entry.replaced_by is not None:
            successor = technique(entry.replaced_by)
            assert successor is not None
            assert not successor.retired


def test_each_text_is_one_sentence_of_its_own() -> None:
    assert [text for text, count in Counter(OWN_TEXTS).items() if count > 1] == []
    for text in OWN_TEXTS:
        assert text.startswith("Attackers "), text
        assert text.endswith("."), text
        assert ". " not in text, text
        assert len(text) <= 110, text


def test_each_file_holds_the_techniques_whose_first_tactic_it_is_named_after() -> None:
    for entry in TACTICS:
        file = data_folder() / "attack" / f"techniques-{entry.short_name}.yaml"
        ids = list(yaml.safe_load(file.read_text(encoding="utf-8")))
        current = [each.id for each in TECHNIQUES if each.tactics[0] is entry and not each.retired]
        assert ids == sorted(current)


GOOD = {
    "tactics.yaml": """
TA0002:
  name: Execution
  short_name: execution
  text: They run code.
  fortisiem: {name: Execution, status: assumed, source: a test}
""",
    "techniques-execution.yaml": """
T1000: {name: Running, tactics: [execution], text: They run.}
T1000.001: {name: Running Fast, text: They run fast.}
""",
    "retired.yaml": "T0900: {name: Old Running, replaced_by: T1000.001}\n",
    "related.yaml": "S0001: {name: Runner}\n",
}
SECOND_TACTIC = """
TA0003:
  name: Running
  short_name: {short_name}
  formerly: [{formerly}]
  text: They stay.
  fortisiem: {{name: Running, status: assumed, source: a test}}
"""


def _folder(place: Path, file: str = "", text: str = "") -> Path:
    for name, good in GOOD.items():
        (place / name).write_text(good, encoding="utf-8")
    if file:
        with (place / file).open("a", encoding="utf-8") as out:
            out.write(text)
    return place


def test_a_folder_of_tables_is_loaded(tmp_path: Path) -> None:
    tables = load(_folder(tmp_path))
    (execution,) = set(tables.tactics.values())
    assert set(tables.tactics) == {"ta0002", "execution"}
    assert tables.techniques["t1000.001"] == Technique(
        "T1000.001", "Running Fast", "They run fast.", (execution,), "Running"
    )
    assert tables.techniques["t0900"] == Technique(
        "T0900", "Old Running", "They run fast.", (execution,), "", True, "T1000.001"
    )
    assert tables.related["s0001"].name == "Runner"


@pytest.mark.parametrize(
    ("file", "text", "cause"),
    [
        pytest.param("techniques-execution.yaml", "X1: {name: A, text: B.}", "X1", id="id"),
        pytest.param("techniques-execution.yaml", "T10001: {name: A, text: B.}", "T10001", id="long id"),
        pytest.param(
            "techniques-execution.yaml",
            "T1001: {name: A, tactics: [execution]}",
            "T1001: it has no text",
            id="no text",
        ),
        pytest.param(
            "techniques-execution.yaml",
            "T1001: {name: A, tactics: [execution], text: ''}",
            "T1001",
            id="empty text",
        ),
        pytest.param(
            "techniques-execution.yaml",
            "T1001: {name: A, text: B.}",
            "T1001: it has no tactic",
            id="no tactic",
        ),
        pytest.param(
            "techniques-execution.yaml",
            "T1001: {name: A, tactics: [running], text: B.}",
            "T1001: there is no tactic 'running'",
            id="unknown tactic",
        ),
        pytest.param(
            "techniques-execution.yaml",
            "T1001.001: {name: A, text: B.}",
            "T1001.001: the technique that it belongs to has no row",
            id="no parent",
        ),
        pytest.param(
            "techniques-execution.yaml",
            "T1000: {name: A, tactics: [execution], text: B.}",
            "T1000",
            id="id twice in a file",
        ),
        pytest.param(
            "retired.yaml",
            "T1000: {name: A, tactics: [execution], text: B.}",
            "T1000: an earlier row has this id",
            id="id in two files",
        ),
        pytest.param(
            "techniques-execution.yaml",
            "T1001: {name: A, tactics: [execution], text: B., link: C}",
            "T1001: .*link",
            id="unknown column",
        ),
        pytest.param(
            "techniques-execution.yaml",
            "T1001: {name: A, replaced_by: T1000}",
            "T1001: 'T1000' is no current technique that replaces a retired one",
            id="current row replaced",
        ),
        pytest.param(
            "retired.yaml",
            "T0901: {name: A, replaced_by: T0900}",
            "T0901: 'T0900' is no current technique",
            id="replaced by a retired one",
        ),
        pytest.param("related.yaml", "T0002: {name: A}", "T0002", id="technique among software"),
        pytest.param("related.yaml", "S0002: A", "S0002", id="name in place of a row"),
        pytest.param(
            "tactics.yaml",
            SECOND_TACTIC.format(short_name="execution", formerly="old"),
            "TA0003: 'execution' already stands for TA0002",
            id="short name twice",
        ),
        pytest.param(
            "tactics.yaml",
            SECOND_TACTIC.format(short_name="running", formerly="execution"),
            "TA0003: 'execution' already stands for TA0002",
            id="former name taken",
        ),
        pytest.param(
            "tactics.yaml",
            SECOND_TACTIC.format(short_name="Running Fast", formerly="old"),
            "TA0003",
            id="short name with blank",
        ),
        pytest.param("related.yaml", "S0002: {name: [}", "not YAML", id="not YAML"),
    ],
)
def test_a_wrong_row_is_named_with_file_line_and_key(
    tmp_path: Path, file: str, text: str, cause: str
) -> None:
    with pytest.raises(InputError, match=cause) as caught:
        load(_folder(tmp_path, file, text))
    place = caught.value.location
    assert place is not None
    assert place.path.endswith(file)
    first = GOOD[file].count("\n") + 1
    assert place.line is not None
    assert first <= place.line <= first + text.count("\n")
