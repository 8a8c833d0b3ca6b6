"""The events of sequences for both engines: as collected where that is known, else by their Sigma fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from translator.harness.events import known_log_source
from translator.harness.streams import Seen, TimedEvent, see
from translator.options import Options
from translator.oracle import field_view
from translator.sources.correlation import CorrelationSource
from translator.sources.sigma import RuleSource
from translator.witness import Judge, RawForm, Step, Witness, judge_of, known_as, raw_event


class SequenceEvents:
    """Events of the steps of one correlation. Most steps are like others but for their times."""

    def __init__(self, source: CorrelationSource, options: Options) -> None:
        self._source = source
        self._options = options
        self._rules = {known_as(each): each for each in source.detections}
        self._judges: dict[str, Judge] = {}
        self._asked = frozenset(_asked(source))
        self._known: dict[str, tuple[Seen, str]] = {}

    def of(self, step: Step) -> tuple[Seen, str]:
        """The event, and its message where it is known as collected."""
        key = repr((step.rule, sorted(step.event.items())))
        if key not in self._known:
            self._known[key] = self._made(step)
        seen, message = self._known[key]
        return replace(seen, time=step.at), message

    def _made(self, step: Step) -> tuple[Seen, str]:
        raw = self._collected(step)
        event: Mapping[str, Any] = step.event if raw is None else raw
        timed = TimedEvent(0, event, "sigma" if raw is None else "raw", step.rule)
        (seen,) = see(self._source, [timed], self._options.settings.taxonomy)
        return seen, "" if raw is None else str(seen.views.fortisiem["rawEventMsg"])

    def _collected(self, step: Step) -> RawForm | None:
        """The event as collected, with just the values that the correlation asks for.

        What parsers of the user make of events is in rows alone, so no event of theirs is taken as collected.
        """
        rule, taxonomy = self._rules[step.rule], self._options.settings.taxonomy
        log_source = known_log_source(rule, taxonomy)
        if log_source is None or not taxonomy.is_shipped(log_source.key):
            return None
        judge = self._judge(step.rule, rule)
        made = Witness("witness", step.event, judge(step.event), judge(step.event), None, "")
        raw = raw_event(rule, made, judge)
        view = {} if raw is None else field_view(raw)
        same = all(str(view.get(name)) == str(step.event.get(name)) for name in self._asked)
        return raw if same else None

    def _judge(self, name: str, rule: RuleSource) -> Judge:
        """Whether one of the conditions of the rule holds."""
        if name not in self._judges:
            places = range(len(rule.conditions))
            conditions = [judge_of(rule, place, self._options.placeholders) for place in places]
            self._judges[name] = lambda event: any(each(event) for each in conditions)
        return self._judges[name]


def _asked(source: CorrelationSource) -> Iterator[str]:
    """The fields that the correlation, and those in it, group by or measure."""
    for place, member in enumerate(source.members):
        for name in (*source.section.group_by, *source.section.fields):
            yield source.field_of(name, place)
        if isinstance(member, CorrelationSource):
            yield from _asked(member)
