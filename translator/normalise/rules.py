"""The rules of the tables as functions that change the attributes of an event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from typing import TypeVar

import re2

from translator.normalise.extract import Record
from translator.normalise.table import Pairs, Step, When, Words
from translator.normalise.template import fill
from translator.normalise.values import CHANGES

_REMEMBERED = 1_000
_LONGEST_REMEMBERED = 500
"""Values that each pattern remembers, and their length: with the patterns of all tables some 10 MB."""

R = TypeVar("R")
Action = Callable[[Record], None]
Check = Callable[[Record], bool]
_Rule = Callable[[Record], bool]
"""Does its work on a record if its condition holds, and says whether it did."""


def compile_step(step: Step) -> _Rule:
    """A step of a table as a function.

    Raises: ValueError for a pattern that does not compile or a change that does not exist.
    """
    checks = tuple(checks_of(step.when))
    actions = tuple(actions_of(step))

    def rule(record: Record) -> bool:
        for check in checks:
            if not check(record):
                return False
        for action in actions:
            action(record)
        return True

    return rule


def checks_of(when: When) -> Iterator[Check]:
    """What has to hold, one by one."""
    if when.id:
        ids = frozenset(map(str, when.id))
        yield lambda record: record.get("winEventId") in ids
    if when.channel:
        yield lambda record: record.get("activityType") in when.channel
    if when.exists:
        yield lambda record: all(name in record for name in when.exists)
    if when.missing:
        yield lambda record: not any(name in record for name in when.missing)
    if when.equal:
        yield lambda record: all(record.get(name) in values for name, values in when.equal.items())
    if when.unequal:
        yield lambda record: all(record.get(name) not in values for name, values in when.unequal.items())
    for name, pattern in when.matches.items():
        yield _matching(name, pattern)
    if when.same:
        one, other = when.same
        yield lambda record: one in record and record[one] == record.get(other)


def _matching(name: str, pattern: str) -> Check:
    """A search; where the pattern is plain text, at the start or anywhere, without the price of a regex."""
    search = _remembered(_compiled(pattern).search)
    text, at_start = _plain(pattern.removeprefix("^")), pattern.startswith("^")
    if text is None:
        return lambda record: name in record and bool(search(record[name]))
    if at_start:
        return lambda record: name in record and record[name].startswith(text)
    return lambda record: name in record and text in record[name]


def _plain(pattern: str) -> str | None:
    """The only text that a pattern matches, None if there may be several."""
    text, escaped = "", False
    for character in pattern:
        if (escaped and character.isalnum()) or (not escaped and character in ".^$*+?{}[]|()"):
            return None
        if escaped or character != "\\":
            text += character
        escaped = character == "\\" and not escaped
    return text


def actions_of(step: Step) -> Iterator[Action]:
    """What a step does if its condition holds, in order."""
    for name, template in step.set.items():
        yield _setting(name, template)
    for name, origin in step.copy.items():
        yield _copying(name, origin)
    for name, (pattern, replacement) in step.replace.items():
        yield _replacing(name, pattern, replacement)
    for name, change in step.change.items():
        yield _changing(name, change)
    for name, pattern in step.capture.items():
        yield _capturing(name, pattern)
    for name, lookup in step.lookup.items():
        yield _looking_up(name, lookup.of, lookup.texts())
    if step.pairs:
        yield _splitting(step.pairs)
    if step.words:
        yield _reading_words(step.words)
    for inner in step.steps:
        yield _doing(compile_step(inner))
    if step.choose:
        yield _choosing(tuple(map(compile_step, step.choose)))


def _setting(name: str, template: str) -> Action:
    def act(record: Record) -> None:
        record[name] = fill(template, record)

    return act


def _copying(name: str, origin: str) -> Action:
    def act(record: Record) -> None:
        if origin in record:
            record[name] = record[origin]

    return act


def _replacing(name: str, pattern: str, replacement: str) -> Action:
    replace = _remembered(partial(_compiled(pattern).sub, replacement))

    def act(record: Record) -> None:
        if name in record:
            _put(record, name, replace(record[name]))

    return act


def _changing(name: str, change: str) -> Action:
    if change not in CHANGES:
        raise ValueError(f"there is no change {change!r}")
    function = CHANGES[change]

    def act(record: Record) -> None:
        if name in record:
            _put(record, name, function(record[name]))

    return act


def _capturing(name: str, pattern: str) -> Action:
    search = _compiled(pattern).search

    def groups(text: str) -> tuple[dict[str, str], list[str]]:
        """What is found, and which groups are empty."""
        found = search(text)
        texts = found.groupdict() if found else {}
        full = {group: text for group, text in texts.items() if text}
        return full, [group for group, text in texts.items() if text == ""]

    find = _remembered(groups)

    def act(record: Record) -> None:
        if name in record:
            full, empty = find(record[name])
            record.update(full)
            for group in empty:
                record.pop(group, None)

    return act


def _looking_up(name: str, origin: str, values: dict[str, str]) -> Action:
    def act(record: Record) -> None:
        if origin in record and (value := values.get(record[origin])) is not None:
            record[name] = value

    return act


def _splitting(pairs: Pairs) -> Action:
    def attributes(text: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for part in text.split(pairs.separator):
            key, _, value = part.strip().partition(pairs.between)
            if value and key in pairs.keys:
                found[pairs.keys[key]] = value
        return found

    find = _remembered(attributes)

    def act(record: Record) -> None:
        if pairs.of in record:
            record.update(find(record[pairs.of]))

    return act


_WORD = re2.compile(r"""(\w+)=("[^"]*"|[^\s"]*)""")


def _reading_words(words: Words) -> Action:
    def act(record: Record) -> None:
        for found in _WORD.finditer(record.get(words.of, "")):
            name, value = found[1], found[2].strip('"')
            if value and name in words.keys:
                record[words.keys[name]] = value

    return act


def _doing(rule: _Rule) -> Action:
    def act(record: Record) -> None:
        rule(record)

    return act


def _choosing(rules: Iterable[_Rule]) -> Action:
    def act(record: Record) -> None:
        any(rule(record) for rule in rules)

    return act


def _put(record: Record, name: str, text: str) -> None:
    """An empty text is no value."""
    if text:
        record[name] = text
    else:
        record.pop(name, None)


def _remembered(function: Callable[[str], R]) -> Callable[[str], R]:
    """A function of a text that knows its last results: most values of a log come again and again."""
    known = lru_cache(maxsize=_REMEMBERED)(function)
    return lambda text: known(text) if len(text) <= _LONGEST_REMEMBERED else function(text)


def _compiled(pattern: str) -> re2._Regexp:
    try:
        return re2.compile(pattern)
    except re2.error as error:
        raise ValueError(f"pattern {pattern!r}: {error}") from error
