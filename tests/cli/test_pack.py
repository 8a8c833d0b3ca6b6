"""Packs on the command line: built, compared, renewed, checked; and what can be wrong with them."""

from __future__ import annotations

import json
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import EXAMPLES, Runner, rule_text, write

ONE, TWO = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"


def sigma(folder: Path) -> Path:
    """Two rules of one title, of two products, levels and days."""
    write(folder / "a" / "one.yml", rule_text(keys=f"id: {ONE}\nstatus: test\ndate: 2024-05-01\n"))
    text = rule_text("Image: calc.exe", keys=f"id: {TWO}\nstatus: experimental\nmodified: 2026-02-01\n")
    write(folder / "b" / "two.yml", text.replace("level: high", "level: low\ntags: [attack.t1059.001]"))
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


def export(folder: Path, target: Path, *changes: tuple[str, str]) -> Path:
    """What a supervisor would answer where the pack is deployed and active, after some changes."""
    rules = "".join(each.read_text(encoding="utf-8") for each in sorted((folder / "rules").rglob("*.xml")))
    for old, new in (
        ("<Rules>", ""),
        ("</Rules>", ""),
        ("<Rule ", '<DataRequest id="1" '),
        ("</Rule>", "</DataRequest>"),
        ("<active>false", "<active>true"),
        *changes,
    ):
        assert old in rules
        rules = rules.replace(old, new)
    return write(target, f"<response><result><Rules>{rules}</Rules></result></response>")


def test_a_pack_has_its_parts_and_the_same_bytes_twice(run: Runner, tmp_path: Path) -> None:
    assert run("pack", "build", EXAMPLES, "-o", "one").code == 0
    moved = tmp_path / "elsewhere" / "sigma"
    shutil.copytree(EXAMPLES, moved)
    assert run("pack", "build", moved, "-o", "two/", "--jobs", "1", "--no-cache").code == 0
    first = files(tmp_path / "one")
    assert first == files(tmp_path / "two")
    for name in (
        "IMPORT.md",
        "event-types.csv",
        "waves.csv",
        "fidelity.html",
        "fidelity.json",
        "navigator.json",
    ):
        assert first[name]
    found = manifest(tmp_path / "one")
    assert {name: sha256(first[name]).hexdigest() for name in found["files"]} == found["files"]
    assert set(first) == {*found["files"], "manifest.json"}
    rows = first["event-types.csv"].decode().splitlines()
    rules = found["rules"]
    assert (
        rows[0]
        == f"{rules[0]['event_type']},{rules[0]['name']},PH_SYS_EVENT_PH_RULE_SEC,{rules[0]['severity']},"
    )
    assert len({row.partition(",")[0] for row in rows}) == len(rows) == len(rules)


@pytest.mark.parametrize(
    ("flags", "ids"),
    [
        ([], {ONE, TWO}),
        (["--level", "low,medium"], {TWO}),
        (["--status", "test"], {ONE}),
        (["--tag", "ATTACK.t1059*"], {TWO}),
        (["--since", "2026-01-01"], {TWO}),
        (["--include", "a"], {ONE}),
        (["--exclude", "a/*.yml"], {TWO}),
        (["--product", "Windows", "--exclude", "b"], {ONE}),
        (["--product", "linux"], set()),
    ],
)
def test_rules_are_selected(flags: list[str], ids: set[str], run: Runner, tmp_path: Path) -> None:
    assert run("pack", "build", sigma(tmp_path / "s"), "-o", "p", *flags).code == 0
    assert {each["sigma_id"] for each in manifest(tmp_path / "p")["rules"]} == ids


def test_several_folders_make_one_pack(run: Runner, tmp_path: Path) -> None:
    folder = sigma(tmp_path / "s")
    assert run("pack", "build", folder, "-o", "whole", "--no-events").code == 0
    for number, paths in enumerate([("s/a", "s/b"), (folder / "b", "s/a", "s/a/one.yml")]):
        assert run("pack", "build", *paths, "-o", f"parts{number}", "--no-events").code == 0
        assert files(tmp_path / f"parts{number}") == files(tmp_path / "whole")
    assert run("pack", "update", "whole", "--sigma", "s/a", "--sigma", "s/b", "--dry-run").code == 0
    assert run("pack", "build", "s/a", "none", "-o", "p").code == 1


