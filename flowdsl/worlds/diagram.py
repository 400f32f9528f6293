"""Decision diagrams: functions over many variables of a few values each, for all worlds at once.

A function is a number. Equal functions have the same number, 0 is never and 1 is always, so that whether something can
happen at all is one comparison. Reduced and ordered as in R. E. Bryant, Graph-Based Algorithms for Boolean Function
Manipulation (https://www.cs.cmu.edu/~bryant/pubdir/ieeetc86.pdf), with as many branches as a variable has values.
Nothing here recurses: a pipeline has more variables than Python has room for calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat

NEVER, ALWAYS = 0, 1
_LEAF = 1 << 60


class TooLargeError(Exception):
    """The diagram would take more nodes than it may have."""


def _plain(one: int, other: int, decides: int) -> int:
    """Two functions joined of which one is the same in all worlds, or which are the same."""
    if decides in (one, other):
        return decides
    return other if one <= ALWAYS else one


class Diagram:
    """Functions over variables, which are numbered in their order; `bound` is how many nodes there may be."""

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._level = [_LEAF, _LEAF]
        self._branches: list[tuple[int, ...]] = [(), ()]
        self._known: dict[tuple[int, tuple[int, ...]], int] = {}
        # Of `all` and of `any`, by the value that decides each.
        self._both: tuple[dict[tuple[int, int], int], dict[tuple[int, int], int]] = ({}, {})
        self._not: dict[int, int] = {NEVER: ALWAYS, ALWAYS: NEVER}
        self.sizes: list[int] = []

    @property
    def nodes(self) -> int:
        """How many there are, the two leaves included."""
        return len(self._level)

    def variable(self, size: int) -> int:
        """A new variable with so many values, after all others."""
        self.sizes.append(size)
        return len(self.sizes) - 1

    def holds(self, variable: int, values: Iterable[int]) -> int:
        """That a variable has one of the values."""
        chosen = set(values)
        return self._node(variable, tuple(int(each in chosen) for each in range(self.sizes[variable])))

    def negated(self, function: int) -> int:
        """That it does not hold."""
        stack = [function]
        while stack:
            at = stack[-1]
            waiting = [each for each in self._branches[at] if each not in self._not]
            if waiting:
                stack += waiting
                continue
            stack.pop()
            if at not in self._not:
                found = self._node(self._level[at], tuple([self._not[each] for each in self._branches[at]]))
                self._not[at], self._not[found] = found, at
        return self._not[function]

    def all(self, functions: Iterable[int]) -> int:
        """That all of them hold."""
        return self._joined(functions, NEVER)

    def any(self, functions: Iterable[int]) -> int:
        """That one of them holds."""
        return self._joined(functions, ALWAYS)

    def chosen(self, test: int, then: int, otherwise: int) -> int:
        """One function where a test holds, another where it does not."""
        return self.any((self.all((test, then)), self.all((self.negated(test), otherwise))))

    def _joined(self, functions: Iterable[int], decides: int) -> int:
        # The last variables first: each further function then stands above what is joined, of which nothing changes.
        # The other way round every one would make the whole anew.
        found = ALWAYS - decides
        for each in sorted(set(functions), key=self._level.__getitem__, reverse=True):
            found = self._join(found, each, decides)
            if found == decides:
                break
        return found

    def _join(self, one: int, other: int, decides: int) -> int:
        """Both of two functions (NEVER decides), or either of them (ALWAYS does)."""
        if one <= ALWAYS or other <= ALWAYS or one == other:
            return _plain(one, other, decides)
        known, levels, branches = self._both[decides], self._level, self._branches
        first = (one, other) if one < other else (other, one)
        stack = [first]
        while stack:
            pair = a, b = stack[-1]
            if pair in known:
                stack.pop()
                continue
            level = min(levels[a], levels[b])
            lefts = branches[a] if levels[a] == level else repeat(a)
            rights = branches[b] if levels[b] == level else repeat(b)
            parts, waits = [], len(stack)
            # By far the most of the time of all: nothing here is a call that need not be one.
            for left, right in zip(lefts, rights, strict=False):  # one of them may have no end
                x, y = (left, right) if left < right else (right, left)
                if x <= ALWAYS:
                    parts.append(x if x == decides else y)
                elif x == y:
                    parts.append(x)
                elif (part := known.get((x, y), -1)) >= 0:
                    parts.append(part)
                else:
                    stack.append((x, y))
            if len(stack) == waits:
                known[pair] = self._node(level, tuple(parts))
                stack.pop()
        return known[first]

    def _node(self, level: int, branches: tuple[int, ...]) -> int:
        if branches.count(branches[0]) == len(branches):
            return branches[0]
        found = self._known.get((level, branches))
        if found is None:
            if len(self._level) >= self._bound:
                raise TooLargeError
            found = self._known[level, branches] = len(self._level)
            self._level.append(level)
            self._branches.append(branches)
        return found

    def cheapest(self, function: int, costs: Sequence[Sequence[int]]) -> dict[int, int] | None:
        """Values of variables for which a function holds, at the least cost; those left out are at their best.

        `costs` has a number for each value of each variable, 0 for one of them at least. None for what never holds.
        """
        if function == NEVER:
            return None
        best: dict[int, tuple[int, int]] = {ALWAYS: (0, 0)}
        for at in self._below(function):
            prices = costs[self._level[at]]
            ways = [
                (price + best[to][0], value)
                for value, (price, to) in enumerate(zip(prices, self._branches[at], strict=True))
                if to in best
            ]
            best[at] = min(ways)
        found: dict[int, int] = {}
        while function != ALWAYS:
            value = best[function][1]
            found[self._level[function]] = value
            function = self._branches[function][value]
        return found

    def _below(self, function: int) -> list[int]:
        """The nodes of a function but for the leaves, each after those that it leads to."""
        seen, todo = {function}, [function]
        while todo:
            for each in self._branches[todo.pop()]:
                if each > ALWAYS and each not in seen:
                    seen.add(each)
                    todo.append(each)
        # A node is made after those it leads to, and never when nothing holds: what only leads to NEVER is NEVER.
        return sorted(each for each in seen if each > ALWAYS)
