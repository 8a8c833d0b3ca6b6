"""Both readings of one rule, asked about one event after the other."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

from translator.dialect.profile import load_profile
from translator.engine.compile import CompiledRule, compile_rule
from translator.engine.context import Context
from translator.engine.values import Record
from translator.harness.compare import SigmaSide
from translator.harness.deciding import Deciders
from translator.harness.events import EventViews
from translator.harness.proof import profiles_with
from translator.model.rule import Rule


@dataclass(frozen=True)
class Judge:
    """Sigma conditions of which one has to hold, and FortiSIEM rules of which one has to fire.

    ``engines`` are the rules compiled, once for each of :func:`profiles_with`. ``profile`` is the one that
    reasons are given for.
    """

    sigma: tuple[SigmaSide, ...]
    rules: tuple[Rule, ...]
    engines: tuple[tuple[CompiledRule, ...], ...]
    profile: str
    context: Context

    @classmethod
    def of(cls, sigma: Sequence[SigmaSide], rules: Sequence[Rule], profile: str, context: Context) -> Judge:
        """The rules ready to be asked.

        Raises: Refused and InputError as :func:`translator.engine.compile.compile_rule`.
        """
        engines = tuple(
            tuple(compile_rule(rule, load_profile(name), context) for rule in rules)
            for name in profiles_with(profile)
        )
        return cls(tuple(sigma), tuple(rules), engines, profile, context)

    def sigma_fires(self, seen: EventViews) -> bool:
        """The verdict of the specification."""
        return any(side.fires(seen) for side in self.sigma)

    def fortisiem_fires(self, seen: EventViews) -> tuple[bool, ...]:
        """The verdict of the engine under each profile.

        Raises: Refused(cannot-evaluate) where it depends on what was not supplied.
        """
        record = Record(seen.fortisiem)
        return tuple(any(bool(rule.check(record)) for rule in rules) for rules in self.engines)

    def decides(self, seen: EventViews, about: Collection[str] = ()) -> tuple[str, ...]:
        """The conditions of the rules on which the engine's verdict hangs, those on ``about`` first."""
        return self._deciders.of(seen.fortisiem, about)

    @cached_property
    def _deciders(self) -> Deciders:
        filters = [rule.sub_patterns[0].filter for rule in self.rules]
        return Deciders(filters, load_profile(self.profile), self.context)
