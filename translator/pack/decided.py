"""What events made from the Sigma rule add to what is known of the meaning of a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from translator.model.rule import Rule
from translator.model.walk import attributes
from translator.pack.diff import Pair
from translator.pack.meaning.rules import Kind, Meaning, fires_at_once, kind_of
from translator.pack.meaning.streams import Stream
from translator.pack.turned import Turned, Witnessed

_METHOD = "events made from the Sigma rule"


def decided(pair: Pair, shown: Witnessed) -> Pair:
    """The pair with a meaning that allows for each verdict that changed.

    What is proved to be the same stays so. Events made from the conditions of both rules were tried first;
    those made from the Sigma rule also have values that no condition suggests, as members of a pattern.
    """
    meaning = pair.meaning
    if meaning.kind is Kind.SAME:
        return pair
    comparable = fires_at_once(pair.old.rule, pair.new.rule)
    telling = [each for each in shown.turned if each.alone or comparable]
    gained = None if meaning.gained else next((each for each in telling if each.fires), None)
    lost = None if meaning.lost else next((each for each in telling if not each.fires), None)
    read = {name for found in (pair.old, pair.new) for name in _read(found.rule)}
    if gained is not None:
        meaning = replace(meaning, gained=_stream(gained, read), gained_at_last=not gained.alone)
    if lost is not None:
        meaning = replace(meaning, lost=_stream(lost, read), lost_at_last=not lost.alone)
    return pair if meaning is pair.meaning else replace(pair, meaning=_told(pair.meaning, meaning))


def _told(old: Meaning, new: Meaning) -> Meaning:
    method = _METHOD if old.kind is Kind.UNDECIDED else f"{old.method}, and {_METHOD}"
    return replace(new, kind=kind_of(new.gained, new.lost), method=method)


def _read(rule: Rule) -> set[str]:
    """The attributes that firing depends on."""
    found = {name for each in rule.sub_patterns for name in each.group_by}
    for each in rule.sub_patterns:
        found.update(attributes(each.filter), attributes(each.aggregate))
    return found


def _stream(each: Turned, read: set[str]) -> Stream:
    """The events up to the one that tells, with the attributes that matter."""
    events = each.events if each.alone else each.events[: each.at + 1]
    return tuple((time, _only(event, read)) for time, event in events)


def _only(event: Mapping[str, str | int | float], names: set[str]) -> dict[str, str]:
    return {name: str(value) for name, value in event.items() if name in names}
