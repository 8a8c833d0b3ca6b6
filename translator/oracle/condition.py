"""The condition of a rule: search identifiers joined by `and`, `or`, `not`, `1 of` and `all of`.

    condition  := conjunction { "or" conjunction }
    conjunction:= negation { "and" negation }
    negation   := { "not" } operand
    operand    := "(" condition ")" | count "of" pattern | identifier
    count      := "all" | "any" | positive integer
    pattern    := "them" | identifier with `*`

Operators are written in lower case. `them` and patterns leave out identifiers that begin with an
underscore, unless the pattern begins with one itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, NoReturn, TypeVar

from translator.errors import InputError, Refused
from translator.oracle.joins import all_of, any_of, at_least, opposite_of
from translator.oracle.text import shown
from translator.oracle.wildcards import fits_stars

E = TypeVar("E")
"""What the condition is evaluated on."""

MAX_DEPTH = 100
"""Brackets inside brackets."""

_COUNT = re.compile("[1-9][0-9]{0,5}")
_WORD = re.compile(r"[()]|[^\s()]+")


def condition_test(condition: object, identifiers: Mapping[str, Callable[[E], bool]]) -> Callable[[E], bool]:
    """The test that a condition describes, over the tests of the search identifiers.

    Raises: InputError (condition-malformed, identifier-unknown), Refused (aggregation-unsupported).
    """
    if not isinstance(condition, str):
        raise InputError(
            "condition-malformed",
            f"the condition is of type {type(condition).__name__}",
            hint="write it as text",
        )
    if "|" in condition:
        raise Refused(
            "aggregation-unsupported",
            "the condition aggregates after a `|`, a form that Sigma has given up",
            hint="write a correlation rule",
        )
    return _Parser(condition, identifiers).parse()


class _Parser(Generic[E]):
    def __init__(self, condition: str, identifiers: Mapping[str, Callable[[E], bool]]) -> None:
        self._identifiers = identifiers
        self._words: Sequence[str] = _WORD.findall(condition)
        self._at = 0
        self._depth = 0

    def parse(self) -> Callable[[E], bool]:
        test = self._condition()
        if self._at < len(self._words):
            self._fail("the end or an operator")
        return test

    def _peek(self) -> str | None:
        return self._words[self._at] if self._at < len(self._words) else None

    def _take(self, word: str) -> bool:
        taken = self._peek() == word
        self._at += taken
        return taken

    def _fail(self, expected: str) -> NoReturn:
        word = self._peek()
        found = "the end" if word is None else shown(word)
        raise InputError(
            "condition-malformed",
            f"expected {expected}, found {found} at word {self._at + 1}",
            hint="operators are and, or, not, all of, 1 of, in lower case",
        )

    def _condition(self) -> Callable[[E], bool]:
        tests = [self._conjunction()]
        while self._take("or"):
            tests.append(self._conjunction())
        return any_of(tests)

    def _conjunction(self) -> Callable[[E], bool]:
        tests = [self._negation()]
        while self._take("and"):
            tests.append(self._negation())
        return all_of(tests)

    def _negation(self) -> Callable[[E], bool]:
        negated = False
        while self._take("not"):
            negated = not negated
        test = self._operand()
        return opposite_of(test) if negated else test

    def _operand(self) -> Callable[[E], bool]:
        word = self._peek()
        if word is None or word in (")", "and", "or", "of"):
            self._fail("a search identifier")
        self._at += 1
        if word == "(":
            return self._bracket()
        if self._take("of"):
            return self._selection(word)
        test = self._identifiers.get(word)
        if test is None:
            self._unknown(f"the search identifier {shown(word)} is not defined")
        return test

    def _bracket(self) -> Callable[[E], bool]:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise InputError(
                "condition-malformed", f"more than {MAX_DEPTH} brackets inside each other", hint="simplify it"
            )
        test = self._condition()
        if not self._take(")"):
            self._fail("an operator or a closing bracket")
        self._depth -= 1
        return test

    def _selection(self, count: str) -> Callable[[E], bool]:
        pattern = self._peek()
        if pattern is None or pattern in "()":
            self._fail("`them` or a pattern of search identifiers")
        self._at += 1
        tests = [test for name, test in self._identifiers.items() if _selects(pattern, name)]
        if not tests:
            self._unknown(f"no search identifier fits {shown(pattern)}")
        if count == "all":
            return all_of(tests)
        if count == "any" or count == "1":
            return any_of(tests)
        if not _COUNT.fullmatch(count):
            raise InputError(
                "condition-malformed",
                f"{shown(count)} is no count",
                hint="write all, any, or a number from 1",
            )
        return at_least(int(count), tests)

    def _unknown(self, cause: str) -> NoReturn:
        raise InputError("identifier-unknown", cause, hint=f"defined: {shown(list(self._identifiers))}")


def _selects(pattern: str, name: str) -> bool:
    if name.startswith("_") and not pattern.startswith("_"):
        return False
    return pattern == "them" or fits_stars(pattern, name)
