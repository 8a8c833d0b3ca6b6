"""Every rule document is read back, and must give the rule it was made from."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from translator.errors import InputError
from translator.model.expr import Pattern
from translator.model.rule import Rule
from translator.model.syntax import canonical_pattern
from translator.parse.parsed import ParsedRule
from translator.parse.rule_xml import parse_rules
from translator.render.templating import legal


class RoundTripError(RuntimeError):
    """A document says something else than its rule: a defect of this program, never of the input."""


def prove_round_trip(rule: Rule, text: str) -> None:
    """Check that a rule document of one rule is complete and exact.

    Two spellings are the same: a pattern and its canonical form, and a text with or without U+FFFD in the
    place of characters that XML cannot hold. Everything else must come back equal.

    Raises: RoundTripError with the first difference.
    """
    try:
        parsed = parse_rules(text.encode("utf-8"), f"<{rule.name}>")
    except InputError as error:
        raise RoundTripError(f"the document does not parse: {error}") from error
    if len(parsed) != 1:
        raise RoundTripError(f"the document of '{rule.name}' holds {len(parsed)} rules")
    (back,) = parsed
    if back.warnings or back.unknown:
        raise RoundTripError(f"the document of '{rule.name}' reads back with {_remarks(back)}")
    # The canonical rule is looked at only where needed; mostly the rule is canonical already.
    if back.rule != rule and back.rule != (expected := canonical(rule)):
        raise RoundTripError(
            f"'{rule.name}' is changed by its document: {_first_difference(expected, back.rule)}"
        )


def _remarks(back: ParsedRule) -> str:
    return "; ".join((*back.warnings, *back.unknown))


def canonical(value: Any) -> Any:
    """A rule, or a part of one, in the spelling that its document can carry."""
    if isinstance(value, str):
        return legal(value)
    if isinstance(value, tuple):
        return tuple(map(canonical, value))
    if isinstance(value, Pattern):
        return Pattern(canonical_pattern(value.regex))
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value, **{entry.name: canonical(getattr(value, entry.name)) for entry in fields(value)}
        )
    return value


def _first_difference(expected: Rule, found: Rule) -> str:
    # Loading it takes longer than translating a rule, and it is needed only here.
    from deepdiff import DeepDiff

    return str(DeepDiff(expected, found).pretty()).partition("\n")[0]
