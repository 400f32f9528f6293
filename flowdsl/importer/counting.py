"""Which of the values of an `either` counts when, in Tekton's own conditions: as a compile writes them.

It is what `flowdsl.frontend.choices` and `guards` say of conditions, for those that a `when` has by itself. What more
they know (which numbers exclude each other) is not looked at here: such tasks are then not taken for one call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

import attrs

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import WhenExpression

MOST = 8
"""How many ways a compile makes of one call at most."""
_MOST_TEXTS = 96
"""With more texts than this in all the conditions nothing is said of them: looking at them would take too long."""


@attrs.frozen
class Asked:
    """One `when`: whether a text is, or is not, one of several."""

    input: str
    values: tuple[str, ...]
    holds: bool = True

    def opposite(self) -> Asked:
        """What holds where this does not."""
        return attrs.evolve(self, holds=not self.holds)


Guard: TypeAlias = tuple[Asked, ...]


def guard_of(when: Iterable[WhenExpression] | None) -> Guard | None:
    """The conditions of a task; None where one is not of the kind that is looked at."""
    found = []
    for each in when or ():
        operator, values = each.get("operator"), each.get("values")
        if each.get("cel") or operator not in ("in", "notin") or not isinstance(values, list):
            return None
        found.append(Asked(str(each.get("input")), tuple(map(str, values)), operator == "in"))
    return tuple(found)


def counting(guards: Sequence[Guard]) -> list[tuple[int, Guard]]:
    """When which of several values counts, by its place, where the first that is there does.

    `guards` are the conditions under which each is there. Empty where there are too many ways, or texts to look at.
    """
    found: list[tuple[int, Guard]] = []
    texts = sum(1 + len(each.values) for guard in guards for each in guard)
    if len(guards) > MOST or texts > _MOST_TEXTS:
        return found
    for place, guard in enumerate(guards):
        ways = [guard]
        for before in guards[:place]:
            ways = [made for way in ways for made in _failing(before, way)]
            if len(ways) > MOST:
                return []
        found += [(place, way) for way in ways]
    return found if len(found) <= MOST else []


def _failing(guard: Guard, known: Guard) -> list[Guard]:
    """`known` and that not all of `guard` hold, as conditions that exclude each other."""
    if not _possible(_together(known, guard)):
        return [known]
    found, held = [], known
    for each in guard:
        if each in known:
            continue
        turned = _together(held, (each.opposite(),))
        if _possible(turned):
            found.append(turned)
        held = _together(held, (each,))
    return found


def _together(*guards: Guard) -> Guard:
    return tuple(dict.fromkeys(each for guard in guards for each in guard))


def _possible(guard: Guard) -> bool:
    """Whether all can hold at once: some text, or one that none of them names, is what they ask for."""
    known = set(guard)
    if any(each.opposite() in known for each in known):
        return False
    plain = [each for each in guard if not any("$(" in value for value in each.values)]
    for text in {each.input for each in plain}:
        asked = [each for each in plain if each.input == text]
        named: set[str | None] = {None, *(value for each in asked for value in each.values)}
        if not any(all((value in each.values) == each.holds for each in asked) for value in named):
            return False
    return True
