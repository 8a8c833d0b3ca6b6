"""A value for one field: all that is wanted holds, nothing of what is refused does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, product
from typing import Any

from translator.witness.claims import (
    ORDERS,
    Claim,
    Exists,
    Gap,
    Glob,
    Network,
    Null,
    Number,
    OneOf,
    Pattern,
    TimePart,
    Values,
)
from translator.witness.frames import Frame, frames_of, overlays
from translator.witness.plausible import others, usual

ABSENT = object()
"""No such field."""
MAX_TRIES = 1_500
"""Values tried for one field."""


@dataclass(frozen=True, slots=True)
class Found:
    """A value, or :data:`ABSENT`."""

    value: Any


@dataclass(frozen=True, slots=True)
class Nothing:
    """No value was found. ``proved``: there is none."""

    proved: bool


def solve_field(
    name: str, wanted: Sequence[Claim], refused: Sequence[Claim], seed: int, near: object = ABSENT
) -> Found | Nothing:
    """A value of a field that fits. ``near`` is a value that should be changed as little as possible."""
    proposals = islice(_proposals(name, wanted, near, seed), MAX_TRIES)
    for value in proposals:
        values: Values = None if value is ABSENT else (value,)
        if all(claim.holds(values) for claim in wanted) and not any(claim.holds(values) for claim in refused):
            return Found(value)
    return Nothing(_contradict(wanted, refused))


def _proposals(name: str, wanted: Sequence[Claim], near: object, seed: int) -> Iterator[Any]:
    if near is not ABSENT:
        yield from edits(near)
    if not any(_says_what(claim) for claim in wanted):
        if any(claim.holds(None) for claim in wanted):
            yield ABSENT
            yield None
        yield usual(name)
        yield from others(name)
        yield ABSENT
        yield ""
        yield None
        return
    yield from _numbers(wanted)
    yield from _moments(wanted)
    yield from _addresses(wanted)
    for frame in overlays(wanted, seed):
        for text in islice(frame.texts(), 60):
            yield text
            if any(map(_minds_case, wanted)):
                yield from (text.lower(), text.upper())


def _says_what(claim: Claim) -> bool:
    return not isinstance(claim, Exists | Null)


def edits(value: object) -> Iterator[Any]:
    """Values that differ a little, so that a test that is too wide takes them for the value."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from (value + 1, value - 1)
    elif isinstance(value, str) and value.lower() in _SWITCHES:
        yield _SWITCHES[value.lower()]
    elif isinstance(value, str) and value:
        middle = len(value) // 2
        for at in (middle, 0, len(value) - 1, middle // 2, (middle + len(value)) // 2):
            yield value[:at] + another(value[at]) + value[at + 1 :]
            yield value[:at] + value[at + 1 :]
        yield from (value[: middle or 1], value[middle:], f"x{value}", f"{value}x")


_SWITCHES = {"true": "false", "false": "true", "yes": "no", "no": "yes"}


def another(character: str) -> str:
    """Another character, a digit for a digit, since numbers stay numbers then."""
    plain = ("7", "3") if character.isdecimal() else ("x", "y")
    return plain[character == plain[0]]


def _numbers(wanted: Sequence[Claim]) -> Iterator[int | float]:
    for claim in wanted:
        match claim:
            case Number(order="eq", number=number):
                yield number
            case Number(order=order, number=number):
                step = 1 if order.startswith("g") else -1
                yield from (number + step, number, number + 1000 * step)
                yield number + step / 2


def _moments(wanted: Sequence[Claim]) -> Iterator[str]:
    """Every day of a year at the wanted time of day, so that day, week and month take all their values."""
    parts = [claim for claim in wanted if isinstance(claim, TimePart)]
    if parts:
        for year, minute, hour in product(*(_of_part(name, parts) for name in ("year", "minute", "hour"))):
            start = datetime(year, 1, 1, hour, minute)
            yield from ((start + timedelta(days=day)).isoformat() for day in range(366))


_RANGES = {"year": (2024, range(1971, 9000)), "hour": (10, range(24)), "minute": (30, range(60))}


def _of_part(name: str, claims: Sequence[TimePart]) -> list[int]:
    """Numbers for a part of a time: the usual one, or those that fit the claims about it."""
    numbers = [int(claim.number) for claim in claims if claim.part == name]
    default, possible = _RANGES[name]
    near = [number + shift for number in numbers for shift in (0, 1, -1) if number + shift in possible]
    asked = [claim for claim in claims if claim.part == name]
    fit = [each for each in near if all(ORDERS[claim.order](each, claim.number) for claim in asked)]
    return fit[:2] or [default]


def _addresses(wanted: Sequence[Claim]) -> Iterator[str]:
    for claim in wanted:
        if isinstance(claim, Network):
            network = claim.network
            yield str(network[min(10, network.num_addresses - 1)])
            yield from (str(network[-1]), str(network[network.num_addresses // 2]), str(network[0]))


def _contradict(wanted: Sequence[Claim], refused: Sequence[Claim]) -> bool:
    """Whether it can be seen that no value fits: a claim leaves no room, and what it leaves does not fit."""
    if any(claim in refused for claim in wanted):
        return True
    says = [claim for claim in wanted if _says_what(claim)]
    if says and any(isinstance(claim, Null) or claim == Exists(False) for claim in wanted):
        return True
    if any(claim == Exists(False) for claim in wanted):
        return True
    return _ends_differ(says) or any(
        _leaves_no_room(text, wanted, refused) for text in map(_only_text, says) if text is not None
    )


def _minds_case(claim: Claim) -> bool:
    match claim:
        case Glob(cased=cased):
            return cased
        case OneOf(claims):
            return any(map(_minds_case, claims))
    return isinstance(claim, Pattern)


def _only_text(claim: Claim) -> str | None:
    """The one text for which the claim holds, whatever its letter case."""
    if isinstance(claim, Number) and claim.order == "eq":
        return str(claim.number)
    if isinstance(claim, Glob) and all(isinstance(part, str) for part in claim.parts):
        return "".join(map(str, claim.parts))
    return None


def _leaves_no_room(text: str, wanted: Sequence[Claim], refused: Sequence[Claim]) -> bool:
    """Whether something wanted does not fit the text in any letter case, or something refused in every."""
    return any(not _without_case(claim).fits(text) for claim in wanted) or any(
        claim.fits(text) for claim in refused if not _minds_case(claim)
    )


def _without_case(claim: Claim) -> Claim:
    match claim:
        case Glob(parts):
            return Glob(parts)
        case Pattern(source, flags):
            return Pattern(source, flags + "i")
        case OneOf(claims):
            return OneOf(tuple(map(_without_case, claims)))
    return claim


def _ends_differ(claims: Sequence[Claim]) -> bool:
    """Two starts, or two ends, of which neither continues the other."""
    globs = [
        claim
        for claim in claims
        if isinstance(claim, Glob) and Gap.ONE not in claim.parts and Gap.DASH not in claim.parts
    ]
    frames = [frame for claim in globs for frame in frames_of(claim, 0) if isinstance(frame, Frame)]
    starts = sorted((frame.start.lower() for frame in frames if frame.start), key=len)
    ends = sorted((frame.end.lower() for frame in frames if frame.end), key=len)
    return any(not starts[-1].startswith(start) for start in starts) or any(
        not ends[-1].endswith(end) for end in ends
    )
