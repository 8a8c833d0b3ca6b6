"""Modifiers that the library reads differently from the Sigma specification, as modifiers of our own.

They join the library's registry under names with a prefix that no rule can use by accident, and
:mod:`translator.sources.sigma` writes those names into a rule before the library reads it. What the
library does otherwise: ``utf16le`` is missing, ``windash`` knows two of the five dashes and looks for word
boundaries, UTF-16 takes ASCII only, Base64 of it depends on the version, ``startswith`` and ``endswith``
do not bind a regular expression, which patterns ``re`` takes and what ``expand`` makes of a backslash depends
on version and environment.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from base64 import b64encode
from collections.abc import Collection, Iterator
from itertools import product
from typing import Any, ClassVar

from sigma.exceptions import SigmaValueError
from sigma.modifiers import (
    SigmaContainsModifier,
    SigmaEndswithModifier,
    SigmaStartswithModifier,
    SigmaValueModifier,
    modifier_mapping,
)
from sigma.types import (
    Placeholder,
    SigmaExpansion,
    SigmaRegularExpression,
    SigmaString,
    SigmaStringPartType,
    SigmaType,
    SpecialChars,
)

from translator.errors import Refused

PREFIX = "specification-"
DASHES = "-/\u2013\u2014\u2015"
"""The characters that ``windash`` makes equal: hyphen, slash, en dash, em dash, horizontal bar."""
MAX_SPELLINGS = 5**5
"""Dash spellings of one value that are encoded one by one."""


_ANYTHING: list[Any] = [SpecialChars.WILDCARD_MULTI]


class AnyDash(Placeholder):
    """The place of a dash in a value: any of :data:`DASHES` may stand there."""

    def __init__(self) -> None:
        super().__init__("-")


class EncodedString(SigmaString):
    """A string whose characters stand for bytes."""


class Windash(SigmaValueModifier[SigmaString, SigmaString]):
    """``windash``: each dash is as good as the others, wherever it stands."""

    def modify(self, val: SigmaString) -> SigmaString:
        parts: list[SigmaStringPartType] = []
        for part in val.s:
            if isinstance(part, str):
                pieces = re.split(f"([{DASHES}])", part)
                parts += [AnyDash() if piece in tuple(DASHES) else piece for piece in pieces if piece]
            else:
                parts.append(part)
        return _string(parts, type(val))


class _Encoding(SigmaValueModifier[SigmaString, Any]):
    """Turns each spelling of a string into others, which stand for the one value."""

    def modify(self, val: SigmaString) -> SigmaType:
        if val.contains_placeholder() and any(type(part) is Placeholder for part in val.s):
            raise Refused("placeholder-unresolved", f"the placeholder in '{val}' would be encoded")
        found: list[SigmaType] = [each for spelling in _spellings(val) for each in self.encode(spelling)]
        return found[0] if len(found) == 1 else SigmaExpansion(found)

    @abstractmethod
    def encode(self, val: SigmaString) -> Iterator[SigmaString]:
        """The encoded forms of one string."""

    def whole(self, val: SigmaString) -> bytes:
        """The bytes of a string without wildcards."""
        if val.contains_special():
            raise SigmaValueError("a value with wildcards has no Base64 form", source=self.source)
        return b"".join(_bytes(part, val, "utf-8") for part in val.s if isinstance(part, str))


class _Utf16(_Encoding):
    codec: ClassVar[str]
    mark: ClassVar[str] = ""

    def encode(self, val: SigmaString) -> Iterator[SigmaString]:
        parts: list[SigmaStringPartType] = [self.mark] if self.mark else []
        for part in val.s:
            parts.append(_bytes(part, val, self.codec).decode("latin-1") if isinstance(part, str) else part)
        yield _string(parts, EncodedString)


class Wide(_Utf16):
    """UTF-16 with the low byte first."""

    codec = "utf-16-le"


class Utf16be(_Utf16):
    """UTF-16 with the high byte first."""

    codec = "utf-16-be"


class Utf16(Wide):
    """UTF-16 with a byte order mark in front."""

    mark = "\xff\xfe"


class Base64(_Encoding):
    """The Base64 form of the whole text."""

    def encode(self, val: SigmaString) -> Iterator[SigmaString]:
        yield _string([b64encode(self.whole(val)).decode()], SigmaString)


class Base64offset(_Encoding):
    """The part of the Base64 form that is the same whatever stands around, for three positions."""

    unsure_before: ClassVar[tuple[int, ...]] = (0, 2, 3)
    unsure_after: ClassVar[tuple[int, ...]] = (0, 3, 2)

    def encode(self, val: SigmaString) -> Iterator[SigmaString]:
        data = self.whole(val)
        if not data:
            raise SigmaValueError("base64offset of an empty text", source=self.source)
        for offset in range(3):
            encoded = b64encode(bytes(offset) + data).decode()
            end = len(encoded) - self.unsure_after[(offset + len(data)) % 3]
            certain = encoded[self.unsure_before[offset] : end]
            if certain:
                yield _string([certain], SigmaString)


class Expand(SigmaValueModifier[SigmaString | SigmaRegularExpression, Any]):
    r"""``%name%`` becomes a placeholder; ``\%`` is a plain percent sign. Comes before other modifiers."""

    def modify(self, val: SigmaString | SigmaRegularExpression) -> SigmaType:
        if isinstance(val, SigmaRegularExpression):
            val.regexp = _string(list(_placeholders(str(val.regexp), keep_escapes=True)), SigmaString)
            return val
        parts: list[SigmaStringPartType] = []
        for part in _placeholders(val.original, keep_escapes=False):
            parts += SigmaString(part).s if isinstance(part, str) else [part]
        return _string(parts, type(val))


class Regex(SigmaRegularExpression):
    """A regular expression as the rule writes it.

    The library compiles it with an engine that depends on what is installed; here it is not judged yet.
    """

    def compile(self) -> None:
        """Do nothing."""


class Re(SigmaValueModifier[SigmaString, SigmaRegularExpression]):
    """``re``: the value as written is a regular expression."""

    def modify(self, val: SigmaString) -> SigmaRegularExpression:
        return Regex(val.original)


class _Open(SigmaValueModifier[Any, Any]):
    """A modifier of the library that puts a ``*`` before or after a string; this way it takes less time."""

    before: ClassVar[bool] = False
    after: ClassVar[bool] = False

    def apply(self, val: SigmaType) -> list[Any]:
        if type(val) is not SigmaString:
            return super().apply(val)
        before = _ANYTHING if self.before and list(val.s[:1]) != _ANYTHING else []
        parts = [*before, *val.s]
        after = _ANYTHING if self.after and parts[-1:] != _ANYTHING else []
        return [_string([*parts, *after], SigmaString) if before or after else val]


class ContainsText(_Open, SigmaContainsModifier):
    """``contains`` of a string."""

    before = after = True


class StartswithText(_Open, SigmaStartswithModifier):
    """``startswith`` of a string."""

    after = True


class EndswithText(_Open, SigmaEndswithModifier):
    """``endswith`` of a string."""

    before = True


class Contains(SigmaValueModifier[SigmaRegularExpression, SigmaRegularExpression]):
    """A regular expression is searched for anywhere; these modifiers tie down one end of it, or none."""

    before: ClassVar[str] = ""
    after: ClassVar[str] = ""

    def modify(self, val: SigmaRegularExpression) -> SigmaRegularExpression:
        if self.before or self.after:
            parts = [f"{self.before}(?:", *val.regexp.s, f"){self.after}"]
            val.regexp = _string(parts, SigmaString)
        return val


class Startswith(Contains):
    """A regular expression that has to fit from the start."""

    before = "^"


class Endswith(Contains):
    """A regular expression that has to fit to the end."""

    after = "$"


OWN: dict[str, type[SigmaValueModifier[Any, Any]]] = {
    "windash": Windash,
    "wide": Wide,
    "utf16le": Wide,
    "utf16be": Utf16be,
    "utf16": Utf16,
    "base64": Base64,
    "base64offset": Base64offset,
    "expand": Expand,
    "re": Re,
    "contains": ContainsText,
    "startswith": StartswithText,
    "endswith": EndswithText,
}
"""Modifier of the specification -> how it is applied to a string."""
ON_REGEX: dict[str, type[SigmaValueModifier[Any, Any]]] = {
    "contains": Contains,
    "startswith": Startswith,
    "endswith": Endswith,
}
"""The same for those that mean something else where ``re`` stands before them."""

KNOWN = frozenset(modifier_mapping) | frozenset(OWN)
"""The modifiers that a rule may use."""

modifier_mapping.update({f"{PREFIX}{name}": own for name, own in OWN.items()})
modifier_mapping.update({f"{PREFIX}re-{name}": own for name, own in ON_REGEX.items()})


def own_modifiers(modifiers: list[str]) -> list[str]:
    """The modifiers under the names that the library is to read them by."""
    regex = "re" in modifiers
    named = [
        f"{PREFIX}re-{name}" if regex and name in ON_REGEX else f"{PREFIX}{name}" if name in OWN else name
        for name in modifiers
    ]
    # What a placeholder stands for is read from the value as written.
    first = [name for name in (f"{PREFIX}re", f"{PREFIX}expand") if name in named]
    return [*first, *(name for name in named if name not in first)]


_DASH = re.compile(f"[{DASHES}]")
_DASH_OF_LIBRARY = re.compile(r"\B[-/]\b")
_DASHES_OF_LIBRARY = 3


def deviation(modifiers: Collection[str], text: str) -> str:
    """What the library makes of a text otherwise, in words; empty where it agrees with the specification."""
    if "windash" in modifiers:
        dashes = len(_DASH.findall(text))
        if dashes > _DASHES_OF_LIBRARY or dashes != len(_DASH_OF_LIBRARY.findall(text)):
            return "windash makes all dashes of a value equal, not only - and / before a word"
    if "utf16le" in modifiers:
        return "utf16le is read, which the library does not know"
    if not text.isascii() and not {"wide", "utf16", "utf16be"}.isdisjoint(modifiers):
        return "UTF-16 modifiers take text beyond ASCII"
    if "re" in modifiers and not {"startswith", "endswith"}.isdisjoint(modifiers):
        return "startswith and endswith bind a regular expression"
    return ""


def _string(parts: list[Any], kind: type[SigmaString]) -> SigmaString:
    string = kind()
    string.s = parts
    return string


def _bytes(part: SigmaStringPartType, whole: SigmaString, codec: str) -> bytes:
    return str(part).encode("latin-1" if isinstance(whole, EncodedString) else codec, "replace")


def _spellings(val: SigmaString) -> Iterator[SigmaString]:
    """Encoded, dashes have no equals: one string for each way to write them."""
    dashes = sum(isinstance(part, AnyDash) for part in val.s)
    if len(DASHES) ** dashes > MAX_SPELLINGS:
        raise SigmaValueError(f"the {dashes} dashes of one encoded value have too many spellings")
    for choice in product(*(DASHES if isinstance(part, AnyDash) else [part] for part in val.s)):
        yield _string(list(choice), type(val)) if dashes else val


_PLACEHOLDER = re.compile(r"\\(.)|%([^%\\]+)%", re.DOTALL)


def _placeholders(text: str, *, keep_escapes: bool) -> Iterator[str | Placeholder]:
    """The text cut at its placeholders; of escapes, only that of the percent sign is undone."""
    plain: list[str] = []
    at = 0
    for found in _PLACEHOLDER.finditer(text):
        plain.append(text[at : found.start()])
        at = found.end()
        if found[2]:
            yield "".join(plain)
            plain = []
            yield Placeholder(found[2])
        else:
            plain.append("%" if found[1] == "%" and not keep_escapes else found[0])
    plain.append(text[at:])
    yield "".join(plain)
