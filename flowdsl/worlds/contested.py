"""Whether any two guards of a pipeline could exclude each other: a look that costs nothing where none could."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from flowdsl.worlds.guards import Guard, guards_of

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


def contested(spec: shapes.PipelineSpec) -> bool:
    """Whether two guards on one text can't both hold, or one can't at all."""
    readers: dict[str, set[Guard]] = {}
    for task in (*(spec.get("tasks") or ()), *(spec.get("finally") or ())):
        for guard in guards_of(task):
            if not guard.reads and not guard.fixed:
                return True
            readers.setdefault(guard.reads, set()).add(guard)
    return any(exclude(one, other) for found in readers.values() for one, other in combinations(found, 2))


def exclude(one: Guard, other: Guard) -> bool:
    """Whether two guards on one text can't both hold."""
    if one.reads != other.reads:
        return False
    if one.cel:
        return one.negated is not other.negated
    if one.negated and other.negated:
        return False
    if one.negated or other.negated:
        wanted, banned = (other, one) if one.negated else (one, other)
        return set(wanted.values) <= set(banned.values)
    return not set(one.values) & set(other.values)
