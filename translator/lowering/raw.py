"""Fields that no attribute holds, searched for in the raw message.

The Windows agent keeps the event's XML in the raw message, where a field stands as
``<Data Name='Field'>value</Data>`` or, in user data, as ``<Field>value</Field>``; the agent's parser reads
its attributes from there. CONTAIN is not used: on the raw message it may match the beginnings of words only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import re2

from translator import notes, operators
from translator.errors import Refused
from translator.lowering import regex
from translator.lowering.context import Emission
from translator.lowering.glob import AnyOf, Glob, Part, Wild
from translator.lowering.holders import Caveat, Holder
from translator.lowering.spelling import BY_FORM, Spell, any_in_hex, as_it_is, in_hex, in_xml
from translator.lowering.tokens import alternatives, character, is_class, sets_flags, tokens
from translator.model.expr import Attribute, Expr, Not, Pattern, Test
from translator.notes import Effect

RAW_MESSAGE = "rawEventMsg"

_INSIDE = "[^<]*"
_IN_CLASSES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def search(pattern: str, emission: Emission) -> Test:
    """The pattern is found in the raw message, whatever letter case counts for."""
    return found(regex.spelled(pattern, emission.regex_case))


def found(pattern: str) -> Test:
    """The pattern is found in the raw message."""
    return Test(Attribute(RAW_MESSAGE), operators.REGEXP.name, Pattern(pattern))


def _spelled(text: str, spell: Spell = in_xml) -> str:
    """Text as it may stand in the raw message, as a pattern."""
    return "".join(spell(letter) or regex.escape(letter) for letter in text)


def _between(part: Part) -> str:
    if isinstance(part, str):
        return _spelled(part)
    if isinstance(part, AnyOf):
        return regex.character_class(part.characters)
    return _INSIDE if part is Wild.ANY else r"(?:&\w+;|[^<])"


def _in_xml(value: Iterable[str]) -> str:
    """Tokens of a pattern for a value as one for its XML: entities, and nothing beyond the element's end."""
    listed = [*value, ""]
    return "".join(_token_in_xml(token, after in ("*", "+")) for token, after in pairwise(listed))


def _token_in_xml(token: str, repeated: bool) -> str:
    if token in _WIDE:
        inside = _WIDE[token]
        return inside if repeated else rf"(?:&\w+;|{inside})"
    if is_class(token):
        if token.startswith("[^"):
            return f"{token[:-1]}<]"
        entities = [entity for letter, entity in _IN_CLASSES.items() if re2.search(token, letter)]
        return f"(?:{'|'.join([token, *entities])})" if entities else token
    return in_xml(character(token) or "") or token


_WIDE = {
    ".": "[^<]",
    r"[^\n]": r"[^\n<]",
    r"[\s\S]": "[^<]",
    r"\S": r"[^\s<]",
    r"\W": r"[^\w<]",
    r"\D": r"[^\d<]",
}
"""Tokens that would run over the end of an element."""


def _in_hex(part: Part) -> str:
    if isinstance(part, str):
        return "".join(map(in_hex, part))
    if isinstance(part, AnyOf):
        return any_in_hex(part.characters)
    return BYTES if part is Wild.ANY else ENCODED


class RawHolder(Holder):
    """A place in the raw message, where nothing is dropped or replaced."""

    keeps_dash = True


