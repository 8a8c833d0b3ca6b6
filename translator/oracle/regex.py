"""Regular expressions of rules, run on google-re2: linear time whatever the rule says.

The specification asks for PCRE restricted to wildcards, anchors, quantifiers, classes, groups and
alternation, all of which re2 has. Known difference: `$` without the `m` modifier is the very end of the
text in re2, while PCRE also lets it stand before a closing newline.
"""

from __future__ import annotations

from collections.abc import Callable

import re2

from translator.errors import InputError, Refused
from translator.oracle.text import EXACT, reshape, shown
from translator.oracle.values import Placeholder, Regex, Token, Wild, placeholder_name

_LACKING = (
    "invalid perl operator",
    "invalid escape",
    "bad repetition",
    "invalid repetition",
    "pattern too large",
)
"""How re2 words its errors about constructs that other engines may have; the others are plain mistakes."""


def searcher(regex: Regex) -> Callable[[str], bool]:
    """A test whether the expression is found in a text.

    Raises: Refused (regex-unsupported) for constructs that re2 lacks, InputError (regex-malformed).
    """
    source = reshape(regex.source, EXACT)
    flags = f"(?{''.join(sorted(set(regex.flags)))})" if regex.flags else ""
    if regex.at_start or regex.at_end:
        start, end = r"\A" if regex.at_start else "", r"\z" if regex.at_end else ""
        source = f"{start}(?:{source}){end}"
    search = _compile(flags + source).search
    return lambda text: search(text) is not None


def matcher(tokens: tuple[Token, ...]) -> Callable[[str], bool]:
    """A test whether a whole text fits plain text with wildcards."""
    match = _compile(rf"(?s)\A{to_regex(tokens)}\z").search
    return lambda text: match(text) is not None


def to_regex(tokens: tuple[Token, ...]) -> str:
    """Plain text with wildcards as a regular expression."""
    wild = {Wild.MANY: ".*", Wild.ONE: "."}
    return "".join(wild[token] if isinstance(token, Wild) else re2.escape(str(token)) for token in tokens)


def read_parts(source: str) -> tuple[Token, ...]:
    r"""Split a regular expression at its `%name%` placeholders; `\%` is a plain percent sign.

    >>> read_parts(r"^%a%\%b%$")
    ('^', Placeholder(name='a'), '\\%b%$')
    """
    parts: list[Token] = []
    start = at = 0
    while at < len(source):
        if source[at] == "%" and (name := placeholder_name(source, at + 1)):
            parts += [source[start:at], Placeholder(name)]
            start = at = at + len(name) + 2
        else:
            at += 2 if source[at] == "\\" else 1
    parts.append(source[start:])
    return tuple(part for part in parts if part)


def _compile(source: str) -> re2._Regexp:
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(source, options)
    except re2.error as error:
        what, _, where = error.args[0].decode("utf-8", "replace").partition(": ")
        cause = f"{what} {shown(where)}" if where else what
        if what.startswith(_LACKING):
            raise Refused(
                "regex-unsupported",
                f"the regular expression engine lacks this: {cause}",
                hint="write it with classes, groups, alternation and quantifiers up to 1000",
            ) from None
        raise InputError("regex-malformed", f"not a regular expression: {cause}") from None
