"""A raw event for a rule, to be pasted into the rule test of FortiSIEM."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from translator.dialect.profile import Dialect
from translator.engine.compile import compile_rule
from translator.errors import TranslatorError
from translator.harness.events import known_log_source
from translator.harness.pack_sequences import Unwritten, messages
from translator.model.rule import Rule
from translator.normalise import normalise
from translator.normalise.interpreter.agent import agent_message
from translator.sources.correlation import CorrelationSource
from translator.sources.linked import Shared
from translator.sources.sigma import RuleSource
from translator.taxonomy.lookup import Taxonomy
from translator.translate import load
from translator.witness import judge_of, raw_event, witnesses

_WITNESSES = 4
"""Events that are tried for a rule; mostly the first one fires."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A rule for which an event is wanted, and the condition of the Sigma rule it was made from."""

    name: str
    rule: Rule
    file: Path
    line: int | None
    condition: int


class Pasted(NamedTuple):
    """A raw event; the empty text where there is none, and why."""

    text: str
    why: str = ""


LOST = Pasted("", "its Sigma rule is not found any more")
NOT_KNOWN = Pasted("", "how its log source writes events is not known")
NOT_WRITTEN = Pasted("", "how its log source writes such an event is not known")
NOT_MADE = Pasted("", "no event could be made on which it fires")


def pasted(
    wanted: Iterable[Wanted],
    taxonomy: Taxonomy,
    dialect: Dialect,
    shared: Shared | None = None,
    step: Callable[[], None] = lambda: None,
) -> dict[str, Pasted]:
    """By name of the rule, an event on which it fires, as FortiSIEM gets it: of Windows from the Agent.

    The event is made from the Sigma rule, and read back: it is given only if the oracle and the rule itself
    agree that it fires. A rule about several events has as many, each after a line that says which one it
    is. Log sources whose events are not known as collected have none. ``shared`` is what the files say about
    rules of each other.
    """
    found: dict[str, Pasted] = {}
    known: dict[Path, Mapping[int | None, RuleSource]] = {}
    for each in wanted:
        if each.file not in known:
            known = {each.file: {source.location.line: source for source in _sources(each.file, shared)}}
        source = known[each.file].get(each.line)
        found[each.name] = LOST if source is None else _pasted(source, each, taxonomy, dialect)
        step()
    return found


def _sources(file: Path, shared: Shared | None) -> Iterator[RuleSource]:
    yield from (each for each in load([file], shared) if isinstance(each, RuleSource))


def _pasted(source: RuleSource, wanted: Wanted, taxonomy: Taxonomy, dialect: Dialect) -> Pasted:
    if not isinstance(source, CorrelationSource):
        return _message(source, wanted, taxonomy, dialect)
    try:
        texts = messages(source, wanted.rule, dialect)
    except Unwritten as why:
        return Pasted("", str(why))
    except TranslatorError as error:
        return Pasted("", error.cause)
    if len(texts) == 1:
        return Pasted(texts[0])
    numbered = (f"# Event {number} of {len(texts)}\n{text}" for number, text in enumerate(texts, 1))
    return Pasted("\n".join(numbered))


def _message(source: RuleSource, wanted: Wanted, taxonomy: Taxonomy, dialect: Dialect) -> Pasted:
    if known_log_source(source, taxonomy) is None:
        return NOT_KNOWN
    tried = written = False
    try:
        judge = judge_of(source, wanted.condition, {})
        rule = compile_rule(wanted.rule, dialect)
        for witness in witnesses(source, wanted.condition, most=_WITNESSES).events:
            if not (witness.fires and witness.expected):
                continue
            tried = True
            raw = raw_event(source, witness, judge)
            written = written or raw is not None
            if raw is not None and rule.matches(attributes := normalise(raw)):
                return Pasted(agent_message(raw) if "Event" in raw else str(attributes["rawEventMsg"]))
    except TranslatorError as error:  # tables that nobody supplied, several events, values no event holds
        return Pasted("", error.cause)
    return NOT_MADE if written or not tried else NOT_WRITTEN
