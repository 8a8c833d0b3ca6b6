"""``-o FILE|DIR``: which files are written, whole or not at all."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from threading import Thread

import pytest

from tests.cli.command import Runner, rule_text, write
from translator.cli.output import is_directory


def names(folder: str) -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


@pytest.mark.parametrize("output", ["out/", "out", "there", "old.xml"])
def test_a_directory_gets_a_file_for_each_rule(output: str, run: Runner) -> None:
    Path("there").mkdir()
    Path("old.xml").mkdir()
    write(Path("rules/a.yml"), rule_text(title="One"))
    write(Path("rules/below/b.yml"), rule_text(title="Two"))
    result = run("rules", "-o", output)
    assert (result.code, result.out) == (0, "")
    assert names(output) == ["a.xml", "b.xml"]
    assert "Written to 2 files." in result.err
    assert Path(output, "b.xml").read_text() == run("rules/below/b.yml").out


@pytest.mark.parametrize("output", ["out.xml", "new/folder/out.xml", "existing"])
def test_a_file_gets_all_rules(output: str, run: Runner) -> None:
    write(Path("existing"), "old")
    write(Path("rules/a.yml"), rule_text(title="One"))
    write(Path("rules/b.yml"), rule_text(title="Two"))
    result = run("rules", "-o", output)
    assert (result.code, result.out) == (0, "")
    assert Path(output).read_text() == run("rules").out
    assert "Written to 1 file." in result.err


def test_names_that_meet_are_numbered(run: Runner) -> None:
    for number, name in enumerate(["a/x.yml", "b/x.yml", "c/x-2.yml", "d/X.yml"]):
        write(Path("rules", name), rule_text(title=f"Rule {number}"))
    assert run("rules", "-o", "out/").code == 0
    assert names("out") == ["X-3.xml", "x-2-2.xml", "x-2.xml", "x.xml"]


def test_standard_input_has_a_file_name(run: Runner) -> None:
    run("-", "-o", "out/", stdin=rule_text().encode())
    assert names("out") == ["stdin.xml"]


def test_each_format_has_its_suffix(run: Runner) -> None:
    rule = write(Path("a.yml"), rule_text())
    for name in ("query", "json", "doc"):
        run(rule, "-o", "out/", "--format", name)
    assert names("out") == ["a.html", "a.json", "a.txt"]


def test_a_dash_is_standard_output(run: Runner) -> None:
    rule = write(Path("a.yml"), rule_text())
    assert run(rule, "-o", "-") == run(rule)
    assert names(".") == ["a.yml"]


def test_refused_rules_leave_no_file(run: Runner) -> None:
    write(Path("rules/a.yml"), rule_text())
    write(Path("rules/b.yml"), rule_text("CommandLine|re: '(?=a)b'"))
    assert run("rules", "-o", "out/").code == 1
    assert names("out") == ["a.xml"]
    assert run("rules/b.yml", "-o", "b.xml").code == 1
    assert not Path("b.xml").exists()


def test_json_names_the_files(run: Runner) -> None:
    rule = write(Path("a.yml"), rule_text())
    (row,) = json.loads(run(rule, "--json", "-o", "out/").out)["rules"]
    assert (row["file"], row["text"]) == (str(Path("out/a.xml")), None)


@pytest.mark.parametrize("output", ["blocked/out.xml", "blocked/", "blocked/below/out.xml"])
def test_a_place_that_cannot_be_written_gives_one_line(output: str, run: Runner) -> None:
    write(Path("blocked"), "a file, not a folder")
    result = run(write(Path("a.yml"), rule_text()), "-o", output)
    assert result.code == 1
    (line,) = result.err.splitlines()
    assert line.startswith("error: blocked")
    assert "cannot-write: " in line
    assert "; choose another -o" in line


def test_a_name_that_is_too_long_gives_one_line(run: Runner) -> None:
    result = run(write(Path("a.yml"), rule_text()), "-o", "x" * 300)
    assert result.code == 1
    assert result.err == f"error: {'x' * 300}: cannot-write: file name too long; choose another -o\n"


def test_what_was_there_stays_when_writing_fails(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    write(Path("out.xml"), "old")
    monkeypatch.setattr(os, "replace", full)
    monkeypatch.setattr(Path, "replace", full)
    result = run(write(Path("a.yml"), rule_text()), "-o", "out.xml")
    assert result.code == 1
    assert result.err == "error: out.xml: cannot-write: no space left on device; choose another -o\n"
    assert names(".") == ["a.yml", "out.xml"]
    assert Path("out.xml").read_text() == "old"


@pytest.mark.parametrize("arguments", [("a.yml", "-o", "a.yml"), ("a.yml", "-o", "./link.yml")])
def test_a_rule_is_not_replaced_by_its_translation(arguments: tuple[str, ...], run: Runner) -> None:
    rule = write(Path("a.yml"), rule_text())
    Path("link.yml").symlink_to("a.yml")
    result = run(*arguments)
    assert result.code == 2
    assert "output-is-input" in result.err
    assert rule.read_text() == rule_text()


def test_a_link_keeps_pointing_to_its_file(run: Runner) -> None:
    write(Path("real.xml"), "old").chmod(0o640)
    Path("link.xml").symlink_to("real.xml")
    assert run(write(Path("a.yml"), rule_text()), "-o", "link.xml").code == 0
    assert Path("link.xml").is_symlink()
    assert Path("real.xml").read_text().startswith("<Rules>")
    assert stat.S_IMODE(Path("real.xml").stat().st_mode) == 0o640


def test_a_pipe_is_written_to_and_stays_one(run: Runner) -> None:
    os.mkfifo("pipe.xml")
    found: list[str] = []
    reader = Thread(target=lambda: found.append(Path("pipe.xml").read_text()), daemon=True)
    reader.start()
    rule = write(Path("a.yml"), rule_text())
    assert run(rule, "-o", "pipe.xml").code == 0
    reader.join()
    assert Path("pipe.xml").is_fifo()
    assert found == [run(rule).out]


def test_new_files_have_the_usual_permissions(run: Runner) -> None:
    mask = os.umask(0o027)
    try:
        run(write(Path("a.yml"), rule_text()), "-o", "out.xml")
    finally:
        os.umask(mask)
    assert stat.S_IMODE(Path("out.xml").stat().st_mode) == 0o640


def test_what_counts_as_a_directory(tmp_path: Path) -> None:
    write(tmp_path / "file", "")
    verdicts = {name: is_directory(f"{tmp_path}/{name}") for name in ("", "new", "new/", "new.xml", "file")}
    assert verdicts == {"": True, "new": True, "new/": True, "new.xml": False, "file": False}
