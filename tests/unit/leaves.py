"""Fields and values of a rule's conditions, counted from the plain document, not by the translation.

Nothing here knows what a modifier or an operator means: it counts what is written, so that nothing written
can be lost on the way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from translator.sources.correlation import CorrelationSource
from translator.sources.sigma import RuleSource
from translator.translate import Translation

_TOKEN = re.compile(r"[()]|[^\s()]+")
_WORDS = frozenset({"(", ")", "and", "or", "not", "of", "1", "all", "any"})
_SPELT = frozenset({"contains", "startswith", "endswith", "all", "re", "i", "cased", "neq", "lt", "gt"})
"""After these a value is still spelt as it is written, but for escapes and wildcards."""
Leaf = tuple[str, str | None]
"""A field, empty for a keyword, and the letters and digits of its value; None where modifiers change them."""


def written(source: RuleSource, index: int) -> Counter[Leaf]:
    """The leaves of a condition, those of a detection that is named twice twice."""
    if isinstance(source, CorrelationSource):
        return sum((written(each, 0) for each in source.members), Counter())
    found: Counter[Leaf] = Counter()
    for document in (source.document, *(_as_rule(each) for each in source.filters)):
        detection = document["detection"]
        conditions = detection["condition"]
        condition = conditions[index] if isinstance(conditions, list) else conditions
        for name in _named(condition.partition("|")[0], detection):
            found.update(_leaves(detection[name]))
    return found


def accounted(translation: Translation) -> Counter[Leaf]:
    """The leaves that a translation accounts for."""
    return Counter((leaf.field, _letters(leaf.value)) for leaf in translation.leaves)


def times(expected: Counter[Leaf], found: Counter[Leaf]) -> int | None:
    """How many times over all expected leaves were found, and nothing else; None where that is not so.

    A condition is looked at once for each kind of event that it may be about.
    """
    counts, known = (
        Counter(field for field, _ in expected.elements()),
        Counter(f for f, _ in found.elements()),
    )
    if counts.keys() != known.keys() or not counts:
        return None
    first = next(iter(counts))
    factor, rest = divmod(known[first], counts[first])
    if rest or any(known[field] != factor * number for field, number in counts.items()):
        return None
    spelt = Counter({leaf: number for leaf, number in expected.items() if leaf[1] is not None})
    return factor if all(found[leaf] >= factor * number for leaf, number in spelt.items()) else None


def is_whole(translation: Translation) -> bool:
    """Whether the translation accounts for what is written.

    A correlation also asks that the attributes it groups by are there, so there may be more.
    """
    expected, found = written(translation.source, translation.index), accounted(translation)
    if isinstance(translation.source, CorrelationSource):
        return not _fields(expected) - _fields(found)
    return bool(times(expected, found))


def _fields(leaves: Counter[Leaf]) -> Counter[str]:
    return Counter(field for field, _ in leaves.elements())


def _as_rule(document: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"detection": document["filter"]}


def _named(condition: str, detection: Mapping[str, Any]) -> Iterator[str]:
    names = [name for name in detection if name not in ("condition", "timeframe")]
    tokens = _TOKEN.findall(condition)
    for place, token in enumerate(tokens):
        after_of = place > 0 and tokens[place - 1] == "of"
        if token in detection and not after_of:
            yield token
        elif after_of:
            pattern = "*" if token == "them" else token
            yield from (n for n in names if fnmatchcase(n, pattern) and (pattern[0] == "_" or n[0] != "_"))
        else:
            assert token in _WORDS, f"{token!r} of {condition!r}"


def _leaves(item: Any) -> Iterator[Leaf]:
    if isinstance(item, list):
        for member in item:
            yield from _leaves(member)
    elif isinstance(item, Mapping):
        for key, value in item.items():
            field, *modifiers = key.split("|")
            for member in value if isinstance(value, list) else [value]:
                yield field, _spelling(member) if _SPELT.issuperset(modifiers) else None
    else:
        yield "", _spelling(item)


def _spelling(value: Any) -> str | None:
    return None if value is None or isinstance(value, bool) else _letters(str(value))


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalnum())
