"""``translate`` as a process: streams, pipes, signals and terminals."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import EVENTS, EXACT, EXAMPLES, Runner, rule_text, write
from tests.cli.conftest import SECONDS, Starter
from translator import parse

pytestmark = pytest.mark.slow

ESCAPE = re.compile(rb"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((EXACT,), 0),
        ((EXAMPLES / "hourly_beacon.yml",), 1),
        (("no.yml",), 1),
        (("--format", "xml", EXACT), 2),
        ((), 2),
        (("verify", EXACT, "--events", EVENTS), 0),
        (("test", EXAMPLES / "net_discovery.fixture.yaml"), 0),
        (("explain", EXACT), 0),
    ],
    ids=lambda value: (
        " ".join(getattr(each, "name", each) for each in value) if isinstance(value, tuple) else None
    ),
)
def test_exit_codes(arguments: tuple[str | Path, ...], code: int, process: Runner) -> None:
    assert process(*arguments).code == code


def test_a_defect_ends_with_its_own_code(tmp_path: Path, environment: dict[str, str]) -> None:
    program = (
        "import sys, translator.cli.convert as convert, translator.cli.main as main\n"
        "convert.say_summary = None\n"
        f"sys.argv = ['translate', {str(EXACT)!r}]\n"
        "main.main()\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, env=environment, check=False)
    assert ended.returncode == 70
    assert b"Traceback" in ended.stderr
    assert ended.stderr.endswith(
        b"internal-error: a defect of this program; please report it with the lines above\n"
    )


def test_a_pipe_gets_neither_colour_nor_progress(process: Runner) -> None:
    result = process(EXAMPLES)
    assert len(parse(result.out.encode())) > 20
    assert "\x1b" not in result.out + result.err
    assert "\r" not in result.err
    assert "translating" not in result.err


def test_output_is_utf_8_whatever_the_locale_says(process: Runner, tmp_path: Path) -> None:
    write(tmp_path / "x.yml", rule_text("CommandLine|cased: Zürich \u2603"))
    for extra in (
        {"LC_ALL": "C", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "cp1252"},
    ):
        result = process("x.yml", extra=extra)
        assert result.code == 0
        assert "Zürich \u2603" in result.out
        assert process("explain", "x.yml", extra={**extra, "PYTHONIOENCODING": "ascii"}).code == 0


def test_a_file_name_that_is_no_utf_8(process: Runner, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.yml")
    write(tmp_path / name, rule_text())
    assert process(name).code == 0
    (row,) = json.loads(process(name, "--json").out)["rules"]
    assert row["path"] == name
    assert process("explain", name).code == 0


def test_a_reader_that_leaves_changes_no_exit_code(start: Starter) -> None:
    for arguments, code in (((EXAMPLES,), 1), ((EXACT,), 0), ((EXACT, "--json"), 0), (("explain", EXACT), 0)):
        with start(*arguments) as child:
            child.stdout.close()
            err = child.stderr.read()
        assert child.returncode == code, arguments
        assert b"Traceback" not in err
        assert b"Exception" not in err
        assert b"pipe" not in err.lower()


def test_the_first_lines_of_many(start: Starter) -> None:
    with start(EXAMPLES, "--format", "doc") as child:
        assert child.stdout.readline() == b"<!DOCTYPE html>\n"
        child.stdout.close()
        err = child.stderr.read().decode()
    assert child.returncode == 1
    assert re.search(r"^\d+ translated \(", err, re.MULTILINE)


def test_messages_that_nobody_reads(start: Starter) -> None:
    with start(EXAMPLES) as child:
        child.stderr.close()
        out = child.stdout.read()
    assert child.returncode == 1
    assert out.endswith(b"</Rules>\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a device that is always full")
@pytest.mark.parametrize("arguments", [(EXACT,), ("explain", EXACT), ("explain", EXACT, "--json")])
def test_a_full_disk_gives_one_line(arguments: tuple[str | Path, ...], start: Starter) -> None:
    with Path("/dev/full").open("wb") as full, start(*arguments, stdout=full) as child:
        err = child.stderr.read().decode()
    assert child.returncode == 1
    assert err.splitlines() == [
        "error: <stdout>: cannot-write: no space left on device; free some space, or write elsewhere with -o"
    ]


def test_an_interruption_ends_without_a_traceback(start: Starter, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "waiting.yml")
    # The pipe opens when the process has begun to read.
    with start("waiting.yml") as child, (tmp_path / "waiting.yml").open("wb"):
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=SECONDS)
    assert (child.returncode, out) == (130, b"")
    assert err.split() == [b"interrupted"]


def test_a_rule_comes_through_a_pipe(start: Starter, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yml")
    with start("pipe.yml") as child:
        write(tmp_path / "pipe.yml", rule_text(title="Through A Pipe"))
        out, _ = child.communicate(timeout=SECONDS)
    assert child.returncode == 0
    assert b"Through A Pipe" in out


def on_terminal(start: Starter, *arguments: str | Path, **extra: str) -> bytes:
    """What appears on a terminal."""
    terminal, end = os.openpty()
    with start(*arguments, extra=extra, stdin=end, stdout=end, stderr=end) as child:
        os.close(end)
        shown = b""
        while part := _read(terminal):
            shown += part
        child.wait(SECONDS)
    os.close(terminal)
    return shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # how Linux tells that nobody is at the other end any more
        return b""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    write(folder / "a.yml", rule_text("CommandLine|cased: Word", title="Wider"))
    write(folder / "b.yml", rule_text("CommandLine|re: '(?=a)b'", title="Refused"))
    write(folder / "c.yml", rule_text(title="Exact"))
    return folder


def test_a_terminal_gets_colours_progress_and_a_table(rules: Path, start: Starter) -> None:
    shown = on_terminal(start, rules, "-o", "out/")
    assert b"\x1b[33m" in shown  # yellow: wider
    assert b"\x1b[31m" in shown  # red: refused
    assert b"translating" in shown
    text = ESCAPE.sub(b"", shown).decode()
    assert re.search(r"translated +exact +with notes +refused\s+2 +1 +1 +1\s", text)


def test_no_color_is_obeyed(rules: Path, start: Starter) -> None:
    shown = on_terminal(start, rules, "-o", "out/", NO_COLOR="1")
    assert re.search(rb"\x1b\[[0-9;]*3[0-7]m", shown) is None
    assert b"case-sensitive (wider)" in shown


def test_one_rule_needs_neither_progress_nor_table(start: Starter) -> None:
    shown = ESCAPE.sub(b"", on_terminal(start, EXACT, "--format", "query"))
    assert b"translating" not in shown
    assert b"1 translated (1 exact, 0 with notes)" in shown