def test_settings_come_from_a_file_and_flags_win(run: Runner, tmp_path: Path) -> None:
    write(tmp_path / "conf" / "mine.yaml", f"{ONE}: {{severity: 1}}\n")
    write(
        tmp_path / "conf" / "pack.yaml",
        "prefix: ACME\ngroup: PH_SYS_RULE_ACME\noverrides: mine.yaml\none_file_per_rule: true\n"
        "customers: {include: ['2000'], apart: false}\nselect: {level: [high]}\n"
        "translation: {group_by: host}\n",
    )
    done = run("pack", "build", sigma(tmp_path / "s"), "-o", "p", "--config", "conf/pack.yaml", "--active")
    assert done.code == 0
    text = (tmp_path / "p" / "rules" / "a" / "one.xml").read_text(encoding="utf-8")
    for part in (
        "<Name>ACME Windows: Example</Name>",
        'group="PH_SYS_RULE_ACME"',
        "<active>true</active>",
        'severity="1"',
        '<CustomerScope groupByEachCustomer="false">\n      <Include>2000</Include>',
        "<GroupByAttr>hostName</GroupByAttr>",
        'eventType="PH_RULE_ACME_11111111_',
    ):
        assert part in text
    assert len(manifest(tmp_path / "p")["rules"]) == 1


def test_two_rules_of_one_title_get_names_that_do_not_depend_on_each_other(
    run: Runner, tmp_path: Path
) -> None:
    run("pack", "build", sigma(tmp_path / "s"), "-o", "p")
    names = [each["name"] for each in manifest(tmp_path / "p")["rules"]]
    assert len(set(names)) == 2
    assert all(name.startswith("Sigma Windows: Example ") for name in names)


def test_large_files_are_continued(run: Runner, tmp_path: Path) -> None:
    run("pack", "build", EXAMPLES, "-o", "p", "--max-bytes", "10000")
    sizes = {each.name: each.stat().st_size for each in (tmp_path / "p" / "rules").rglob("*.xml")}
    assert "process_creation-low-2.xml" in sizes
    assert all(size <= 10_000 for size in sizes.values())


@pytest.mark.parametrize(
    ("content", "line", "word"),
    [
        ("prefx: A", 1, "prefx"),
        ("prefix: '!'", 1, "prefix"),
        ("active: maybe", 1, "active"),
        ("select:\n  levl: [high]", 2, "levl"),
        ("select:\n  since: yesterday", 2, "since"),
        ("max_bytes: 5", 1, "max_bytes"),
        ("translation:\n  robust: perhaps", 2, "robust"),
        ("- a list", 1, ""),
        ("prefix: [", 2, "YAML"),
    ],
)
def test_a_mistake_in_the_settings_is_named(
    content: str, line: int, word: str, run: Runner, tmp_path: Path
) -> None:
    write(tmp_path / "pack.yaml", content)
    done = run("pack", "build", sigma(tmp_path / "s"), "-o", "p", "--config", "pack.yaml")
    assert done.code == 2
    assert f"pack.yaml:{line}" in done.err
    assert word in done.err
    assert not (tmp_path / "p").exists()


def test_nothing_but_a_pack_is_replaced(run: Runner, tmp_path: Path) -> None:
    write(tmp_path / "mine" / "notes.txt", "keep me")
    write(tmp_path / "file", "keep me")
    for target in ("mine", "file"):
        done = run("pack", "build", sigma(tmp_path / "s"), "-o", target)
        assert done.code == 2
        assert "not-a-pack" in done.err
    assert (tmp_path / "mine" / "notes.txt").read_text(encoding="utf-8") == "keep me"


def test_overrides_of_a_pack_go_on_to_count(run: Runner, tmp_path: Path) -> None:
    source = sigma(tmp_path / "s")
    write(tmp_path / "mine.yaml", f"{ONE}: {{severity: 1}}\n")
    run("pack", "build", source, "-o", "p", "--overrides", "mine.yaml")
    assert run("pack", "build", source, "-o", "p").code == 0
    assert manifest(tmp_path / "p")["rules"][0]["changed"] == ["severity"]
    write(tmp_path / "other.yaml", f"{TWO}: {{severity: 1}}\n")
    done = run("pack", "build", source, "-o", "p", "--overrides", "other.yaml")
    assert done.code == 2
    assert "overrides-lost" in done.err


