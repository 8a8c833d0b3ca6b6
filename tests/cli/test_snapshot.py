"""``translate snapshot``: what it prints, what it writes and removes, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import Runner, rule_text, write

OLD = rule_text(r"Image|endswith: ['\a.exe', '\b.exe']")
WIDER = rule_text(r"Image|endswith: ['\a.exe', '\b.exe', '\c.exe']")


@pytest.fixture
def accepted(run: Runner, tmp_path: Path) -> Path:
    """Two rules below ``rules``, accepted."""
    write(tmp_path / "rules" / "one.yml", OLD)
    write(tmp_path / "rules" / "deep" / "two.yml", rule_text("Image: x.exe", title="Two"))
    result = run("snapshot", "rules", "--accept")
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines()[0] == "2 added, 0 files as accepted"
    assert result.out.splitlines()[-1] == "Accepted in fortisiem_rules: 2 written, 0 removed."
    return tmp_path / "fortisiem_rules"


def below(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_nothing_changed(run: Runner, accepted: Path) -> None:
    assert run("snapshot", "rules") == (0, "2 files as accepted\n", "")


def test_a_wider_rule_is_told_and_not_written(run: Runner, accepted: Path) -> None:
    before = below(accepted)
    write(accepted.parent / "rules" / "one.yml", WIDER)
    result = run("snapshot", "rules")
    assert (result.code, result.err) == (1, "")
    lines = result.out.splitlines()
    assert lines[0] == "1 meaning changed, 1 files as accepted"
    assert lines[1] == "wider  Windows: Example"
    assert any("only the new rule fires on" in each and "c.exe" in each for each in lines)
    assert any("verdict changed on" in each for each in lines)
    assert any("fires now: " in each for each in lines)
    assert lines[-1] == "--accept makes these the accepted translations."
    assert below(accepted) == before


def test_accept_writes_what_changed_and_names_what_it_removes(run: Runner, accepted: Path) -> None:
    write(accepted.parent / "rules" / "one.yml", WIDER)
    (accepted.parent / "rules" / "deep" / "two.yml").unlink()
    result = run("snapshot", "rules", "--accept")
    assert result.code == 0
    lines = result.out.splitlines()
    assert "removed   Windows: Two  its Sigma file is gone" in lines
    named, ended = (
        next(n for n, each in enumerate(lines) if each.startswith(w)) for w in ("removing", "Acc")
    )
    assert named < ended
    assert lines[-1] == "Accepted in fortisiem_rules: 1 written, 1 removed."
    assert list(below(accepted)) == ["one.xml"]
    assert run("snapshot", "rules").code == 0


def test_only_changed_files_are_written(run: Runner, accepted: Path) -> None:
    untouched = accepted / "deep" / "two.xml"
    stamp = untouched.stat().st_mtime_ns
    write(accepted.parent / "rules" / "one.yml", WIDER)
    assert run("snapshot", "rules", "--accept").code == 0
    assert untouched.stat().st_mtime_ns == stamp


def test_json_has_the_witnesses(run: Runner, accepted: Path) -> None:
    write(accepted.parent / "rules" / "one.yml", WIDER)
    found = json.loads(run("snapshot", "rules", "--json").out)
    assert (found["same"], found["accepted"]) == (False, False)
    assert found["files"] == {"unchanged": 1, "write": ["one.xml"], "remove": [], "reworded": []}
    (changed,) = found["changed"]
    assert changed["meaning"] == "wider"
    assert changed["witnesses"]["tried"] > len(changed["witnesses"]["turned"]) > 0
    assert all(each["fires"] for each in changed["witnesses"]["turned"])


def test_a_correlation_is_tried_on_sequences(run: Runner, tmp_path: Path) -> None:
    def rules(threshold: str) -> str:
        section = f"type: event_count, rules: [first], group-by: [User], timespan: 5m, condition: {threshold}"
        return f"title: Often\ncorrelation: {{{section}}}\nlevel: high\n"

    # The rule stands in another file, and correlations only know it by its name.
    write(tmp_path / "rules" / "first.yml", rule_text(keys="name: first\n"))
    write(tmp_path / "rules" / "often.yml", rules("{gte: 3, lt: 5}"))
    assert run("snapshot", "rules", "--accept").code == 0
    write(tmp_path / "rules" / "often.yml", rules("{gte: 2, lt: 4}"))
    lines = [each.strip() for each in run("snapshot", "rules").out.splitlines()]
    shown = next(n for n, each in enumerate(lines) if each.startswith("verdict changed on "))
    assert lines[shown].endswith("sequences of events made from the Sigma rule")
    assert lines[shown + 1] == "fires now: witness: 2 events"
    found = json.loads(run("snapshot", "rules", "--json").out)["changed"][0]["witnesses"]
    first, *_, last = found["turned"]
    assert (first["fires"], first["alone"], first["at"], len(first["events"])) == (True, True, 2, 2)
    assert [each["time"] for each in first["events"]] == [0, 299]
    assert not last["alone"]
    write(tmp_path / "rules" / "often.yml", rules("{gte: 3, lt: 4}"))
    lines = [each.strip() for each in run("snapshot", "rules").out.splitlines()]
    assert "does not fire any more at event 4 of 4: near miss: one event too many" in lines


@pytest.mark.parametrize("accept", [[], ["--accept"]])
def test_a_broken_rule_keeps_its_translation(run: Runner, accepted: Path, accept: list[str]) -> None:
    before = below(accepted)
    write(accepted.parent / "rules" / "one.yml", "title: [")
    result = run("snapshot", "rules", *accept)
    assert result.code == 1
    assert result.err.startswith("rules/one.yml:")
    assert len(result.err.splitlines()) == 1
    assert below(accepted) == before


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"<Rules>", 1), (b"\xff\xfe\x00", 1), (b"<!DOCTYPE x [<!ENTITY a 'b'>]><Rules/>", 1)],
)
def test_a_broken_accepted_file_is_one_error(run: Runner, accepted: Path, content: bytes, code: int) -> None:
    write(accepted / "one.xml", content)
    result = run("snapshot", "rules")
    assert result.code == code
    assert [each.partition(":")[0] for each in result.err.splitlines()] == ["fortisiem_rules/one.xml"]
    assert run("snapshot", "rules", "--accept").code == 1
    assert run("snapshot", "rules").code == 0


@pytest.mark.parametrize(
    "arguments", [["rules/one.yml"], ["missing"], ["rules", "--accepted", "rules/one.yml"]]
)
def test_only_folders_are_compared(run: Runner, accepted: Path, arguments: list[str]) -> None:
    result = run("snapshot", *arguments)
    assert result.code == 2
    assert len(result.err.splitlines()) == 1


def test_a_folder_that_cannot_be_written_to_is_one_error(run: Runner, accepted: Path) -> None:
    write(accepted.parent / "rules" / "new" / "three.yml", rule_text("Image: y.exe", title="Three"))
    write(accepted / "new", "a file where a folder is needed")
    result = run("snapshot", "rules", "--accept")
    assert result.code == 1
    assert len(result.err.splitlines()) == 1
    assert "cannot-write" in result.err
    assert "Accepted" not in result.out
