"""What a list of names tells of a pack that is deployed: which rules are there, and which are switched on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from translator.pack.read import Found, Known
from translator.pack.verify import is_disabled, is_expected


@dataclass(frozen=True)
class VerifiedNames:
    """The rules of a pack beside a list of names, each kind in the order of the pack.

    Words as in :class:`translator.pack.verify.Verified`; what the rules say was not compared. ``switches``:
    the list says which rules are switched on. ``foreign`` are names that begin as those of the pack do.
    """

    missing: tuple[Found, ...]
    inactive: tuple[Found, ...]
    unwanted: tuple[Found, ...]
    foreign: tuple[str, ...]
    fine: int
    later: int
    others: int
    switches: bool

    @property
    def as_built(self) -> bool:
        """Whether nothing is wrong, as far as names tell."""
        return not (self.missing or self.inactive or self.unwanted or self.foreign)


def verify_names(
    pack: Known, listed: Iterable[tuple[str, bool | None]], waves: int | None = None
) -> VerifiedNames:
    """Compare a pack with names, each with whether the rule is switched on, where that is known."""
    there = {name.casefold(): (name, active) for name, active in listed}
    missing, inactive, unwanted = [], [], []
    fine = later = 0
    own = set()
    for each in pack.rules:
        name = each.rule.name.casefold()
        own.add(name)
        expected = is_expected(each, waves)
        active = there[name][1] if name in there else None
        if name not in there:
            if expected:
                missing.append(each)
            later += not expected and not is_disabled(each)
        elif expected and active is False:
            inactive.append(each)
        elif is_disabled(each) and active:
            unwanted.append(each)
        else:
            fine += 1
    beginning = f"{pack.manifest.settings.prefix} ".casefold() if pack.manifest else "\0"
    others = [name for folded, (name, _) in there.items() if folded not in own]
    foreign = [name for name in others if name.casefold().startswith(beginning)]
    return VerifiedNames(
        tuple(missing),
        tuple(inactive),
        tuple(unwanted),
        tuple(foreign),
        fine,
        later,
        len(others) - len(foreign),
        any(active is not None for _, active in there.values()),
    )
