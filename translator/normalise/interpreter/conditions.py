"""The ``test`` of a ``when``: an expression as a function of what is known so far."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address

from translator.normalise.interpreter.patterns import Patterns
from translator.normalise.interpreter.regex import Untranslatable
from translator.normalise.interpreter.scope import Scope

Condition = Callable[[Scope], bool]

_NAME = r"\$?(\w+)"
_EXISTENCE = re.compile(rf"\s*(exist|not_exist|not\s+exist|not_private_ip)\s+{_NAME}\s*")
_MATCH = re.compile(r"\s*(matches|not_matches)\s*\(\s*\$(\w+)\s*,\s*(.*?)\s*\)\s*", re.DOTALL)
_COMPARISON = re.compile(r"\s*\$(\w+)\s*(=|!=|\bIN\b)\s*(.*?)\s*", re.DOTALL)
_VARIABLE = re.compile(r"\$(\w+)")
_IDENTIFIER = re.compile(r"[A-Za-z]\w*")
_CLOSED = re.compile(r"""['"]\s*\)\s*(?:AND|OR|and|or)\b""")
"""The end of one call and the start of more, which a test does not have."""


def condition(test: str, patterns: Patterns) -> tuple[str, Condition]:
    """The kind of a test, as the tables name it, and the test.

    Raises: Untranslatable.
    """
    if found := _EXISTENCE.fullmatch(test):
        return _existence(found[1], found[2])
    if found := _MATCH.fullmatch(test):
        return found[1], _matching(found[1], found[2], found[3], patterns)
    if found := _COMPARISON.fullmatch(test):
        return _comparison(found[1], found[2], found[3])
    raise Untranslatable(f"test {' '.join(test.split())[:80]}")


def _existence(word: str, name: str) -> tuple[str, Condition]:
    if word == "exist":
        return word, lambda scope: name in scope.values
    if word == "not_private_ip":
        return word, lambda scope: _is_public(scope.values.get(name))
    return "not_exist", lambda scope: name not in scope.values


def _is_public(text: str | None) -> bool:
    """Whether it is an address outside the private ranges (RFC 1918; for IPv6 RFC 4193)."""
    try:
        return text is not None and not ip_address(text).is_private
    except ValueError:
        return False


def _matching(word: str, name: str, operand: str, patterns: Patterns) -> Condition:
    text = _unquoted(operand)
    if text is None and _IDENTIFIER.fullmatch(operand):
        text = f"<:{operand}>"
    elif text is not None and _CLOSED.search(text):
        raise Untranslatable(f"test {word}(${name}, {operand[:60]}")
    search = patterns.search(operand if text is None else text).regex.search
    wanted = word == "matches"

    def holds(scope: Scope) -> bool:
        value = scope.values.get(name)
        return (value is not None and search(value) is not None) is wanted

    return holds


def _comparison(name: str, operator: str, operand: str) -> tuple[str, Condition]:
    if operator == "IN":
        items = frozenset(item.strip() for item in _text(name, operator, operand).split(","))
        return operator, lambda scope: scope.values.get(name) in items
    if other := _VARIABLE.fullmatch(operand):
        return f"{operator} $", _same(name, other[1], operator == "=")
    text = _text(name, operator, operand)
    if operator == "=":
        return operator, lambda scope: scope.values.get(name, "") == text
    return operator, lambda scope: scope.values.get(name, "") != text


def _text(name: str, operator: str, operand: str) -> str:
    """The one text that is compared with; a quote inside would be the end of it."""
    text = _unquoted(operand)
    if text is None or operand[0] in text:
        raise Untranslatable(f"test ${name} {operator} {operand[:60]}")
    return text


def _same(name: str, other: str, wanted: bool) -> Condition:
    def holds(scope: Scope) -> bool:
        value = scope.values.get(name)
        return (value is not None and value == scope.values.get(other)) is wanted

    return holds


def _unquoted(text: str) -> str | None:
    """The text between quotes, None if there are none; the closing one may be missing."""
    if text[:1] not in ("'", '"'):
        return None
    quote = text[0]
    return text[1:-1] if len(text) > 1 and text.endswith(quote) else text[1:]
