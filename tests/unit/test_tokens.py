"""Regular expressions taken apart and put together again."""

from __future__ import annotations

import pytest
import re2

from translator.lowering.tokens import alternatives, tokens, with_both_cases


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        ("ab|c", ["ab", "c"]),
        ("(?s)a|b", ["(?s)a", "b"]),
        ("(a|b)|(?:c|(d|e))f|", ["(a|b)", "(?:c|(d|e))f", ""]),
        (r"[|(]\(|\||[^]|]x", [r"[|(]\(", r"\|", "[^]|]x"]),
    ],
)
def test_bars_outside_of_groups_and_classes_part_alternatives(pattern: str, parts: list[str]) -> None:
    assert ["".join(each) for each in alternatives(pattern)] == parts
    assert "".join(tokens(pattern)) == pattern


@pytest.mark.parametrize(
    "pattern", ["[]a]", "[-a]", "[^]a]", "[^-a]", "[]-a]", "[X-c]", r"[\]k-]", "[A-Z0-]", r"[\x61-c]", "a[b]"]
)
def test_both_cases_are_those_that_the_flag_finds(pattern: str) -> None:
    written, flagged = re2.compile(with_both_cases(pattern)), re2.compile(f"(?i){pattern}")
    for code in range(128):
        for text in (chr(code), f"a{chr(code)}", f"A{chr(code)}"):
            assert (written.fullmatch(text) is None) == (flagged.fullmatch(text) is None), text
