"""Whether a server takes the filters of rules: each is asked over one minute, and nothing is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from translator.model.rule import Rule
from translator.pack.client.client import Client
from translator.pack.client.errors import QueryRefused, ServerError
from translator.pack.client.many import Journal, ask_all
from translator.pack.client.query import EventQuery
from translator.render.expression import print_filter

MINUTE = 60
SELECT = ("phRecvTime", "eventType")
Verdict = Literal["accepted", "refused", "not asked"]


@dataclass(frozen=True)
class FilterVerdict:
    """What became of one sub-pattern's filter; ``said``: the server's objection, or why it was not asked."""

    rule: Rule
    pattern: str
    verdict: Verdict
    said: str = ""


def accept(
    rules: Sequence[Rule],
    now: int,
    client: Client,
    journal: Journal[str],
    done: Callable[[], object] = lambda: None,
) -> list[FilterVerdict]:
    """Ask for each filter; ``now`` is in seconds since 1970. Answers of an earlier run are not asked again.

    Attributes of the group-by list are asked for, too: a server knows them or objects.

    Raises: InputError as Journal.keep; Refused as print_filter.
    """
    filters = [(rule, pattern) for rule in rules for pattern in rule.sub_patterns]
    queries = [
        EventQuery(
            print_filter(pattern.filter),
            now - MINUTE,
            now,
            tuple(dict.fromkeys((*SELECT, *pattern.group_by))),
        )
        for _, pattern in filters
    ]

    def ask(query: EventQuery) -> str:
        # Filter and attributes are what the server judges, whenever it is asked.
        key = f"{client.session.server.host} accepts {EventQuery(query.where, 0, 0, query.select).key}"
        known = journal.known(key)
        if known is None:
            try:
                client.accepts(query)
                known = ""
            except QueryRefused as error:
                known = error.cause
            journal.keep(key, known)
        return known

    answers = ask_all(queries, ask, done)
    return [
        FilterVerdict(rule, pattern.name, *_verdict(answer))
        for (rule, pattern), answer in zip(filters, answers, strict=True)
    ]


def _verdict(answer: str | ServerError) -> tuple[Verdict, str]:
    if isinstance(answer, ServerError):
        return "not asked", str(answer)
    return ("refused", answer) if answer else ("accepted", "")
