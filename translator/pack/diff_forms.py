"""A difference for programs, for pull requests and as a page; the terminal's form is the command's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from translator.pack.diff import Category, Difference, Pair
from translator.pack.meaning.rules import Kind, Meaning
from translator.pack.meaning.streams import Stream
from translator.pack.read import Found
from translator.render.templating import legal, render_template

_SHOWN_EVENTS = 3
_LONGEST = 400


def as_json(difference: Difference) -> dict[str, Any]:
    """Everything, with the events that decided."""
    return {
        "counts": difference.counts,
        "added": [_rule(each) for each in difference.added],
        "removed": [_rule(each) for each in difference.removed],
        "changed": [_pair(each) for each in difference.changed],
    }


def markdown(difference: Difference, old: str, new: str) -> str:
    """A comment for a pull request."""
    return render_template("pack/diff.md.j2", **_values(difference, old, new))


def page(difference: Difference, old: str, new: str) -> str:
    """One self-contained HTML page without scripts."""
    return legal(render_template("pack/diff.html.j2", **_values(difference, old, new)))


def verdict(pair: Pair) -> str:
    """``wider``, or the category where what fires stays the same."""
    kind = pair.meaning.kind
    return pair.category.value if kind is Kind.SAME else kind.value


def evidence(meaning: Meaning) -> list[tuple[str, str]]:
    """What fires one of the rules alone, in words."""
    shown = (
        ("new", meaning.gained, meaning.gained_at_last),
        ("old", meaning.lost, meaning.lost_at_last),
    )
    return [
        (f"only the {side} rule fires {'at the last of' if at_last else 'on'}", events(stream))
        for side, stream, at_last in shown
        if stream
    ]


def events(stream: Stream) -> str:
    """A stream in one line: the events, and over how many seconds they come."""
    texts = [_event(event) for _, event in stream]
    if len(texts) == 1:
        return texts[0]
    seconds = stream[-1][0]
    shown = "; ".join(texts[:_SHOWN_EVENTS]) + ("; ..." if len(texts) > _SHOWN_EVENTS else "")
    return f"{len(texts)} events in {seconds:g} s: {shown}"


def _event(event: Mapping[str, str]) -> str:
    values = (f"{name}={value!r}" for name, value in sorted(event.items()))
    return ", ".join(values) or "an event without attributes"


def shorten(text: str) -> str:
    """A text of a length that people read."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 60]} [...] {text[-50:]}"


def _values(difference: Difference, old: str, new: str) -> dict[str, Any]:
    groups: list[tuple[Category, Sequence[Pair]]] = [
        (category, found)
        for category in Category
        if (found := [each for each in difference.changed if each.category is category])
    ]
    return {
        "old": old,
        "new": new,
        "difference": difference,
        "counts": {word: number for word, number in difference.counts.items() if number},
        "groups": groups,
        "verdict": verdict,
        "evidence": evidence,
        "shorten": shorten,
        "Kind": Kind,
    }


def _rule(found: Found) -> dict[str, Any]:
    return {
        "name": found.rule.name,
        "event_type": found.rule.incident.event_type,
        "sigma_id": found.entry.sigma_id if found.entry else None,
        "location": str(found.parsed.location),
    }


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        **_rule(pair.new),
        "old_name": pair.old.rule.name,
        "category": pair.category.value,
        "meaning": pair.meaning.kind.value,
        "method": pair.meaning.method,
        "gained": [{"time": time, "event": dict(event)} for time, event in pair.meaning.gained],
        "lost": [{"time": time, "event": dict(event)} for time, event in pair.meaning.lost],
        "fields": [
            {"field": each.field, "part": each.part, "old": each.old, "new": each.new} for each in pair.fields
        ],
    }
