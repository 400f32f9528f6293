"""How much of this machine the tasks that run ask for, so that it is not asked for more than it has."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

import attrs

from flowdsl.kube import parse_quantity

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

T = TypeVar("T")
_AHEAD = 32
# A task that was passed over this often is waited for, so that small ones can't starve it.
_PATIENCE = 64


@attrs.frozen
class Resources:
    """CPUs, bytes of memory, GPUs."""

    cpu: float = 0.0
    memory: float = 0.0
    gpu: float = 0.0

    def plus(self, other: Resources, sign: int = 1) -> Resources:
        """Both together, or the difference."""
        return Resources(self.cpu + sign * other.cpu, self.memory + sign * other.memory, self.gpu + sign * other.gpu)

    def most(self, other: Resources) -> Resources:
        """The larger of each."""
        return Resources(max(self.cpu, other.cpu), max(self.memory, other.memory), max(self.gpu, other.gpu))

    def within(self, other: Resources) -> Resources:
        """The smaller of each."""
        return Resources(min(self.cpu, other.cpu), min(self.memory, other.memory), min(self.gpu, other.gpu))

    def fits(self, other: Resources) -> bool:
        """Whether it is no more than the other, rounding aside."""
        return self.cpu <= other.cpu + 1e-9 and self.memory <= other.memory + 1 and self.gpu <= other.gpu + 1e-9


_NOTHING = Resources()


def host() -> Resources:
    """What this machine has: CPUs this process may use, memory, NVIDIA GPUs by their device files."""
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        memory = float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (ValueError, OSError, AttributeError):
        memory = float("inf")
    try:
        gpus = sum(name.removeprefix("nvidia").isdigit() for name in os.listdir("/dev") if name.startswith("nvidia"))
    except OSError:
        gpus = 0
    return Resources(float(cpus), memory, float(gpus))


def asked(task_spec: shapes.TaskSpec, override: shapes.ResourceRequirements | None = None) -> Resources:
    """What a task asks for here: the most of any step, for steps run one after the other, and all sidecars' sum."""
    template = task_spec.get("stepTemplate") or {}
    sidecars = _NOTHING
    for sidecar in task_spec.get("sidecars") or ():
        sidecars = sidecars.plus(_container(sidecar.get("computeResources") or {}))
    if override:
        return _container(override).plus(sidecars)
    steps = _NOTHING
    for step in task_spec.get("steps") or ():
        steps = steps.most(_container(step.get("computeResources") or template.get("computeResources") or {}))
    return steps.plus(sidecars)


def _container(resources: shapes.ResourceRequirements) -> Resources:
    if not resources:
        return _NOTHING
    # Kubernetes takes a limit for the request where there is none.
    found = {**(resources.get("limits") or {}), **(resources.get("requests") or {})}
    values = {"cpu": 0.0, "memory": 0.0, "gpu": 0.0}
    for name, quantity in found.items():
        kind = name if name in values else "gpu" if name.rpartition("/")[2].startswith("gpu") else ""
        if kind:
            values[kind] += _number(quantity)
    return Resources(**values)


def _number(quantity: object) -> float:
    try:
        return float(parse_quantity(str(quantity)))
    except ValueError:
        return 0.0


def shortages(asking: Mapping[str, Resources], room: Resources) -> list[str]:
    """What tasks ask for and this machine has not, in words; they run all the same, with what there is."""
    found = []
    words = {"cpu": "CPUs", "memory": "GiB of memory", "gpu": "GPUs"}
    for kind, word in words.items():
        unit = 2**30 if kind == "memory" else 1
        wanting = [name for name, needs in asking.items() if getattr(needs, kind) > getattr(room, kind) * 1.001]
        if wanting:
            most = max(getattr(asking[name], kind) for name in wanting) / unit
            has = getattr(room, kind) / unit
            names = ", ".join(wanting[:3]) + (f" and {len(wanting) - 3} more" if len(wanting) > 3 else "")
            verb = "asks" if len(wanting) == 1 else "ask"
            unit_word = word.replace("s", "", 1) if most == 1 and kind != "memory" else word
            asked_for = f"{names} {verb} for {most:.4g} {unit_word}"
            found.append(f"{asked_for}; this machine has {f'{has:.3g}' if has else 'none'} and runs it all the same")
    return found


@attrs.define
class _Waiting(Generic[T]):
    item: T
    needs: Resources
    passed: int = 0


class Budget(Generic[T]):
    """Lets things start in order of arrival as far as there is room; a small one may pass a large one, not for ever.

    What asks for more than there is runs when it is alone with its kind. `slots` limits how many run at once at all.
    Not for several threads: whoever drives the run asks it.
    """

    def __init__(self, total: Resources, slots: int) -> None:
        self.total = total
        self.slots = slots
        self.used = Resources()
        self.running = 0
        self._waiting: deque[_Waiting[T]] = deque()

    def add(self, item: T, needs: Resources) -> None:
        """Something that wants to start."""
        self._waiting.append(_Waiting(item, needs.within(self.total)))

    def start(self) -> list[tuple[T, Resources]]:
        """What may start now, with what it takes; give it back with `release`."""
        found = []
        while self._waiting and self.running < self.slots:
            chosen = self._choose()
            if chosen is None:
                break
            entry = self._waiting[chosen]
            del self._waiting[chosen]
            self.used = self.used.plus(entry.needs)
            self.running += 1
            found.append((entry.item, entry.needs))
        return found

    def _choose(self) -> int | None:
        room = self.total.plus(self.used, -1)
        for index in range(min(_AHEAD, len(self._waiting))):
            entry = self._waiting[index]
            if entry.needs.fits(room):
                if index:
                    self._waiting[0].passed += 1
                return index
            if index == 0 and entry.passed >= _PATIENCE:
                return None
        return None

    def release(self, needs: Resources) -> None:
        """Something that had started is over."""
        self.used = self.used.plus(needs, -1)
        self.running -= 1

    def withdraw(self, gone: Callable[[T], bool]) -> list[T]:
        """Take out what waits and is no longer to start."""
        found = [entry.item for entry in self._waiting if gone(entry.item)]
        self._waiting = deque(entry for entry in self._waiting if not gone(entry.item))
        return found
