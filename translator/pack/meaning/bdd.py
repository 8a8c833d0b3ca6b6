"""Truth functions of many variables, each in one form, so that equal functions are equal numbers.

Reduced ordered decision diagrams: a node asks one variable and goes on to the node for false or for true.
"""

from __future__ import annotations

from collections.abc import Iterator

FALSE, TRUE = 0, 1
_LAST = 1 << 30


class TooLarge(Exception):
    """The functions need more nodes than are allowed."""


class Diagram:
    """Functions over the same variables, which are numbers: the lower one is asked first.

    Raises: TooLarge when more than ``limit`` nodes are needed.
    """

    def __init__(self, limit: int = 100_000) -> None:
        self._nodes: list[tuple[int, int, int]] = [(_LAST, 0, 0), (_LAST, 1, 1)]
        self._known: dict[tuple[int, int, int], int] = {}
        self._chosen: dict[tuple[int, int, int], int] = {}
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

    def choose(self, condition: int, then: int, otherwise: int) -> int:
        """``then`` where the condition holds, ``otherwise`` where not."""
        if condition == TRUE or then == otherwise:
            return then
        if condition == FALSE:
            return otherwise
        key = condition, then, otherwise
        if key not in self._chosen:
            top = min(self._nodes[each][0] for each in key)
            low, high = (self.choose(*(self._branch(each, top, side) for each in key)) for side in (1, 2))
            self._chosen[key] = self._node(top, low, high)
        return self._chosen[key]

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

    def _branch(self, node: int, variable: int, side: int) -> int:
        found = self._nodes[node]
        return found[side] if found[0] == variable else node

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