def test_a_rule_twice_and_a_broken_file_are_named_and_left_out(run: Runner, tmp_path: Path) -> None:
    source = sigma(tmp_path / "s")
    write(source / "c.yml", rule_text(keys=f"id: {ONE}\n", title="Again"))
    write(source / "d.yml", "title: [")
    done = run("pack", "build", source, "-o", "p")
    assert done.code == 1
    assert "duplicate-id" in done.err
    assert "d.yml" in done.err
    assert len(manifest(tmp_path / "p")["rules"]) == 2
    assert len(manifest(tmp_path / "p")["refused"]) == 2


def test_a_difference_is_shown_in_each_form(run: Runner, tmp_path: Path) -> None:
    source = sigma(tmp_path / "s")
    run("pack", "build", source, "-o", "old")
    write(
        tmp_path / "mine.yaml",
        f"{ONE}: {{exceptions: [{{values: {{user: <b>svc</b>}}}}]}}\n{TWO}: {{severity: 1}}\n",
    )
    run("pack", "build", source, "-o", "new", "--overrides", "mine.yaml")
    done = run(
        "pack", "diff", "old", "new", "--html", "d.html", "--markdown", "d.md", "--json", "--exit-code"
    )
    assert done.code == 1
    found = json.loads(done.out)
    assert (found["counts"]["meaning changed"], found["counts"]["metadata only"]) == (1, 1)
    first = found["changed"][0]
    assert (first["meaning"], first["lost"][0]["event"]["user"]) == ("narrower", "<b>svc</b>")
    assert {"field": "overrides", "part": "", "old": "", "new": "exceptions"} in first["fields"]
    page = (tmp_path / "d.html").read_text(encoding="utf-8")
    assert "narrower" in page
    assert "<b>svc" not in page
    comment = (tmp_path / "d.md").read_text(encoding="utf-8")
    assert "narrower" in comment
    assert "only the old rule fires on" in comment
    assert "narrower" in run("pack", "diff", "old", "new").out
    assert run("pack", "diff", "old", "old", "--exit-code").code == 0


def test_documents_and_exports_are_compared_too(run: Runner, tmp_path: Path) -> None:
    run("pack", "build", sigma(tmp_path / "s"), "-o", "p", "--one-file-per-rule")
    export(tmp_path / "p", tmp_path / "e.xml", ("calc.exe", "calc2.exe"))
    found = json.loads(run("pack", "diff", "p/rules/b/two.xml", "e.xml", "--json").out)
    assert (found["counts"]["added"], found["changed"][0]["meaning"]) == (1, "wider and narrower")


def test_what_is_deployed_is_checked(run: Runner, tmp_path: Path) -> None:
    write(tmp_path / "mine.yaml", f"{TWO}: {{disabled: true}}\n")
    source = sigma(tmp_path / "s")
    run("pack", "build", source, "-o", "p")
    export(tmp_path / "p", tmp_path / "fine.xml")
    done = run("pack", "verify", "p", "--deployed", "fine.xml", "--json")
    assert (done.code, json.loads(done.out)["counts"]["fine"]) == (0, 2)

    export(tmp_path / "p", tmp_path / "e.xml", ("calc.exe", "calc2.exe"), ('severity="7"', 'severity="2"'))
    found = json.loads(run("pack", "verify", "p", "--deployed", "e.xml", "--json").out)["counts"]
    assert (found["drifted"], found["changed"]) == (1, 1)

    export(tmp_path / "p", tmp_path / "off.xml", ("<active>true", "<active>false"))
    done = run("pack", "verify", "p", "--deployed", "off.xml")
    assert (done.code, "2 inactive" in done.out) == (1, True)
    assert run("pack", "verify", "p", "--deployed", "off.xml", "--waves", "0").code == 0

    write(tmp_path / "empty.xml", "<Rules/>")
    done = run("pack", "verify", "p", "--deployed", "empty.xml")
    assert (done.code, "2 missing" in done.out) == (1, True)

    run("pack", "build", source, "-o", "q", "--overrides", "mine.yaml", "--include", "b")
    found = json.loads(run("pack", "verify", "q", "--deployed", "fine.xml", "--json").out)["counts"]
    assert (found["unwanted"], found["foreign"]) == (1, 1)


