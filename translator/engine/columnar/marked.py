"""The values of one attribute: which clauses each satisfies, looked up once for each distinct value."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from translator.dialect.profile import Dialect
from translator.engine.columnar.choice import Clauses, Sought
from translator.engine.columnar.choice import Text as Wanted
from translator.engine.columnar.column import Codes, Column, Text
from translator.engine.columnar.hits import Hits, Numbers
from translator.engine.columnar.joined import holding
from translator.engine.columnar.literals import Literals, literals
from translator.engine.context import Context
from translator.engine.predicates import Predicate, predicate


class _Texts:
    """Texts that are looked for in one form of the values."""

    def __init__(self, texts: Sequence[Wanted], ignore_case: bool) -> None:
        # A text that tells several clauses is looked for once.
        self._spread = Hits()
        counts = np.array([len(each.clauses) for each in texts], dtype=np.intp)
        clauses = np.array([number for each in texts for number in each.clauses], dtype=np.intp)
        self._spread.add(len(texts), np.repeat(np.arange(len(texts)), counts), clauses)
        wanted = [(each.place, each.text) for each in texts]
        self._literals: Literals = literals(wanted, ignore_case=ignore_case)

    def find(self, values: Sequence[str]) -> tuple[Numbers, Numbers]:
        """Pairs of a place in the values and a clause that the value satisfies."""
        places, texts = self._literals.find(values)
        hits, clauses = self._spread.rows(texts)
        return places[hits], clauses


class Marked:
    """One attribute of the events of one type, and what is looked for in its values."""

    def __init__(self, sought: Sought, dialect: Dialect, context: Context) -> None:
        texts = ((sought.texts, False), (sought.folded, True))
        self._texts = [_Texts(own, ignore_case) for own, ignore_case in texts if own]
        self._asked: list[tuple[Predicate, Clauses]] = [
            (predicate(test, dialect, context), clauses) for test, clauses in sought.tests
        ]

    def satisfied(self, column: Column, codes: Codes) -> tuple[Numbers, Numbers]:
        """All pairs of a row and a clause that its value satisfies, for the codes of the rows."""
        hits: Hits = column.facts.setdefault(self, Hits())
        new = column.texts[hits.known :]
        if new:
            hits.add(len(new), *self._look_up(new, hits.known))
        return hits.rows(codes)

    def _look_up(self, values: Sequence[Text], first: int) -> tuple[Numbers, Numbers]:
        """Pairs of a code and a clause for values of which the first has the code ``first``."""
        texts = [text for text in values if text is not None]
        codes = np.arange(first, first + len(values))
        if len(texts) < len(values):
            codes = codes[[text is not None for text in values]]
        found = [each.find(texts) for each in self._texts] if texts else []
        for asked, numbers in self._asked:
            places = holding(asked, texts)
            found += [(places, np.full(len(places), number)) for number in numbers]
        if not found:
            return codes[:0], codes[:0]
        places, clauses = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return codes[places], clauses
