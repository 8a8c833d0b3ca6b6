"""The values of one attribute: which clauses each satisfies, looked up once for each distinct value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from translator.dialect.profile import Dialect
from translator.engine.columnar.joined import holding
from translator.engine.columnar.literals import Literals, Store, Wanted, literals
from translator.engine.columnar.marks import Mark, last_component, last_component_of
from translator.engine.context import Context
from translator.engine.predicates import RAW_MESSAGE, Place, Predicate, predicate
from translator.engine.values import as_text, fold

KEPT_VALUES = 20_000
"""Values that are remembered, of each attribute of each event type; twice as many at most."""
LONGEST_KEPT = 1_024
"""Characters of a value that is remembered."""

Clauses = tuple[int, ...]
"""Numbers of clauses."""
_NONE: Clauses = ()


class _Texts:
    """Texts that are looked for in one form of the values."""

    def __init__(self, marks: Mapping[Mark, Clauses], store: Store | None) -> None:
        self._whole: dict[str, Clauses] = {}
        self._names: dict[str, list[tuple[str, Clauses]]] = {}
        found: dict[Wanted, Clauses] = {}
        for mark, numbers in marks.items():
            if mark.place is Place.WHOLE:
                self._whole[mark.text] = numbers
            elif name := last_component_of(mark):
                self._names.setdefault(name, []).append((mark.text, numbers))
            else:
                found[mark.place, mark.text] = numbers
        self._numbers = list(found.values())
        self._literals: Literals | None = literals(list(found), store) if found else None

    def add_to(self, found: dict[int, set[int]], values: Sequence[str]) -> None:
        """Add to what is found for each value by its place in the sequence."""
        if self._whole:
            for place, value in enumerate(values):
                if value in self._whole:
                    found.setdefault(place, set()).update(self._whole[value])
        if self._names:
            for place, value in enumerate(values):
                for text, numbers in self._names.get(last_component(value), ()):
                    if value.endswith(text):
                        found.setdefault(place, set()).update(numbers)
        if self._literals is not None:
            for place, number in self._literals.find(values):
                found.setdefault(place, set()).update(self._numbers[number])


class Marked:
    """One attribute of the events of one type; ``marks`` say which clauses each of them satisfies."""

    def __init__(
        self,
        attribute: str,
        marks: Mapping[Mark, Clauses],
        dialect: Dialect,
        context: Context,
        store: Store | None,
    ) -> None:
        texts = {mark: numbers for mark, numbers in marks.items() if mark.test is None}
        self._plain = _Texts({mark: each for mark, each in texts.items() if not mark.folded}, store)
        self._folded = _Texts({mark: each for mark, each in texts.items() if mark.folded}, store)
        self._is_plain = not all(mark.folded for mark in texts)
        self._asked: list[tuple[Predicate, Clauses]] = [
            (predicate(mark.test, dialect, context), numbers) for mark, numbers in marks.items() if mark.test
        ]
        self._keeps = attribute != RAW_MESSAGE
        self._new: dict[str, Clauses] = {}
        self._old: dict[str, Clauses] = {}

    def satisfied(self, values: Iterable[str]) -> dict[str, Clauses]:
        """For distinct values, as the events hold them: each that satisfies a clause, with the clauses."""
        found: dict[str, Clauses] = {}
        unknown: list[str] = []
        new, old = self._new, self._old
        for value in values:
            numbers = new.get(value)
            if numbers is None:
                numbers = old.get(value)
                if numbers is None:
                    unknown.append(value)
                    continue
                new[value] = numbers
            if numbers:
                found[value] = numbers
        if unknown:
            looked_up = self._look_up(unknown)
            found.update(looked_up)
            if self._keeps:
                self._keep(unknown, looked_up)
        return found

    def _keep(self, values: Sequence[str], found: Mapping[str, Clauses]) -> None:
        for value in values:
            if len(value) <= LONGEST_KEPT:
                self._new[value] = found.get(value, _NONE)
                if len(self._new) >= KEPT_VALUES:
                    self._old, self._new = self._new, {}

    def _look_up(self, values: Sequence[str]) -> dict[str, Clauses]:
        texts = [value if value.isascii() else as_text(value) for value in values]
        found: dict[int, set[int]] = {}
        if self._is_plain:
            self._plain.add_to(found, texts)
        self._folded.add_to(found, [fold(text) for text in texts])
        for asked, numbers in self._asked:
            for place in holding(asked, texts):
                found.setdefault(place, set()).update(numbers)
        return {values[place]: tuple(numbers) for place, numbers in found.items()}