def test_an_update_stops_at_a_conflict_and_says_what_happens(run: Runner, tmp_path: Path) -> None:
    source = sigma(tmp_path / "s")
    run("pack", "build", source, "-o", "p")
    before = files(tmp_path / "p")
    export(tmp_path / "p", tmp_path / "e.xml", ('severity="7"', 'severity="2"'))
    write(source / "moved" / "one.yml", rule_text("Image: word.exe", keys=f"id: {ONE}\n"))
    (source / "a" / "one.yml").unlink()
    (source / "b" / "two.yml").unlink()
    dry = run("pack", "update", "p", "--sigma", source, "--dry-run", "--json")
    counts = json.loads(dry.out)["counts"]
    assert (dry.code, counts["changed"], counts["deleted"]) == (0, 1, 1)
    stopped = run("pack", "update", "p", "--sigma", source, "--deployed", "e.xml")
    assert (stopped.code, "conflict" in stopped.out) == (1, True)
    assert files(tmp_path / "p") == before
    done = run("pack", "update", "p", "--sigma", source, "--deployed", "e.xml", "--conflicts", "sigma")
    assert done.code == 0
    guide = (tmp_path / "p" / "UPDATE.md").read_text(encoding="utf-8")
    assert "Sigma Windows: Example 22222222" in guide
    assert [each["path"] for each in manifest(tmp_path / "p")["rules"]] == ["moved/one.yml"]


def test_updates_leave_a_kept_rule_alone(run: Runner, tmp_path: Path) -> None:
    source = sigma(tmp_path / "s")
    write(tmp_path / "mine.yaml", f"{ONE}: {{keep: true}}\n")
    run("pack", "build", source, "-o", "p", "--overrides", "mine.yaml", "--include", "a")
    (source / "a" / "one.yml").unlink()
    found = json.loads(run("pack", "update", "p", "--sigma", source, "--json").out)
    assert found["counts"]["kept"] == 1
    text = (tmp_path / "p" / "rules" / "kept.xml").read_text(encoding="utf-8")
    assert "notepad.exe" in text
    assert "<ignoreSIGMAUpdate>Yes" in text


@pytest.mark.parametrize("damage", ["{", '{"format": 99}', '{"format": 1}'])
def test_a_damaged_manifest_is_one_error(damage: str, run: Runner, tmp_path: Path) -> None:
    run("pack", "build", sigma(tmp_path / "s"), "-o", "p")
    write(tmp_path / "p" / "manifest.json", damage)
    write(tmp_path / "e.xml", "<Rules/>")
    for command in (
        ("diff", "p", "e.xml"),
        ("verify", "p", "--deployed", "e.xml"),
        ("update", "p", "--sigma", tmp_path / "s"),
    ):
        done = run("pack", *command)
        assert done.code == 1
        assert "manifest-invalid" in done.err
        assert "Traceback" not in done.err


def test_a_manifest_leads_nowhere_outside_of_its_pack(run: Runner, tmp_path: Path) -> None:
    run("pack", "build", sigma(tmp_path / "s"), "-o", "p", "--include", "a")
    place = tmp_path / "p" / "manifest.json"
    name = manifest(tmp_path / "p")["rules"][0]["file"]
    place.write_text(place.read_text(encoding="utf-8").replace(name, "../../secret.xml"), encoding="utf-8")
    done = run("pack", "diff", "p", "p")
    assert done.code == 1
    assert "outside of the pack" in done.err


def test_a_rule_file_changed_by_hand_is_named(run: Runner, tmp_path: Path) -> None:
    run("pack", "build", sigma(tmp_path / "s"), "-o", "p")
    (file, *_) = (tmp_path / "p" / "rules").rglob("*.xml")
    file.write_text(
        file.read_text(encoding="utf-8").replace("<active>false", "<active>true"), encoding="utf-8"
    )
    assert "pack-edited" in run("pack", "diff", "p", "p").err


def test_standard_input_has_no_place_in_a_pack(run: Runner) -> None:
    done = run("pack", "build", "-", "-o", "p", stdin=rule_text().encode())
    assert done.code == 2
    assert "standard input" in done.err