@dataclass(frozen=True)
class ElementHolder(RawHolder):
    """One element of the event's XML; without a name, any ``<Data>`` that has none."""

    element: str
    emission: Emission

    @property
    def attributes(self) -> tuple[str, ...]:
        return (RAW_MESSAGE,)

    @property
    def words(self) -> str:
        return f"the element {self.element or 'Data'} of the raw message"

    @property
    def _name(self) -> str:
        name = regex.escape(self.element)
        return f"(?:Name=.{name}.|<{name})" if self.element else "<Data"

    def text(self, wanted: Glob) -> Expr:
        if wanted.is_anything:
            return Not(self.absent())
        if wanted.text == "":
            return search(f"{self._name}(?:><| ?/>)", self.emission)
        opens, middle, closes = wanted.trimmed()
        body = "".join(_between(part) for part in middle.parts)
        return search(f"{self._name}>{_INSIDE if opens else ''}{body}{'' if closes else '<'}", self.emission)

    def pattern(self, pattern: str) -> Expr:
        flags, body = regex.flags_of(pattern)
        by_line = "m" in flags or any(sets_flags(token) and "m" in token for token in tokens(body))
        written = [self._alternative(each, pattern, by_line) for each in alternatives(body)]
        joined = written[0] if len(written) == 1 else f"(?:{'|'.join(written)})"
        return found(f"{flags}{self._name}>{joined}")

    def _alternative(self, listed: list[str], pattern: str, by_line: bool) -> str:
        at_start, at_end = listed[:1] == ["^"], listed[-1:] == ["$"]
        inner = listed[at_start : len(listed) - at_end]
        if "^" in inner or "$" in inner or (by_line and (at_start or at_end)):
            cause = f"the pattern '{pattern}' is anchored inside, and {self.words} has text around it"
            raise Refused(notes.FIELD_UNSEARCHABLE.name, cause)
        return f"{'' if at_start else _INSIDE}{_in_xml(inner)}{'<' if at_end else ''}"

    def absent(self) -> Expr:
        return Not(search(self._name + (r"[\s/>]" if self.element else "[/>]"), self.emission))


BYTES = "(?:[0-9A-F]{2})*"
"""What the Linux audit system writes for any text, in hexadecimal."""
ENCODED = "(?:[0-7][0-9A-F]|[C-F][0-9A-F](?:[89AB][0-9A-F])+)"
"""The same for one character."""


def not_in_hex(pattern: str) -> Caveat:
    """That such values are not searched."""
    text = f"the pattern '{pattern}' is not searched in values that the log writes in hexadecimal"
    return Caveat(notes.VALUE_ENCODED, Effect.NARROWER, text)


_ONES = {"xml": r"(?:&\w+;|[\s\S])", "json": r"(?:\\u[0-9a-fA-F]{4}|\\.|[\s\S])"}
"""One character of a value, by the form of the message."""


@dataclass(frozen=True)
class MessageHolder(RawHolder):
    """The whole raw message: keywords, and fields of which not even the element is known."""

    emission: Emission
    form: str = "xml"

    @property
    def attributes(self) -> tuple[str, ...]:
        return (RAW_MESSAGE,)

    @property
    def words(self) -> str:
        return "the raw message"

    @property
    def _spell(self) -> Spell:
        return BY_FORM.get(self.form, as_it_is)

    def _part(self, part: Part) -> str:
        if isinstance(part, str):
            return _spelled(part, self._spell)
        return _ONES.get(self.form, regex.part_of(part)) if part is Wild.ONE else regex.part_of(part)

    def _token(self, token: str) -> str:
        return self._spell(character(token) or "") or token

    def text(self, wanted: Glob) -> Expr:
        _, middle, _ = wanted.trimmed()
        if not middle.parts:
            raise self._unsearchable("whether there is any value cannot be seen")
        plain = "".join(map(self._part, middle.parts))
        if self.form != "audit":
            return search(plain, self.emission)
        return search(f"{plain}|={BYTES}{''.join(map(_in_hex, middle.parts))}", self.emission)

    def caveats_of_pattern(self, pattern: str) -> Iterator[Caveat]:
        if self.form == "audit":
            yield not_in_hex(pattern)

    def pattern(self, pattern: str) -> Expr:
        flags, body = regex.flags_of(pattern)
        listed = alternatives(body)
        if any("^" in each or "$" in each for each in listed):
            raise self._unsearchable(f"the pattern '{pattern}' is anchored, which says nothing")
        written = (
            _in_xml(each) if self.form == "xml" else "".join(map(self._token, each)) for each in listed
        )
        return found(flags + "|".join(written))

    def absent(self) -> Expr:
        raise self._unsearchable("whether a field is absent cannot be seen")

    def _unsearchable(self, cause: str) -> Refused:
        return Refused(notes.FIELD_UNSEARCHABLE.name, f"{cause} in {self.words}")
