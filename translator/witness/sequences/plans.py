"""What has to come together for a correlation of each type to hold, and what just misses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from translator.witness.sequences import counted, joined, measured
from translator.witness.sequences.rows import Rows

if TYPE_CHECKING:
    from translator.witness.sequences.cast import Cast


@dataclass(frozen=True)
class Plan:
    """How rows of a type of correlation are made: such for which it holds, the plainest first, and others."""

    holding: Callable[[Cast], Iterator[Rows]]
    missing: Callable[[Cast], Iterator[Rows]]


PLANS = {
    "event_count": Plan(counted.events, counted.other_numbers),
    "value_count": Plan(counted.different, counted.too_alike),
    "value_sum": Plan(measured.reaching, measured.not_reaching),
    "value_avg": Plan(measured.reaching, measured.not_reaching),
    "value_median": Plan(measured.reaching, measured.not_reaching),
    "value_percentile": Plan(measured.reaching, measured.not_reaching),
    "temporal": Plan(joined.together, joined.one_turned),
    "temporal_ordered": Plan(joined.in_order, joined.out_of_order),
}
