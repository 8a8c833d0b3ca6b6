"""Rules for records of one shape: whatever depends only on what such records share is worked out once.

Of the few hundred conditions of the tables, nearly all ask for the event id, the channel, the provider, or
whether an attribute is there at all. For records that agree on these, a short list of actions is left.
The result is the same as that of running all rules, which :mod:`translator.normalise.rules` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from translator.normalise.extract import Record
from translator.normalise.rules import Action, Check, actions_of, checks_of
from translator.normalise.table import Step, When
from translator.normalise.template import names_in


class Unknown(Enum):
    """What is known of an attribute whose text is not."""

    PRESENT = 1
    MAYBE = 2


_PRESENT, _MAYBE = Unknown.PRESENT, Unknown.MAYBE

State = dict[str, str | Unknown]
"""What is known of each attribute; one that is not named is absent."""

_KEPT = "\0"
"""Stands for an attribute of which it is to be seen whether an action changes it."""


def specialise(steps: Iterable[Step], known: State) -> tuple[tuple[Action, ...], State]:
    """What the steps do with each record of which this is known, and what is known of it then.

    ``known`` names every attribute that such a record has, with its text where all of them share it.
    """
    program = _Program(dict(known))
    for step in steps:
        program.add(step)
    return tuple(program.actions()), program.state


@dataclass
class _Program:
    """The actions so far, and what is known after them."""

    state: State
    _done: list[Action | State] = field(default_factory=list)
    """Actions, and texts to set, which are gathered as long as no action comes between."""

    def actions(self) -> Iterator[Action]:
        for each in self._done:
            yield _setting(each) if isinstance(each, dict) else each

    def add(self, step: Step) -> None:
        """A step, which is left out, made unconditional or kept with its open conditions."""
        open_checks = self._open_checks(step.when)
        if open_checks is None:
            return
        if not open_checks:
            self._add_body(step)
            return
        inner = self._branch(step)
        self._done.append(_conditional(open_checks, tuple(inner.actions())))
        self._join([self.state, inner.state])

    def _branch(self, step: Step) -> _Program:
        program = _Program(dict(self.state))
        program._add_body(step)
        return program

    def _add_body(self, step: Step) -> None:
        for each in _single(step):
            if each.steps:
                for inner in each.steps:
                    self.add(inner)
            elif each.choose:
                self._choose(each.choose)
            else:
                self._act(each)

    def _choose(self, options: Sequence[Step]) -> None:
        branches: list[tuple[tuple[Check, ...], tuple[Action, ...]]] = []
        states: list[State] = []
        for option in options:
            open_checks = self._open_checks(option.when)
            if open_checks is None:
                continue
            if not open_checks and not branches:
                self._add_body(option)
                return
            inner = self._branch(option)
            branches.append((open_checks, tuple(inner.actions())))
            states.append(inner.state)
            if not open_checks:
                break
        else:
            states.append(self.state)
        if branches:
            self._done.append(_choosing(tuple(branches)))
        self._join(states)

    def _act(self, step: Step) -> None:
        """A step of one action."""
        (action,) = actions_of(step)
        reads, writes, may_remove = _uses(step)
        absent = all(name not in self.state for name in reads)
        if absent and not step.set:
            return  # each of the others does nothing without the attribute that it works on
        texts = {name: text for name in reads if isinstance(text := self.state.get(name), str)}
        if all(name in texts or name not in self.state for name in reads):
            self._settle(action, texts, [name for name in writes if name not in reads], writes)
            return
        self._done.append(action)
        certain = bool(step.set) or (bool(step.copy) and self.state.get(reads[0]) is _PRESENT)
        for name in writes:
            kept = not may_remove and name in self.state and self.state[name] is not _MAYBE
            self.state[name] = _PRESENT if certain or kept else _MAYBE

    def _settle(
        self, action: Action, texts: Mapping[str, str], others: Iterable[str], writes: Iterable[str]
    ) -> None:
        """An action that works on known texts: its effect takes its place. ``others`` it only writes."""
        record: Record = {**dict.fromkeys(others, _KEPT), **texts}
        action(record)
        for name in writes:
            text = record.get(name)
            if text is None and name in self.state:
                del self.state[name]
                self._done.append(_removing(name))
            elif text is not None and text != _KEPT:
                self._set(name, text)

    def _set(self, name: str, text: str) -> None:
        if not self._done or not isinstance(self._done[-1], dict):
            self._done.append({})
        last = self._done[-1]
        assert isinstance(last, dict)
        last[name] = self.state[name] = text

    def _join(self, states: Sequence[State]) -> None:
        """What is known where one of several ways was taken."""
        first, *others = states
        joined: State = {}
        for name in {name for state in states for name in state}:
            found = first.get(name)
            if found is not None and all(state.get(name) == found for state in others):
                joined[name] = found
            elif all(name in state and state[name] is not _MAYBE for state in states):
                joined[name] = _PRESENT
            else:
                joined[name] = _MAYBE
        self.state = joined

    def _open_checks(self, when: When) -> tuple[Check, ...] | None:
        """The checks whose outcome is not known; None if one fails."""
        found: list[Check] = []
        for one in _single_conditions(when):
            (check,) = checks_of(one)
            presence = bool(one.exists or one.missing)
            record: Record = {}
            for name in _asked(one):
                known = self.state.get(name)
                if isinstance(known, str):
                    record[name] = known
                elif known is _PRESENT and presence:
                    record[name] = _KEPT
                elif known is not None:
                    found.append(check)
                    break
            else:
                if not check(record):
                    return None
        return tuple(found)


def _single_conditions(when: When) -> Iterator[When]:
    if when.id:
        yield When(id=when.id)
    if when.channel:
        yield When(channel=when.channel)
    yield from (When(exists=(name,)) for name in when.exists)
    yield from (When(missing=(name,)) for name in when.missing)
    yield from (When(equal={name: values}) for name, values in when.equal.items())
    yield from (When(unequal={name: values}) for name, values in when.unequal.items())
    yield from (When(matches={name: pattern}) for name, pattern in when.matches.items())
    if when.same:
        yield When(same=when.same)


def _asked(when: When) -> tuple[str, ...]:
    if when.id:
        return ("winEventId",)
    if when.channel:
        return ("activityType",)
    return (*when.exists, *when.missing, *when.equal, *when.unequal, *when.matches, *(when.same or ()))


def _single(step: Step) -> Iterator[Step]:
    """The actions of a step, one each, in the order in which they are done."""
    yield from (Step(set={name: template}) for name, template in step.set.items())
    yield from (Step(copy={name: origin}) for name, origin in step.copy.items())
    yield from (Step(replace={name: change}) for name, change in step.replace.items())
    yield from (Step(change={name: change}) for name, change in step.change.items())
    yield from (Step(capture={name: pattern}) for name, pattern in step.capture.items())
    yield from (Step(lookup={name: lookup}) for name, lookup in step.lookup.items())
    if step.pairs:
        yield Step(pairs=step.pairs)
    if step.words:
        yield Step(words=step.words)
    yield from (Step(steps=(inner,)) for inner in step.steps)
    if step.choose:
        yield Step(choose=step.choose)


def _uses(step: Step) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """The attributes that a step of one action reads and writes, and whether it may remove the latter."""
    if step.pairs:
        return (step.pairs.of,), tuple(dict.fromkeys(step.pairs.keys.values())), False
    if step.words:
        return (step.words.of,), tuple(dict.fromkeys(step.words.keys.values())), False
    for name, template in step.set.items():
        return names_in(template), (name,), False
    for name, origin in step.copy.items():
        return (origin,), (name,), False
    for name, lookup in step.lookup.items():
        return (lookup.of,), (name,), False
    for name, pattern in step.capture.items():
        return (name,), groups_of(pattern), True
    (name,) = (*step.replace, *step.change)
    return (name,), (name,), True


def groups_of(pattern: str) -> tuple[str, ...]:
    """The names of the groups of a pattern."""
    return tuple(part.partition(">")[0] for part in pattern.split("(?P<")[1:])


def _setting(texts: State) -> Action:
    known = {name: text for name, text in texts.items() if isinstance(text, str)}

    def act(record: Record) -> None:
        record.update(known)

    return act


def _removing(name: str) -> Action:
    def act(record: Record) -> None:
        record.pop(name, None)

    return act


def _conditional(checks: tuple[Check, ...], actions: tuple[Action, ...]) -> Action:
    def act(record: Record) -> None:
        for check in checks:
            if not check(record):
                return
        for action in actions:
            action(record)

    return act


def _choosing(branches: tuple[tuple[tuple[Check, ...], tuple[Action, ...]], ...]) -> Action:
    def act(record: Record) -> None:
        for checks, actions in branches:
            for check in checks:
                if not check(record):
                    break
            else:
                for action in actions:
                    action(record)
                return

    return act
