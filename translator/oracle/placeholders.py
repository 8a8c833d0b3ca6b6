"""Filling in the values of placeholders, for the `expand` modifier (specification, Placeholders)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from translator.errors import Refused
from translator.oracle.items import Placeholders
from translator.oracle.regex import to_regex
from translator.oracle.text import shown
from translator.oracle.values import Placeholder, Token, read_tokens

MAX_EXPANSIONS = 1_000_000
"""Pieces of text in all combinations of placeholder values in one value."""


def fill(
    tokens: tuple[Token, ...], known: Placeholders, *, as_regex: bool = False
) -> Iterator[tuple[Token, ...]]:
    """Every combination of the values that the placeholders stand for.

    In a regular expression a value stands for itself, escaped, and its wildcards for any text.

    Raises: Refused (placeholder-unresolved, placeholder-too-many).
    """
    choices: list[Sequence[tuple[Token, ...]]] = []
    combinations = 1
    for token in tokens:
        if not isinstance(token, Placeholder):
            choices.append([(token,)])
            continue
        if token.name not in known:
            raise Refused(
                "placeholder-unresolved",
                f"the placeholder {shown(f'%{token.name}%')} has no values",
                hint="give a file with its values",
            )
        values = [read_tokens(str(value)) for value in known[token.name]]
        choices.append([(to_regex(value),) for value in values] if as_regex else values)
        combinations *= len(values)
        if combinations * len(tokens) > MAX_EXPANSIONS:
            raise Refused(
                "placeholder-too-many",
                "the placeholders of one value stand for too many combinations",
                hint="split the value",
            )
    for combination in product(*choices):
        yield tuple(token for part in combination for token in part)
