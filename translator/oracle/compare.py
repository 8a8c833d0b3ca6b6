"""From an item of a rule to a test on events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import assert_never

from translator.errors import InputError
from translator.oracle import leaves
from translator.oracle.items import Item
from translator.oracle.joins import all_of, any_of, opposite_of
from translator.oracle.leaves import Test
from translator.oracle.regex import searcher
from translator.oracle.text import DASHED, EXACT, FOLDED, spell
from translator.oracle.values import (
    Bound,
    Flag,
    Network,
    Null,
    Number,
    Presence,
    Reference,
    Regex,
    Text,
    Value,
)
from translator.oracle.wildcards import Alternatives


def item_test(item: Item) -> Test:
    """The test of a whole item: one of its values, or all of them, or the opposite.

    `neq` is the logical opposite of the item without it: it holds where the field is absent, and for a
    field with several values only if none of them is equal.

    Raises: InputError (value-type, cidr-malformed, regex-malformed), Refused (regex-unsupported).
    """
    if item.every:
        test = all_of([_one_of(item, forms) for forms in item.values])
    else:
        test = _one_of(item, [form for forms in item.values for form in forms])
    return opposite_of(test) if item.negated else test


def _one_of(item: Item, forms: Sequence[Value]) -> Test:
    if item.time_part is not None:
        return any_of([_at_time(item.field, item.time_part, value) for value in forms])
    if item.field is None:
        return _one_on(None, [_as_keyword(value) for value in forms])
    return _one_on(item.field, forms)


def _one_on(field: str | None, forms: Iterable[Value]) -> Test:
    """One of the forms fits. Texts, flags and numbers are gathered into one test of each kind."""
    texts: dict[int, Alternatives] = {}
    numbers: set[int | float] = set()
    tests: list[Test] = []
    for value in forms:
        match value:
            case Text():
                form = (EXACT if value.cased else FOLDED) + (DASHED if value.dashed else 0)
                texts.setdefault(form, Alternatives(form)).add(value)
            case Flag():
                texts.setdefault(FOLDED, Alternatives(FOLDED)).add(_spelt(value))
            case Number():
                numbers.add(value.number)
            case Bound():
                tests.append(leaves.in_bound(field, value))
            case Regex():
                tests.append(leaves.on_texts(field, EXACT, searcher(value)))
            case Network():
                tests.append(leaves.in_network(field, value))
            case Reference():
                tests.append(leaves.refers(field, value))
            case Presence():
                tests.append(leaves.is_present(field, value.wanted))
            case Null():
                tests.append(leaves.is_null(field))
            case _:
                assert_never(value)
    tests += [leaves.on_texts(field, form, group.test()) for form, group in texts.items()]
    if numbers:
        tests.append(leaves.among(field, frozenset(numbers)))
    return any_of(tests)


def _at_time(field: str | None, part: str, value: Value) -> Test:
    match value:
        case Number():
            return leaves.at_time(field, part, value.number)
        case Bound():
            return leaves.at_time(field, part, value)
    raise InputError(
        "value-type", f"{part!r} is compared with something that is no number", hint="leave out the quotes"
    )


def _as_keyword(value: Value) -> Value:
    """A keyword is looked for anywhere in the text of a field, unless the rule says where."""
    if isinstance(value, Number | Flag):
        value = _spelt(value)
    if isinstance(value, Text) and not (value.open_start or value.open_end):
        return replace(value, open_start=True, open_end=True)
    if isinstance(value, Null):
        raise InputError("value-type", "null among keywords", hint="name the field that is to be null")
    return value


def _spelt(value: Number | Flag) -> Text:
    return Text((str(spell(value.number if isinstance(value, Number) else value.flag)),))
