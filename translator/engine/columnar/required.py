"""Texts without which a regular expression cannot match, so that most values need not be searched.

Nothing is guessed: where an expression is written in a way that is not read here, it requires nothing.
"""

from __future__ import annotations

import string
from collections.abc import Iterator

SHORTEST = 3
"""Characters of a text that is worth looking for."""
_PUNCTUATION = frozenset(string.punctuation + " ") - {"_"}
_ONE_CHARACTER = frozenset("dDwWsSntrfav")
_NO_CHARACTER = frozenset("bBAz")
_MAYBE_NONE = frozenset("?*{")
_HEXADECIMAL = frozenset(string.hexdigits)
_COUNT = frozenset("0123456789,")
_FLAGS = frozenset("imsU-")
_DEEPEST = 40
"""Groups in groups; no real expression has as many."""


class _Unread(Exception):
    """The expression says something that is not read here."""


def required_texts(regex: str, *, ignore_case: bool) -> tuple[str, ...] | None:
    """Texts of which one is in every value that the expression is found in; ``None`` when none are known.

    They are ASCII. With ``ignore_case`` both sides are compared without letter case; without, an expression
    that sets the flag for itself requires nothing.

    >>> required_texts("[A-Z]:.*-temp-[0-9a-f]{8}|evil[.]", ignore_case=True)
    ('-temp-', 'evil')
    >>> required_texts("(?:ab)?c+d*", ignore_case=True) is None
    True
    """
    try:
        return _Reader(regex, ignore_case).all()
    except _Unread:
        return None


class _Reader:
    """One pass over the expression."""

    def __init__(self, regex: str, ignore_case: bool) -> None:
        self._regex = regex
        self._at = 0
        self._depth = 0
        self._ignore_case = ignore_case

    def all(self) -> tuple[str, ...] | None:
        found = self._alternatives()
        if self._at < len(self._regex):  # a parenthesis too many
            raise _Unread
        return found

    def _alternatives(self) -> tuple[str, ...] | None:
        """Up to the end or a closing parenthesis: one text for each alternative, or nothing for all."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _Unread
        branches = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            branches.append(self._sequence())
        self._depth -= 1
        texts = [text for branch in branches for text in branch or ()]
        return tuple(dict.fromkeys(texts)) if all(branches) else None

    def _sequence(self) -> tuple[str, ...] | None:
        """The best of what one alternative requires."""
        candidates: list[tuple[str, ...]] = []
        run = ""
        while (character := self._peek()) not in ("", "|", ")"):
            text, group = self._unit(character)
            optional, repeated = self._repeat()
            if optional:
                text, group = None, None
            if text is None or repeated:
                candidates.append((run + (text or ""),))
                run = text or ""
            else:
                run += text
            if group is not None:
                candidates.append(group)
        candidates.append((run,))
        worth = [each for each in candidates if all(len(text) >= SHORTEST for text in each)]
        return max(worth, key=lambda texts: (min(map(len, texts)), -len(texts)), default=None)

    def _unit(self, character: str) -> tuple[str | None, tuple[str, ...] | None]:
        """What comes next: the character that it stands for, if it is one, and what a group requires."""
        self._at += 1
        if character == "\\":
            return self._escaped(), None
        if character == "[":
            self._skip_class()
            return None, None
        if character == "(":
            return None, self._group()
        if character in "^$":
            return None, None
        if character in "?*+{":  # nothing to repeat, or a brace that stands for itself
            raise _Unread
        return (character if character.isascii() and character != "." else None), None

    def _escaped(self) -> str | None:
        character = self._peek()
        self._at += 1
        if character in _ONE_CHARACTER or character in _NO_CHARACTER:
            return None
        if character in _PUNCTUATION:
            return character
        code = self._regex[self._at : self._at + 2]
        if character == "x" and len(code) == 2 and set(code) <= _HEXADECIMAL and code < "80":
            self._at += 2
            return chr(int(code, 16))
        raise _Unread

    def _skip_class(self) -> None:
        if self._peek() == "^":
            self._at += 1
        if self._peek() == "]":
            self._at += 1
        while (character := self._peek()) != "]":
            if character in ("", "["):  # named classes and their like
                raise _Unread
            self._at += 2 if character == "\\" else 1
        self._at += 1

    def _group(self) -> tuple[str, ...] | None:
        if self._peek() == "?":
            self._at += 1
            if self._peek() == ":":
                self._at += 1
            else:
                flags = "".join(self._flags())
                if not set(flags) <= _FLAGS or ("i" in flags and not self._ignore_case):
                    raise _Unread
                if self._regex[self._at - 1] == ")":
                    return None
        found = self._alternatives()
        if self._peek() != ")":
            raise _Unread
        self._at += 1
        return found

    def _flags(self) -> Iterator[str]:
        while (character := self._peek()) not in ("", ":", ")"):
            self._at += 1
            yield character
        self._at += 1

    def _repeat(self) -> tuple[bool, bool]:
        """Whether what was read may be missing, and whether it may come again."""
        optional = repeated = False
        while (character := self._peek()) and character in "?*+{":
            self._at += 1
            optional = optional or character in _MAYBE_NONE
            repeated = True
            if character == "{":
                while (character := self._peek()) and character in _COUNT:
                    self._at += 1
                if character != "}":  # a brace that stands for itself
                    raise _Unread
                self._at += 1
        return optional, repeated

    def _peek(self) -> str:
        return self._regex[self._at : self._at + 1]
