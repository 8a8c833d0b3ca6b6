"""The encoding modifiers: what a text looks like inside UTF-16 and Base64 data."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from translator.errors import InputError, Refused
from translator.oracle.text import DASHES
from translator.oracle.values import Text, Token

MAX_ENCODED = 1_000_000
"""Characters to encode for one value, all its dash spellings together; chained encodings grow as well."""

_HOPELESS = 20
"""More dashes make no difference to the refusal."""
_BYTE_ORDER_MARK = b"\xff\xfe"
_LEADING_UNSURE = (0, 2, 3)
"""Base64 characters that depend on what precedes the value, when it starts 0, 1 or 2 bytes into a group."""
_TRAILING_UNSURE = (0, 3, 2)
"""The same at the end, padding included, when 0, 1 or 2 bytes are left over."""


def utf16(text: Text, codec: str, *, mark: bool = False) -> Iterator[Text]:
    """The text as UTF-16 bytes, each byte written as the character of that number.

    Wildcards stay what they are. `codec` is a Python codec name; `mark` puts FF FE in front.
    """
    for spelling in _dash_spellings(text):
        tokens: list[Token] = [
            token.encode(codec, "replace").decode("latin-1") if isinstance(token, str) else token
            for token in spelling.tokens
        ]
        if mark:
            tokens.insert(0, _BYTE_ORDER_MARK.decode("latin-1"))
        yield replace(spelling, tokens=tuple(tokens), encoded=True)


def base64(text: Text) -> Iterator[Text]:
    """The Base64 form of the text.

    Raises: InputError (modifier-misapplied) for wildcards, which have no Base64 form.
    """
    for spelling in _dash_spellings(text):
        yield _plain(spelling, b64encode(_whole(spelling)).decode("ascii"))


def base64offset(text: Text) -> Iterator[Text]:
    """The part of the Base64 form that does not depend on the bytes around it, for the three positions.

    Raises: InputError (modifier-misapplied) for wildcards, and for an empty text.
    """
    for spelling in _dash_spellings(text):
        data = _whole(spelling)
        found = False
        for offset in range(3):
            encoded = b64encode(bytes(offset) + data).decode("ascii")
            end = len(encoded) - _TRAILING_UNSURE[(offset + len(data)) % 3]
            if certain := encoded[_LEADING_UNSURE[offset] : end]:
                found = True
                yield _plain(spelling, certain)
        if not found:
            raise InputError(
                "modifier-misapplied", "base64offset of an empty text", hint="write a longer text"
            )


def _dash_spellings(text: Text) -> Iterator[Text]:
    """Encodings have no equal dashes, so every spelling with other dashes is written out.

    Raises: Refused (encoding-too-long) beyond MAX_ENCODED.
    """
    plain = "".join(token for token in text.tokens if isinstance(token, str))
    dashes = sum(map(plain.count, DASHES)) if text.dashed else 0
    spellings = len(DASHES) ** min(dashes, _HOPELESS)
    if spellings * len(plain) > MAX_ENCODED:
        raise Refused(
            "encoding-too-long",
            f"a text of {len(plain)} characters to encode, {dashes} of them dashes to permute",
            hint="split or shorten the value",
        )
    if not dashes:
        yield replace(text, dashed=False)
        return
    choices: list[tuple[Token, ...]] = []
    for token in text.tokens:
        if isinstance(token, str):
            choices += [tuple(DASHES) if letter in DASHES else (letter,) for letter in token]
        else:
            choices.append((token,))
    for spelling in product(*choices):
        yield replace(text, tokens=spelling, dashed=False)


def _whole(text: Text) -> bytes:
    """The bytes of a text without wildcards."""
    if not all(isinstance(token, str) for token in text.tokens):
        raise InputError(
            "modifier-misapplied",
            "a value with wildcards or placeholders has no Base64 form",
            hint=r"escape * and ? with a backslash, and put `expand` before the encoding",
        )
    plain = "".join(token for token in text.tokens if isinstance(token, str))
    return plain.encode("latin-1" if text.encoded else "utf-8", "replace")


def _plain(text: Text, content: str) -> Text:
    return replace(text, tokens=(content,), encoded=False)
