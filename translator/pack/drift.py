"""How a deployed rule stands to that of the pack, and what an export cannot say."""

from __future__ import annotations

from translator.dialect.profile import Dialect
from translator.pack.diff import Pair, compare_found, match
from translator.pack.fields import ACTIVE, FILE_NAME, FieldChange
from translator.pack.meaning.rules import Kind
from translator.pack.read import Found, Known

_OF_THE_PACK = frozenset({"overrides", "updates ignored", ACTIVE, "other"})
"""Fields that a deployed rule has for other reasons: somebody switched it on, or an export adds ids."""
_OFTEN_LEFT_OUT = frozenset(
    {"group", "description", "remediation", "data source", "detection technology", "category", "tactic"}
    | {"techniques", "trigger attributes", "event type group", "frequency", FILE_NAME, "Sigma status"}
)
"""Fields that an export may not have; that it does not say them is no change."""


def deployed_pairs(
    pack: Known, deployed: Known, dialect: Dialect
) -> tuple[list[Pair], list[Found], list[Found]]:
    """The rules that are in both, those of the pack that are missing, and deployed ones that are not its."""
    matched, missing, others = match(pack.rules, deployed.rules)
    return [_pair(*each, dialect) for each in matched], missing, others


def _pair(built: Found, deployed: Found, dialect: Dialect) -> Pair:
    pair = compare_found(built, deployed, dialect)
    return Pair(built, deployed, tuple(each for each in pair.fields if _counts(each)), pair.meaning)


def _counts(change: FieldChange) -> bool:
    if change.field in _OF_THE_PACK:
        return False
    return bool(change.new) or change.field not in _OFTEN_LEFT_OUT


def is_changed(pair: Pair) -> bool:
    """Whether somebody changed the deployed rule."""
    return bool(pair.fields) or pair.meaning.kind is not Kind.SAME
