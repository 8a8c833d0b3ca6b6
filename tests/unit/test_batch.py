"""Many files in one run: the same result whatever the number of processes and whatever the cache holds."""

from __future__ import annotations

import copy
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from translator.batch import cache as cache_module
from translator.batch import scope, work
from translator.batch.cache import Cache, digest
from translator.batch.record import Defect, Translated, decode, encode, translated
from translator.batch.run import Run
from translator.batch.scope import scope_of
from translator.batch.wire import arrived, from_wire, to_wire
from translator.errors import InputError, TranslatorError
from translator.lowering.names import Names
from translator.model import expr, rule
from translator.options import Options
from translator.sources.files import find_rule_files
from translator.sources.linked import Shared
from translator.translate import load, render, translate

ROOT = Path(__file__).resolve().parents[2]
RULE = """\
title: {title}
id: {id}
logsource: {{product: windows, category: process_creation}}
detection:
  selection:
    Image|endswith: '{value}'
  condition: selection
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Rules of the same title, one that is refused, files that are no rules."""
    rules = tmp_path / "rules"
    rules.mkdir()
    for number in range(90):
        text = RULE.format(
            title=f"Same Title {number % 30}",
            id=f"{number:08x}-0000-4000-8000-000000000000",
            value=rf"\tool{number}.exe",
        )
        (rules / f"rule_{number:03}.yml").write_text(text, encoding="utf-8")
    (rules / "refused.yml").write_text(
        RULE.format(title="Refused", id="f" * 8 + "-0000-4000-8000-000000000000", value="x").replace(
            "windows", "toaster"
        ),
        encoding="utf-8",
    )
    (rules / "broken.yml").write_text("title: [", encoding="utf-8")
    (rules / "empty.yml").write_bytes(b"")
    return rules


def result_of(run: Run, folder: Path) -> list[Any]:
    """All that a run says, as plain data."""
    results = list(run.results(find_rule_files([folder])))
    return [
        (str(each.path), [item if isinstance(item, Translated) else str(item) for item in each.items])
        for each in results
    ]


def rules_of(results: list[Any]) -> list[Translated]:
    return [item for _, items in results for item in items if isinstance(item, Translated) and item.rule]


def test_the_number_of_processes_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = result_of(Run(Options(), jobs=1, cache=None), folder)
    monkeypatch.setattr(work, "_WORTH_A_PROCESS", 8)
    assert result_of(Run(Options(), jobs=3, cache=None), folder) == alone
    assert len({each.rule.name.casefold() for each in rules_of(alone) if each.rule}) == 90


