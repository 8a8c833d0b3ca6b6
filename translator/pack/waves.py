"""In which order people switch rules on: what is surest and matters most first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from translator.coverage.account import Status


@dataclass(frozen=True, slots=True)
class Candidate:
    """What decides the wave: how far the translation is exact, and Sigma's words for level and maturity."""

    fidelity: Status
    level: str
    status: str


@dataclass(frozen=True, slots=True)
class Wave:
    """One step of switching on. Rules that no earlier wave takes and that it ``takes`` are in it."""

    title: str
    advice: str
    takes: Callable[[Candidate], bool]


_CLOSE = (Status.EXACT, Status.ASSUMPTION)
_GRAVE = ("critical", "high")
_MATURE = ("stable", "test")

WAVES = (
    Wave(
        "grave, mature, exact",
        "Level critical or high, status stable or test, nothing approximated. Watch them for a day.",
        lambda each: each.level in _GRAVE and each.status in _MATURE and each.fidelity in _CLOSE,
    ),
    Wave(
        "grave, with approximations or still experimental",
        "Look at the notes of each rule in the manifest: what is wider may fire on more than Sigma means.",
        lambda each: each.level in _GRAVE,
    ),
    Wave(
        "medium",
        "Run each as a query over the last week before it goes live, and write exceptions first.",
        lambda each: each.level == "medium",
    ),
    Wave(
        "low and informational",
        "Meant for hunting and for correlation. Leave them inactive unless somebody looks at them.",
        lambda each: True,
    ),
)


def wave_of(candidate: Candidate) -> int:
    """The number of the first wave that takes the rule, from 1."""
    return next(number for number, wave in enumerate(WAVES, 1) if wave.takes(candidate))
