"""Packs of the public collection: built, read back, renewed after more than a hundred changes."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from tests.corpus.pack_changes import Planted, overrides, plant
from translator.batch.run import Run
from translator.model.rule import Rule
from translator.options import Options
from translator.pack.assemble import assemble
from translator.pack.build import Events, Pack, build
from translator.pack.diff import Category
from translator.pack.folder import write_folder
from translator.pack.lint.check import Linter
from translator.pack.lint.codes import Severity
from translator.pack.lint.setting import Setting
from translator.pack.meaning.rules import Kind
from translator.pack.overrides import Overrides, parse_overrides
from translator.pack.read import Found, Known, known_of, read_document, read_known
from translator.pack.renew import Choice, Renewed, renew
from translator.pack.settings import Settings
from translator.pack.update import Fate, Local, Step
from translator.pack.verify import verify
from translator.render.registry import Page
from translator.sources.files import find_rule_files
from translator.taxonomy.attack import from_tags
from translator.translate import render

pytestmark = [pytest.mark.corpus, pytest.mark.slow]

COLLECTIONS = ("rules", "rules-emerging-threats", "rules-threat-hunting", "rules-compliance")
SETTINGS = Settings(active=True)


def run() -> Run:
    return Run(Options(), unique=False)


def built(folder: Path, chosen: Overrides) -> Pack:
    assembled = assemble(find_rule_files([folder]), folder, run(), SETTINGS, chosen)
    return build(assembled, SETTINGS, chosen, Events(), "test")


def test_a_pack_of_all_rules_repeats_lints_clean_and_reads_back(shared_root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "sigma"
    for name in COLLECTIONS:
        shutil.copytree(shared_root / "sigma" / name, folder / name)
    first, second = built(folder, Overrides()), built(folder, Overrides())
    assert first.files == second.files
    rules = first.manifest.rules
    assert len(rules) > 3_000
    assert len({each.event_type.casefold() for each in rules}) == len(rules)
    assert len({each.name.casefold() for each in rules}) == len(rules)
    linter = Linter(Setting())
    documents = [(path, data) for path, data in first.files.items() if path.endswith(".xml")]
    findings = [each for path, data in documents for each in linter.check(data, path)]
    assert linter.rules == len(rules)
    as_asked = [each for each in findings if each.code == "imported-active"]
    assert len(as_asked) == len(rules)
    assert {each.code for each in findings if each.severity is not Severity.INFO} == {"imported-active"}
    write_folder(tmp_path / "pack", first.files)
    known = read_known(tmp_path / "pack")
    assert (known.errors, known.edited) == ((), ())
    assert not [each.parsed.location for each in known.rules if each.parsed.warnings or each.parsed.unknown]
    assert {each.entry.sha256 for each in known.rules if each.entry} == {
        sha256(render([Page(each.rule, from_tags(()))]).encode()).hexdigest() for each in known.rules
    }
    assert Counter(each.rule.name for each in known.rules) == Counter(each.name for each in rules)


@pytest.fixture(scope="module")
def history(shared_root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Planted, Pack, Overrides]:
    """A pack of rules as they were, with thirty overrides, and the folder of the rules of today."""
    folder = tmp_path_factory.mktemp("history") / "sigma"
    shutil.copytree(shared_root / "sigma" / "rules" / "windows" / "process_creation", folder)
    before = built(folder, Overrides())
    copy = folder.parent / "now"
    shutil.copytree(folder, copy)
    planted = plant(copy, list(before.manifest.rules))
    text = "".join(f"{id_}: {{{change}}}\n" for id_, change in overrides(planted))
    chosen = parse_overrides(text.encode(), "overrides.yaml")
    return planted, built(folder, chosen), chosen


def renewed(history: tuple[Planted, Pack, Overrides], deployed: Known | None, choice: Choice) -> Renewed:
    planted, before, chosen = history
    old = known_of(before.manifest, before.files)
    files = find_rule_files([planted.folder])
    return renew(old, files, planted.folder, run(), SETTINGS, chosen, deployed, choice, "test")


def test_each_change_is_seen_and_no_override_is_lost(history: tuple[Planted, Pack, Overrides]) -> None:
    planted, before, chosen = history
    assert sum(len(ids) for kind, ids in planted.ids.items() if kind != "untouched") >= 100
    assert len(chosen.by_id) == 30
    found = renewed(history, None, Choice.STOP)
    steps = {step.entry.sigma_id: step for step in found.update.steps}
    wrong = [
        (kind, id_, steps[id_].fate, steps[id_].pair and steps[id_].pair.category)
        for kind, ids in planted.ids.items()
        for id_ in ids
        if not _is_seen(kind, steps[id_])
    ]
    assert wrong == []
    assert len(found.update.steps) == len(before.manifest.rules) + len(planted.all_of("new", "successor"))

    after = {each.sigma_id: each for each in found.pack.manifest.rules}
    for id_, override in chosen.by_id.items():
        if id_ in after:
            assert after[id_].changed == override.changed
            assert override.severity in (None, after[id_].severity)
            assert after[id_].active is not override.disabled
    orphans = {id_ for id_ in chosen.by_id if id_ not in after}
    assert orphans == {id_ for kind in _GONE for id_ in planted.ids[kind][:2]}
    assert len(found.assembled.unused) == len(orphans)
    assert found.pack.files["overrides.yaml"] == chosen.data


_GONE = {"deleted": Fate.DELETED, "obsoleted": Fate.REPLACED, "deprecated": Fate.DEPRECATED}


def _is_seen(kind: str, step: Step) -> bool:
    if kind in _GONE:
        return step.fate is _GONE[kind]
    if kind in ("new", "successor"):
        return step.fate is Fate.NEW and bool(step.partner) is (kind == "successor")
    if kind in ("moved", "untouched"):
        return step.fate is (Fate.MOVED if kind == "moved" else Fate.UNCHANGED)
    assert step.pair is not None
    category, meaning = step.pair.category, step.pair.meaning.kind
    fields = {each.field for each in step.pair.fields}
    match kind:
        case "title":
            return category is Category.RENAMED and step.renamed
        case "level":  # an override may have settled the severity
            return "severity" in fields or step.fate is Fate.UNCHANGED
        case "tag":
            return category is Category.METADATA and "techniques" in fields
        case "narrowed":
            return category is Category.MEANING and meaning is Kind.NARROWER
    return category is Category.MEANING and meaning is Kind.WIDER


def test_what_the_site_changed_is_a_conflict_or_kept(history: tuple[Planted, Pack, Overrides]) -> None:
    planted, before, _ = history
    clash, kept, alone = planted.ids["narrowed"][5], planted.ids["widened"][5], planted.ids["untouched"][20]
    gone = planted.ids["deleted"][5]
    touched = {
        clash: lambda rule: replace(rule, window=777, incident=replace(rule.incident, severity=1)),
        kept: lambda rule: replace(rule, origin=replace(rule.origin, kept=True)),
        alone: lambda rule: replace(rule, incident=replace(rule.incident, severity=1)),
        gone: lambda rule: replace(rule, incident=replace(rule.incident, severity=1)),
    }
    rules: list[Rule] = []
    for each in known_of(before.manifest, before.files).rules:
        assert each.entry is not None
        rules.append(touched.get(each.entry.sigma_id, lambda rule: rule)(each.rule))
    deployed = read_document(render([Page(rule, from_tags(())) for rule in rules]).encode(), "export.xml")

    found = renewed(history, deployed, Choice.STOP)
    assert found.stopped
    assert {step.entry.sigma_id for step in found.update.conflicts} == {clash, gone}
    steps = {step.entry.sigma_id: step for step in found.update.steps}
    assert (steps[kept].fate, steps[kept].local) == (Fate.KEPT, Local.KEPT)
    assert (steps[alone].fate, steps[alone].local) == (Fate.UNCHANGED, Local.CHANGED)

    ours = renewed(history, deployed, Choice.DEPLOYED)
    assert not ours.stopped
    after = {each.entry.sigma_id: each.rule for each in _rules(ours) if each.entry}
    assert (after[clash].window, after[clash].incident.severity) == (777, 1)
    assert after[gone].incident.severity == 1
    sigmas = renewed(history, deployed, Choice.SIGMA)
    theirs = {each.entry.sigma_id: each.rule for each in _rules(sigmas) if each.entry}
    assert theirs[clash].window != 777
    assert gone not in theirs
    old = {
        each.entry.sigma_id: each.rule for each in known_of(before.manifest, before.files).rules if each.entry
    }
    assert theirs[kept].sub_patterns == old[kept].sub_patterns

    dialect = Options().settings.emission.dialect
    checked = verify(known_of(before.manifest, before.files), deployed, dialect)
    named = {each.old.entry.sigma_id for each in checked.changed if each.old.entry}
    assert named == {clash, alone, gone}
    assert (checked.missing, checked.foreign, checked.unwanted) == ((), (), ())


def _rules(found: Renewed) -> tuple[Found, ...]:
    return known_of(found.pack.manifest, found.pack.files).rules
