"""Evaluate Sigma correlation rules on streams of events, read from the specification alone.

The detection rules in them are read as in `translator.oracle.match`. Specification: Sigma correlation rules
2.1; "open" below means that it does not decide. Times are seconds, events come in the order of their times.

When a correlation holds

- It is asked at every event that one of its rules matches, for the groups of that event, about the window
  of `timespan` seconds that ends with it: later than t - timespan, up to and with t (open: the edge). Two
  events a whole timespan apart are never in one window, as they are never in one bucket.
- It holds at each event at which its condition is true, again and again, not only when it becomes true
  (open). It never holds at other times: that something does not happen is noticed by the next match only.
- Events of one time keep the order in which they come.

Groups

- Events are in one group if all fields of `group-by` have the same text: 1 and "1" are the same, `A` and
  `a` are not (open). Without `group-by` all events are one group (open: it is "mandatory" but "optionally
  defines").
- An event that lacks a field of `group-by`, or has null there, is in no group and does not take part (open).
- A field with several values puts the event into the group of each (open).
- An alias replaces a field name in `group-by` and in `field` for the rules that it lists; for other rules
  it is the name of a field (open).

What is counted

- event_count: events, one that meets two rules once. value_count: different texts, of several fields
  different combinations ("linked by an AND"). An event without the field still is an event of the group.
- value_sum, value_avg: exact; broken results are rounded once to the nearest double. What is no number is
  left out, and where there is no number at all nothing holds.
- value_percentile: the smallest value that so many percent of the values do not exceed (nearest rank); it
  is refused without `percentile`, which the specification forgets. value_median is percentile 50.
- temporal: rules that match in the window, one event may meet several. Without a condition all have to. A
  boolean condition over rules, from the draft of specification 2.2, has to use every rule listed.
  `not rule` means no match up to and with the event itself; what follows is not waited for (open).
- temporal_ordered: the longest sequence of events that meet different rules in the order of `rules`, each
  later in the stream than the one before, and that ends with the event itself: what follows a complete
  sequence does not make it complete again (open). Any boolean condition but a conjunction is refused (open).

Correlations of correlations

- An event at which a correlation holds is a match of it, once for each group. It has the fields of the
  event, and those that the inner correlation groups by, with the values of the group (open).

Filters in the file set are added to the rules, see `translator.oracle.correlation_filters`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from translator.oracle.correlation_compile import Compiler
from translator.oracle.correlation_documents import is_correlation, is_filter, text_of, title_of
from translator.oracle.correlation_stream import Plan, Scope, run
from translator.oracle.view import View

Stream = Iterable[tuple[float, Mapping[str, object]]]
"""Time in seconds and event, as a flat map from Sigma field names to values or as a `View` of one."""


@dataclass(frozen=True, slots=True)
class Firing:
    """A correlation holds at an event, for one group."""

    time: float
    group: tuple[str, ...]
    """The values of the fields of `group-by`, in their order, as text."""
    events: tuple[int, ...]
    """Places in the stream, counted from 0, of what the group has in the window; the last one is the event
    itself. Among them are events that the condition could do without."""


def everywhere(logsource: Mapping[str, object], view: View) -> bool:
    """The scope that ignores log sources."""
    return True


@dataclass(frozen=True, slots=True)
class Correlation:
    """A correlation rule, ready to be run over any number of streams."""

    title: str
    id: str
    """Empty if the rule has none, as the name."""
    name: str
    type: str
    timespan: int
    """In seconds."""
    group_by: tuple[str, ...]
    generate: bool
    """The rules that it refers to are rules of their own as well."""
    alone: bool
    """A rule of its own, and not only a part of correlations that do not generate their parts."""
    plan: Plan = field(repr=False)

    def replay(self, events: Stream, scope: Scope = everywhere) -> Iterator[Firing]:
        """The firings over a stream, as soon as they are known.

        `scope` says whether an event belongs to the log source of a detection rule. A firing costs as
        much as its group has events in the window; `fires_at` does not list them.

        Raises: InputError (events-unordered, time-malformed, event-too-wide).
        """
        for time, groups in run(self.plan, events, scope):
            for group in groups:
                yield Firing(time, group.key, tuple(entry.index for entry in group.entries))

    def fires_at(self, events: Stream, scope: Scope = everywhere) -> list[bool]:
        """For each event, whether the correlation holds at it for some group. Raises: as `replay`."""
        return [bool(groups) for _, groups in run(self.plan, events, scope)]


def compile_correlations(
    documents: Sequence[Mapping[str, object]],
    placeholders: Mapping[str, Sequence[str | int]] | None = None,
) -> tuple[Correlation, ...]:
    """The correlation rules of a file set, in the order of its documents.

    The documents are plain YAML: correlation rules, and the detection rules and filters that belong to
    them. Detection rules that no correlation refers to are not read. `placeholders` as for `compile_rule`.

    Raises: InputError for what is malformed, unknown, ambiguous or circular, Refused for what the
    specification leaves out (type-unsupported, percentile-missing, order-open); both also for detection
    rules. The cause begins with the title of the rule.

    >>> failure = {
    ...     "name": "failure", "logsource": {},
    ...     "detection": {"sel": {"Outcome": "no"}, "condition": "sel"},
    ... }
    >>> guessing = {
    ...     "title": "Guessing",
    ...     "correlation": {
    ...         "type": "event_count", "rules": ["failure"], "group-by": ["User"], "timespan": "1m",
    ...         "condition": {"gte": 2},
    ...     },
    ... }
    >>> [correlation] = compile_correlations([guessing, failure])
    >>> list(correlation.replay((time, {"Outcome": "no", "User": "eve"}) for time in (0, 59, 119)))
    [Firing(time=59, group=('eve',), events=(0, 1))]
    """
    compiler = Compiler(documents, placeholders or {})
    alone = _alone(compiler)
    return tuple(
        _correlation(compiler, place, alone[place])
        for place, document in enumerate(documents)
        if is_correlation(document)
    )


def stand_alone(documents: Sequence[Mapping[str, object]]) -> tuple[bool, ...]:
    """For each document of a file set, whether it is a rule of its own.

    Filters are not, nor are rules that correlations refer to, unless one of these has `generate` (open:
    what holds if another one has not).

    Raises: InputError, Refused for malformed correlation rules.
    """
    return _alone(Compiler(documents, {}))


def _alone(compiler: Compiler) -> tuple[bool, ...]:
    documents = compiler.documents.all
    referring = [place for place, document in enumerate(documents) if is_correlation(document)]
    parts = {rule for place in referring for rule in compiler.rules(place)}
    generating = [place for place in referring if compiler.section(place).generate]
    parts -= {rule for place in generating for rule in compiler.rules(place)}
    return tuple(place not in parts and not is_filter(document) for place, document in enumerate(documents))


def _correlation(compiler: Compiler, place: int, alone: bool) -> Correlation:
    document, section = compiler.documents.all[place], compiler.section(place)
    return Correlation(
        title=title_of(document),
        id=text_of(document, "id"),
        name=text_of(document, "name"),
        type=section.type,
        timespan=section.span,
        group_by=section.group_by,
        generate=section.generate,
        alone=alone,
        plan=compiler.plan(place),
    )
