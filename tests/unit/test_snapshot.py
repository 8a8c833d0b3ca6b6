"""What the difference between accepted translations and those of today is told to be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.command import rule_text
from translator.batch.record import Translated
from translator.batch.run import Run
from translator.dialect.profile import load_profile
from translator.errors import TranslatorError
from translator.harness.witnessed import witnessed
from translator.options import Options
from translator.pack.diff import Category
from translator.pack.meaning.rules import Kind
from translator.pack.snapshot import Snapshot, Today, compare, today_of

DIALECT = load_profile()
OPTIONS = Options()
OLD = rule_text(r"Image|endswith: ['\a.exe', '\b.exe']")
CORRELATION = """title: Often
correlation: {type: event_count, rules: [base], group-by: [User], timespan: 5m, condition: {gte: 3}}
level: high
"""


def today(folder: Path) -> Today:
    files = sorted(folder.rglob("*.yml"))
    done: list[Translated] = []
    failed: list[str] = []
    for result in Run(OPTIONS, 1, None).results(files):
        done += [each for each in result.items if isinstance(each, Translated)]
        if any(isinstance(each, TranslatorError) for each in result.items):
            failed.append(str(result.path))
    return today_of(folder, done, failed)


def compared(folder: Path, accepted: Path) -> Snapshot:
    return compare(
        accepted,
        today(folder),
        DIALECT,
        lambda rule: witnessed(Path(rule.path), rule.line, rule.index, OPTIONS),
    )


@pytest.fixture
def change(tmp_path: Path) -> Callable[[str, str], Snapshot]:
    """Accept the translations of the first text, and compare those of the second with them."""
    rules, accepted = tmp_path / "rules", tmp_path / "accepted"

    def call(old: str, new: str) -> Snapshot:
        file = rules / "deep" / "one.yml"
        file.parent.mkdir(parents=True)
        file.write_text(old)
        first = compared(rules, accepted)
        assert not first.same
        for name, text in first.write.items():
            place = accepted / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        assert compared(rules, accepted).same
        file.write_text(new)
        return compared(rules, accepted)

    return call


CHANGES = [
    ("nothing", OLD, None, None),
    ("metadata", OLD.replace("level: high", "level: low"), Category.METADATA, Kind.SAME),
    ("name", OLD.replace("Example", "Renamed"), Category.RENAMED, Kind.SAME),
    ("order", rule_text(r"Image|endswith: ['\b.exe', '\a.exe']"), Category.TEXT, Kind.SAME),
    ("wider", rule_text(r"Image|endswith: ['\a.exe', '\b.exe', '\c.exe']"), Category.MEANING, Kind.WIDER),
    ("narrower", rule_text(r"Image|endswith: '\a.exe'"), Category.MEANING, Kind.NARROWER),
    ("both", rule_text(r"Image|endswith: ['\a.exe', '\c.exe']"), Category.MEANING, Kind.BOTH),
]


@pytest.mark.parametrize(
    ("new", "category", "kind"), [row[1:] for row in CHANGES], ids=[r[0] for r in CHANGES]
)
def test_a_change_is_told_in_words(
    change: Callable[[str, str], Snapshot], new: str, category: Category | None, kind: Kind | None
) -> None:
    found = change(OLD, new)
    assert [(each.category, each.meaning.kind) for each in found.difference.changed] == (
        [(category, kind)] if category else []
    )
    assert found.same is (category is None)
    assert set(found.write) == ({"deep/one.xml"} if category else set())
    assert (found.remove, found.reworded, found.errors) == ((), (), ())
    # Where the conditions are the same no verdict can change.
    assert all(
        (tried.tried > 3) is (category in (Category.MEANING, Category.TEXT)) for tried in found.witnessed
    )
    turned = {each.fires for tried in found.witnessed for each in tried.turned}
    # What only the old rule fires on is not among the events made from the new one, unless as near misses.
    assert (True in turned) is (kind in (Kind.WIDER, Kind.BOTH))
    assert kind is not Kind.SAME or not turned


def test_a_rule_that_is_refused_now_is_gone_with_the_reason(change: Callable[[str, str], Snapshot]) -> None:
    found = change(OLD, rule_text("Image|expand: '%names%'"))
    assert [each.rule.name for each in found.difference.removed] == ["Windows: Example"]
    assert found.reasons[0].startswith("refused now: placeholder-unresolved: ")
    assert found.remove == ("deep/one.xml",)


def test_a_file_with_fewer_rules_says_so(change: Callable[[str, str], Snapshot]) -> None:
    found = change(f"{OLD}---\n{rule_text('Image: x', title='Second')}", OLD)
    assert found.reasons == ("its file has fewer rules",)
    assert (set(found.write), found.remove) == ({"deep/one.xml"}, ())


def test_a_file_that_cannot_be_read_leaves_what_was_accepted(change: Callable[[str, str], Snapshot]) -> None:
    found = change(OLD, "title: [")
    assert found.same
    assert found.difference.empty


def test_a_correlation_has_no_single_events(change: Callable[[str, str], Snapshot]) -> None:
    base = f"name: base\n{OLD}---\n"
    found = change(base + CORRELATION, base + CORRELATION.replace("gte: 3", "gte: 2"))
    (pair,) = found.difference.changed
    assert pair.meaning.kind is Kind.WIDER
    assert [each.tried for each in found.witnessed] == [0]


def test_other_bytes_of_the_same_rules_are_no_change_of_them(tmp_path: Path) -> None:
    rules, accepted = tmp_path / "rules", tmp_path / "accepted"
    rules.mkdir()
    accepted.mkdir()
    (rules / "one.yml").write_text(OLD)
    text = compared(rules, accepted).write["one.xml"]
    (accepted / "one.xml").write_text(text.replace("</Rules>", "<!-- seen -->\n</Rules>"))
    found = compared(rules, accepted)
    assert found.difference.empty
    assert found.reworded == ("one.xml",)
    assert not found.same


def test_what_is_no_rule_document_is_not_ours_to_remove(tmp_path: Path) -> None:
    rules, accepted = tmp_path / "rules", tmp_path / "accepted"
    rules.mkdir()
    accepted.mkdir()
    (rules / "one.yml").write_text(OLD)
    (accepted / "one.xml").write_text(compared(rules, accepted).write["one.xml"])
    (accepted / "layout.xml").write_text("<page/>")
    found = compared(rules, accepted)
    assert (found.remove, dict(found.write)) == ((), {})
    assert [str(each.location).partition(":")[0] for each in found.errors] == [str(accepted / "layout.xml")]
