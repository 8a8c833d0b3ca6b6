"""Groups of several sub-patterns that go together under the global constraint, found through indices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from translator.engine.joins import Condition, Side, qualified
from translator.engine.relations import Chain
from translator.engine.windows import Group, Window

Binding = Mapping[int, Group]
"""Place of a sub-pattern in the rule -> the group that stands for it."""

Find = Callable[[Binding], Iterable[Group]]

MOST_LOOKED_AT = 10_000
"""Groups that are looked at for one event; without equalities between sub-patterns, all could be."""


@dataclass(frozen=True, slots=True)
class _Stage:
    """The next sub-pattern to bind: where its groups are found, and what must hold once it is bound."""

    pattern: int
    find: Find
    checks: tuple[Condition, ...]


class Search:
    """All bindings of a chain that have a given group for one sub-pattern.

    ``cut`` is whether the last search was given up, having looked at MOST_LOOKED_AT groups.
    """

    def __init__(
        self,
        chain: Chain,
        trigger: int,
        windows: Sequence[Window],
        conditions: Sequence[Condition],
        names: Sequence[str],
        same: Callable[[str], object],
    ) -> None:
        self._trigger = trigger
        self._names = names
        self.cut = False
        self._looked_at = 0
        mine = [each for each in conditions if each.patterns <= set(chain.patterns)]
        self._alone = tuple(each for each in mine if each.patterns <= {trigger})
        self._stages: list[_Stage] = []
        bound = {trigger}
        rest = [pattern for pattern in chain.patterns if pattern != trigger]
        while rest:
            # A sub-pattern that equality ties to a bound one has few candidates; take such a one first.
            pattern = next((each for each in rest if _ties(each, bound, mine, windows)), rest[0])
            rest.remove(pattern)
            ties = _ties(pattern, bound, mine, windows)
            bound.add(pattern)
            used = [each for each, _, _ in ties]
            due = (each for each in mine if pattern in each.patterns and each.patterns <= bound)
            find = _finder(windows[pattern], [(own, other) for _, own, other in ties], same)
            self._stages.append(_Stage(pattern, find, tuple(each for each in due if each not in used)))

    def bindings(self, group: Group) -> Iterator[Binding]:
        """Each binding once."""
        binding = {self._trigger: group}
        self.cut, self._looked_at = False, 0
        if self._hold(self._alone, binding):
            yield from self._extend(binding, 0)

    def _extend(self, binding: dict[int, Group], depth: int) -> Iterator[Binding]:
        if depth == len(self._stages):
            yield dict(binding)
            return
        stage = self._stages[depth]
        for group in stage.find(binding):
            self._looked_at += 1
            if self._looked_at > MOST_LOOKED_AT:
                self.cut = True
                break
            binding[stage.pattern] = group
            if self._hold(stage.checks, binding):
                yield from self._extend(binding, depth + 1)
        binding.pop(stage.pattern, None)

    def _hold(self, checks: Sequence[Condition], binding: Binding) -> bool:
        if not checks:
            return True
        record = qualified(self._names, {pattern: group.attributes for pattern, group in binding.items()})
        return all(each.check(record) is True for each in checks)


def _ties(
    pattern: int, bound: set[int], conditions: Sequence[Condition], windows: Sequence[Window]
) -> list[tuple[Condition, str, Side]]:
    """Equalities between a group-by attribute of the sub-pattern and an attribute of a bound one."""
    found = []
    for condition in conditions:
        if condition.equal is None:
            continue
        for own, other in (condition.equal, condition.equal[::-1]):
            if own.pattern == pattern and other.pattern in bound:
                if own.attribute in windows[pattern].group_by:
                    found.append((condition, own.attribute, other))
                break
    return found


def _finder(window: Window, ties: Sequence[tuple[str, Side]], same: Callable[[str], object]) -> Find:
    if not ties:
        return lambda binding: window.groups.values()
    indexed = window.index([own for own, _ in ties], same)

    def find(binding: Binding) -> Iterable[Group]:
        values = [binding[other.pattern].attributes.get(other.attribute) for _, other in ties]
        return () if None in values else indexed([value for value in values if value is not None])

    return find