def test_what_is_no_rule_document_is_one_error(run: Runner, tmp_path: Path) -> None:
    run("pack", "build", sigma(tmp_path / "s"), "-o", "p")
    write(tmp_path / "e.xml", b"\x00\x01")
    done = run("pack", "verify", "p", "--deployed", "e.xml")
    assert done.code == 1
    assert "rule-xml" in done.err
    assert run("pack", "diff", "p", "no/such").code == 1
    (tmp_path / "nothing").mkdir()
    assert "no-rules" in run("pack", "diff", "p", "nothing").err


def test_events_to_test_rules_with_fire_them(run: Runner, tmp_path: Path) -> None:
    source = sigma(tmp_path / "s")
    assert run("pack", "build", source, "-o", "p").code == 0
    rules = manifest(tmp_path / "p")["rules"]
    texts = [(tmp_path / "p" / each["events"]).read_text(encoding="utf-8") for each in rules]
    assert [("notepad.exe" in text, "calc.exe" in text) for text in texts] == [(True, False), (False, True)]
    assert all("FSM-WUA-WinLog-Microsoft-Windows-Sysmon/Operational" in text for text in texts)
    assert "events/" in (tmp_path / "p" / "IMPORT.md").read_text(encoding="utf-8")
    run("pack", "update", "p", "--sigma", source)
    assert all(each["events"] for each in manifest(tmp_path / "p")["rules"])
    run("pack", "build", source, "-o", "p", "--no-events")
    assert not (tmp_path / "p" / "events").exists()


CORRELATION = """title: Often
id: 33333333-3333-4333-8333-333333333333
correlation:
  type: event_count
  rules: [one]
  group-by: [Computer]
  timespan: 5m
  condition: {gte: %d}
level: high
"""


@pytest.mark.parametrize("number", [1, 3, 30])
def test_rules_about_several_events_have_all_of_them(number: int, run: Runner, tmp_path: Path) -> None:
    write(tmp_path / "s" / "one.yml", rule_text(keys=f"id: {ONE}\nname: one\n"))
    write(tmp_path / "s" / "often.yml", CORRELATION % number)
    assert run("pack", "build", "s", "-o", "p").code == 0
    (rule,) = manifest(tmp_path / "p")["rules"]
    if number == 30:
        assert (rule["events"], rule["no_event"]) == ("", "it needs 30 events")
        return
    text = (tmp_path / "p" / rule["events"]).read_text(encoding="utf-8")
    headings = [f"# Event {each} of {number}" for each in range(1, number + 1)] if number > 1 else []
    assert [line for line in text.splitlines() if line.startswith("#")] == headings
    assert text.count("FSM-WUA-WinLog-Microsoft-Windows-Sysmon/Operational") == number
    assert run("pack", "build", "s/often.yml", "s/one.yml", "-o", "q").code == 0
    assert files(tmp_path / "q") == files(tmp_path / "p")


def test_why_a_rule_has_no_test_event_is_said(run: Runner, tmp_path: Path) -> None:
    text = rule_text().replace("{product: windows, category: process_creation}", "{category: antivirus}")
    write(tmp_path / "s" / "virus.yml", text.replace("Image: notepad.exe", "Signature: Bad"))
    write(tmp_path / "s" / "a.yml", rule_text(title="Another"))
    assert run("pack", "build", "s", "-o", "p").code == 0
    rules = {each["title"]: each for each in manifest(tmp_path / "p")["rules"]}
    assert (rules["Another"]["events"] != "", rules["Another"]["no_event"]) == (True, "")
    why = "how its log source writes such an event is not known"
    assert (rules["Example"]["events"], rules["Example"]["no_event"]) == ("", why)
    assert f"- 1: {why}" in (tmp_path / "p" / "IMPORT.md").read_text(encoding="utf-8")
    assert run("pack", "build", "s", "-o", "q", "--no-events").code == 0
    assert {each["no_event"] for each in manifest(tmp_path / "q")["rules"]} == {""}


def test_rules_of_linux_have_test_events_too(run: Runner, tmp_path: Path) -> None:
    rule = rule_text("Image: /usr/bin/ncat").replace("product: windows", "product: linux")
    write(tmp_path / "s" / "linux.yml", rule)
    assert run("pack", "build", str(tmp_path / "s"), "-o", "p").code == 0
    [row] = manifest(tmp_path / "p")["rules"]
    assert "type=EXECVE" in (tmp_path / "p" / row["events"]).read_text(encoding="utf-8")
