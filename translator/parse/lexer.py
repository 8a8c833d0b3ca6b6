"""A filter's text as tokens, in one pass of one regular expression that takes linear time."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from translator.errors import InputError
from translator.model.syntax import MAX_LENGTH
from translator.operators import BY_SPELLING

Kind = Literal["operator", "join", "group", "value", "name", "double", "single", "mark", "sign", "end"]
"""What a token is; the names are those of the groups in the expressions below."""


class Token(NamedTuple):
    """One token; ``at`` is its offset in the text. A string's text is the inside of its quotes."""

    kind: Kind
    text: str
    at: int


KEYWORDS = frozenset({"AND", "OR", "DISTINCT"}.union(*(s.split() for s in BY_SPELLING if s[0].isalpha())))
"""Words that cannot name an attribute."""

_HINTS = {
    "CONTAINS": "write CONTAIN",
    "LIKE": "write CONTAIN or REGEXP",
    "STARTS": "write REGEXP with ^",
    "ENDS": "write REGEXP with $",
    "EXISTS": "write IS NOT NULL",
    "NOT": "negate the operator of each test: !=, NOT IN, NOT CONTAIN, NOT REGEXP, IS NOT NULL",
    "AND_NOT": "negate the operator of each test: !=, NOT IN, NOT CONTAIN, NOT REGEXP, IS NOT NULL",
    "GROUP": "write Group@ and the group's natural id",
    "=": "equality is written with one =",
    "&": "write AND",
    "|": "write OR",
    '"': "close the quotes; a backslash at the end of a text is written \\\\",
    "'": "close the quotes; a backslash at the end of a text is written \\\\",
    **dict.fromkeys("+-/*", "a sign stands between two numbers, attributes or functions"),
    "\N{NO-BREAK SPACE}": "write an ordinary blank",
}


def _operators() -> str:
    words = sorted((s for s in BY_SPELLING if s[0].isalpha()), key=len, reverse=True)
    signs = sorted((s for s in BY_SPELLING if not s[0].isalpha()), key=len, reverse=True)
    spelled = "|".join(r"[ \t\r\n]++".join(words.split()) for words in words)
    return rf"(?:{spelled})(?![\w.])|{'|'.join(map(re.escape, signs))}"


# Otherwise a value takes all that could belong to one, so that an error shows the whole of it.
_NUMBER_IN_A_SUM = r"-?[0-9]+(?:\.[0-9]+)?(?=[-+*/][ \t\r\n]*[(A-Za-z_])"
_TOKENS = rf"""
      (?P<operator>{_operators()})
    | (?P<join>(?:AND|OR)(?![\w.]))
    | (?P<group>Group@[\w.-]++)
    | (?P<value>{_NUMBER_IN_A_SUM}|(?:-?[0-9]|[0-9A-Fa-f]{{0,4}}:)[\w.:/@-]*+)
    | (?P<name>[A-Za-z_]\w*+(?:\.[A-Za-z_]\w*+)?+)
    | "(?P<double>[^"\\]*+(?:\\.[^"\\]*+)*+)"
    | '(?P<single>[^'\\]*+(?:\\.[^'\\]*+)*+)'
    | (?P<mark>[(),*])
    | (?P<end>\Z)
    | (?P<unknown>.)
    """
_TOKEN, _AFTER_TERM = (
    re.compile(rf"[ \t\r\n]*+(?:{first}{_TOKENS})", re.VERBOSE | re.DOTALL | re.ASCII)
    for first in ("", "(?P<sign>[-+*/:]) |")
)
"""Behind a value, a name or a parenthesis a sign is no part of a number."""


def tokenize(text: str) -> list[Token]:
    """All tokens, the last one of kind END.

    Raises: InputError(filter-syntax) at the first character that begins no token.
    """
    if len(text) > MAX_LENGTH:
        raise InputError(
            "filter-syntax", f"the filter has {len(text)} characters", hint=f"limit {MAX_LENGTH}"
        )
    tokens: list[Token] = []
    end = 0
    expression = _TOKEN
    while True:
        found = expression.match(text, end)
        assert found is not None, "the expression takes any character"
        kind, group, end = found.lastgroup, found.lastindex or 0, found.end()
        word, at = found[group], found.start(group)
        expression = _TOKEN
        if kind == "double" or kind == "single":
            at -= 1  # a string is shown from its opening quote
        elif kind == "value" or (kind == "name" and word not in KEYWORDS) or word == ")":
            expression = _AFTER_TERM
        elif kind == "unknown":
            cause = "the quotes are not closed:" if word in "\"'" else "unexpected character"
            raise syntax_error(text, at, cause, word)
        tokens.append(tuple.__new__(Token, (kind, word, at)))  # twice as fast as Token(...)
        if kind == "end":
            return tokens


def syntax_error(text: str, at: int, cause: str, found: str = "", hint: str = "") -> InputError:
    """The error with the column and the surroundings on one line, ``^`` before the place.

    ``found`` is the offending word; it is quoted, and a usual mistake gets its hint.
    """
    before, after = text[max(at - 30, 0) : at], text[at : at + 30]
    excerpt = "".join(c if c.isprintable() else " " for c in f"{before}^{after}").strip()
    shown = found if len(found) <= 40 else f"{found[:40]}..."
    what = f" {shown!r}" if found else ""
    if not hint:
        word = found.upper()
        written = "keywords are written in upper case" if word in KEYWORDS and word != found else ""
        hint = written or _HINTS.get(word, "")
    return InputError("filter-syntax", f"column {at + 1}: {cause}{what}: {excerpt}", hint=hint)
