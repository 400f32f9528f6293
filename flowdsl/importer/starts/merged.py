"""Starts of several targets as one list: each start once, and `targets=` where it is not for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs
import networkx

from flowdsl.importer.shapes import Unsupported
from flowdsl.ir.events import Start, Trigger, called

_LISTENING = ("triggers", "pac", "argo")
_TIMING = ("cron", "argo")


def merged(by_target: Mapping[str, Sequence[Start]]) -> tuple[Start, ...]:
    """The starts that targets have, each with all of its targets. Raises Unsupported where their orders disagree.

    What several have is taken from the first of them, which says the most.
    """
    found: dict[str, Start] = {}
    order: networkx.DiGraph[str] = networkx.DiGraph()
    for target, starts in by_target.items():
        names = [called(each) for each in starts]
        networkx.add_path(order, names)
        for name, start in zip(names, starts, strict=True):
            first = found.get(name)
            found[name] = attrs.evolve(first or start, targets=(*(first.targets if first else ()), target))
    try:
        ranked = list(networkx.lexicographical_topological_sort(order, [*found].index))
    except networkx.NetworkXUnfeasible:
        raise Unsupported("spec", "its targets have the same starts in different orders") from None
    return tuple(found[name] for name in ranked)


def placed(starts: Sequence[Start], targets: Iterable[str]) -> Iterator[Start]:
    """The starts as `on=` says them in a compile for these targets: without `targets=` where they are for each."""
    asked = {*targets}
    for start in starts:
        yield attrs.evolve(start, targets=() if _needless(start, asked) else start.targets)


def _needless(start: Start, asked: set[str]) -> bool:
    """Whether a start would be for the same targets without naming them."""
    if isinstance(start, Trigger):
        able = {"argo"} if start.happening == "bucket" else asked.intersection(_LISTENING)
        return able <= {*start.targets}
    # Where CronJobs are written, the calendar of Argo Events has none of the schedules.
    return next((each for each in _TIMING if each in asked), "") in start.targets
