"""Checks of patterns and of texts that look like patterns: dialect, cost, and what they leave out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import re2

from translator.dialect.profile import Dialect
from translator.lowering.holders import contains_alike
from translator.lowering.portable import compile_quietly, is_common
from translator.lowering.tokens import alternatives, character, literal, sets_flags, tokens
from translator.model.expr import Pattern, Test
from translator.model.walk import tests
from translator.pack.lint.document import RuleText
from translator.pack.lint.expressions import attribute_of, text_values
from translator.pack.lint.finding import Hit, short
from translator.pack.lint.setting import Setting

RAW_MESSAGE = "rawEventMsg"
_ANYTHING = ("[\\s\\S]", ".")
_REPEATS = ("*", "+")
_SPECIAL = frozenset("^$.|?*+()[]{}")
_BARE = frozenset("*+?^$")
"""Parts of a pattern that stand for no character."""
_QUOTES = 2
_PRESENT = ("", "\x01", "\x01\x01")
"""Values that a pattern matches only if it matches all: nothing in a rule speaks of such characters."""
_REGEX_LIKE = re.compile(
    r"\.\*|\.\w+\$$|\\\.(?:exe|dll|sys|com|scr|ps1|bat|cmd|vbs|js|hta|lnk)$", re.IGNORECASE
)


def patterns(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """Every regular expression of the rule."""
    for line, test in _tests(rule):
        if isinstance(test.operand, Pattern):
            for code in _faults(test, test.operand.regex, setting.dialect):
                yield Hit(code, line, f"{attribute_of(test)} '{short(test.operand.regex, 60)}'")


def _faults(test: Test, regex: str, dialect: Dialect) -> Iterator[str]:
    if len(regex) + regex.count('"') + _QUOTES > dialect.max_pattern_length:
        yield "pattern-too-long"
    if not is_common(regex) and not dialect.holds("regexp.all_of_pcre"):
        yield "regex-dialect"
        return
    if not dialect.holds("regexp.inline_flags") and any(map(sets_flags, tokens(regex))):
        yield "regex-dialect"
        return
    try:
        compiled = compile_quietly(regex)
    except re2.error:
        yield "regex-invalid"
        return
    if all(compiled.search(text) for text in _PRESENT):
        yield "regex-matches-all"
        return
    if not dialect.holds("regexp.anchored"):
        parts = alternatives(regex)
        if any(_opens(part) for part in parts):
            yield "regex-leading-any"
        elif any(_closes(part) for part in parts):
            yield "regex-trailing-any"
        elif literal(regex) is not None and may_contain(test, literal(regex) or "", dialect):
            yield "regex-literal"
    if _nests(regex):
        yield "regex-nested-repeat"


def _opens(part: list[str]) -> bool:
    return len(part) > 2 and part[0] in _ANYTHING and part[1] == "*"


def _closes(part: list[str]) -> bool:
    at = -2 if part[-1:] == ["*"] else -3 if part[-2:] == ["*", "?"] else 0
    return bool(at) and len(part) > -at and part[at] in _ANYTHING


def trimmed(regex: str) -> str:
    """The same search without ``.*`` at its ends; the pattern is searched for anywhere."""
    return "|".join("".join(_trimmed(part)) for part in alternatives(regex))


def _trimmed(part: list[str]) -> list[str]:
    while _opens(part):
        part = part[3:] if part[2:3] == ["?"] and len(part) > 3 else part[2:]
    while _closes(part):
        part = part[:-2] if part[-1] == "*" else part[:-3]
    return part


def may_contain(test: Test, text: str, dialect: Dialect) -> bool:
    """Whether CONTAIN does the same as this pattern; on raw messages that is open."""
    return contains_alike(text, dialect) and attribute_of(test) not in ("", RAW_MESSAGE)


def _nests(regex: str) -> bool:
    """Whether a group that repeats without bound is itself repeated without bound, and a text can be shared
    out among the repetitions in many ways."""
    bodies: list[list[str]] = [[]]
    closed: list[str] | None = None
    for token in tokens(regex):
        if token in _REPEATS and closed and not set(_REPEATS).isdisjoint(closed) and not _delimited(closed):
            return True
        closed = None
        if token.startswith("(") and not token.endswith(")"):
            bodies.append(["("])
        elif token == ")" and len(bodies) > 1:
            closed = bodies.pop()
            bodies[-1] += closed
        else:
            bodies[-1].append(token)
    return False


def _delimited(body: Sequence[str]) -> bool:
    """Whether each repetition of the group has one place for a character that nothing else in it takes.

    ``(?:[a-z]+_)+`` is read in one way only; ``(?:[a-z_]+_)+`` is not. ``body`` begins with its bracket.
    """
    inside = list(body[1:])
    if not {"(", "|", "{"}.isdisjoint(inside):
        return False
    for place, token in enumerate(inside):
        letter = None if token in _SPECIAL else character(token)
        if letter is not None and inside[place + 1 : place + 2] not in (["*"], ["+"], ["?"]):
            others = inside[:place] + inside[place + 1 :]
            if not any(_takes(each, letter) for each in others):
                return True
    return False


def _takes(token: str, letter: str) -> bool:
    """Whether one part of a pattern may stand for the letter, in either case."""
    return token not in _BARE and re2.fullmatch(f"(?i){token}", letter) is not None


def texts(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """Texts of CONTAIN, and texts that somebody meant as patterns."""
    words = setting.dialect.holds("contain.word_prefix_on_raw_message")
    for line, test in _tests(rule):
        contain = test.operator == "contain"
        for value in text_values(test):
            shown = f"{attribute_of(test)} '{short(value, 60)}'"
            if contain and not value:
                yield Hit("contain-empty", line, shown)
            if contain and "\\" in value and not setting.dialect.holds("contain.backslash_known"):
                yield Hit("contain-backslash", line, shown)
            if contain and words and attribute_of(test) == RAW_MESSAGE:
                yield Hit("contain-word-start", line, shown)
            if _REGEX_LIKE.search(value):
                yield Hit("value-regex", line, shown)
            elif not contain and len(value) > 1 and "*" in (value[0], value[-1]):
                yield Hit("value-wildcard", line, shown)


def _tests(rule: RuleText) -> Iterator[tuple[int | None, Test]]:
    for condition in rule.conditions:
        for test in tests(condition.expr) if condition.expr else ():
            yield condition.line, test


CHECKS = (patterns, texts)
