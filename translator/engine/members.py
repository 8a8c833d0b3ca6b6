"""The members of an IN list: texts, numbers, networks, and what groups of the context add to them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from translator.engine.context import Context
from translator.engine.values import Address, to_address, to_number, to_range
from translator.engine.verdict import Undecided
from translator.errors import InputError
from translator.model.expr import Group, Literal, Network, Number, Text


class AddressSet:
    """The union of inclusive address ranges, sorted, so that a long list of networks costs one search."""

    __slots__ = ("_firsts", "_lasts")

    def __init__(self, ranges: Iterable[tuple[Address, Address]] = ()) -> None:
        self._firsts: list[Address] = []
        self._lasts: list[Address] = []
        for first, last in sorted(ranges):
            if self._lasts and first <= self._lasts[-1]:
                self._lasts[-1] = max(self._lasts[-1], last)
            else:
                self._firsts.append(first)
                self._lasts.append(last)

    def __bool__(self) -> bool:
        return bool(self._firsts)

    def __contains__(self, address: Address) -> bool:
        place = bisect_right(self._firsts, address)
        return place > 0 and address <= self._lasts[place - 1]


@dataclass(frozen=True, slots=True)
class Members:
    """A value belongs when its text, its number or its address does.

    ``missing`` names the groups that the context does not have.
    """

    texts: frozenset[str]
    numbers: frozenset[int | float]
    addresses: AddressSet
    prepare: Callable[[str], str]
    missing: Undecided | None

    @classmethod
    def of(cls, items: Sequence[Literal | Group], prepare: Callable[[str], str], context: Context) -> Members:
        """The members that ``items`` list; ``prepare`` folds texts when the operator ignores case.

        Raises: InputError(network-invalid).
        """
        texts: set[str] = set()
        numbers: set[int | float] = set()
        ranges: list[tuple[Address, Address]] = []
        unknown: list[str] = []
        for item in items:
            match item:
                case Text(value):
                    texts.add(prepare(value))
                case Number(number):
                    numbers.add(number)
                case Network(network):
                    ranges.append(to_range(network))
                case Group(name) if name in context.groups:
                    for member in context.groups[name]:
                        texts.add(prepare(member))
                        ranges.extend(_as_range(member))
                case Group(name):
                    unknown.append(name)
        reason = f"the members of {', '.join(unknown)} are not known"
        return cls(
            frozenset(texts),
            frozenset(numbers),
            AddressSet(ranges),
            prepare,
            Undecided(reason) if unknown else None,
        )

    @property
    def only_texts(self) -> bool:
        return not self.numbers and not self.addresses

    def __contains__(self, value: str) -> bool:
        return (
            self.prepare(value) in self.texts
            or (bool(self.numbers) and to_number(value) in self.numbers)
            or (
                bool(self.addresses)
                and (address := to_address(value)) is not None
                and address in self.addresses
            )
        )


def _as_range(member: str) -> tuple[tuple[Address, Address], ...]:
    """A group's member as a network when it reads as one; most members are names."""
    try:
        return (to_range(member),)
    except InputError:
        return ()
