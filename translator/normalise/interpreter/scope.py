"""What a parser knows about a message while it works on it: attributes so far, and what it has to remark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

MAX_TEXT = 1 << 18
"""Longest message and longest value, in characters: four times what an event of Windows can hold."""
_MAX_NAME = 100

Why = Literal["unavailable", "unknown", "unmatched", "unfit", "too-long"]


@dataclass(frozen=True, slots=True)
class Remark:
    """Why an attribute may be missing.

    unavailable  the construct needs what only the product has: its files, its devices, names, other events
    unknown      the construct is not known, or not as it is written, and was left out
    unmatched    the message is not as the instruction expects; the instructions after it were done
    unfit        the value does not fit the attribute's type
    too-long     the value would be longer than ``MAX_TEXT``
    """

    why: Why
    what: str
    line: int | None = None


class Scope:
    """The attributes and local variables (``_name``) of one message, as text."""

    __slots__ = ("receive_time", "remarks", "values")

    def __init__(self, raw: str, receive_time: int | None) -> None:
        self.values: dict[str, str] = {"_rawmsg": raw}
        self.receive_time = receive_time
        self.remarks: list[Remark] = []

    def get(self, name: str) -> str | None:
        """The value, or None."""
        return self.values.get(name)

    def put(self, name: str, text: str) -> None:
        """Set a value; the empty text removes it, no name sets nothing."""
        if not name:
            return
        if len(text) > MAX_TEXT:
            self.remarks.append(Remark("too-long", name))
            text = ""
        if text:
            self.values[name] = text
        else:
            self.values.pop(name, None)

    def put_found(self, name: str, text: str) -> None:
        """Set an attribute whose name comes from the message: never a local variable."""
        if text and name.isidentifier() and not name.startswith("_") and len(name) <= _MAX_NAME:
            self.put(name, text)


Action = Callable[[Scope], bool]
"""Does its work; False if the message is not as it expects."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One element below ``parsingInstructions``; ``miss`` is remarked if its action finds nothing."""

    act: Action
    miss: Remark | None = None


def run_all(instructions: Sequence[Instruction], scope: Scope) -> None:
    """Each in turn, whether or not the one before it found anything."""
    for instruction in instructions:
        if not instruction.act(scope) and instruction.miss:
            scope.remarks.append(instruction.miss)


def run_case(instructions: Sequence[Instruction], scope: Scope) -> bool:
    """Each in turn until one finds nothing: then the case does not apply."""
    return all(instruction.act(scope) for instruction in instructions)


def remarking(remark: Remark) -> Instruction:
    """An instruction that does nothing but remark that it could not."""

    def act(scope: Scope) -> bool:
        scope.remarks.append(remark)
        return True

    return Instruction(act)