@pytest.mark.skipif(sys.platform == "win32", reason="needs processes that start as copies of this one")
@pytest.mark.parametrize("fatal", [0, 37, 89], ids=lambda number: f"file {number}")
def test_a_process_that_is_killed_ends_the_run(
    fatal: int, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = work.translate_chunk

    def translate_or_die(tasks: Sequence[work.Task], options: Options, shared: Shared | None) -> list[bytes]:
        if any(path.name == f"rule_{fatal:03}.yml" for path, _ in tasks):
            os.kill(os.getpid(), signal.SIGKILL)
        return whole(tasks, options, shared)

    monkeypatch.setattr(work, "_WORTH_A_PROCESS", 8)
    monkeypatch.setattr(work, "translate_chunk", translate_or_die)
    with pytest.raises(Defect) as caught:
        result_of(Run(Options(), jobs=3, cache=None), folder)
    assert caught.value.code == "worker-died"


def test_records_say_what_translations_say(folder: Path) -> None:
    records = rules_of(result_of(Run(Options(), jobs=1, cache=None), folder))
    names = Names()
    sources = [each for each in load([folder]) if not isinstance(each, TranslatorError)]
    whole = [each for source in sources for each in translate(source, None, names) if each.rule]
    assert [each.rule for each in records] == [each.rule for each in whole]
    assert [each.notes for each in records] == [each.notes for each in whole]
    assert render([each.page for each in records]) == render([each.page for each in whole])


def test_a_second_run_translates_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(Options(), jobs=1, cache=tmp_path / "cache")
    first = result_of(run, folder)
    monkeypatch.setattr(work, "translate_chunk", _refuse_to_work)
    assert result_of(run, folder) == first
    with pytest.raises(AssertionError, match="not in the cache"):
        result_of(Run(Options(robust=False), jobs=1, cache=tmp_path / "cache"), folder)
    with pytest.raises(AssertionError, match="not in the cache"):
        result_of(Run(Options(), jobs=1, cache=None), folder)


def _refuse_to_work(*arguments: object) -> bytes:
    raise AssertionError("this is not in the cache")


def test_a_changed_file_is_translated_again(folder: Path, tmp_path: Path) -> None:
    run = Run(Options(), jobs=1, cache=tmp_path / "cache")
    before = result_of(run, folder)
    file = folder / "rule_007.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("tool7", "other"), encoding="utf-8")
    after = result_of(run, folder)
    changed = [one for one, other in zip(before, after, strict=True) if one != other]
    assert [Path(path).name for path, _ in changed] == ["rule_007.yml"]


def test_a_filter_elsewhere_makes_results_new(folder: Path, tmp_path: Path) -> None:
    run = Run(Options(), jobs=1, cache=tmp_path / "cache")
    before = rules_of(result_of(run, folder))
    (folder / "zz_filter.yml").write_text(
        "title: No tests\nlogsource: {product: windows}\n"
        "filter:\n  rules: any\n  selection: {User: tester}\n  condition: not selection\n",
        encoding="utf-8",
    )
    after = rules_of(result_of(run, folder))
    assert all(one.rule != other.rule for one, other in zip(before, after, strict=True))


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def _sealed(content: object) -> Callable[[Path], None]:
    """A file whose digest is right and whose content is not what it should be."""

    def damage(path: Path) -> None:
        body = content if isinstance(content, bytes) else msgspec.msgpack.encode(content)
        path.write_bytes(cache_module._MAGIC + digest(body) + body)  # noqa: SLF001 - forged on purpose

    return damage


def _forged_entries(value: bytes) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        entries = msgspec.msgpack.decode(path.read_bytes()[len(cache_module._MAGIC) + 32 :])  # noqa: SLF001 - as above
        _sealed(dict.fromkeys(entries, value))(path)

    return damage


def _link(path: Path) -> None:
    target = path.with_name("elsewhere")
    target.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(target)


def _directory(path: Path) -> None:
    path.unlink()
    (path / "inside").mkdir(parents=True)


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


DAMAGES = {
    "cut short": _truncated,
    "empty": _empty,
    "one bit wrong": _flipped,
    "no mapping": _sealed([1, 2]),
    "no data": _sealed(b"\xc1"),
    "values of a wrong type": _sealed({b"x" * 32: 5}),
    "entries that are nothing": _forged_entries(b""),
    "entries of another kind": _forged_entries(msgspec.msgpack.encode({"a": 1})),
    "a record with wrong types": _forged_entries(msgspec.msgpack.encode([["rule", "x", *range(14)]])),
    "a link": _link,
    "a directory": _directory,
    "a pipe": _pipe,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_is_left_aside(damage: str, folder: Path, tmp_path: Path) -> None:
    run = Run(Options(), jobs=1, cache=tmp_path / "cache")
    first = result_of(run, folder)
    files = sorted((tmp_path / "cache").rglob("*.bin"))
    assert len(files) > 10
    for file in files:
        DAMAGES[damage](file)
    assert result_of(run, folder) == first
    if damage != "a directory":  # which is not this program's to remove
        for file in files:
            assert file.is_file()
            assert not file.is_symlink()
            assert file.read_bytes().startswith(cache_module._MAGIC)  # noqa: SLF001 - what was written again
    assert result_of(run, folder) == first


def test_a_link_is_replaced_and_not_written_through(folder: Path, tmp_path: Path) -> None:
    run = Run(Options(), jobs=1, cache=tmp_path / "cache")
    result_of(run, folder)
    treasure = tmp_path / "treasure"
    treasure.write_text("keep me", encoding="utf-8")
    for file in (tmp_path / "cache").rglob("*.bin"):
        file.unlink()
        file.symlink_to(treasure)
    result_of(run, folder)
    assert treasure.read_text(encoding="utf-8") == "keep me"


def test_a_cache_without_a_place_costs_nothing_else(folder: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file", encoding="utf-8")
    expected = result_of(Run(Options(), jobs=1, cache=None), folder)
    assert result_of(Run(Options(), jobs=1, cache=blocked / "cache"), folder) == expected


def test_two_caches_at_once_keep_what_both_put(tmp_path: Path) -> None:
    one, other = Cache(tmp_path, b"s" * 32), Cache(tmp_path, b"s" * 32)
    first, second = digest(b"1"), digest(b"2")
    assert one.get(first) is other.get(second) is None
    one.put(first, b"one")
    other.put(second, b"two")
    one.save()
    other.save()
    after = Cache(tmp_path, b"s" * 32)
    assert (after.get(first), after.get(second)) == (b"one", b"two")
    assert Cache(tmp_path, b"t" * 32).get(first) is None


def test_scopes_that_were_not_used_for_long_are_dropped(tmp_path: Path) -> None:
    (tmp_path / "not ours").mkdir()
    for number in range(9):
        cache = Cache(tmp_path, bytes([number]) * 32)
        cache.put(digest(b"key"), b"value")
        cache.save()
        os.utime(tmp_path / (bytes([number]) * 16).hex(), (number, number))
    left = {each.name for each in tmp_path.iterdir()}
    assert "not ours" in left
    assert (bytes([8]) * 16).hex() in left
    assert len(left) == 7


def test_the_scope_follows_options_and_files_named_by_them(tmp_path: Path) -> None:
    taxonomy = tmp_path / "own.yml"
    taxonomy.write_text("attributes: {STRING: [one]}\n", encoding="utf-8")
    scopes = [scope_of(Options()), scope_of(Options(ids=True)), scope_of(Options(taxonomy=(taxonomy,)))]
    taxonomy.write_text("attributes: {STRING: [two]}\n", encoding="utf-8")
    scopes.append(scope_of(Options(taxonomy=(taxonomy,))))
    scopes.append(scope_of(Options(placeholders={"a": ("b",)})))
    assert len(set(scopes)) == len(scopes)
    assert scope_of(Options()) == scopes[0]


def test_a_defect_stays_with_its_file(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:

    real = work.rule_sources

    def sources(*arguments: Any) -> Iterator[Any]:
        for each in real(*arguments):
            if not isinstance(each, TranslatorError) and each.sigma.title == "Refused":
                raise ZeroDivisionError("deliberate")
            yield each

    monkeypatch.setattr(work, "rule_sources", sources)
    run = Run(Options(), jobs=1, cache=tmp_path / "cache")
    results = list(run.results(find_rule_files([folder])))
    (error,) = [item for each in results for item in each.items if isinstance(item, Defect)]
    assert "ZeroDivisionError: deliberate" in str(error)
    assert "Traceback" in error.trace
    assert sum(isinstance(item, Translated) for each in results for item in each.items) == 90
    monkeypatch.undo()
    again = list(run.results(find_rule_files([folder])))
    assert not [item for each in again for item in each.items if isinstance(item, Defect)]


WARM = """
import sys
from pathlib import Path
from translator.batch import scope
from translator.batch.run import Run
from translator.cli import coverage
from translator.options import Options
from translator.sources.files import find_rule_files
scope.program = lambda: b"as it is now"
folder, cache = map(Path, sys.argv[1:])
results = list(Run(Options(), jobs=1, cache=cache).results(find_rule_files([folder])))
print(sum(len(each.items) for each in results), sorted({"sigma", "jinja2", "lxml"} & set(sys.modules)))
"""


def test_known_results_need_nothing_that_translates(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loading it takes longer than a look at thousands of known results."""
    # Somebody may edit the program between the two runs.
    monkeypatch.setattr(scope, "program", lambda: b"as it is now")
    cache = tmp_path / "cache"
    before = result_of(Run(Options(), jobs=1, cache=cache), folder)
    command = [sys.executable, "-c", WARM, str(folder), str(cache)]
    seen = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert seen == f"{sum(len(items) for _, items in before)} []\n"


def test_errors_come_back_as_they_were(folder: Path) -> None:
    results = list(Run(Options(), jobs=1, cache=None).results(find_rule_files([folder])))
    found = {each.path.name: each.items[0] for each in results}
    expected = {
        each.location.path: each
        for each in load([folder])
        if isinstance(each, TranslatorError) and each.location
    }
    for name in ("broken.yml", "empty.yml"):
        error = found[name]
        assert isinstance(error, InputError)
        assert str(error) == str(expected[str(folder / name)])


def test_every_class_of_the_model_travels() -> None:
    sources = [each for each in load([ROOT / "sigma_rules"]) if not isinstance(each, TranslatorError)]
    whole = [each for source in sources for each in translate(source)]
    records = decode(encode(tuple(map(translated, whole))), "x.yml")
    assert [each.rule for each in records if isinstance(each, Translated)] == [each.rule for each in whole]
    for value in (expr.Not(expr.Or(())), expr.Call("COUNT", (expr.Attribute("*"),), distinct=True)):
        assert from_wire(to_wire(value)) == value
    for module in (expr, rule):
        for class_ in vars(module).values():
            if isinstance(class_, type) and is_dataclass(class_):
                form = type(to_wire(class_(*[None for _ in fields(class_)])))
                assert form.__struct_fields__ == tuple(field.name for field in fields(class_))


def test_a_rule_that_arrives_is_the_same_and_makes_its_parts_when_they_are_looked_at() -> None:
    (source,) = load([ROOT / "sigma_rules" / "net_discovery.yml"])
    assert not isinstance(source, TranslatorError)
    (translation,) = translate(source)
    assert translation.rule is not None
    found = arrived(to_wire(translation.rule))
    assert found.name == translation.rule.name
    with pytest.raises(AttributeError):
        rule.Rule.sub_patterns.__get__(found)  # the slot, which is still empty
    assert to_wire(found) == to_wire(translation.rule)
    assert replace(found, name="Other") == replace(translation.rule, name="Other")
    assert copy.deepcopy(found) == found
    assert (found == translation.rule, translation.rule == found) == (True, True)
    assert hash(found) == hash(translation.rule)
    assert found != replace(translation.rule, name="Other")
    assert not hasattr(found, "no_such_part")


def test_bytes_that_are_no_rule_are_told(folder: Path) -> None:
    record = rules_of(result_of(Run(Options(), jobs=1, cache=None), folder))[0]
    for forged in (b"\xc1", msgspec.msgpack.encode(["Rule", 1]), record.encoded[:-1]):
        with pytest.raises(InputError, match=r"cache-damaged: .*--no-cache"):
            _ = msgspec.structs.replace(record, encoded=forged).rule


def test_half_a_character_becomes_a_whole_one() -> None:
    (source,) = list(load([ROOT / "sigma_rules" / "net_discovery.yml"]))
    assert not isinstance(source, TranslatorError)
    record = translated(translate(source)[0])
    record.title = "a\ud800b"
    (back,) = decode(encode((record,)), "x.yml")
    assert isinstance(back, Translated)
    assert back.title == "a\N{REPLACEMENT CHARACTER}b"
    assert back.rule == record.rule
