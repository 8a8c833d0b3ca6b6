"""The filter language as a tree: what a sub-pattern tests, and how tests are joined.

One tree serves the three places where FortiSIEM writes conditions: the filter of a sub-pattern
(``procName = "x"``), its aggregate constraint (``COUNT(*) >= 1``) and the global constraint between
sub-patterns (``A.user = B.user``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

# --- What is tested -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attribute:
    """A parsed event attribute; ``*`` stands for the matched event, ``Name.attr`` for a sub-pattern's."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function of attributes or literals: ``HourOfDay(phRecvTime)``, ``COUNT(DISTINCT user)``.

    ``profile`` is the number of the baseline that ``STAT_AVG(COUNT(*):112)`` reads.
    """

    function: str
    arguments: tuple[Attribute | Call | Literal, ...]
    distinct: bool = False
    profile: int | None = None


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers put together: ``100 * SUM(a)``. ``sign`` is one of ``+ - * /``."""

    sign: str
    left: Attribute | Call | Arithmetic | Number
    right: Attribute | Call | Arithmetic | Number


# --- What it is compared with -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """A string literal, unescaped: the characters the event is expected to hold."""

    value: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number literal, finite."""

    value: int | float


@dataclass(frozen=True, slots=True)
class Network:
    """An IP address or a CIDR range, in the canonical spelling of :mod:`ipaddress`."""

    value: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A minute of local time, as the GUI writes it: ``18:35 03/17/2014``. Only an end of a range."""

    value: str


@dataclass(frozen=True, slots=True)
class Group:
    """A CMDB group or watch list by its natural id, written ``Group@PH_SYS_...``."""

    name: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression, searched for anywhere in the value unless it is anchored."""

    regex: str


Literal = Text | Number | Network
Term = Attribute | Call | Arithmetic


@dataclass(frozen=True, slots=True)
class Values:
    """The members of an ``IN`` list, in the order they are written."""

    items: tuple[Literal | Group, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """Both ends of a ``BETWEEN``, inclusive."""

    low: Literal | Moment
    high: Literal | Moment


Operand = Literal | Pattern | Values | Range | Term

# --- How tests are joined -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Test:
    """One leaf. ``operator`` names a row of :mod:`translator.operators`; IS NULL has no ``operand``."""

    term: Term
    operator: str
    operand: Operand | None = None
    negated: bool = False

    __test__: ClassVar[bool] = False  # Its name makes pytest take it for a test.


@dataclass(frozen=True, slots=True)
class And:
    """All items hold; with no items, always."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one item holds; with no items, never."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The item does not hold. Exists only on the way: the language has no prefix NOT."""

    item: Expr


Expr = Test | And | Or | Not

ALWAYS = And(())
NEVER = Or(())


def all_of(items: Iterable[Expr]) -> Expr:
    """Join with AND; a single item stays itself."""
    members = tuple(items)
    return members[0] if len(members) == 1 else And(members)


def any_of(items: Iterable[Expr]) -> Expr:
    """Join with OR; a single item stays itself."""
    members = tuple(items)
    return members[0] if len(members) == 1 else Or(members)
