"""How many sub-patterns a condition over rules may need."""

from __future__ import annotations

import pytest

from translator.errors import Refused
from translator.lowering.clauses import MAX_CLAUSES, at_least, read_clauses
from translator.sources.joined import Junction, Name

RULES = "abcdefghijklmnop"


def test_the_most_sub_patterns_are_allowed() -> None:
    assert len(at_least(MAX_CLAUSES, MAX_CLAUSES).present) == MAX_CLAUSES
    every = Junction(True, tuple(map(Name, RULES[:MAX_CLAUSES])))
    assert len(read_clauses(Junction(False, (Name(RULES[-1]), every)), RULES.index).present) == MAX_CLAUSES


def test_one_more_is_refused() -> None:
    with pytest.raises(Refused, match=f"more than {MAX_CLAUSES} sub-patterns"):
        at_least(MAX_CLAUSES + 1, MAX_CLAUSES + 1)
    every = Junction(True, tuple(map(Name, RULES[: MAX_CLAUSES + 1])))
    with pytest.raises(Refused, match=f"more than {MAX_CLAUSES} sub-patterns"):
        read_clauses(Junction(False, (Name(RULES[-1]), every)), RULES.index)
