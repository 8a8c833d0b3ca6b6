"""Truth functions of many variables, each in one form, so that equal functions are equal numbers.

Reduced ordered decision diagrams: a node asks one variable and goes on to the node for false or for true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

FALSE, TRUE = 0, 1
_LAST = 1 << 30
_Choice = tuple[int, int, int]


class TooLarge(Exception):
    """The functions need more nodes than are allowed."""


class Diagram:
    """Functions over the same variables, which are numbers: the lower one is asked first.

    Raises: TooLarge when more than ``limit`` nodes are needed.
    """

    def __init__(self, limit: int = 100_000) -> None:
        self._nodes: list[tuple[int, int, int]] = [(_LAST, 0, 0), (_LAST, 1, 1)]
        self._known: dict[tuple[int, int, int], int] = {}
        self._chosen: dict[_Choice, int] = {}
        self._limit = limit

    def variable(self, number: int) -> int:
        """The function that is the variable."""
        return self._node(number, FALSE, TRUE)

    def opposite(self, one: int) -> int:
        """NOT."""
        return self.choose(one, FALSE, TRUE)

    def both(self, one: int, other: int) -> int:
        """AND."""
        return self.choose(one, other, FALSE)

    def either(self, one: int, other: int) -> int:
        """OR."""
        return self.choose(one, TRUE, other)

    def all_of(self, functions: Iterable[int]) -> int:
        """AND of many."""
        return _in_halves(self.both, list(functions), TRUE)

    def any_of(self, functions: Iterable[int]) -> int:
        """OR of many."""
        return _in_halves(self.either, list(functions), FALSE)

    def choose(self, condition: int, then: int, otherwise: int) -> int:
        """``then`` where the condition holds, ``otherwise`` where not.

        Without recursion, because rules ask more questions than Python calls nest.
        """
        wanted = condition, then, otherwise
        pending = [wanted]
        while pending:
            key = pending[-1]
            if self._settled(key) is not None:
                pending.pop()
                continue
            top = min(self._nodes[each][0] for each in key)
            low, high = self._branches(key, top, 1), self._branches(key, top, 2)
            below, above = self._settled(low), self._settled(high)
            if below is None or above is None:
                pending += [each for each in (low, high) if self._settled(each) is None]
            else:
                self._chosen[key] = self._node(top, below, above)
        result = self._settled(wanted)
        assert result is not None
        return result

    def _settled(self, key: _Choice) -> int | None:
        """The result of a choice, if it is known."""
        condition, then, otherwise = key
        if condition == TRUE or then == otherwise:
            return then
        if condition == FALSE:
            return otherwise
        return self._chosen.get(key)

    def solutions(self, one: int) -> Iterator[dict[int, bool]]:
        """Values of variables for which the function holds, one set for each way through the diagram.

        Variables that are left out do not matter.
        """
        pending: list[tuple[int, dict[int, bool]]] = [(one, {})]
        while pending:
            node, values = pending.pop()
            if node == TRUE:
                yield values
            elif node != FALSE:
                variable, low, high = self._nodes[node]
                pending.append((low, {**values, variable: False}))
                pending.append((high, {**values, variable: True}))

    def _branches(self, key: _Choice, variable: int, side: int) -> _Choice:
        """The choice where the variable is false (side 1) or true (side 2)."""
        condition, then, otherwise = (
            self._nodes[each][side] if self._nodes[each][0] == variable else each for each in key
        )
        return condition, then, otherwise

    def _node(self, variable: int, low: int, high: int) -> int:
        if low == high:
            return low
        key = variable, low, high
        if key not in self._known:
            if len(self._nodes) >= self._limit:
                raise TooLarge
            self._known[key] = len(self._nodes)
            self._nodes.append(key)
        return self._known[key]


def _in_halves(join: Callable[[int, int], int], functions: list[int], nothing: int) -> int:
    """Joined two by two: one after the other would build a long list again for each of its members."""
    while len(functions) > 1:
        odd = functions[len(functions) // 2 * 2 :]
        functions = [*map(join, functions[::2], functions[1::2]), *odd]
    return functions[0] if functions else nothing
