"""Three-valued verdicts: what depends on data that nobody supplied is neither true nor false."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from translator.engine.values import Record
from translator.errors import Refused


@dataclass(frozen=True, slots=True)
class Undecided:
    """The condition cannot be evaluated; ``reason`` names what is missing.

    Using it as a truth value raises Refused(cannot-evaluate), so that it is never taken for false.
    """

    reason: str

    def __bool__(self) -> NoReturn:
        raise Refused("cannot-evaluate", self.reason, hint="supply it in the context file")


Verdict = bool | Undecided

Check = Callable[[Record], Verdict]
"""A compiled condition. A definite verdict is ``True`` or ``False`` itself, never merely truthy."""


def all_hold(checks: Sequence[Check]) -> Check:
    """AND: one false decides, then one undecided. No checks hold."""

    def check(record: Record) -> Verdict:
        outcome: Verdict = True
        for each in checks:
            verdict = each(record)
            if verdict is False:
                return False
            if verdict is not True:
                outcome = verdict
        return outcome

    return check


def any_holds(checks: Sequence[Check]) -> Check:
    """OR: one true decides, then one undecided. No checks do not hold."""

    def check(record: Record) -> Verdict:
        outcome: Verdict = False
        for each in checks:
            verdict = each(record)
            if verdict is True:
                return True
            if verdict is not False:
                outcome = verdict
        return outcome

    return check


def opposite(check: Check) -> Check:
    """NOT: turns a definite verdict round."""

    def negated(record: Record) -> Verdict:
        verdict = check(record)
        return not verdict if verdict is True or verdict is False else verdict

    return negated
