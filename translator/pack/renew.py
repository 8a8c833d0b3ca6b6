"""A pack again, from the Sigma rules of today, with nothing lost that the site decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

import msgspec

from translator.batch.record import Translated
from translator.batch.run import Run
from translator.errors import TranslatorError
from translator.model.rule import Rule
from translator.pack.assemble import Assembled, assemble
from translator.pack.build import Events, Kept, Pack, build
from translator.pack.entries import below, read_entries
from translator.pack.naming import key_of
from translator.pack.overrides import Overrides
from translator.pack.read import Known, known_of
from translator.pack.selection import GIVEN_UP, selects_path
from translator.pack.settings import Settings
from translator.pack.update import Elsewhere, Fate, Local, Step, Update, plan
from translator.pack.update_guide import NAME as GUIDE
from translator.pack.update_guide import text
from translator.render.registry import Page
from translator.taxonomy.attack import from_tags
from translator.translate import render


class Choice(StrEnum):
    """Who is right where both Sigma and the site changed a rule."""

    STOP = "stop"
    SIGMA = "sigma"
    DEPLOYED = "deployed"


@dataclass(frozen=True)
class Renewed:
    """The plan, and the pack that comes out of it. ``stopped``: somebody has to decide about conflicts."""

    update: Update
    pack: Pack
    assembled: Assembled
    stopped: bool

    @property
    def orphans(self) -> tuple[TranslatorError, ...]:
        """Overrides that count for no rule; they stay in the file."""
        return self.assembled.unused


def renew(
    old: Known,
    files: Sequence[Path],
    root: Path,
    run: Run,
    settings: Settings,
    overrides: Overrides,
    deployed: Known | None,
    choice: Choice,
    program: str,
    events_of: Callable[[Assembled], Events] = lambda assembled: Events(),
    step: Callable[[], None] = lambda: None,
) -> Renewed:
    """What becomes of the pack. Nothing is written. ``events_of`` makes the test events of its rules.

    Raises: as :func:`translator.pack.assemble.assemble` and :func:`translator.pack.build.build`.
    """
    assembled = assemble(files, root, run, settings, overrides, step)
    fresh = build(assembled, settings, overrides, Events(), program)
    kept_ids = {id_ for id_, override in overrides.by_id.items() if override.keep}
    dialect = run.options.settings.emission.dialect
    elsewhere = _elsewhere(assembled, files, root, settings)
    update = plan(old, known_of(fresh.manifest, fresh.files), elsewhere, deployed, kept_ids, dialect)
    kept = list(_kept(update, choice))
    gone = {(each.entry.key, each.entry.condition) for each in kept}
    members = tuple(each for each in assembled.members if (each.key, each.translated.index) not in gone)
    rest = replace(assembled, members=members)
    pack = build(rest, settings, overrides, events_of(rest), program, kept)
    files_ = {**pack.files, GUIDE: text(update, old, pack).encode()}
    stopped = choice is Choice.STOP and bool(update.conflicts)
    return Renewed(update, Pack(pack.manifest, files_), assembled, stopped)


def _kept(update: Update, choice: Choice) -> Iterator[Kept]:
    """Rules that stay: as deployed where the site changed them there, otherwise as they were built."""
    for step in update.steps:
        local = choice is Choice.DEPLOYED and step.conflict
        if step.old is not None and step.old.entry is not None and (local or step.fate is Fate.KEPT):
            by_hand = step.by_hand if step.local in (Local.CHANGED, Local.KEPT) else None
            yield _as_it_is(step, step.old.rule if by_hand is None else by_hand.new.rule)


def _as_it_is(step: Step, rule: Rule) -> Kept:
    assert step.old is not None
    assert step.old.entry is not None
    entry = step.old.entry
    rule = replace(
        rule,
        id="",
        active=step.old.rule.active,
        incident=replace(rule.incident, event_type=entry.event_type),
        origin=replace(rule.origin, kept=True),
    )
    digest = sha256(render([Page(rule, from_tags(()))]).encode()).hexdigest()
    changed = msgspec.structs.replace(
        entry,
        name=rule.name,
        severity=rule.incident.severity,
        active=rule.active,
        sha256=digest,
        keep=True,
        events="",
        no_event="",
    )
    return Kept(changed, rule)


def _elsewhere(assembled: Assembled, files: Sequence[Path], root: Path, settings: Settings) -> Elsewhere:
    """Why the pack does not have rules that are there: given up, not selected, refused."""
    deprecated, left_out = {}, {}
    for translated in assembled.not_selected:
        key = key_of(translated.id, translated.title)
        if translated.status in GIVEN_UP:
            deprecated[key] = f"{translated.path} has the status {translated.status}"
        else:
            left_out[key] = f"{translated.path} is not what the settings select"
    others = [file for file in files if not selects_path(settings.select, below(file, root))]
    for entry in read_entries(others, root).values():
        left_out.setdefault(entry.id, f"{entry.path} is not among the files that the settings select")
    return Elsewhere(deprecated, left_out, dict(_refused(assembled)))


def _refused(assembled: Assembled) -> Iterator[tuple[str, str]]:
    for each in assembled.account:
        if isinstance(each, Translated) and not each.name:
            words = "; ".join(f"{note.code.name}: {note.text}" for note in each.refusals)
            yield key_of(each.id, each.title), words
