"""Which accumulator keeps which aggregate function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from translator.engine.accumulators import (
    Accumulator,
    Count,
    End,
    Extreme,
    Moments,
    deviation,
    mean,
    total,
    variance,
)
from translator.engine.ranks import Change, Median, Mode, Percentile


@dataclass(frozen=True, slots=True)
class Maker:
    """How an aggregate's accumulator is made; ``parameter`` names a number that it also needs."""

    make: Callable[..., Accumulator]
    parameter: str = ""


BY_NAME: dict[str, Maker] = {
    "count": Maker(Count),
    "sum": Maker(lambda: Moments(total)),
    "average": Maker(lambda: Moments(mean)),
    "minimum": Maker(lambda: Extreme(-1)),
    "maximum": Maker(lambda: Extreme(1)),
    "first": Maker(lambda: End(0)),
    "last": Maker(lambda: End(-1)),
    "percentile": Maker(Percentile, parameter="percentage"),
    "percentile_95": Maker(lambda: Percentile(95)),
    "median": Maker(Median),
    "mode": Maker(Mode),
    "standard_deviation": Maker(lambda: Moments(deviation)),
    "variance": Maker(lambda: Moments(variance)),
    "percent_change": Maker(Change),
}
"""Name of a row of :mod:`translator.aggregates` -> its accumulator; DISTINCT makes it another one."""
