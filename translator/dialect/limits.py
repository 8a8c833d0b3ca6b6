"""What a profile says FortiSIEM accepts, checked on a finished rule."""

from __future__ import annotations

import re
from collections.abc import Iterator

from translator import notes, operators
from translator.dialect.profile import Checked, Dialect
from translator.model.expr import Pattern, Text
from translator.model.rule import Rule
from translator.model.walk import tests
from translator.notes import Note

_QUOTES = 2


def exceeded(rule: Rule, dialect: Dialect) -> Iterator[Note]:
    """Each limit that the rule exceeds; a rule with one of these cannot be imported with confidence."""
    event_type = rule.incident.event_type
    texts: dict[Checked, str] = {"name": rule.name, "title": rule.title, "event_type": event_type}
    for place, value in texts.items():
        if re.search(f"[^{dialect.characters(place)}]", value):
            yield _refused(
                notes.NAME_CHARACTERS,
                f"{place.replace('_', ' ')} '{value}' has characters that are not accepted",
            )
    for pattern in rule.sub_patterns:
        for test in tests(pattern.filter):
            if isinstance(test.operand, Pattern) and _length(test.operand.regex) > dialect.max_pattern_length:
                yield _refused(
                    notes.PATTERN_TOO_LONG,
                    f"more than {dialect.max_pattern_length} characters in the pattern that starts "
                    f"'{test.operand.regex[:60]}'",
                )
            if (
                test.operator == operators.CONTAIN.name
                and isinstance(test.operand, Text)
                and "\\" in test.operand.value
            ):
                yield _refused(notes.CONTAIN_BACKSLASH, f"CONTAIN '{test.operand.value}' has a backslash")


def _length(regex: str) -> int:
    return len(regex) + regex.count('"') + _QUOTES


def _refused(code: notes.Code, text: str) -> Note:
    return Note(code, text, notes.Effect.REFUSED)
