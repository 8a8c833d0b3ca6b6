"""Fields that no attribute holds, searched for in the raw message.

The Windows agent keeps the event's XML in the raw message, where a field stands as
``<Data Name='Field'>value</Data>`` or, in user data, as ``<Field>value</Field>``; the agent's parser reads
its attributes from there. CONTAIN is not used: on the raw message it may match the beginnings of words only.
"""

from __future__ import annotations

from dataclasses import dataclass

from translator import notes, operators
from translator.errors import Refused
from translator.lowering import regex
from translator.lowering.context import Emission
from translator.lowering.glob import AnyOf, Glob, Part, Wild
from translator.lowering.holders import Holder
from translator.model.expr import Attribute, Expr, Not, Pattern, Test

RAW_MESSAGE = "rawEventMsg"

_INSIDE = "[^<]*"
_ONE_INSIDE = r"(?:&\w+;|[^<])"
_ENTITIES = {
    "&": "(?:&amp;|&)",
    "<": "(?:&lt;|<)",
    ">": "(?:&gt;|>)",
    '"': r"(?:&quot;|\x22)",
    "'": "(?:&apos;|')",
}


def _search(pattern: str, emission: Emission) -> Test:
    return Test(
        Attribute(RAW_MESSAGE), operators.REGEXP.name, Pattern(regex.spelled(pattern, emission.regex_case))
    )


def _escaped(text: str) -> str:
    """Text as it may stand in XML, as a pattern."""
    return "".join(_ENTITIES.get(character) or regex.escape(character) for character in text)


def _between(part: Part) -> str:
    if isinstance(part, str):
        return _escaped(part)
    if isinstance(part, AnyOf):
        return regex.character_class(part.characters)
    return _INSIDE if part is Wild.ANY else _ONE_INSIDE


def _anywhere(part: Part) -> str:
    return _escaped(part) if isinstance(part, str) else regex.part_of(part)


@dataclass(frozen=True)
class ElementHolder(Holder):
    """One element of the event's XML; without a name, any ``<Data>`` that has none."""

    element: str
    emission: Emission

    @property
    def attributes(self) -> tuple[str, ...]:  # type: ignore[override]
        return (RAW_MESSAGE,)

    @property
    def words(self) -> str:
        return f"the element {self.element or 'Data'} of the raw message"

    @property
    def _opening(self) -> str:
        name = regex.escape(self.element)
        return f"(?:Name=.{name}.|<{name})>" if self.element else "<Data>"

    def text(self, wanted: Glob) -> Expr:
        if wanted.is_anything:
            return Not(self.absent())
        if wanted.text == "":
            return _search(f"{self._opening}<|{self._opening[:-1]}/>", self.emission)
        opens, middle, closes = wanted.trimmed()
        body = "".join(_between(part) for part in middle.parts)
        return _search(
            f"{self._opening}{_INSIDE if opens else ''}{body}{'' if closes else '<'}", self.emission
        )

    def pattern(self, pattern: str) -> Expr:
        flags, body = regex.flags_of(pattern)
        if "|" in regex.tokens(body):
            body = f"(?:{body})"
        at_start = body.startswith("^")
        body = body.removeprefix("^")
        tokens = regex.tokens(body)
        at_end = bool(tokens) and tokens[-1] == "$"
        if at_end:
            tokens.pop()
        if "^" in tokens or "$" in tokens:
            raise Refused(
                notes.FIELD_UNSEARCHABLE.name,
                f"the pattern '{pattern}' is anchored inside, and {self.words} has text around it",
            )
        body = "".join(_ENTITIES.get(token, _INSIDE_DOT.get(token, token)) for token in tokens)
        return Test(
            Attribute(RAW_MESSAGE),
            operators.REGEXP.name,
            Pattern(f"{flags}{self._opening}{'' if at_start else _INSIDE}{body}{'<' if at_end else ''}"),
        )

    def absent(self) -> Expr:
        return Not(_search(self._opening[:-1], self.emission))


_INSIDE_DOT = {".": "[^<]"}


@dataclass(frozen=True)
class MessageHolder(Holder):
    """The whole raw message: keywords, and fields of which not even the element is known."""

    emission: Emission

    @property
    def attributes(self) -> tuple[str, ...]:  # type: ignore[override]
        return (RAW_MESSAGE,)

    @property
    def words(self) -> str:
        return "the raw message"

    def text(self, wanted: Glob) -> Expr:
        _, middle, _ = wanted.trimmed()
        if not middle.parts:
            raise Refused(
                notes.FIELD_UNSEARCHABLE.name, "whether there is any value cannot be seen in the raw message"
            )
        return _search("".join(map(_anywhere, middle.parts)), self.emission)

    def pattern(self, pattern: str) -> Expr:
        if "^" in regex.tokens(pattern) or "$" in regex.tokens(pattern):
            raise Refused(
                notes.FIELD_UNSEARCHABLE.name,
                f"the pattern '{pattern}' is anchored, and {self.words} has text around it",
            )
        return Test(Attribute(RAW_MESSAGE), operators.REGEXP.name, Pattern(pattern))

    def absent(self) -> Expr:
        raise Refused(
            notes.FIELD_UNSEARCHABLE.name, "whether a field is absent cannot be seen in the raw message"
        )
