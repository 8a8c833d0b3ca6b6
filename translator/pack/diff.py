"""Two sets of rules: which are new, gone, renamed, and what is different about the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from translator.dialect.profile import Dialect
from translator.model.rule import Rule
from translator.pack.fields import ACTIVE, CONDITIONS, NAMES, FieldChange, field_changes
from translator.pack.meaning.rules import UNCHANGED, Kind, Meaning, compare_rules
from translator.pack.read import Found, Known


class Category(StrEnum):
    """What matters most about a rule on both sides, from most to least."""

    MEANING = "meaning changed"
    RENAMED = "renamed"
    METADATA = "metadata only"
    ACTIVATION = "switched on or off"
    TEXT = "text changed, same meaning"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Pair:
    """One rule on both sides."""

    old: Found
    new: Found
    fields: tuple[FieldChange, ...]
    meaning: Meaning

    @property
    def category(self) -> Category:
        """The kind of the change."""
        names = {each.field for each in self.fields}
        if self.meaning.kind is not Kind.SAME:
            return Category.MEANING
        if names & NAMES:
            return Category.RENAMED
        if names - CONDITIONS - {ACTIVE}:
            return Category.METADATA
        if ACTIVE in names:
            return Category.ACTIVATION
        return Category.TEXT if names else Category.UNCHANGED


@dataclass(frozen=True)
class Difference:
    """All rules of both sides; ``pairs`` are in the order of the old side."""

    added: tuple[Found, ...]
    removed: tuple[Found, ...]
    pairs: tuple[Pair, ...]

    @property
    def changed(self) -> tuple[Pair, ...]:
        """The pairs that differ in anything, what matters most first."""
        found = [each for each in self.pairs if each.category is not Category.UNCHANGED]
        return tuple(sorted(found, key=lambda each: (_RANK[each.category], each.new.rule.name)))

    @property
    def counts(self) -> dict[str, int]:
        """How many rules are added, removed, and of each category."""
        found = Counter(each.category for each in self.pairs)
        return {
            "added": len(self.added),
            "removed": len(self.removed),
            **{category.value: found[category] for category in Category},
        }

    @property
    def empty(self) -> bool:
        """Whether both sides say the same."""
        return not (self.added or self.removed or self.changed)


_RANK = {category: rank for rank, category in enumerate(Category)}


def compare(old: Known, new: Known, dialect: Dialect, step: Callable[[], None] = lambda: None) -> Difference:
    """What became of the rules. ``step`` is called for each rule that is on both sides."""
    pairs = []
    matched, removed, added = match(old.rules, new.rules)
    for one, other in matched:
        pairs.append(compare_found(one, other, dialect))
        step()
    return Difference(tuple(added), tuple(removed), tuple(pairs))


def compare_found(old: Found, new: Found, dialect: Dialect) -> Pair:
    """What is different about one rule."""
    if old.rule == new.rule and _beside(old) == _beside(new):
        return Pair(old, new, (), UNCHANGED)
    fields = field_changes(old, new)
    meaning = compare_rules(old.rule, new.rule, dialect) if fields else UNCHANGED
    return Pair(old, new, fields, meaning)


def _beside(found: Found) -> tuple[object, ...]:
    """What is said besides the model."""
    return found.parsed.unknown, found.entry.changed if found.entry else ()


_Trait = Callable[[Found], Hashable | None]


def by_sigma_id(found: Found) -> Hashable | None:
    """The Sigma id and the condition, known of rules of a pack."""
    return (found.entry.key, found.entry.condition) if found.entry else None


def _event_type(found: Found) -> Hashable | None:
    return found.rule.incident.event_type.casefold()


def _name(found: Found) -> Hashable | None:
    return found.rule.name.casefold()


def _content(found: Found) -> Hashable | None:
    rule: Rule = found.rule
    return (rule.window, rule.sub_patterns, rule.relations, rule.global_constraint)


TRAITS: tuple[_Trait, ...] = (by_sigma_id, _event_type, _name, _content)


def match(
    old: Sequence[Found], new: Sequence[Found], traits: Sequence[_Trait] = TRAITS
) -> tuple[list[tuple[Found, Found]], list[Found], list[Found]]:
    """Which rule is which: by Sigma id, by event type, by name, by what it fires on; and what is left over.

    A trait counts where one rule alone has it on each side. Of rules that share all of them, equal ones go
    together.
    """
    before, after = dict(enumerate(old)), dict(enumerate(new))
    partner: dict[int, int] = {}
    for trait in traits:
        for one, other in _alike(before, after, trait):
            partner[one] = other
            del before[one], after[other]
    for one, other in _equal(before, after):
        partner[one] = other
        del before[one], after[other]
    matched = [(old[one], new[partner[one]]) for one in sorted(partner)]
    return matched, list(before.values()), list(after.values())


def _equal(before: Mapping[int, Found], after: Mapping[int, Found]) -> list[tuple[int, int]]:
    places: dict[Rule, list[int]] = {}
    for place, each in reversed(list(after.items())):
        places.setdefault(each.rule, []).append(place)
    return [(one, places[each.rule].pop()) for one, each in before.items() if places.get(each.rule)]


def _alike(before: dict[int, Found], after: dict[int, Found], trait: _Trait) -> Iterator[tuple[int, int]]:
    places = []
    for side in (before, after):
        found = {place: trait(each) for place, each in side.items()}
        count = Counter(found.values())
        places.append(
            {value: place for place, value in found.items() if value is not None and count[value] == 1}
        )
    yield from [(one, places[1][value]) for value, one in places[0].items() if value in places[1]]
