"""Files that are too large, too deep or too strange to be written down in a data file."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.cli.command import rule_text


def _bomb() -> str:
    lines = ["a: &a [x,x,x,x,x,x,x,x,x]"]
    for name, next_one in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{next_one}: &{next_one} [{','.join([f'*{name}'] * 9)}]")
    return "\n".join(lines) + "\n"


def _merges() -> str:
    lines = ["a: &a {k: v}"]
    for number in range(2_000):
        lines.append(
            f"m{number}: &m{number}\n  <<: [{', '.join([f'*m{number - 1}' if number else '*a'] * 9)}]"
        )
    return "\n".join(lines) + "\n"


def _condition(text: str) -> str:
    return rule_text().replace("condition: selection", f"condition: {text}")


MAKERS: dict[str, Callable[[], str | bytes]] = {
    "noise": lambda: random.Random(1).randbytes(3_000),
    "utf_16": lambda: rule_text().encode("utf-16"),
    "utf_16_le": lambda: rule_text().encode("utf-16-le"),
    "utf_8_sig": lambda: rule_text().encode("utf-8-sig"),
    "crlf": lambda: rule_text().replace("\n", "\r\n"),
    "alias_bomb": _bomb,
    "merge_bomb": _merges,
    "deep_list": lambda: "a: " + "[" * 100_000,
    "deep_mapping": lambda: "".join(f"{' ' * depth}a:\n" for depth in range(1_500)),
    "huge": lambda: b"a: b\n" * 2_000_000,
    "digits": lambda: rule_text(f"EventID: {'9' * 6_000}", keys="id: 0f06a3a5-6a09-413f-8743-e6cf35561297\n"),
    "long_value": lambda: rule_text(f"CommandLine|contains: '{'x' * 300_000}'"),
    "many_values": lambda: rule_text(
        "CommandLine|contains:"
        + "".join(f"\n      - value number {number} of many" for number in range(10_000))
    ),
    "long_condition": lambda: _condition(" or ".join(["selection"] * 15_000)),
    "negations": lambda: _condition("not " * 5_000 + "selection"),
    "brackets": lambda: _condition("(" * 5_000 + "selection" + ")" * 5_000),
    "deep_event": lambda: '{"a": ' + "[" * 5_000,
    "long_pattern": lambda: rule_text(f"Image|re: '{'a|' * 100_000}b'"),
}
