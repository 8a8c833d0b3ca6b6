"""A ratio that SQL compares without dividing stands as Python's division does: as the nearest double."""

from __future__ import annotations

import math
import operator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from translator.operators import BY_NAME
from translator.render.sql.ratios import MOST_ABOVE, MOST_BELOW, ratio

_MEANING = {
    "greater": operator.gt,
    "greater_or_equal": operator.ge,
    "less": operator.lt,
    "less_or_equal": operator.le,
    "equals": operator.eq,
}
_PYTHON = (("toInt256", "int"), ("NOT", "not"), ("AND", "and"), ("true", "True"), ("false", "False"))


def evaluated(sql: str, above: int, below: int) -> bool:
    for word, own in _PYTHON:
        sql = sql.replace(word, own)
    return bool(eval(sql, {"above": above, "below": below}))


@pytest.mark.parametrize("name", _MEANING)
@given(
    above=st.integers(-(2**MOST_ABOVE), 2**MOST_ABOVE) | st.integers(-9, 9),
    below=st.integers(1, 2**MOST_BELOW) | st.integers(1, 9),
    steps=st.integers(-2, 2),
    other=st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**60), 10**60),
)
@example(above=2**53 + 1, below=2**53, steps=0, other=1)
@example(above=1, below=2**MOST_BELOW, steps=0, other=5e-324)
@example(above=-1, below=3, steps=0, other=-1.7976931348623157e308)
@example(above=1, below=3, steps=0, other=1.7976931348623157e308)
def test_it_stands_as_the_nearest_double(
    name: str, above: int, below: int, steps: int, other: float | int | None
) -> None:
    operand = above / below if other is None else other
    for _ in range(abs(steps) if other is None else 0):
        operand = math.nextafter(operand, math.copysign(math.inf, steps))
    condition = ratio(BY_NAME[name], operand, "above", "below")
    assert evaluated(condition, above, below) is _MEANING[name](above / below, operand)
