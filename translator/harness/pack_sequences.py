"""Raw events for a rule about several events, to be added one by one in the rule test of FortiSIEM."""

from __future__ import annotations

from collections.abc import Mapping

from translator.dialect.profile import Dialect
from translator.engine.replay import Replay
from translator.model.rule import Rule
from translator.normalise import normalise
from translator.normalise.interpreter.agent import agent_message
from translator.sources.correlation import CorrelationSource
from translator.sources.sigma import RuleSource
from translator.witness import RawForm, Sequence, Step, Witness, raw_event, witness_sequences

MOST_STEPS = 20
"""Events that a person pastes."""
PAUSE = 1
"""Seconds between two events in the rule test."""
_SEQUENCES = 8
"""Sequences that are tried for a rule; the first are the plainest."""


class Unwritten(Exception):
    """No sequence could be written down; its text says why, for people."""


def messages(source: CorrelationSource, rule: Rule, dialect: Dialect) -> list[str]:
    """The messages of events that fire the rule, when one comes a second after the other.

    Raises: Unwritten.
    """
    made = witness_sequences(source, most=_SEQUENCES)
    holding = [each for each in made.found if each.expected]
    if not holding:
        raise Unwritten(made.reason or "no events could be made on which it fires")
    short = [each for each in holding if len(each.steps) <= MOST_STEPS]
    if not short:
        raise Unwritten(f"it needs {min(len(each.steps) for each in holding):,} events")
    written = False
    for each in short:
        raw = _raw(source, each)
        if raw is None:
            continue
        written = True
        events = [normalise(form) for form in raw]
        stream = [(float(place * PAUSE), event) for place, event in enumerate(events)]
        if any(True for _ in Replay((rule,), dialect).run(stream)):
            return [
                agent_message(form) if "Event" in form else str(event["rawEventMsg"])
                for form, event in zip(raw, events, strict=True)
            ]
    if written:
        raise Unwritten("it does not fire on events a second apart")
    raise Unwritten("how its log sources write such events is not known")


def _raw(source: CorrelationSource, sequence: Sequence) -> list[RawForm] | None:
    """The events of a sequence as collected; None where one of them has no such form."""
    rules = {name: rule for rule in source.detections for name in _names(rule)}
    found = []
    for step in sequence.steps:
        form = _form(step, rules)
        if form is None:
            return None
        found.append(form)
    return found


def _form(step: Step, rules: Mapping[str, RuleSource]) -> RawForm | None:
    rule = rules.get(step.rule)
    if rule is None:
        return None
    return raw_event(rule, Witness("witness", step.event, fires=True, expected=True, leaf=None, why=""))


def _names(rule: RuleSource) -> tuple[str, ...]:
    return tuple(str(rule.document[key]) for key in ("name", "id") if rule.document.get(key))
