"""The functions of ``setEventAttribute``: text in, text out.

A function that has nothing to give, as the value is no number or no time, gives None: the attribute stays.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from functools import cache
from ipaddress import IPv4Address
from urllib.parse import unquote_to_bytes, urlsplit

from translator.normalise.interpreter import times
from translator.normalise.interpreter.arguments import Argument, Text, Variable
from translator.normalise.interpreter.patterns import compiled
from translator.normalise.interpreter.regex import Untranslatable, removal
from translator.normalise.interpreter.scope import MAX_TEXT, Scope
from translator.normalise.interpreter.tables import rows

Function = Callable[[Scope], str | None]
Maker = Callable[[Sequence[Argument]], Function]


def function(name: str, arguments: Sequence[Argument]) -> Function:
    """A call as a function of what is known so far.

    Raises: Untranslatable if there is no such function, or it takes other arguments.
    """
    maker = FUNCTIONS.get(name)
    if maker is None:
        raise Untranslatable(f"{name}()")
    return maker(arguments)


def _reading(argument: Argument) -> Function:
    if isinstance(argument, Text):
        text = argument.meant
        return lambda scope: text
    name = argument.name
    return lambda scope: scope.values.get(name)


def _of(count: int, work: Callable[..., str | None]) -> Maker:
    """A function of so many values, all of which have to be there."""

    def make(arguments: Sequence[Argument]) -> Function:
        if len(arguments) != count:
            raise Untranslatable(f"a call with {len(arguments)} arguments in place of {count}")
        readings = [_reading(argument) for argument in arguments]

        def run(scope: Scope) -> str | None:
            values = [reading(scope) for reading in readings]
            return None if None in values else work(*values)

        return run

    return make


def _combine(arguments: Sequence[Argument]) -> Function:
    readings = [_reading(argument) for argument in arguments]
    return lambda scope: "".join(reading(scope) or "" for reading in readings)


def _replace_by_regex(arguments: Sequence[Argument]) -> Function:
    name, pattern, replacement = _subject_and_texts(arguments)
    text, put_in = removal(pattern.written, replacement.meant)
    replace = compiled(text).sub

    def run(scope: Scope) -> str | None:
        value = scope.values.get(name)
        return None if value is None else str(replace(put_in, value))

    return run


def _replace_text(arguments: Sequence[Argument]) -> Function:
    name, old, new = _subject_and_texts(arguments)
    if not old.meant:
        raise Untranslatable("replaceStrInStr() of the empty text")

    def run(scope: Scope) -> str | None:
        value = scope.values.get(name)
        if value is None or len(value) + value.count(old.meant) * len(new.meant) > 2 * MAX_TEXT:
            return None
        return value.replace(old.meant, new.meant)

    return run


def _subject_and_texts(arguments: Sequence[Argument]) -> tuple[str, Text, Text]:
    match arguments:
        case [Variable(name), Text() as one, Text() as other]:
            return name, one, other
    raise Untranslatable("a replacement that is not of the form ($variable, text, text)")


def _add(arguments: Sequence[Argument]) -> Function:
    readings = [_reading(argument) for argument in arguments]

    def run(scope: Scope) -> str | None:
        numbers = [_number(reading(scope) or "") for reading in readings]
        return None if None in numbers else _written(sum(number for number in numbers if number is not None))

    return run


def _divide(one: str, other: str) -> str | None:
    dividend, divisor = _number(one), _number(other)
    return None if dividend is None or not divisor else _written(dividend / divisor)


def _scale(text: str, factor: str) -> str | None:
    number, by = _number(text), _number(factor)
    return None if number is None or by is None else _written(number * by)


def _number(text: str) -> int | float | None:
    text = text.strip()
    if not text or len(text) > 40 or not set(text) <= set("0123456789+-."):
        return None
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return None


def _written(number: int | float) -> str:
    """A whole number without a point, another one with four places behind it."""
    return str(int(number)) if number == int(number) else f"{number:.4f}"


def _hexadecimal(text: str) -> str | None:
    digits = text.strip().lower().removeprefix("0x")
    if not digits or len(digits) > 16 or not set(digits) <= set("0123456789abcdef"):
        return None
    return str(int(digits, 16))


def _base64(text: str) -> str | None:
    try:
        return base64.b64decode(text, validate=False).decode("utf-8", "replace")
    except binascii.Error:
        return None


def _mac(text: str) -> str | None:
    """Twelve hexadecimal digits as pairs with colons; anything else is no address."""
    digits = "".join(character for character in text if character in "0123456789abcdefABCDEF").upper()
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2)) if len(digits) == 12 else None


def _decoded_hexadecimal(text: str) -> str | None:
    try:
        return bytes.fromhex(text.removeprefix("0x")).decode("utf-8", "replace")
    except ValueError:
        return None


def _address(text: str) -> str | None:
    """An IPv4 address from its number."""
    number = text.strip()
    if not (number.isdecimal() and number.isascii() and len(number) <= 10 and int(number) < 1 << 32):
        return None
    return str(IPv4Address(int(number)))


def _host(url: str) -> str | None:
    """The host of a URL, with or without a scheme."""
    try:
        return urlsplit(url if "//" in url else f"//{url}").hostname
    except ValueError:
        return None


def _named(kind: str) -> Callable[[str], str | None]:
    """The number of a protocol or port, from its name or from digits."""

    def run(text: str) -> str | None:
        text = text.strip().lower()
        if text.isdecimal() and text.isascii():
            return text[:20]
        return _numbers(kind).get(text)

    return run


@cache
def _numbers(kind: str) -> dict[str, str]:
    return {row[kind]: str(row["number"]) for row in rows("numbers.yaml") if kind in row}


FUNCTIONS: dict[str, Maker] = {
    "URLDecode": _of(1, lambda text: unquote_to_bytes(text).decode("utf-8", "replace")),
    "add": _add,
    "calculateLatency": _of(2, times.latency),
    "calculateMSec": _of(1, lambda text: times.duration(text, 1000)),
    "calculateSec": _of(1, lambda text: times.duration(text, 1)),
    "combineMsgId": _combine,
    "convertHexStrToInt": _of(1, _hexadecimal),
    "convertIpDecimalToStr": _of(1, _address),
    "convertStrToIntIpPort": _of(1, _named("port")),
    "convertStrToIntIpProto": _of(1, _named("protocol")),
    "decodeBase64": _of(1, _base64),
    "decodeHex": _of(1, _decoded_hexadecimal),
    "divide": _of(2, _divide),
    "extractHostFromFQDN": _of(1, lambda text: text.partition(".")[0]),
    "extractHostFromURL": _of(1, _host),
    "normalizeMAC": _of(1, _mac),
    "replaceStrInStr": _replace_text,
    "replaceStringByRegex": _replace_by_regex,
    "scale": _of(2, _scale),
    "toDateTime": times.to_date_time,
    "toLower": _of(1, str.lower),
    "toUpper": _of(1, str.upper),
    "trimAttribute": _of(2, lambda text, characters: text.strip(characters)),
}
"""What is executed; functions that need the product are rows of constructs.yaml alone."""
