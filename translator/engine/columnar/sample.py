"""How often clauses are satisfied, estimated on some events, and which clauses of a filter are looked up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from translator.engine.columnar.marks import Clause, Mark, last_component, last_component_of, weight
from translator.engine.predicates import Place
from translator.engine.values import as_text, fold

ENOUGH = 2_048
"""Events of one type from which is estimated."""
MOST_CLAUSES = 3
"""Clauses of one filter that are looked up."""
_RARE = 0.002
_OFTEN = 0.3
_UNKNOWN = 0.5
"""Shares of events: no further text is looked for, it is not worth it, and what is assumed of a predicate."""
_SEARCHED = 20_000
"""Characters in which texts are counted."""


class Sample:
    """Columns of some events of one type: attribute -> values of the events that have it."""

    def __init__(self, columns: Mapping[str, Sequence[str]], count: int) -> None:
        self._count = max(count, 1)
        self._columns = columns
        self._forms: dict[tuple[str, bool], _Values] = {}
        self._shares: dict[Mark, float] = {}

    def share(self, clause: Clause) -> float:
        """The share of the events that satisfy the clause, at most 1."""
        return min(1.0, sum(map(self._share_of, clause)))

    def _share_of(self, mark: Mark) -> float:
        share = self._shares.get(mark)
        if share is None:
            share = self._values(mark).count(mark) / self._count
            self._shares[mark] = share
        return share

    def _values(self, mark: Mark) -> _Values:
        """The values that a mark is about, in its form."""
        key = mark.attribute, mark.folded
        if key not in self._forms:
            texts = map(as_text, self._columns.get(mark.attribute, ()))
            self._forms[key] = _Values(map(fold, texts) if mark.folded else texts)
        return self._forms[key]

    def choose(self, clauses: Sequence[Clause]) -> tuple[Clause, ...]:
        """The clauses of a filter to look up: the rarest, and others while that leaves many events.

        A clause that only compares whole values or names costs nothing more.
        """
        shares = {clause: self.share(clause) for clause in clauses}
        ranked = sorted(clauses, key=lambda each: (shares[each], not _is_names(each), weight(each)))
        chosen = list(ranked[:1])
        left = shares[chosen[0]] if chosen else 1.0
        for clause in ranked[1:]:
            if len(chosen) == MOST_CLAUSES or left <= _RARE or shares[clause] > _OFTEN:
                break
            chosen.append(clause)
            left *= shares[clause]
        return tuple(chosen)


class _Values:
    """The values of one attribute in one form, ready to be counted in."""

    def __init__(self, values: Iterable[str]) -> None:
        self._whole = Counter(values)
        self._names: dict[str, list[tuple[str, int]]] = {}
        for value, count in self._whole.items():
            self._names.setdefault(last_component(value), []).append((value, count))
        # Every value once for each event that has it, but not more text than is quickly searched.
        self._text = "\n".join(self._whole.elements())[:_SEARCHED]
        self._scale = len("\n".join(self._whole.elements())) / max(len(self._text), 1)

    def count(self, mark: Mark) -> float:
        """Of how many events the value bears the mark, roughly."""
        if mark.test is not None:
            return _UNKNOWN * self._whole.total()
        if mark.place is Place.WHOLE:
            return self._whole[mark.text]
        if name := last_component_of(mark):
            return sum(count for value, count in self._names.get(name, ()) if value.endswith(mark.text))
        return self._text.count(mark.text) * self._scale


def _is_names(clause: Clause) -> bool:
    return all(mark.is_name for mark in clause)
