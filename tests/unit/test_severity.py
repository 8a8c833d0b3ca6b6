"""The severity of an incident by the level of the rule."""

from __future__ import annotations

import pytest

from translator.errors import InputError
from translator.taxonomy.severity import severities, severity


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (None, 1),
        ("informational", 1),
        ("low", 3),
        ("medium", 5),
        ("high", 7),
        ("critical", 9),
        ("Critical", 9),
        (" low ", 3),
    ],
)
def test_each_level_has_the_severity_of_the_vendor(level: str | None, expected: int) -> None:
    assert severity(level) == expected


@pytest.mark.parametrize("level", ["urgent", "", "absent", "5", "low medium"])
def test_a_level_that_sigma_does_not_have_is_refused_with_the_choices(level: str) -> None:
    with pytest.raises(InputError, match=r"informational, low, medium, high, critical") as caught:
        severity(level)
    assert caught.value.code == "unknown-level"
    assert f"'{level}'" in str(caught.value)


def test_severities_rise_with_the_level() -> None:
    levels = ("informational", "low", "medium", "high", "critical")
    rising = [severity(level) for level in levels]
    assert rising == sorted(set(rising))
    assert set(severities()) == {None, *levels}
