"""Globs, their cuts and their patterns, against a matcher that is too simple to be wrong."""

from __future__ import annotations

from functools import lru_cache

import re2
from hypothesis import example, given
from hypothesis import strategies as st

from translator.lowering.cuts import cuts
from translator.lowering.glob import AnyOf, Glob, Part, Wild
from translator.lowering.regex import RegexCase, of_glob
from translator.lowering.tokens import with_both_cases

LETTERS = "aBé\\@.*-\n"
"""Few, so that random values fit random globs; with separators and characters that patterns escape."""

texts = st.text(alphabet=LETTERS, max_size=6)
parts: st.SearchStrategy[Part] = st.one_of(
    st.text(alphabet=LETTERS, min_size=1, max_size=3),
    st.sampled_from(Wild),
    st.builds(AnyOf, st.text(alphabet="aB\\-é]^", min_size=1, max_size=3)),
)
globs = st.lists(parts, max_size=5).map(Glob.of)


def fits(glob: Glob, value: str, *, exactly: bool = False) -> bool:
    """Whether the glob matches, by trying everything."""
    fold = str if exactly else str.casefold

    @lru_cache
    def rest(at: int, place: int) -> bool:
        if at == len(glob.parts):
            return place == len(value)
        match glob.parts[at]:
            case Wild.ANY:
                return any(rest(at + 1, later) for later in range(place, len(value) + 1))
            case Wild.ONE:
                return place < len(value) and rest(at + 1, place + 1)
            case AnyOf(characters):
                one = place < len(value) and fold(value[place]) in fold(characters)
                return one and rest(at + 1, place + 1)
            case str() as text:
                found = fold(value[place : place + len(text)]) == fold(text)
                return found and rest(at + 1, place + len(text))
        raise AssertionError(glob)

    return rest(0, 0)


def searches(pattern: str, value: str, *, ignore_case: bool) -> bool:
    options = re2.Options()
    options.case_sensitive = not ignore_case
    return re2.compile(pattern, options).search(value) is not None


@given(globs, texts, st.sampled_from(["\\", "@", "a"]), st.booleans())
@example(Glob.of([Wild.ANY, "\\", Wild.ANY]), "a\\\\b", "\\", False)
@example(Glob.of(["a", Wild.ONE, "B"]), "a\\B", "\\", True)
def test_a_cut_matches_what_the_whole_matches(glob: Glob, value: str, separator: str, at_last: bool) -> None:
    head, found, tail = value.rpartition(separator) if at_last else value.partition(separator)
    cuts = glob.split(separator, at_last)
    if found:
        cut = any(
            fits(before, head, exactly=True) and fits(after, tail, exactly=True) for before, after in cuts
        )
        assert cut is fits(glob, value, exactly=True)


atoms = st.builds(
    "{}{}".format,
    st.sampled_from(
        ["a", "B", r"\\", "@", ".", "[^a]", "[\\s\\S]", r"\w", r"\W", "(?:a|B*)", "(a.)", r"(?:@|\\)"]
    ),
    st.sampled_from(["", "", "*", "+", "+?", "?", "{1,2}"]),
)
patterns = st.lists(st.lists(atoms, max_size=5).map("".join), min_size=1, max_size=2).map("|".join)


@given(patterns, texts, st.sampled_from(["\\", "@"]), st.booleans())
@example("a.+B", "a@B", "@", False)
@example("a[^a]*B|@", "a@@B", "@", True)
def test_a_cut_finds_what_the_whole_pattern_finds(
    pattern: str, value: str, separator: str, at_last: bool
) -> None:
    head, found, tail = value.rpartition(separator) if at_last else value.partition(separator)
    ways = cuts(pattern, separator)
    if ways is None or not found:
        return

    def finds(part: str, text: str) -> bool:
        return searches(part, text, ignore_case=False)

    across = any(finds(before, head) and finds(after, tail) for before, after in ways)
    assert (across or finds(pattern, head) or finds(pattern, tail)) is finds(pattern, value)


@given(globs, texts, st.sampled_from(["\\", "@"]))
def test_what_demands_the_separator_matches_no_value_without(glob: Glob, value: str, separator: str) -> None:
    if glob.demands(separator) and fits(glob, value):
        assert separator in value


@given(globs, texts)
def test_a_glob_matches_known_values(glob: Glob, value: str) -> None:
    assert glob.matches(value) is fits(glob, value)


@given(globs, texts)
@example(Glob.of(["\\"]), "\\")
def test_the_pattern_of_a_glob_finds_what_the_glob_matches(glob: Glob, value: str) -> None:
    pattern = of_glob(glob, None)
    assert searches(pattern, value, ignore_case=True) is fits(glob, value)
    assert searches(pattern, value, ignore_case=False) is fits(glob, value, exactly=True)


@given(globs, texts, st.sampled_from(["inline", "classes"]))
@example(Glob.of([AnyOf("B-")]), "-", "classes")
def test_a_pattern_can_ignore_case_by_itself(glob: Glob, value: str, case: RegexCase) -> None:
    pattern = of_glob(glob, case)
    assert searches(pattern, value, ignore_case=False) is fits(glob, value)
    assert searches(pattern, value, ignore_case=True) is fits(glob, value)


@given(globs, texts)
def test_texts_of_a_glob_are_what_it_matches(glob: Glob, value: str) -> None:
    if glob.text is not None:
        assert fits(glob, value, exactly=True) is (value == glob.text)
    if glob.substring is not None:
        assert fits(glob, value, exactly=True) is (glob.substring in value)
    if glob.prefix is not None:
        assert fits(glob, value, exactly=True) is value.startswith(glob.prefix)
    if glob.is_anything:
        assert fits(glob, value)


regexes = st.recursive(
    st.sampled_from(
        [
            "a",
            "B",
            "é",
            r"\.",
            r"\x41",
            r"\d",
            ".",
            "[a-c]",
            "[^b]",
            "[A-z]",
            "[!-B]",
            r"[\dé]",
            "[]b]",
            "^",
            "$",
        ]
    ),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("|".join).map("(?:{})".format),
        inner.map("(?:{})*".format),
        inner.map("(?i:{})".format),
    ),
    max_leaves=6,
)


@given(regexes, st.text(alphabet="aAbBcCzZéÉ.1]\n", max_size=5))
@example("[]b]", "B")
@example("[^-b]", "-")
def test_classes_of_both_cases_mean_no_case(pattern: str, value: str) -> None:
    written = with_both_cases(pattern)
    expected = searches(pattern, value, ignore_case=True)
    assert searches(written, value, ignore_case=False) is expected
    assert searches(written, value, ignore_case=True) is expected
