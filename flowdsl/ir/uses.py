"""One use of a task that asks for other options than the task: `train.with_options(gpu=2)`.

A use is a TaskDef with the options that hold for it. What it asks for stays known beside them (`Use.given`), so that
whoever changes the task's own options (a profile) can put the use over them again: `rebased`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TypeVar

import attrs

from flowdsl.diagnostics import Location
from flowdsl.ir.nodes import TaskDef, Use
from flowdsl.ir.options import Step, TaskOptions
from flowdsl.ir.records import held
from flowdsl.kube.conventions import ARCHITECTURE, NAME_MOST

IN_THE_TASK = (
    "image",
    "cpu",
    "memory",
    "gpu",
    "gpu_resource",
    "env",
    "requires",
    "packages",
    "packages_cache",
    "packages_image",
    "apt",
    "python",
    "labels",
    "annotations",
)
"""Options of a use that stand in the Task's document: another value of one makes a variant of the Task."""
IN_THE_RUN = ("node_selector", "tolerations", "service_account")
"""Those that only a PipelineRun can say, in its `taskRunSpecs`."""
IN_A_STEP = ("image", "cpu", "memory", "gpu", "env")
"""Those that a `Step` has too: of a task that is one step and has none of its own, they are for that one."""
_JOINED = ("env", "node_selector", "labels", "annotations")
"""Options of a use that go over those of the task name by name."""
_DIGITS = 8
_OF_RUN = re.compile(r"\$\((?:tasks|finally|context\.pipeline(?:Run)?)\.[^()]*\)")
"""What only a Pipeline's own fields know: docs/variables.md, "Variables available in a Pipeline"."""
_PLAIN = re.compile(r"\d+(?:m|[KMGTPE]i)?(?:\.\.\d+(?:m|[KMGTPE]i)?)?", re.ASCII)
"""A quantity, or a range, that is still told from any other when it is written as a name: `16Gi`, `500m`, `4..8`."""


def used(task: TaskDef, given: Mapping[str, object], location: Location, variant: str = "") -> TaskDef:
    """The task as one use asks for it; a use of a use has what both ask for, the later over the earlier.

    `variant` is the name of its Task. That of an earlier use stays where the Task is the same.
    """
    before = task.use
    base, together = (before.of, _over(before.given, given)) if before is not None else (task, given)
    if before is not None and not variant and not set(given) & {*IN_THE_TASK}:
        variant = before.variant
    return attrs.evolve(task, options=_with(base, together), use=Use(base, together, location, variant))


def rebased(task: TaskDef, base: TaskDef) -> TaskDef:
    """The same use of a task whose own options are others now."""
    use = task.use
    if use is None:
        return base
    return attrs.evolve(task, options=_with(base, use.given), use=attrs.evolve(use, of=base))


def value_of_run(value: object) -> str:
    """A reference within what is given for an option that nothing puts a value of the run in place of; empty without.

    Tekton does that in what a PipelineTask has. A Task and a podTemplate know the task's own params, and nothing of the
    pipeline (ApplyPodTemplateReplacements in pkg/reconciler/taskrun/resources/apply.go of v1.15.0).
    """
    found = _OF_RUN.search(_text(value))
    return found[0] if found else ""


def key(use: Use) -> str:
    """The same for two uses of a task that ask for the same."""
    return _digest(use.given) + use.variant


def variant_name(task: TaskDef) -> str:
    """The name of the Task for a use: as the use names it, that of the task itself where its document is the same.

    It says what is other, so that it is the same in every compile and for every use that asks for the same:
    `train-gpu-2`. What has no short name is told by its hash: `train-env-1f0c9a2b`.
    """
    if task.use is not None and task.use.variant:
        return task.use.variant
    differing = other_options(task)
    if not differing:
        return task.name
    hashed = {name: value for name, value in differing.items() if not _short(value)}
    words = [f"{name.replace('_', '-')}{_short(value)}" for name, value in differing.items()]
    name = "-".join([task.name, *words, *([_digest(hashed)] if hashed else [])])
    if len(name) <= NAME_MOST:
        return name
    digest = _digest({"task": task.name, **differing})
    return f"{task.name[: NAME_MOST - _DIGITS - 1].rstrip('-.')}-{digest}"


