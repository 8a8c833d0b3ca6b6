"""Regular expressions that a Sigma rule brings, as patterns that PCRE and RE2 read alike."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass

import re2

from translator import notes
from translator.errors import Refused
from translator.lowering.context import Emission
from translator.lowering.regex import ANY_CHARACTER, flags_of
from translator.lowering.tokens import has_letters, is_class, tokens, with_both_cases

_COMMON_ESCAPES = frozenset("abfnrtvxdDsSwWBA0")
"""Letters that mean the same after a backslash in both engines."""
_COMMON_GROUP = re.compile(r"\(\?[ims]*[:)]")
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Portable:
    """A pattern for FortiSIEM, and whether it is meant to ignore letter case."""

    pattern: str
    ignores_case: bool


def portable(source: str, flags: str, emission: Emission) -> Portable:
    """A Sigma ``re`` value as a pattern for FortiSIEM.

    ``flags`` is a subset of ``ims``. An ``i`` is written only on request: under the usual reading the
    operator ignores case anyhow. Whether a dot matches a line break is not known, so a class takes its place
    in robust filters.

    Raises: Refused(regex-unsupported | regex-invalid).
    """
    leading, pattern = flags_of(source)
    flags += leading
    _must_be_common(pattern)
    kept = {flag for flag in "ms" if flag in flags}
    if emission.robust:
        pattern = "".join(_without_dot(token, "s" in kept) for token in tokens(pattern))
        kept.discard("s")
    ignores_case = "i" in flags
    if ignores_case and has_letters(pattern):
        if emission.regex_case == "inline":
            kept.add("i")
        elif emission.regex_case == "classes":
            pattern = with_both_cases(pattern)
    prefix = f"(?{''.join(sorted(kept))})" if kept else ""
    return Portable(prefix + pattern, ignores_case)


def _without_dot(token: str, all_characters: bool) -> str:
    if token != ".":
        return token
    return ANY_CHARACTER if all_characters else r"[^\n]"


def _must_be_common(pattern: str) -> None:
    shown = pattern if len(pattern) <= _SHOWN else f"{pattern[:_SHOWN]}..."
    if not is_common(pattern):
        cause = f"the pattern '{shown}' uses a construct that not every engine has"
        raise Refused(notes.REGEX_UNSUPPORTED.name, cause)
    try:
        compile_quietly(pattern)
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if error.args else "unknown"
        raise Refused(_why_invalid(pattern), f"the pattern '{shown}' is not accepted: {reason}") from error


def compile_quietly(pattern: str) -> re2._Regexp:
    """A pattern for searching; a faulty one is told by the exception alone, not on standard error too.

    Raises: re2.error.
    """
    options = re2.Options()
    options.log_errors = False
    return re2.compile(pattern, options)


def is_common(pattern: str) -> bool:
    """Whether PCRE and RE2 read every construct of the pattern alike.

    Left out are look-around, atomic and named groups, conditions, verbs, possessive quantifiers, POSIX
    classes, and letters after a backslash that one of the two does not have.
    """
    found = ["", *tokens(pattern), ""]
    return all(_is_common(*found[place - 1 : place + 2]) for place in range(1, len(found) - 1))


def _is_common(before: str, token: str, after: str) -> bool:
    if token.startswith("(?"):
        return _COMMON_GROUP.fullmatch(token) is not None
    if token == "(":
        return after not in ("*", "?")
    if token == "+":
        return before not in ("*", "+", "?", "}")
    if is_class(token):
        return "[:" not in token[1:]
    return len(token) == 1 or not token[1].isalnum() or token[1] in _COMMON_ESCAPES


def _why_invalid(pattern: str) -> str:
    """A pattern that Python reads is one that RE2 lacks; otherwise it is wrong everywhere."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return notes.REGEX_INVALID.name
    return notes.REGEX_UNSUPPORTED.name
