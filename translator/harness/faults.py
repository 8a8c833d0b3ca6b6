"""Faults of a test: one change each that a translator could make by mistake."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import ip_network

from translator.engine.describe import describe
from translator.model.expr import Network, Number, Operand, Pattern, Range, Test, Text, Values
from translator.operators import BY_NAME, CONTAIN, EQUALS

_SHORTEST = 2
"""A text of one letter is not cut further."""
_MOST_MEMBERS = 40
"""Of one list or pattern, so many members are left out one by one."""

Fault = tuple[str, Test]
"""What was changed, in words, and the test that came of it."""


def faults(test: Test) -> Iterator[Fault]:
    """Each faulty form of a test once."""
    found: dict[Test, str] = {}
    for make in (_flipped, _other_operator, _other_case, _other_operand):
        for what, made in make(test):
            if made != test:
                found.setdefault(made, what)
    for made, what in found.items():
        yield f"{what}: {describe(test)}", made


def _flipped(test: Test) -> Iterator[Fault]:
    row = BY_NAME[test.operator]
    if row.negated:
        yield "negation turned round", replace(test, negated=not test.negated)
    elif row.complement:
        yield "ordering turned round", replace(test, operator=row.complement)


def _other_operator(test: Test) -> Iterator[Fault]:
    match test.operator, test.operand:
        case EQUALS.name, Text(value) if len(value) >= _SHORTEST:
            yield "equality widened to containment", replace(test, operator=CONTAIN.name)
        case CONTAIN.name, Text():
            yield "containment narrowed to equality", replace(test, operator=EQUALS.name)
        case "less" | "greater", _:
            yield "edge included", replace(test, operator=f"{test.operator}_or_equal")
        case "less_or_equal" | "greater_or_equal", _:
            yield "edge left out", replace(test, operator=test.operator.removesuffix("_or_equal"))
        case _:
            return


def _other_case(test: Test) -> Iterator[Fault]:
    match test.operand:
        case Text(value):
            yield "letter case changed", replace(test, operand=Text(value.swapcase()))
        case Values(items):
            swapped = tuple(Text(each.value.swapcase()) if isinstance(each, Text) else each for each in items)
            yield "letter case changed", replace(test, operand=Values(swapped))
        case Pattern(regex):
            yield "letter case changed", replace(test, operand=Pattern(_swapped(regex)))


def _swapped(regex: str) -> str:
    """The pattern with the case of its letters changed, escapes and flags left alone."""
    return re.sub(
        r"(\\x[0-9a-fA-F]{2}|\\x\{[^}]*\}|\\.|\(\?[a-zA-Z-]*[:)])|([A-Za-z]+)",
        lambda found: found[1] or found[2].swapcase(),
        regex,
    )


def _other_operand(test: Test) -> Iterator[Fault]:
    for what, operand in _operands(test.operand):
        yield what, replace(test, operand=operand)


def _operands(operand: Operand | None) -> Iterator[tuple[str, Operand]]:
    match operand:
        case Text(value) if len(value) >= _SHORTEST:
            yield "first character lost", Text(value[1:])
            yield "last character lost", Text(value[:-1])
        case Number(number):
            yield "number one higher", Number(number + 1)
        case Network(value):
            yield from _networks(value)
        case Range(Number(low), Number(high)):
            yield "range begins one later", Range(Number(low + 1), Number(high))
            yield "range ends one later", Range(Number(low), Number(high + 1))
        case Values(items) if len(items) > 1:
            for place in range(min(len(items), _MOST_MEMBERS)):
                yield f"member {place + 1} lost", Values(items[:place] + items[place + 1 :])
        case Pattern(regex):
            yield from ((what, Pattern(made)) for what, made in _patterns(regex))


def _networks(value: str) -> Iterator[tuple[str, Network]]:
    network = ip_network(value)
    if network.prefixlen:
        yield "network twice as large", Network(str(network.supernet()))
    if network.prefixlen < network.max_prefixlen:
        yield "network half as large", Network(str(next(network.subnets())))


def _patterns(regex: str) -> Iterator[tuple[str, str]]:
    """Faults of a pattern: each of its alternatives lost or changed."""
    parts = alternatives(regex)
    for place, part in enumerate(parts[:_MOST_MEMBERS]):
        if len(parts) > 1:
            yield f"alternative {place + 1} lost", "|".join(parts[:place] + parts[place + 1 :])
        for what, change in _CHANGES.items():
            made = change(part)
            if made and made != part:
                yield (
                    f"{what} in alternative {place + 1}",
                    "|".join([*parts[:place], made, *parts[place + 1 :]]),
                )


_CHANGES: dict[str, Callable[[str], str]] = {
    "start not anchored": lambda part: part.removeprefix("^"),
    "end not anchored": lambda part: part[:-1] if re.search(r"(?<!\\)(?:\\\\)*\$$", part) else part,
    "start anchored": lambda part: part if part.startswith(("^", "(")) else f"^{part}",
    "dot not escaped": lambda part: part.replace(r"\.", ".", 1),
    "wildcard lost": lambda part: re.sub(r"(?<!\\)\.\*|\[\\s\\S\]\*", "", part, count=1),
    "first character lost": lambda part: re.sub(r"^(\^?)(?:\\[^\w]|[\w -])(?![*+?{])(?=.)", r"\1", part),
}
"""Name of a fault -> what it makes of one alternative; unchanged where it does not apply."""


def alternatives(regex: str) -> list[str]:
    r"""The pattern cut at each ``|`` that is neither escaped nor inside brackets.

    >>> alternatives(r"a\|b|(c|d)|[|]")
    ['a\\|b', '(c|d)', '[|]']
    """
    parts, start, depth, place, inside = [], 0, 0, 0, False
    while place < len(regex):
        match regex[place]:
            case "\\":
                place += 1
            case "[" if not inside:
                inside = True
                place += regex[place + 1 : place + 2] == "]"
            case "]":
                inside = False
            case "(" if not inside:
                depth += 1
            case ")" if not inside:
                depth -= 1
            case "|" if not inside and depth == 0:
                parts.append(regex[start:place])
                start = place + 1
        place += 1
    return [*parts, regex[start:]]