def other_options(task: TaskDef) -> dict[str, object]:
    """What a use changes in the Task's document, by the names of the options."""
    return dict(_differing(task))


def _differing(task: TaskDef) -> Iterator[tuple[str, object]]:
    use, own = task.use, task.options
    if use is None or task.reference is not None:
        return
    base = use.of.options
    for name in IN_THE_TASK:
        value, before = _said(task, name), _said(use.of, name)
        if value == before or (name == "gpu_resource" and not _counts(own)):
            continue
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            value = {key: item for key, item in value.items() if key not in before or before[key] != item}
        yield name, value
    architecture = own.node_selector.get(ARCHITECTURE, "")
    if (own.packages or own.apt) and architecture != base.node_selector.get(ARCHITECTURE, ""):
        yield "arch", architecture  # its packages are pinned for the machines that it runs on


def _counts(options: TaskOptions) -> bool:
    """Whether a container asks for what `gpu_resource` names."""
    return any(each.gpu for each in options.containers)


def _short(value: object) -> str:
    if isinstance(value, int):
        return f"-{value}"
    return f"-{value.replace('..', '-').lower()}" if isinstance(value, str) and _PLAIN.fullmatch(value) else ""


def _said(task: TaskDef, name: str) -> object:
    step = task.only_step if name in IN_A_STEP else None
    return getattr(task.options if step is None else step, name)


def _with(task: TaskDef, given: Mapping[str, object]) -> TaskOptions:
    """The options of a task as a use asks for them."""
    step = task.only_step
    if step is None:
        return _evolved(task.options, given)
    of_step = {name: value for name, value in given.items() if name in IN_A_STEP}
    found = _evolved(task.options, {name: value for name, value in given.items() if name not in of_step})
    return attrs.evolve(found, steps=(_evolved(step, of_step),)) if of_step else found


Asked = TypeVar("Asked", TaskOptions, Step)


def _evolved(options: Asked, given: Mapping[str, object]) -> Asked:
    before = {name: getattr(options, name) for name in _JOINED if name in given}
    return attrs.evolve(options, **_over(before, given))  # type: ignore[arg-type]  # `with_options` has checked each


def _over(before: Mapping[str, object], given: Mapping[str, object]) -> dict[str, object]:
    """What is given over what was: of a mapping name by name, else in the place of what was there."""
    found = {**before, **given}
    for name in _JOINED:
        one, other = before.get(name), given.get(name)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            found[name] = joined(one, other)
    return found


def joined(one: Mapping[str, object], other: Mapping[str, object]) -> dict[str, object]:
    """One mapping over another: a new name stands before the next one that both have, else at the end.

    The order counts: a variable may use those that stand before it.
    """
    found: dict[str, object] = {}
    ahead: dict[str, list[str]] = {}
    new: list[str] = []
    for name in other:
        if name in one:
            ahead[name], new = new, []
        else:
            new.append(name)
    for name, value in one.items():
        found |= {each: other[each] for each in ahead.get(name, ())}
        found[name] = other.get(name, value)
    return found | {each: other[each] for each in new}


def _digest(values: Mapping[str, object]) -> str:
    import hashlib  # it loads OpenSSL, and `import flowdsl` hashes nothing

    return hashlib.sha256(_text(values).encode()).hexdigest()[:_DIGITS]


def _text(value: object) -> str:
    # Not sorted: a variable may use one that stands before it.
    return json.dumps(value, default=_data)


def _data(value: object) -> object:
    inside = dict(value) if isinstance(value, Mapping) else held(value)
    return repr(value) if inside is value else [type(value).__name__, inside]
