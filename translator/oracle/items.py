"""A field of a rule with its values, before and while its modifiers are applied."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

from translator.errors import InputError, Refused
from translator.oracle.text import spell
from translator.oracle.values import Flag, Null, Number, Regex, Text, Value, read_tokens

MAX_FORMS = 200_000
"""Forms of all values of one item; a list of placeholder values may be long."""

Placeholders = Mapping[str, Sequence[str | int]]
"""Placeholder name (without percent signs) to the values it stands for; wildcards in them are wildcards."""


@dataclasses.dataclass
class Item:
    """One entry per value of the rule, holding the forms that value may take."""

    field: str | None
    """None: any text of the event (a keyword)."""
    values: list[tuple[Value, ...]]
    placeholders: Placeholders = dataclasses.field(default_factory=dict)
    every: bool = False
    """All values must be found, not one of them."""
    negated: bool = False
    time_part: str | None = None
    """Compare this part of a point in time instead of the field's own value."""

    def change(self, change: Callable[[Value], Iterable[Value]]) -> None:
        """Replace every form of every value by the forms that `change` makes of it.

        Raises: Refused (too-many-forms) beyond MAX_FORMS.
        """
        left = MAX_FORMS
        changed: list[tuple[Value, ...]] = []
        for forms in self.values:
            made = tuple(islice((new for value in forms for new in change(value)), left + 1))
            left -= len(made)
            if left < 0:
                raise Refused(
                    "too-many-forms",
                    f"its modifiers and placeholders make more than {MAX_FORMS} values of it",
                    hint="split the rule, or chain fewer modifiers",
                )
            changed.append(made)
        self.values = changed


def read_value(raw: object, modifiers: Sequence[str]) -> Value:
    """A scalar of the YAML file as a value.

    `re` and `expand` decide how the strings of an item are read, so its modifiers are needed here.

    Raises: InputError (value-type) for what Sigma has no values of: dates, maps, lists in lists.
    """
    if raw is None:
        return Null()
    spelt = spell(raw)
    if spelt is None:
        raise InputError(
            "value-type",
            f"a value is of type {type(raw).__name__}",
            hint="use text (quoted), a number, true, false or null",
        )
    if "re" in modifiers:
        return Regex(spelt)
    if isinstance(raw, bool):
        return Flag(raw)
    if isinstance(raw, int | float):
        return Number(raw)
    return Text(read_tokens(spelt, placeholders="expand" in modifiers))
