"""Fields that stand in the raw message as JSON or as ``key=value``.

A value is looked for beside its name, in each of the frames in which it may stand: within quotes, or bare.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from translator import notes
from translator.errors import Refused
from translator.lowering import regex
from translator.lowering.context import Emission
from translator.lowering.glob import AnyOf, Glob, Part, Wild
from translator.lowering.raw import RAW_MESSAGE, RawHolder, found, search
from translator.lowering.tokens import alternatives, sets_flags, tokens
from translator.model.expr import Expr, Not
from translator.taxonomy.lookup import RawTarget


@dataclass(frozen=True)
class Frame:
    """One way to write ``name`` and its value: what stands before the value, inside it and after it.

    ``inside`` is one character of a value; ``spelled`` are characters that a value has in another spelling.
    """

    before: str
    inside: str
    after: str
    spelled: Mapping[str, str]

    @property
    def anything(self) -> str:
        """Any characters of a value."""
        return f"{self.inside}*"

    def part(self, part: Part) -> str:
        """A part of the value."""
        if isinstance(part, str):
            return "".join(self.spelled.get(letter) or regex.escape(letter) for letter in part)
        if isinstance(part, AnyOf):
            return regex.character_class(part.characters)
        return self.anything if part is Wild.ANY else self.inside

    def token(self, token: str) -> str:
        """A token of a pattern for the value."""
        if token in (".", r"[^\n]", r"[\s\S]"):
            return self.inside
        letter = token[1] if len(token) == 2 and token[0] == "\\" and not token[1].isalnum() else token
        return self.spelled.get(letter, token)


_JSON = {"\\": r"\\{1,2}", '"': r"\\?\x22", "/": r"\\?/"}
_QUOTED = r"(?:[^\x22\\]|\\.)"


def frames_of(target: RawTarget) -> tuple[str, tuple[Frame, ...]]:
    """The pattern that finds the name of a field, and the frames of its value."""
    name = regex.escape(target.name)
    if target.form == "json":
        bare = Frame(rf"(?:\x22{name}\x22\s*:\s*|[/\[]{name}\]=)", r"[^\x22,}\]]", r"(?:[\s,}\]]|$)", _JSON)
        quoted = Frame(rf"\x22{name}\x22\s*:\s*\x22", _QUOTED, r"\x22", _JSON)
        return rf"(?:\x22{name}\x22\s*:|[/\[]{name}\]=)", (quoted, bare)
    start = rf"(?:^|[\s,;|(\[]){name}="
    quoted = Frame(rf"{start}\x22", r"[^\x22]", r"\x22", {'"': r"\x22"})
    return start, (quoted, Frame(start, r"[^\s\x22]", r"(?:[\s,;|)\]]|$)", {}))


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
        return f"{self.target.element} of the raw message"

    def text(self, wanted: Glob) -> Expr:
        if wanted.is_anything:
            return Not(self.absent())
        opens, middle, closes = wanted.trimmed()
        _, frames = frames_of(self.target)
        written = (
            f"{each.before}{each.anything if opens else ''}{''.join(map(each.part, middle.parts))}"
            f"{'' if closes else each.after}"
            for each in frames
        )
        return search("|".join(written), self.emission)

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
