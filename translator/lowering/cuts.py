"""Where a separator may fall in what a pattern finds, for values that a parser cuts at it."""

from __future__ import annotations

import re

import re2

from translator.lowering.regex import flags_of
from translator.lowering.tokens import alternatives, character, is_class, tokens

_QUANTIFIER = re.compile(r"(?:[*+?]|\{\d*,?\d*\})\??")
_ENDLESS = re.compile(r"[*+]\??")
_ANCHOR = re.compile(r"[\^$]|\\[AbBzZ]|\(\?[^:]*\)")
_SET = re.compile(r"\\[dDsSwW]")
_SYNTAX = frozenset("^$*+?()[]{}|")

Atom = tuple[str, str]
"""A character, class or group, and its quantifier."""


def cuts(pattern: str, separator: str) -> list[tuple[str, str]] | None:
    """Pairs of patterns for the text before and after a separator: all ways to find it across.

    What is found on one side of the separator alone is not among them. None where the ways cannot be told:
    the pattern has an anchor, or the separator may fall inside of a group or of a counted repetition.

    >>> cuts(r"\\.zip\\?id=\\d+", "?")
    [('\\\\.zip$', '^id=\\\\d+')]
    >>> cuts("user.+admin", "@")
    [('user.*$', '^.*admin')]
    >>> cuts("[a-z]+", "@"), cuts("^user", "@")
    ([], None)
    """
    flags, rest = flags_of(pattern)
    found: list[tuple[str, str]] = []
    for alternative in alternatives(rest):
        atoms = _atoms(alternative)
        if atoms is None:
            return None
        for place, (atom, quantifier) in enumerate(atoms):
            before, after = _text(atoms[:place]), _text(atoms[place + 1 :])
            if not _may_be(atom, separator):
                continue
            if character(atom) == separator and not is_class(atom) and atom != "." and not quantifier:
                found.append((f"{flags}{before}$", f"{flags}^{after}"))
            elif len(tokens(atom)) == 1 and _ENDLESS.fullmatch(quantifier):
                found.append((f"{flags}{before}{atom}*$", f"{flags}^{atom}*{after}"))
            else:
                return None
    return found


def _atoms(found: list[str]) -> list[Atom] | None:
    """The tokens of an alternative as atoms; None where an anchor or a flag stands among them."""
    atoms: list[Atom] = []
    while found:
        size = _size(found)
        if any(map(_is_anchor, found[:size])):
            return None
        # Each character of a quantifier is a token of its own.
        quantifier = _QUANTIFIER.match("".join(found[size:]))
        end = size + (quantifier.end() if quantifier else 0)
        atoms.append(("".join(found[:size]), "".join(found[size:end])))
        found = found[end:]
    return atoms


def _size(found: list[str]) -> int:
    """How many tokens the first atom has: those of a group up to its end."""
    depth = 0
    for size, token in enumerate(found, start=1):
        depth += token.startswith("(") - (token == ")")
        if depth == 0:
            return size
    return len(found)


def _is_anchor(token: str) -> bool:
    return _ANCHOR.fullmatch(token) is not None


def _text(atoms: list[Atom]) -> str:
    return "".join(atom + quantifier for atom, quantifier in atoms)


def _may_be(atom: str, separator: str) -> bool:
    """Whether the separator may be part of what an atom finds."""
    return any(_token_may_be(token, separator) for token in tokens(atom))


def _token_may_be(token: str, separator: str) -> bool:
    if token == "." or is_class(token) or _SET.fullmatch(token):
        return re2.fullmatch(token, separator) is not None
    return token not in _SYNTAX and character(token) == separator
