"""Fields that stand in the raw message as JSON or as ``key=value``.

A value is looked for beside its name, in each of the frames in which it may stand: within quotes, or bare.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from translator import notes
from translator.errors import Refused
from translator.lowering import regex
from translator.lowering.context import Emission
from translator.lowering.glob import AnyOf, Glob, Part, Wild
from translator.lowering.holders import Caveat
from translator.lowering.raw import BYTES, ENCODED, RAW_MESSAGE, RawHolder, found, not_in_hex, search
from translator.lowering.spelling import (
    Spell,
    any_in_hex,
    as_it_is,
    in_hex,
    in_json,
    in_quotes,
    is_encoded,
    may_be_encoded,
)
from translator.lowering.tokens import alternatives, character, is_class, sets_flags, tokens
from translator.model.expr import Expr, Not
from translator.taxonomy.lookup import RawTarget


@dataclass(frozen=True)
class Frame:
    """One way to write ``name`` and its value: what stands before the value, inside it and after it.

    ``one`` is one character of a value, ``anything`` any number of them. ``spell`` gives the pattern of a
    character that a value has in another spelling. ``escape`` may stand before characters of a value.
    ``set_of`` is one out of several characters.
    """

    before: str
    one: str
    anything: str
    after: str
    spell: Spell
    escape: str = ""
    set_of: Callable[[str], str] = regex.character_class

    def part(self, part: Part) -> str:
        """A part of the value."""
        if isinstance(part, str):
            return "".join(self.spell(letter) or regex.escape(letter) for letter in part)
        if isinstance(part, AnyOf):
            return self.set_of(part.characters)
        return self.anything if part is Wild.ANY else self.one

    def token(self, token: str) -> str:
        """A token of a pattern for the value."""
        if token in (".", r"[^\n]", r"[\s\S]"):
            return self.one
        letter = character(token)
        if letter is None:
            return self._several(token) if self.escape else token
        return self.spell(letter) or token

    def _several(self, token: str) -> str:
        """A token that stands for several characters, some of which may have an escape before them."""
        if token == r"\s":
            return r"(?:\s|\\[nrtf])"
        return f"(?:{self.escape}{token})" if is_class(token) or token in (r"\S", r"\W", r"\D") else token


def frames_of(target: RawTarget) -> tuple[str, tuple[Frame, ...]]:
    """The pattern that finds the name of a field, and the frames of its value."""
    names = "|".join(map(regex.escape, target.names))
    name = f"(?:{names})" if target.also else names
    if target.form == "json":
        before = rf"(?:\x22{name}\x22\s*:\s*|[/\[]{name}\]=)"
        inside = r"[^\x22,}\]]"
        bare = Frame(before, inside, f"{inside}*", r"(?:[\s,}\]]|$)", in_json)
        one, anything = r"(?:[^\x22\\]|\\u[0-9a-fA-F]{4}|\\.)", r"(?:[^\x22\\]|\\.)*"
        quoted = Frame(rf"\x22{name}\x22\s*:\s*\x22", one, anything, r"\x22", in_json, r"\\?")
        return rf"(?:\x22{name}\x22\s*:|[/\[]{name}\]=)", (quoted, bare)
    start, end = rf"(?:^|[\s,;|(\[]){name}=", r"(?:[\s,;|)\]]|$)"
    quoted = Frame(rf"{start}\x22", r"[^\x22]", r"[^\x22]*", r"\x22", in_quotes)
    bare = Frame(start, r"[^\s\x22]", r"[^\s\x22]*", end, as_it_is)
    return start, (quoted, bare)


def encoded_frame(target: RawTarget) -> Frame:
    """The frame of a value that the Linux audit system writes in hexadecimal."""
    start, (_, bare) = frames_of(target)
    return Frame(start, ENCODED, BYTES, bare.after, in_hex, set_of=any_in_hex)


@dataclass(frozen=True)
class FramedHolder(RawHolder):
    """One field of a raw message that names its fields."""

    target: RawTarget
    emission: Emission

    @property
    def attributes(self) -> tuple[str, ...]:
        return (RAW_MESSAGE,)

    @property
    def words(self) -> str:
        return f"{' or '.join((self.target.element, *self.target.also))} of the raw message"

    def text(self, wanted: Glob) -> Expr:
        if wanted.is_anything:
            return Not(self.absent())
        opens, middle, closes = wanted.trimmed()
        written = (
            f"{each.before}{each.anything if opens else ''}{''.join(map(each.part, middle.parts))}"
            f"{'' if closes else each.after}"
            for each in self._frames(wanted)
        )
        return search("|".join(written), self.emission)

    def _frames(self, wanted: Glob) -> Iterator[Frame]:
        """The frames in which such a value may stand."""
        letters = "".join(part for part in wanted.parts if isinstance(part, str))
        if self.target.form != "audit" or not any(map(is_encoded, letters)):
            yield from frames_of(self.target)[1]
        if self.target.form == "audit" and (wanted.text is None or any(map(may_be_encoded, letters))):
            yield encoded_frame(self.target)

    def caveats_of_pattern(self, pattern: str) -> Iterator[Caveat]:
        if self.target.form == "audit":
            yield not_in_hex(pattern)

    def pattern(self, pattern: str) -> Expr:
        flags, body = regex.flags_of(pattern)
        if any(sets_flags(token) for token in tokens(body)) or "m" in flags:
            raise Refused(notes.FIELD_UNSEARCHABLE.name, f"the pattern '{pattern}' goes by lines")
        _, frames = frames_of(self.target)
        written = [self._written(each, one, pattern) for each in frames for one in alternatives(body)]
        return found(flags + "|".join(written))

    def _written(self, frame: Frame, alternative: list[str], pattern: str) -> str:
        at_start, at_end = alternative[:1] == ["^"], alternative[-1:] == ["$"]
        inner = alternative[at_start : len(alternative) - at_end]
        if "^" in inner or "$" in inner:
            cause = f"the pattern '{pattern}' is anchored inside, and {self.words} has text around it"
            raise Refused(notes.FIELD_UNSEARCHABLE.name, cause)
        body = "".join(map(frame.token, inner))
        return f"{frame.before}{'' if at_start else frame.anything}{body}{frame.after if at_end else ''}"

    def absent(self) -> Expr:
        name, _ = frames_of(self.target)
        return Not(search(name, self.emission))
