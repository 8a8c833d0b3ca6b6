"""Rules as data that may come from another process or from a file: checked on arrival, never executed.

Each class of :mod:`translator.model` has a form here with the same fields, whose name goes first. The forms
are made from the classes, so a field of the model cannot be forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, Union, get_args

import msgspec

from translator.model import expr, rule

_NAMES = {name: value for module in (expr, rule) for name, value in vars(module).items()}
_CLASSES = tuple(value for value in _NAMES.values() if isinstance(value, type) and is_dataclass(value))
_FIELDS = {model: tuple(field.name for field in fields(model)) for model in _CLASSES}


def _form(model: type) -> type[msgspec.Struct]:
    return msgspec.defstruct(
        model.__name__,
        [(field.name, field.type) for field in fields(model)],
        module=__name__,
        tag_field="model",
        tag=model.__name__,
        array_like=True,
        frozen=True,
        gc=False,
        forbid_unknown_fields=True,
    )


_FORMS: dict[type, type[msgspec.Struct]] = {model: _form(model) for model in _CLASSES}
# The fields' types are texts; they are looked up here, by the names that the model gives them.
globals().update({model.__name__: form for model, form in _FORMS.items()})
globals().update(
    {
        name: Union[tuple(_FORMS[model] for model in get_args(value))]  # noqa: UP007 - of a computed tuple
        for name, value in _NAMES.items()
        if isinstance(value, UnionType)
    }
)

_PLAIN = frozenset({"str", "int", "float", "bool", "None"})
"""Types of fields, as written, that are the same in both forms."""

WireRule: Any = _FORMS[rule.Rule]
"""The type of a rule on the way, for the decoder of what holds it."""
WireTest: Any = _FORMS[expr.Test]
"""The same for a leaf of a filter."""

_HALF = re.compile("[\ud800-\udfff]")
_ENCODER = msgspec.msgpack.Encoder()
_DECODER: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(WireRule)


def encode_rule(value: rule.Rule) -> bytes:
    """A rule as bytes."""
    wire = to_wire(value)
    try:
        return _ENCODER.encode(wire)
    except UnicodeEncodeError:
        return encode_whole(wire)


def decode_rule(data: bytes) -> rule.Rule:
    """The rule that the bytes stand for.

    Raises: ValueError when they are anything else than :func:`encode_rule` gives.
    """
    found: rule.Rule = from_wire(_DECODER.decode(data))
    return found


def encode_whole(value: Any) -> bytes:
    """What holds half a character, which a file name may and no encoding can: U+FFFD takes its place."""
    return _ENCODER.encode(_whole(msgspec.to_builtins(value, builtin_types=(bytes,))))


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return _HALF.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, list | tuple):
        return [_whole(each) for each in value]
    return value


def to_wire(value: Any) -> Any:
    """A rule, or a part of one, in the form that can be encoded."""
    kind = type(value)
    if kind is str:  # most parts are
        return value
    if kind is tuple:
        return tuple(map(to_wire, value))
    if kind is _Arrived:
        return value.wire
    form = _FORMS.get(kind)
    return value if form is None else form(*[to_wire(getattr(value, name)) for name in _FIELDS[kind]])


def from_wire(value: Any) -> Any:
    """The rule, or the part, back as the model has it."""
    kind = type(value)
    if kind is tuple:
        return tuple([from_wire(each) for each in value])
    make = _MAKERS.get(kind)
    return value if make is None else make(value)


def arrived(wire: Any) -> rule.Rule:
    """The rule, whose parts are made when they are first looked at: most rules of many are never asked."""
    found = object.__new__(_Arrived)
    object.__setattr__(found, "wire", wire)
    return found


class _Arrived(rule.Rule):
    """``wire`` was checked when it was decoded, so nothing is left to fail."""

    __slots__ = ("wire",)
    wire: Any

    def __getattr__(self, name: str) -> Any:
        """A part that was not looked at before; others are found without coming here."""
        if name not in _FIELDS[rule.Rule]:
            raise AttributeError(name)
        part = from_wire(getattr(self.wire, name))
        object.__setattr__(self, name, part)
        return part

    def __eq__(self, other: object) -> bool:
        names = _FIELDS[rule.Rule]
        return isinstance(other, rule.Rule) and all(getattr(self, n) == getattr(other, n) for n in names)

    def __hash__(self) -> int:
        return hash(tuple(getattr(self, name) for name in _FIELDS[rule.Rule]))


def _maker(model: type) -> Callable[[Any], Any]:
    """What makes the model's class from its form: most fields are plain, and are taken as they are."""
    names = _FIELDS[model]
    nested = [place for place, field in enumerate(fields(model)) if not _PLAIN.issuperset(_parts(field.type))]

    def make(value: Any) -> Any:
        parts = [getattr(value, name) for name in names]
        for place in nested:
            parts[place] = from_wire(parts[place])
        return model(*parts)

    return make


def _parts(annotation: Any) -> set[str]:
    return {part.strip() for part in str(annotation).split("|")}


_MAKERS = {form: _maker(model) for model, form in _FORMS.items()}
