"""How long a run may take by the timeouts that its tasks declare, against the run's own."""

from __future__ import annotations

import attrs

from flowdsl.machine.plan import Timeouts
from flowdsl.worlds.model import Model


@attrs.frozen
class Longest:
    """The chain of tasks that may take longest, `seconds` in all, and what of it the run allows.

    Timeouts are times tries. A task without a timeout counts nothing; `open` are those of the chain. `limit` is the
    limit that the chain would run into, 0 for none, and `of` whose it is: of the tasks, of `finally`, of the run.
    `one_too_long`: a task alone, without its retries, would.
    """

    tasks: tuple[str, ...]
    seconds: float
    open: tuple[str, ...]
    limit: float
    of: str
    one_too_long: bool = False

    @property
    def too_long(self) -> bool:
        """Whether the run may be over before the chain is."""
        return bool(self.limit) and self.seconds > self.limit


def longest(model: Model) -> Longest:
    """The longest path by declared timeouts: a chain of tasks, and the longest of `finally` after it."""
    until: dict[str, float] = {}
    came: dict[str, str] = {}
    for task in model.plain:
        before = max(task.before, key=lambda name: until[name], default="")
        until[task.name] = (until[before] if before else 0) + (task.seconds or 0)
        came[task.name] = before
    chain: list[str] = []
    at = max(until, key=lambda name: until[name], default="")
    body = until.get(at, 0)
    while at:
        chain.insert(0, at)
        at = came[at]
    last = max(model.final, key=lambda task: task.seconds or 0, default=None)
    final = (last.seconds or 0) if last else 0
    limit, of = _limit(model, body, final)
    closing = [last.name] if last else []
    chain, seconds = {"tasks": (chain, body), "finally": (closing, final)}.get(of, (chain + closing, body + final))
    opened = tuple(name for name in chain if model.tasks[name].seconds is None)
    alone = any((model.tasks[name].once or 0) > limit > 0 for name in chain)
    return Longest(tuple(chain), seconds, opened, limit, of, alone)


def _limit(model: Model, body: float, final: float) -> tuple[float, str]:
    """The limit that is passed, else that of the whole run."""
    limits = Timeouts.of(model.run)
    for limit, spent, of in ((limits.tasks, body, "tasks"), (limits.final, final, "finally")):
        if limit and spent > limit:
            return limit, of
    return limits.pipeline or 0, "run"
