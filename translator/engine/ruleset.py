"""Many filters at once: only those that name the event's type are asked, and the event is prepared once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Generic, Protocol, TypeVar

from translator.engine.compile import EVENT_TYPE, CompiledRule
from translator.engine.values import Event, Record, fold
from translator.engine.verdict import Check, Undecided


class Filtered(Protocol):
    """Something with a filter: a rule that one event fires, or a sub-pattern."""

    @property
    def check(self) -> Check: ...

    @property
    def event_types(self) -> frozenset[str] | None: ...


Item = TypeVar("Item", bound=Filtered)


class FilterIndex(Generic[Item]):
    """Filters by the event types that they name. They are known by their position in ``items``."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = tuple(items)
        self._of_any_type = tuple(index for index, item in enumerate(self.items) if item.event_types is None)
        by_type: dict[str, set[int]] = {}
        for index, item in enumerate(self.items):
            for name in item.event_types or ():
                by_type.setdefault(fold(name), set()).add(index)
        self._by_type = {
            name: tuple(sorted(found.union(self._of_any_type))) for name, found in by_type.items()
        }

    def candidates(self, event_type: str | None) -> tuple[int, ...]:
        """Those that an event of this type can satisfy."""
        return (
            self._of_any_type
            if event_type is None
            else self._by_type.get(fold(event_type), self._of_any_type)
        )

    def verdicts_on(self, record: Record) -> Iterator[tuple[int, bool | Undecided]]:
        """Every filter that holds for the event or that cannot be told, in order."""
        for index in self.candidates(record.text.get(EVENT_TYPE)):
            verdict = self.items[index].check(record)
            if verdict is not False:
                yield index, verdict


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
