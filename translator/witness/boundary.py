"""Values at the edges of what a leaf claims. No verdict is meant by them: the oracle gives it."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Any

from translator.witness.claims import Claim, Gap, Glob, Network, Number, OneOf, Pattern, Reference, TimePart
from translator.witness.samples import members
from translator.witness.values import ABSENT, another

Variant = tuple[Any, str]
"""A value, or :data:`ABSENT`, and what is special about it."""
LONG = 600
"""Characters of a long text, more than fit in most fields."""


def variants(claim: Claim, value: object, seed: int, name: str = "") -> Iterator[Variant]:
    """Values of a field to put in place of one for which the claim holds, the most telling first."""
    is_address = name.lower().endswith(_ADDRESSES)
    if isinstance(value, str):
        yield from _inside(claim, value)
        for moved in (f"/example?{value}", f"{value}?example=1") if is_address else ():
            yield moved, "the value beside a question mark"
            for changed, why in _inside(claim, moved):
                yield changed, f"the value beside a question mark, {why}"
    yield from _of_claim(claim, seed)
    if isinstance(value, str):
        yield from _of_text(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value), "the number as text"
    yield ABSENT, "the field is absent"
    yield "", "the field is empty"
    yield None, "the field is null"
    yield "-", "the field is a dash, which Windows writes for nothing"


_ADDRESSES = ("uri", "url", "uri-query", "uri-stem", "uri-path")
"""Ends of the names of fields that hold the address of a page, of which collectors cut off the query."""


def _of_claim(claim: Claim, seed: int) -> Iterator[Variant]:
    match claim:
        case Glob():
            yield from _of_glob(claim)
        case Network():
            yield from _of_network(claim)
        case Number(number=number):
            yield number, "the number itself"
            yield number + 1, "one more"
            yield number - 1, "one less"
            yield str(number + 1), "one more, as text"
        case TimePart(part=part):
            yield f"{_EDGES[part]}", f"a time at the edge of its {part}"
        case Pattern():
            for number, sample in enumerate(members(claim, seed)):
                yield sample, f"sample {number + 1} of the regular expression"
                yield sample.swapcase(), "the sample in the other letter case"
        case OneOf(claims):
            for each in claims[:3]:
                yield from _of_claim(each, seed)
        case Reference(field=other):
            yield f"{other}", "the name of the other field instead of its value"


_EDGES = {
    "minute": "2024-05-06T07:59:59",
    "hour": "2024-05-06T23:59:59",
    "day": "2024-05-31T23:59:59",
    "week": "2024-12-30T00:00:00",
    "month": "2024-12-31T23:59:59",
    "year": "2024-12-31T23:59:59",
}


def _inside(claim: Claim, value: str) -> Iterator[Variant]:
    """The value with one character changed where the claim holds of it; what else the field has stays."""
    for start, end in _spans(claim, value):
        dots = (at for at in range(start, end) if value[at] == ".")
        for at in dict.fromkeys((start, end - 1, *dots)):
            changed = value[:at] + another(value[at]) + value[at + 1 :]
            yield changed, f"another character for {value[at]!r} at {at + 1}"


def _spans(claim: Claim, value: str) -> Iterator[tuple[int, int]]:
    """Where in a value the texts of a claim stand."""
    match claim:
        case Glob(parts):
            at = 0
            for part in parts:
                if isinstance(part, str) and part:
                    start = value.lower().find(part.lower(), at)
                    if start < 0:
                        return
                    at = start + len(part)
                    yield start, at
        case Pattern():
            found = claim.span(value)
            if found and found[0] < found[1]:
                yield found
        case OneOf(claims):
            for each in claims[:3]:
                yield from _spans(each, value)


def _of_glob(glob: Glob) -> Iterator[Variant]:
    def text(many: str = "", one: str = "x", dash: str = "-") -> str:
        return _text(glob, many, one, dash)

    for number, part in enumerate(glob.parts):
        if isinstance(part, str) and len(part) > 1:
            for other, which in (
                (another(part[0]) + part[1:], "first"),
                (part[:-1] + another(part[-1]), "last"),
            ):
                changed = Glob((*glob.parts[:number], other, *glob.parts[number + 1 :]))
                yield _text(changed, "a", "x", "-"), f"another {which} character in {part!r}"
    if Gap.MANY in glob.parts:
        yield text(), "nothing for each *"
        yield text("a" * LONG), "a long text for each *"
        yield text("\u00e4\u4e16\U0001f600"), "letters beyond ASCII for each *"
        yield text("a\nb"), "a line break in each *"
    if Gap.ONE in glob.parts:
        yield text("a", one=""), "no character for each ?"
        yield text("a", one="xy"), "two characters for each ?"
        yield text("a", one="\U0001f600"), "one emoji for each ?"
        yield text("a", one="?"), "a question mark for each ?"
    if Gap.DASH in glob.parts:
        for dash, name in (
            ("/", "slashes"),
            ("\u2013", "en dashes"),
            ("\u2014", "em dashes"),
            ("\u2212", "minus signs"),
        ):
            yield text("a", dash=dash), f"{name} for the dashes"


def _text(glob: Glob, many: str, one: str, dash: str) -> str:
    fill = {Gap.MANY: many, Gap.ONE: one, Gap.DASH: dash}
    return "".join(part if isinstance(part, str) else fill[part] for part in glob.parts)


def _of_text(value: str) -> Iterator[Variant]:
    yield value.swapcase(), "the other letter case"
    yield value.upper(), "upper case"
    yield f"x{value}", "a character before it"
    yield f"{value}x", "a character after it"
    if "\\" in value or "/" in value:
        yield value.translate(_SLASHES), "the other slashes"
        yield value.replace("\\", "\\\\"), "double backslashes"
    if "." in value:
        yield value.replace(".", "x"), "a letter in place of each dot"
    if " " in value:
        yield value.replace(" ", "  "), "double blanks"
        yield value.replace(" ", "\t"), "tabs for blanks"
    yield f'"{value}"', "double quotes around it"
    yield f"'{value}'", "single quotes around it"
    yield f" {value} ", "blanks around it"
    yield f"{value}\u00e9\U0001f600", "letters beyond ASCII after it"
    if value.isascii() and "k" in value.lower():
        yield value.replace("k", "\u212a").replace("K", "\u212a"), "the Kelvin sign for k"


_SLASHES = str.maketrans("\\/", "/\\")


def _of_network(claim: Network) -> Iterator[Variant]:
    network = claim.network
    first, last = int(network.network_address), int(network.broadcast_address)
    size = 2**network.max_prefixlen
    yield str(network.network_address), "the first address of the range"
    yield str(network.broadcast_address), "the last address of the range"
    if first > 0:
        yield str(type(network.network_address)(first - 1)), "the address before the range"
    if last + 1 < size:
        yield str(type(network.network_address)(last + 1)), "the address after the range"
    if isinstance(network, IPv4Network):
        yield f"::ffff:{network.network_address}", "the first address, mapped into IPv6"
        yield f"{network.network_address}:443", "the first address with a port"
    else:
        yield network.network_address.exploded, "the first address, written out"
        yield network.network_address.exploded.upper(), "the first address in upper case"
        yield f"{network.network_address}%eth0", "the first address with a zone"
    yield claim.network.with_prefixlen, "the range itself"
