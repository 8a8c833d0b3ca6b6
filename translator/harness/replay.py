"""Rule documents over the events of files: what fires, what it raises, and what could not be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache
from pathlib import Path

from translator.dialect.profile import Dialect
from translator.engine.context import Context
from translator.engine.context_file import context_of
from translator.engine.exception_file import exceptions_of
from translator.engine.exceptions import RuleException
from translator.engine.explain import Step, explain
from translator.engine.session import Session
from translator.engine.types import remarks
from translator.engine.values import Event
from translator.errors import InputError
from translator.harness.arrivals import Arrivals
from translator.harness.rule_book import RuleBook, read_rules_with
from translator.model.rule import Rule
from translator.parse.expression import Precedence, parse_filter
from translator.parse.rule_xml import read_rules
from translator.parse.rule_xml.document import MAX_BYTES
from translator.sources.documents import Document, read_yaml_file
from translator.sources.files import read_bytes
from translator.taxonomy.load import shipped_catalogue


def read_rule_book(paths: Sequence[Path], precedence: Precedence | None = None) -> RuleBook:
    """The rules of files and of the ``*.xml`` below directories; what cannot be read gives its error."""
    book = read_rules_with(lambda path: read_rules(read_bytes(path, MAX_BYTES), str(path), precedence), paths)
    for parsed in book.rules:
        book.unused.update({part.partition("=")[0] for part in parsed.unknown})
        book.unsuited.update(remarks(parsed.rule, _types()))
    return book


@cache
def _types() -> dict[str, str]:
    """Attribute -> its type in FortiSIEM's catalogue."""
    return {name: kind for kind, names in shipped_catalogue().types.items() for name in names}


def read_context(path: Path) -> Context:
    """The groups, lookup tables, devices and baselines of a file.

    Raises: InputError as read_yaml_file; InputError(context-invalid).
    """
    document = _only_document(path, "context-invalid")
    return context_of(document.content, document.location)


def read_exceptions(path: Path, zone: tzinfo) -> tuple[RuleException, ...]:
    """The exceptions of a file; times without offset are local to ``zone``.

    Raises: InputError as read_yaml_file; InputError(exceptions-invalid, filter-syntax).
    """
    document = _only_document(path, "exceptions-invalid")
    return exceptions_of(document.content, document.location, zone, lambda text: parse_filter(text).expr)


def _only_document(path: Path, code: str) -> Document:
    first, *others = read_yaml_file(path)
    if others:
        raise InputError(code, "the file holds several documents", others[0].location, "leave one")
    return first


@dataclass
class Outcome:
    """A replay, while it runs and at its end; ``replayed`` counts the events that it took."""

    session: Session
    replayed: int = 0

    @property
    def unknown(self) -> Iterator[tuple[str, str, int]]:
        """Rules that could not always be told: name, the last reason, and for how many events."""
        for number, what in sorted(self.session.replay.unknown.items()):
            yield self.session.log.watched[number].name, what.reason, what.events

    @property
    def cut(self) -> Iterator[tuple[str, int]]:
        """Rules for which an event completed too many combinations, and for how many events."""
        for number, events in self.session.replay.cut.items():
            yield self.session.log.watched[number].name, events


def replay(
    rules: Sequence[Rule],
    arrivals: Arrivals,
    dialect: Dialect,
    context: Context,
    exceptions: Sequence[RuleException] = (),
    done: Callable[[Outcome], object] = lambda outcome: None,
) -> Outcome:
    """Replay the events and keep the incidents; ``done`` is called after each event.

    A rule that the engine refuses and an event that it cannot take are left out and noted.

    Raises: for exceptions as :func:`translator.engine.compile.compile_expr`.
    """
    outcome = Outcome(Session(rules, dialect, context, exceptions, tolerant=True))
    for time, arrival in arrivals.timed():
        try:
            outcome.session.feed(time, arrival.event, str(arrival.location))
        except InputError as error:
            arrivals.fail(arrival, error)
        else:
            outcome.replayed += 1
        done(outcome)
    outcome.session.finish()
    return outcome


def explain_event(rule: Rule, event: Event, dialect: Dialect, context: Context) -> list[tuple[str, Step]]:
    """For each sub-pattern of the rule, by name, why it matches the event or does not.

    Raises: as :func:`translator.engine.explain.explain`.
    """
    return [(each.name, explain(each.filter, event, dialect, context)) for each in rule.sub_patterns]
