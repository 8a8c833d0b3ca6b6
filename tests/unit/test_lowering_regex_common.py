"""Which patterns PCRE and RE2 read alike."""

from __future__ import annotations

import pytest
import re2

from translator.lowering.portable import is_common

COMMON = [
    r"^https?://[0-9]{1,3}(\.[0-9]{1,3}){3}[:/]",
    r"[:]",
    r"[^:]+",
    r"(?:a|b)(?i:c)",
    r"\bx{2,3}?$",
]
ONE_SIDED = [
    r"[[:alpha:]]",
    r"[^[:space:]]",
    r"x(?=y)",
    r"(?<!x)y",
    r"(?<name>x)",
    r"(?>x)",
    r"x++",
    r"x{2}+",
    r"(x)\1",
    r"x\K",
    r"(*ACCEPT)",
]


@pytest.mark.parametrize("pattern", COMMON)
def test_common_patterns_are_accepted(pattern: str) -> None:
    re2.compile(pattern)
    assert is_common(pattern)


@pytest.mark.parametrize("pattern", ONE_SIDED)
def test_patterns_of_one_engine_are_not(pattern: str) -> None:
    assert not is_common(pattern)
