"""Whether what is deployed is what the pack says."""

from __future__ import annotations

from dataclasses import dataclass

from translator.dialect.profile import Dialect
from translator.pack.diff import Pair
from translator.pack.drift import deployed_pairs, is_changed
from translator.pack.exceptions import Exceptions
from translator.pack.meaning.rules import Kind
from translator.pack.naming import event_type
from translator.pack.read import Found, Known


@dataclass(frozen=True)
class Verified:
    """The rules of a pack beside what is deployed, each kind in the order of the pack.

    ``missing`` are not deployed. ``inactive`` are deployed, but not switched on; ``unwanted`` are switched on
    though an override disables them. ``changed`` have other words or numbers, ``drifted`` fire on other
    events, ``excepted`` have exceptions on the server, with what these say. ``foreign`` have the names of
    the pack, but are none of its rules: mostly those of an older version. ``others`` counts deployed rules
    that have nothing to do with the pack, ``later`` the rules of waves that are not expected yet.
    """

    missing: tuple[Found, ...]
    inactive: tuple[Pair, ...]
    unwanted: tuple[Pair, ...]
    changed: tuple[Pair, ...]
    drifted: tuple[Pair, ...]
    excepted: tuple[tuple[Pair, str], ...]
    foreign: tuple[Found, ...]
    fine: int
    later: int
    others: int

    @property
    def as_built(self) -> bool:
        """Whether nothing is wrong."""
        changed = (self.changed, self.drifted, self.excepted)
        return not any((self.missing, self.inactive, self.unwanted, *changed, self.foreign))


def verify(
    pack: Known,
    deployed: Known,
    dialect: Dialect,
    waves: int | None = None,
    exceptions: Exceptions | None = None,
) -> Verified:
    """Compare a pack with what is deployed. Rules of waves after ``waves`` need not be there, nor active."""
    pairs, missing, others = deployed_pairs(pack, deployed, dialect)
    own = [each for each in others if _has_our_names(each, pack)]
    awaited = [each for each in missing if is_expected(each, waves)]
    wrong = [each for each in pairs if is_changed(each)]
    inactive = [each for each in pairs if is_expected(each.old, waves) and not each.new.rule.active]
    unwanted = [each for each in pairs if is_disabled(each.old) and each.new.rule.active]
    said = [(each, exceptions.of(each.new)) for each in pairs] if exceptions else []
    excepted = [(each, text) for each, text in said if text]
    bad = {id(each) for each in (*wrong, *inactive, *unwanted, *(each for each, _ in excepted))}
    return Verified(
        missing=tuple(awaited),
        inactive=tuple(inactive),
        unwanted=tuple(unwanted),
        changed=tuple(each for each in wrong if each.meaning.kind is Kind.SAME),
        drifted=tuple(each for each in wrong if each.meaning.kind is not Kind.SAME),
        excepted=tuple(excepted),
        foreign=tuple(own),
        fine=sum(id(each) not in bad for each in pairs),
        later=sum(not is_expected(each, waves) and not is_disabled(each) for each in missing),
        others=len(others) - len(own),
    )


def is_expected(found: Found, waves: int | None) -> bool:
    """Whether the rule has to be there and switched on."""
    if is_disabled(found):
        return False
    return waves is None or found.entry is None or found.entry.wave <= waves


def is_disabled(found: Found) -> bool:
    """Whether an override switches the rule off."""
    return found.entry is not None and found.entry.disabled


def _has_our_names(found: Found, pack: Known) -> bool:
    """An event type that begins as those of the pack do."""
    if pack.manifest is None:
        return False
    beginning = event_type(pack.manifest.settings.prefix, "", 0).rsplit("_", 2)[0] + "_"
    return found.rule.incident.event_type.upper().startswith(beginning)
