"""Many filters at once: few of them are asked, and the event is prepared once for all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Generic, Protocol, TypeVar

from translator.engine.compile import EVENT_TYPE, CompiledRule
from translator.engine.needs import Clause
from translator.engine.prefilter import Prefilter
from translator.engine.values import Event, Record, fold
from translator.engine.verdict import Check, Undecided


class Filtered(Protocol):
    """Something with a filter: a rule that one event fires, or a sub-pattern."""

    @property
    def check(self) -> Check: ...

    @property
    def event_types(self) -> frozenset[str] | None: ...

    @property
    def clauses(self) -> Sequence[Clause]: ...


Item = TypeVar("Item", bound=Filtered)


class FilterIndex(Generic[Item]):
    """Filters by the event types that they name and by what else they need.

    They are known by their position in ``items``.
    """

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = tuple(items)
        of_any_type = 0
        by_type: dict[str, int] = {}
        for index, item in enumerate(self.items):
            if item.event_types is None:
                of_any_type |= 1 << index
            for name in {fold(name) for name in item.event_types or ()}:
                by_type[name] = by_type.get(name, 0) | 1 << index
        self._of_any_type = of_any_type
        self._by_type = {name: found | of_any_type for name, found in by_type.items()}

    @cached_property
    def _prefilter(self) -> Prefilter:
        return Prefilter([item.clauses for item in self.items])

    def candidates(self, event_type: str | None) -> tuple[int, ...]:
        """Those that an event of this type can satisfy."""
        return tuple(_places(self._of_type(event_type)))

    def names(self, event_type: str) -> bool:
        """Whether a filter names this event type."""
        return fold(event_type) in self._by_type

    def verdicts_on(self, record: Record) -> Iterator[tuple[int, bool | Undecided]]:
        """Every filter that holds for the event or that cannot be told, in order."""
        of_type = self._of_type(record.text.get(EVENT_TYPE))
        for index in _places(of_type and of_type & self._prefilter.left(record)):
            verdict = self.items[index].check(record)
            if verdict is not False:
                yield index, verdict

    def _of_type(self, event_type: str | None) -> int:
        if event_type is None:
            return self._of_any_type
        return self._by_type.get(fold(event_type), self._of_any_type)


def _places(bits: int) -> Iterator[int]:
    """The places of the bits that are set, the lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


class RuleSet(FilterIndex[CompiledRule]):
    """Rules that single events fire."""

    def verdicts(self, event: Event) -> Iterator[tuple[int, bool | Undecided]]:
        """Every rule that the event fires or that cannot be told, in order.

        Raises: InputError(event-value).
        """
        return self.verdicts_on(Record(event))

    def firing(self, event: Event) -> list[int]:
        """The rules that the event fires, in order.

        Raises: Refused(cannot-evaluate) when one of them cannot be told; InputError(event-value).
        """
        return [index for index, verdict in self.verdicts(event) if verdict]
