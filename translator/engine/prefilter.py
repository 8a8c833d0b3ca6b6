"""Which of many filters an event may satisfy, found by looking its values up instead of asking each filter.

Filters are bits of whole numbers. Each filter's clauses (:mod:`translator.engine.needs`) are spread over a
few layers; a value of an attribute gives for each layer the filters of which it satisfies a clause there.
What a value gives is kept, because values repeat: an image, a user, an event type. A filter is left when no
layer rules it out. That leaves too many at times and never too few.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from translator.engine.compile import EVENT_TYPE
from translator.engine.needs import Clause, Sign
from translator.engine.predicates import IS_AT, RAW_MESSAGE, Form, Holds, Place, Predicate
from translator.engine.values import Record

LAYERS = 4
"""Clauses of one filter that are looked up; rules seldom have more."""
_GRAM = 4
"""Characters by which a text is found in a value; a shorter text by all of its own."""
_KEPT_VALUES = 20_000
_LONGEST_KEPT = 1_024
"""Bounds of what is remembered: values, and the characters of each."""

_NOT_LOOKED_UP = frozenset({RAW_MESSAGE, EVENT_TYPE})

Found = tuple[int, ...]
"""For each layer the filters, as bits, of which a clause is satisfied."""
_NOTHING: Found = (0,) * LAYERS


@dataclass(frozen=True, slots=True)
class _Text:
    """A text to verify, and what it gives."""

    holds: Holds
    text: str
    found: Found


class _Forms:
    """The signs of one attribute in one form of its values."""

    def __init__(self, form: Form, layers: dict[Sign, list[int]]) -> None:
        self.form = form
        signs = {sign: tuple(found) for sign, found in layers.items()}
        self._whole = {sign.text: found for sign, found in signs.items() if _is_whole(sign)}
        self._last: dict[str, list[_Text]] = {}
        self._grams: dict[int, dict[str, list[_Text]]] = {}
        self._asked: list[tuple[Predicate, Found]] = []
        loose: list[tuple[Sign, Found]] = []
        for sign, found in signs.items():
            if sign.predicate is not None:
                self._asked.append((sign.predicate, found))
            elif not _is_whole(sign):
                component = _last_component(sign.text) if sign.place is Place.END else ""
                if component:
                    self._last.setdefault(component, []).append(_text(sign, found))
                else:
                    loose.append((sign, found))
        counts = Counter(gram for sign, _ in loose for gram in _grams(sign.text, _GRAM))
        for sign, found in loose:
            length = min(len(sign.text), _GRAM)
            # The rarest gram, so that a value meets few texts in vain.
            gram = min(_grams(sign.text, length), key=lambda each: (counts[each], each))
            self._grams.setdefault(length, {}).setdefault(gram, []).append(_text(sign, found))

    def give(self, text: str) -> Iterator[Found]:
        """What a value gives, each part of it once."""
        whole = self._whole.get(text)
        if whole is not None:
            yield whole
        if self._last:
            yield from _verified(self._last.get(_last_component(text), ()), text)
        for length, by_gram in self._grams.items():
            for gram in by_gram.keys() & _grams(text, length):
                yield from _verified(by_gram[gram], text)

    def asked(self, value: str) -> Iterator[Found]:
        """What predicates without known texts give."""
        for predicate, found in self._asked:
            form = predicate.form.of(value)
            if form is not None and predicate.holds(form, predicate.operand):
                yield found


def _is_whole(sign: Sign) -> bool:
    return sign.predicate is None and sign.place is Place.WHOLE


def _text(sign: Sign, found: Found) -> _Text:
    return _Text(IS_AT[sign.place], sign.text, found)


def _verified(texts: Iterable[_Text], value: str) -> Iterator[Found]:
    for each in texts:
        if each.holds(value, each.text):
            yield each.found


def _last_component(text: str) -> str:
    """What stands behind the last separator of a path; empty where there is none."""
    return text.rpartition("\\")[2] if "\\" in text else ""


def _grams(text: str, length: int) -> set[str]:
    return {text[at : at + length] for at in range(len(text) - length + 1)}


class Prefilter:
    """The filters that are left for an event, as bits.

    ``clauses`` are those of each filter.
    """

    def __init__(self, clauses: Sequence[Sequence[Clause]]) -> None:
        self._everything = (1 << len(clauses)) - 1
        free = [self._everything] * LAYERS
        signs: dict[str, dict[Form, dict[Sign, list[int]]]] = {}
        for number, own in enumerate(clauses):
            for layer, clause in enumerate(_looked_up(own)):
                free[layer] &= ~(1 << number)
                for sign in clause:
                    found = signs.setdefault(sign.attribute, {}).setdefault(sign.form, {})
                    found.setdefault(sign, [0] * LAYERS)[layer] |= 1 << number
        self._free = tuple(free)
        self._attributes = {
            name: [_Forms(form, own) for form, own in forms.items()] for name, forms in signs.items()
        }
        self._new: dict[tuple[str, str], Found] = {}
        self._old: dict[tuple[str, str], Found] = {}

    def left(self, record: Record) -> int:
        """The filters that the event may satisfy."""
        layers = [0] * LAYERS
        for name in self._attributes.keys() & record.text.keys():
            found = self._found(name, record)
            if found is not _NOTHING:
                for layer, bits in enumerate(found):
                    layers[layer] |= bits
        left = self._everything
        for bits, free in zip(layers, self._free, strict=True):
            left &= bits | free
        return left

    def _found(self, name: str, record: Record) -> Found:
        """What the value gives; remembered until as many other values came twice over."""
        key = name, record.text[name]
        found = self._new.get(key)
        if found is not None:
            return found
        found = self._old.get(key)
        if found is None:
            found = self._look_up(name, record)
        if len(key[1]) <= _LONGEST_KEPT:
            if len(self._new) >= _KEPT_VALUES:
                self._old, self._new = self._new, {}
            self._new[key] = found
        return found

    def _look_up(self, name: str, record: Record) -> Found:
        layers = [0] * LAYERS
        for forms in self._attributes[name]:
            value = record.folded[name] if forms.form is Form.FOLDED else record.text[name]
            for part in (*forms.give(value), *forms.asked(record.text[name])):
                for layer, bits in enumerate(part):
                    layers[layer] |= bits
        return tuple(layers) if any(layers) else _NOTHING


def _looked_up(clauses: Sequence[Clause]) -> Sequence[Clause]:
    """The clauses of a filter that are worth it.

    Raw messages are long and hardly repeat; filters that need an event type are told apart by it already.
    """
    worth = [clause for clause in clauses if _NOT_LOOKED_UP.isdisjoint(sign.attribute for sign in clause)]
    known = [clause for clause in worth if all(sign.predicate is None for sign in clause)]
    return (known or worth)[:LAYERS]
