"""The oracle's verdict on an event that is given as Sigma fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from translator.oracle import Matcher, View, compile_rule
from translator.sources.sigma import RuleSource
from translator.witness.reading import Placeholders

Judge = Callable[[Mapping[str, object]], bool]


def judge_of(source: RuleSource, index: int, placeholders: Placeholders) -> Judge:
    """The verdict of one condition. The filters have to match too, each in one of its conditions.

    Raises: InputError and Refused as :func:`translator.oracle.compile_rule`.
    """
    rule = compile_rule(source.document, placeholders)[index]
    filters = [_conditions(each["filter"], placeholders) for each in source.filters]

    def fires(event: Mapping[str, object]) -> bool:
        view = View.of(event)
        return rule.matches(view) and all(any(one.matches(view) for one in each) for each in filters)

    return fires


def _conditions(section: Mapping[str, object], placeholders: Placeholders) -> tuple[Matcher, ...]:
    detection = {key: value for key, value in section.items() if key != "rules"}
    return compile_rule({"logsource": {}, "detection": detection}, placeholders)
