"""Many rules at once: only those that name the event's type are asked, and the event is prepared once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from translator.engine.compile import EVENT_TYPE, CompiledRule
from translator.engine.values import Event, Record, fold
from translator.engine.verdict import Undecided


class RuleSet:
    """Compiled rules, known by their position in ``rules``."""

    def __init__(self, rules: Sequence[CompiledRule]) -> None:
        self.rules = tuple(rules)
        self._of_any_type = tuple(index for index, rule in enumerate(self.rules) if rule.event_types is None)
        by_type: dict[str, set[int]] = {}
        for index, rule in enumerate(self.rules):
            for name in rule.event_types or ():
                by_type.setdefault(fold(name), set()).add(index)
        self._by_type = {
            name: tuple(sorted(found.union(self._of_any_type))) for name, found in by_type.items()
        }

    def candidates(self, event_type: str | None) -> tuple[int, ...]:
        """The rules that an event of this type can fire."""
        return (
            self._of_any_type
            if event_type is None
            else self._by_type.get(fold(event_type), self._of_any_type)
        )

    def verdicts(self, event: Event) -> Iterator[tuple[int, bool | Undecided]]:
        """Every rule that the event fires or that cannot be told, in order.

        Raises: InputError(event-value).
        """
        record = Record(event)
        for index in self.candidates(record.text.get(EVENT_TYPE)):
            verdict = self.rules[index].check(record)
            if verdict is not False:
                yield index, verdict

    def firing(self, event: Event) -> list[int]:
        """The rules that the event fires, in order.

        Raises: Refused(cannot-evaluate) when one of them cannot be told; InputError(event-value).
        """
        return [index for index, verdict in self.verdicts(event) if verdict]
