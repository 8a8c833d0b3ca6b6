"""The value modifiers of the Sigma specification 2.1, one function each (appendix Sigma Modifiers).

Modifiers are applied in the order in which the rule chains them. Each changes the values of an item, or
how the item as a whole is evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from translator.errors import InputError
from translator.oracle import encodings
from translator.oracle.items import Item
from translator.oracle.placeholders import fill
from translator.oracle.regex import read_parts
from translator.oracle.text import shown, spell
from translator.oracle.values import Bound, Flag, Network, Number, Presence, Reference, Regex, Text, Value


class _Misapplied(Exception):
    """A modifier met a value that it has no meaning for; carries what it expects."""


def modify(item: Item, name: str) -> None:
    """Apply the modifier to the item, in place.

    Raises: InputError (modifier-unknown, modifier-misapplied), Refused (placeholder-unresolved,
    placeholder-too-many, encoding-too-long, too-many-forms).
    """
    apply = MODIFIERS.get(name)
    if apply is None:
        raise InputError(
            "modifier-unknown",
            f"there is no modifier {shown(name)}",
            hint=f"known: {', '.join(sorted(MODIFIERS))}",
        )
    try:
        apply(item)
    except _Misapplied as misapplied:
        raise InputError(
            "modifier-misapplied", f"{name} needs {misapplied}", hint="change the value or the modifiers"
        ) from None


def _text(value: Value) -> Text:
    """Strings as they are, numbers and booleans by their spelling."""
    if isinstance(value, Text):
        return value
    spelt = spell(
        value.number if isinstance(value, Number) else value.flag if isinstance(value, Flag) else None
    )
    if spelt is None:
        raise _Misapplied("a text")
    return Text((spelt,))


def _open(item: Item, *, start: bool, end: bool) -> None:
    """`contains`, `startswith`, `endswith`: anything may stand before or after the value."""

    def change(value: Value) -> Iterable[Value]:
        if isinstance(value, Regex):
            # A regular expression is searched anywhere already; the two others tie one end down.
            yield replace(value, at_start=value.at_start or not start, at_end=value.at_end or not end)
        elif isinstance(value, Reference):
            yield replace(value, open_start=value.open_start or start, open_end=value.open_end or end)
        else:
            text = _text(value)
            yield replace(text, open_start=text.open_start or start, open_end=text.open_end or end)

    item.change(change)


def _cased(item: Item) -> None:
    def change(value: Value) -> Iterable[Value]:
        yield replace(value if isinstance(value, Reference) else _text(value), cased=True)

    item.change(change)


def _windash(item: Item) -> None:
    """Each of the five dashes, wherever it stands in the value, is as good as the others."""
    item.change(lambda value: (replace(_text(value), dashed=True),))


def _encode(item: Item, encoding: Callable[[Text], Iterable[Text]]) -> None:
    item.change(lambda value: encoding(_text(value)))


def _regex(item: Item) -> None:
    """The strings of the item have been read as regular expressions; only `null` has not."""
    if not all(isinstance(value, Regex) for forms in item.values for value in forms):
        raise _Misapplied("a regular expression")


def _regex_flag(item: Item, flag: str) -> None:
    def change(value: Value) -> Iterable[Value]:
        if not isinstance(value, Regex):
            raise _Misapplied("the modifier 're' beside it")
        yield replace(value, flags=value.flags + flag)

    item.change(change)


def _literal(value: Value, what: str) -> str:
    """The content of a text without wildcards and placeholders."""
    text = _text(value)
    if not text.tokens or not all(isinstance(token, str) for token in text.tokens):
        raise _Misapplied(f"{what} without wildcards")
    return "".join(token for token in text.tokens if isinstance(token, str))


def _cidr(item: Item) -> None:
    item.change(lambda value: (Network(_literal(value, "an address range")),))


def _fieldref(item: Item) -> None:
    if item.field is None:
        raise _Misapplied("a field")

    def change(value: Value) -> Iterable[Value]:
        name, text = _literal(value, "a field name"), _text(value)
        yield Reference(name, text.open_start, text.open_end, text.cased)

    item.change(change)


def _exists(item: Item) -> None:
    if item.field is None:
        raise _Misapplied("a field")

    def change(value: Value) -> Iterable[Value]:
        if not isinstance(value, Flag):
            raise _Misapplied("true or false")
        yield Presence(value.flag)

    item.change(change)


def _bound(item: Item, order: str) -> None:
    def change(value: Value) -> Iterable[Value]:
        if not isinstance(value, Number):
            raise _Misapplied("a number, without quotes")
        yield Bound(order, value.number)

    item.change(change)


def _expand(item: Item) -> None:
    def change(value: Value) -> Iterable[Value]:
        if isinstance(value, Regex):
            parts = read_parts(value.source)
            for tokens in fill(parts, item.placeholders, as_regex=True):
                yield replace(value, source="".join(str(token) for token in tokens))
        else:
            text = _text(value)
            for tokens in fill(text.tokens, item.placeholders):
                yield replace(text, tokens=tokens)

    item.change(change)


def _every(item: Item) -> None:
    item.every = True


def _negated(item: Item) -> None:
    item.negated = True


def _time_part(item: Item, part: str) -> None:
    item.time_part = part


_Modifier = Callable[[Item], None]

MODIFIERS: dict[str, _Modifier] = {
    # generic
    "all": _every,
    "contains": partial(_open, start=True, end=True),
    "startswith": partial(_open, start=False, end=True),
    "endswith": partial(_open, start=True, end=False),
    "exists": _exists,
    "cased": _cased,
    "neq": _negated,
    # strings
    "windash": _windash,
    "re": _regex,
    "i": partial(_regex_flag, flag="i"),
    "m": partial(_regex_flag, flag="m"),
    "s": partial(_regex_flag, flag="s"),
    # The long names are pySigma's; the specification has the letters only.
    "ignorecase": partial(_regex_flag, flag="i"),
    "multiline": partial(_regex_flag, flag="m"),
    "dotall": partial(_regex_flag, flag="s"),
    "base64": partial(_encode, encoding=encodings.base64),
    "base64offset": partial(_encode, encoding=encodings.base64offset),
    "utf16le": partial(_encode, encoding=partial(encodings.utf16, codec="utf-16-le")),
    "wide": partial(_encode, encoding=partial(encodings.utf16, codec="utf-16-le")),
    "utf16be": partial(_encode, encoding=partial(encodings.utf16, codec="utf-16-be")),
    "utf16": partial(_encode, encoding=partial(encodings.utf16, codec="utf-16-le", mark=True)),
    # numbers
    "lt": partial(_bound, order="lt"),
    "lte": partial(_bound, order="lte"),
    "gt": partial(_bound, order="gt"),
    "gte": partial(_bound, order="gte"),
    # points in time
    "minute": partial(_time_part, part="minute"),
    "hour": partial(_time_part, part="hour"),
    "day": partial(_time_part, part="day"),
    "week": partial(_time_part, part="week"),
    "month": partial(_time_part, part="month"),
    "year": partial(_time_part, part="year"),
    # addresses, other fields, placeholders
    "cidr": _cidr,
    "fieldref": _fieldref,
    "expand": _expand,
}
