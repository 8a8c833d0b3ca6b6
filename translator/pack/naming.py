"""Names of a pack's rules: they tell where a rule is from, and they stay when Sigma renames it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

from translator.batch.record import Translated
from translator.dialect.profile import Dialect
from translator.lowering.metadata import allowed

_DIGITS, _CHECK = 8, 6


def key_of(id_: str, title: str) -> str:
    """What the rule is known by for ever: its Sigma id, or its title where it has none."""
    return id_.lower() or f"title:{title}"


def event_type(prefix: str, key: str, index: int) -> str:
    """The event type of the incidents: ``PH_RULE_SIGMA_1A2B3C4D_5E6F70``, then the number of the condition.

    The first part is the beginning of the Sigma id. Ids that people derive by hand from each other share it,
    so six digits of a digest of the whole id follow. A new title changes nothing, and so neither reports nor
    incidents of the past lose their rule.
    """
    digest = sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
    plain = re.sub("[^0-9a-f]", "", key) if not key.startswith("title:") else digest
    words = re.sub("[^A-Z0-9]+", "_", prefix.upper()).strip("_")
    number = f"_{index + 1}" if index else ""
    return f"PH_RULE_{words}_{plain[:_DIGITS].upper()}_{digest[:_CHECK].upper()}{number}"


def names(prefix: str, rules: Sequence[Translated], dialect: Dialect) -> list[str]:
    """The name of each rule. All rules of one name get a part of their ids, so that order changes none."""
    wanted = [allowed(f"{prefix} {_own_name(each)}", dialect.characters("name")) for each in rules]
    count = Counter(name.casefold() for name in wanted)
    return [
        name if count[name.casefold()] == 1 else f"{name} {_suffix(each)}"
        for name, each in zip(wanted, rules, strict=True)
    ]


def _own_name(translated: Translated) -> str:
    assert translated.rule is not None
    return translated.rule.name


def _suffix(translated: Translated) -> str:
    digest = sha256(key_of(translated.id, translated.title).encode("utf-8", "surrogatepass")).hexdigest()
    number = f" {translated.index + 1}" if translated.index else ""
    return f"{translated.suffix} {digest[:_CHECK]}{number}"
