"""What follows from what: of two tests of one attribute, whether the one holds wherever the other does."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from translator.harness.faults import alternatives
from translator.model.expr import And, Expr, Or, Pattern, Test, Text, Values
from translator.operators import CONTAIN, EQUALS, IN, IS_NULL, REGEXP

_TOKEN = re.compile(r"\\x([0-9a-fA-F]{2})|\\([^\w])|([^\\^$.|?*+()\[\]{}])(?![*+?{])", re.DOTALL)
"""A character that stands for itself and is there once."""
_SKIPPED = re.compile(r"\\x\{[^}]*\}|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{[^}]*\}", re.DOTALL)
"""An escape, a set or a repeat, none of which names one character."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """Texts that have these pieces. ``whole``: that is all that is asked of them.

    ``starts``: the text begins with the first piece; ``ends``: it ends with the last one.
    """

    pieces: tuple[str, ...]
    starts: bool
    ends: bool
    whole: bool

    def within(self, other: _Shape) -> bool:
        """Whether each of these texts is one of the others, as far as pieces tell."""
        if self == other:
            return True
        if not other.whole or not self.pieces or not other.pieces:
            return False
        (wanted,) = other.pieces
        first, last = self.pieces[0], self.pieces[-1]
        if other.starts and other.ends:
            return self.whole and self.starts and self.ends and first == wanted
        if other.starts:
            return self.starts and first.startswith(wanted)
        if other.ends:
            return self.ends and last.endswith(wanted)
        return any(wanted in piece for piece in self.pieces)


@lru_cache(maxsize=65_536)
def implies(one: Expr, other: Expr) -> bool:
    """Whether the other holds of every event of which the one does; False where that is not seen.

    >>> from translator.parse.expression import parse_filter
    >>> implies(parse_filter('a CONTAIN "xyz"').expr, parse_filter('a CONTAIN "y"').expr)
    True
    """
    if one == other:
        return True
    match one, other:
        case Or(items), _:
            return all(implies(each, other) for each in items)
        case _, And(items):
            return all(implies(one, each) for each in items)
        case And(items), _:
            return any(implies(each, other) for each in items)
        case _, Or(items):
            return any(implies(one, each) for each in items)
        case Test(), Test():
            return _of_tests(one, other)
    return False


def _of_tests(one: Test, other: Test) -> bool:
    if one.term != other.term:
        return False
    if one.negated and other.negated:
        return _of_tests(replace(other, negated=False), replace(one, negated=False))
    if other.operator == IS_NULL.name:
        return other.negated and not one.negated and bool(_shapes(one))
    # Lists ignore letter case where other tests may respect it.
    mixed = one.operator != other.operator and IN.name in (one.operator, other.operator)
    if one.negated or other.negated or mixed:
        return False
    shapes, others = _shapes(one), _shapes(other)
    return bool(shapes) and all(any(each.within(wider) for wider in others) for each in shapes)


def _shapes(test: Test) -> tuple[_Shape, ...]:
    """The texts that a test asks for; none where it asks for something else."""
    match test.operator, test.operand:
        case EQUALS.name, Text(value):
            return (_Shape((value,), True, True, True),)
        case CONTAIN.name, Text(value):
            return (_Shape((value,), False, False, True),)
        case IN.name, Values(items):
            return tuple(_Shape((each.value,), True, True, True) for each in items if isinstance(each, Text))
        case REGEXP.name, Pattern(regex):
            return tuple(map(_shape, alternatives(regex)))
    return ()


def _shape(alternative: str) -> _Shape:
    """What is certain of the texts that an alternative of a pattern fits: the characters it names outright.

    What stands in groups or sets, or is repeated, parts the pieces.
    """
    starts = alternative.startswith("^")
    ends = re.search(r"(?<!\\)(?:\\\\)*\$$", alternative) is not None
    body = alternative[starts : len(alternative) - ends]
    pieces, whole, place, depth = [""], True, 0, 0
    while place < len(body):
        found = _TOKEN.match(body, place)
        if found and not depth:
            pieces[-1] += chr(int(found[1], 16)) if found[1] else found[2] or found[3]
            place = found.end()
            continue
        whole = False
        skipped = _SKIPPED.match(body, place)
        piece = skipped[0] if skipped else body[place]
        depth += (piece == "(") - (piece == ")")
        place += len(piece)
        pieces.append("")
    starts = starts and bool(pieces[0])
    ends = ends and bool(pieces[-1])
    return _Shape(tuple(filter(None, pieces)), starts, ends, whole)
