"""Run the rules of a table on records, with a program for each shape of record that comes again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from translator.normalise.extract import Record
from translator.normalise.rules import Action, compile_step
from translator.normalise.specialise import State, Unknown, specialise
from translator.normalise.table import Kind, Step
from translator.normalise.values import Value, typed, typed_all

MOST_PROGRAMS = 2_000
"""Shapes that are remembered. Hosts have some hundred; a file made to have more is only read slower."""

_Shape = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Program:
    """What is done with the records of a shape, and how attributes are made of them then."""

    actions: tuple[Action, ...]
    helpers: tuple[str, ...]
    """What such a record may have that is no attribute."""
    kinds: tuple[tuple[str, Kind], ...]
    """What has a type, and differs between such records."""
    shared: Mapping[str, Value]
    """What has a type and is the same in all of them."""


class Rules:
    """The steps of a table, and the types of attributes that are not text.

    ``identity`` names attributes with few values, which many conditions ask for.
    """

    def __init__(self, steps: Iterable[Step], kinds: Mapping[str, Kind], identity: tuple[str, ...]) -> None:
        self._kinds = kinds
        self._steps = tuple(steps)
        self._rules = tuple(map(compile_step, self._steps))
        self._identity = identity
        self._programs: dict[_Shape, _Program] = {}
        self._met: set[_Shape] = set()

    def attributes(
        self, record: Record, message: Callable[[Record], str], remembering: bool = True
    ) -> dict[str, Value]:
        """The attributes of a record, which is changed as the steps say, in their order.

        ``message`` makes the raw message from the record at the end. Without ``remembering`` no program is
        made or used, which gives the same.
        """
        program = self._program(record) if remembering else None
        if program is None:
            for rule in self._rules:
                rule(record)
            program = self._program_for((), dict.fromkeys(record, Unknown.PRESENT))
        else:
            for action in program.actions:
                action(record)
        text = message(record)
        for name in program.helpers:
            record.pop(name, None)
        attributes = typed_all(record, program.kinds)
        attributes.update(program.shared)
        attributes["rawEventMsg"] = text
        return attributes

    def _program(self, record: Record) -> _Program | None:
        """The program for the shape of a record, from the second time on that the shape is met."""
        find = record.get
        shape = (*record, *[find(name) for name in self._identity])
        program = self._programs.get(shape)
        if program is not None:
            return program
        if shape not in self._met:
            if len(self._met) >= MOST_PROGRAMS:
                self._met.clear()
                self._programs.clear()
            self._met.add(shape)
            return None
        known: State = dict.fromkeys(record, Unknown.PRESENT)
        known.update((name, record[name]) for name in self._identity if name in record)
        program = self._programs[shape] = self._program_for(*specialise(self._steps, known))
        return program

    def _program_for(self, actions: tuple[Action, ...], after: State) -> _Program:
        """The program for records of which this is known after the actions."""
        kinds = {name: self._kinds[name] for name in after if name in self._kinds}
        texts = {name: text for name in kinds if isinstance(text := after[name], str)}
        shared = {
            name: value for name, text in texts.items() if (value := typed(text, kinds[name])) is not None
        }
        return _Program(
            actions,
            helpers=tuple(name for name in after if name.startswith("_")),
            kinds=tuple((name, kind) for name, kind in kinds.items() if name not in shared),
            shared=shared,
        )
