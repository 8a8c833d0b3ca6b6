"""What Sigma, the pack and the deployment each say of a rule, and what to do about it.

Three sides: the pack as it was built, the pack as Sigma's rules of today would make it, and, where it is
known, what is deployed. Rules are known by their Sigma ids, so that a moved or renamed file is no other rule.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from translator.dialect.profile import Dialect
from translator.pack.diff import Category, Pair, by_sigma_id, compare_found, match
from translator.pack.drift import deployed_pairs, is_changed
from translator.pack.fields import FILE_NAME
from translator.pack.manifest import ManifestRule
from translator.pack.read import Found, Known


class Fate(StrEnum):
    """What Sigma did with a rule."""

    NEW = "new"
    CHANGED = "changed"
    MOVED = "moved"
    DELETED = "deleted"
    DEPRECATED = "deprecated"
    REPLACED = "replaced"
    LEFT_OUT = "no longer selected"
    REFUSED = "no longer translated"
    KEPT = "kept"
    UNCHANGED = "unchanged"


GONE = (Fate.DELETED, Fate.DEPRECATED, Fate.REPLACED, Fate.LEFT_OUT, Fate.REFUSED)


class Local(StrEnum):
    """What the site did with a deployed rule."""

    UNKNOWN = "not looked at"
    ABSENT = "not deployed"
    AS_BUILT = "as built"
    CHANGED = "changed by hand"
    KEPT = "updates ignored"


@dataclass(frozen=True)
class Step:
    """One rule. ``pair`` is the change from the old pack to the new one, ``by_hand`` that of the deployment.

    ``why`` says in words what happened where the fate alone does not. ``partner`` is the Sigma id of the rule
    that takes its place, or whose place it takes.
    """

    fate: Fate
    old: Found | None
    new: Found | None
    pair: Pair | None = None
    local: Local = Local.UNKNOWN
    by_hand: Pair | None = None
    why: str = ""
    partner: str = ""
    moved: bool = False

    @property
    def entry(self) -> ManifestRule:
        """What a manifest says of the rule, the newer one first."""
        found = (self.new and self.new.entry) or (self.old and self.old.entry)
        assert found
        return found

    @property
    def renamed(self) -> bool:
        """Whether the rule has another name in FortiSIEM, so that an import makes a second one."""
        return self.pair is not None and self.pair.old.rule.name != self.pair.new.rule.name

    @property
    def conflict(self) -> bool:
        """Whether both Sigma and the site changed the rule, or the site one that Sigma gave up."""
        return self.local is Local.CHANGED and (self.fate is Fate.CHANGED or self.fate in GONE)


@dataclass(frozen=True)
class Elsewhere:
    """What became of rules that the new pack does not have, by key."""

    deprecated: Mapping[str, str]
    left_out: Mapping[str, str]
    refused: Mapping[str, str]


@dataclass(frozen=True)
class Update:
    """All rules of both packs, in the order of the old one, new rules last."""

    steps: tuple[Step, ...]

    def of(self, *fates: Fate) -> tuple[Step, ...]:
        """The rules of these fates."""
        return tuple(step for step in self.steps if step.fate in fates)

    @property
    def conflicts(self) -> tuple[Step, ...]:
        """The rules that somebody has to decide about."""
        return tuple(step for step in self.steps if step.conflict)


def plan(
    old: Known,
    new: Known,
    elsewhere: Elsewhere,
    deployed: Known | None,
    kept: Collection[str],
    dialect: Dialect,
) -> Update:
    """What happens to each rule from the old pack to the new one. Updates leave ``kept`` ids alone."""
    local = _locals(old, deployed, dialect)
    matched, removed, added = match(old.rules, new.rules, (by_sigma_id,))
    heirs = {key: each for each in new.rules if each.entry for key in each.entry.replaces}
    steps = [_both(*each, dialect) for each in matched]
    steps += [_gone(each, elsewhere, heirs) for each in removed]
    order = {id(each): number for number, each in enumerate(old.rules)}
    steps.sort(key=lambda step: order[id(step.old)])
    known = {each.entry.key for each in old.rules if each.entry}
    steps += [_new(each, known) for each in added]
    return Update(tuple(_settled(step, local, kept) for step in steps))


def _both(old: Found, new: Found, dialect: Dialect) -> Step:
    pair = compare_found(old, new, dialect)
    assert old.entry is not None
    assert new.entry is not None
    moved = old.entry.path != new.entry.path
    by_moving = moved and {each.field for each in pair.fields} <= {FILE_NAME}
    if pair.category is not Category.UNCHANGED and not by_moving:
        return Step(Fate.CHANGED, old, new, pair, moved=moved)
    why = f"{old.entry.path} is now {new.entry.path}" if moved else ""
    return Step(Fate.MOVED if moved else Fate.UNCHANGED, old, new, pair, why=why, moved=moved)


def _gone(old: Found, elsewhere: Elsewhere, heirs: Mapping[str, Found]) -> Step:
    assert old.entry is not None
    key = old.entry.key
    heir = heirs.get(key)
    if heir is not None and heir.entry is not None:
        return Step(Fate.REPLACED, old, None, why=f"by '{heir.rule.name}'", partner=heir.entry.sigma_id)
    for fate, words in (
        (Fate.DEPRECATED, elsewhere.deprecated),
        (Fate.LEFT_OUT, elsewhere.left_out),
        (Fate.REFUSED, elsewhere.refused),
    ):
        if key in words:
            return Step(fate, old, None, why=words[key])
    return Step(Fate.DELETED, old, None, why=f"{old.entry.path} and its id are gone")


def _new(new: Found, known: set[str]) -> Step:
    assert new.entry is not None
    partner = next((key for key in new.entry.replaces if key in known), "")
    why = f"takes the place of {partner}" if partner else ""
    return Step(Fate.NEW, None, new, why=why, partner=partner)


_Local = tuple[Local, Pair | None]


def _locals(old: Known, deployed: Known | None, dialect: Dialect) -> dict[int, _Local]:
    if deployed is None:
        return {}
    pairs, missing, _ = deployed_pairs(old, deployed, dialect)
    found: dict[int, _Local] = {id(each): (Local.ABSENT, None) for each in missing}
    for pair in pairs:
        state = Local.CHANGED if is_changed(pair) else Local.AS_BUILT
        if pair.new.rule.origin.kept:
            state = Local.KEPT
        found[id(pair.old)] = state, pair
    return found


def _settled(step: Step, local: Mapping[int, _Local], kept: Collection[str]) -> Step:
    """The step with what the site did. A rule that the site keeps stays, whatever Sigma did with it."""
    state, pair = local.get(id(step.old), (Local.UNKNOWN, None))
    fate, why = step.fate, step.why
    if fate not in (Fate.NEW, Fate.UNCHANGED) and (
        state is Local.KEPT or step.entry.sigma_id.lower() in kept
    ):
        fate, why = Fate.KEPT, f"Sigma: {fate.value}{f', {why}' if why else ''}"
    return replace(step, fate=fate, why=why, local=state, by_hand=pair)
