"""What one use of a task asks for, held against what can be said of one: `train.with_options(gpu=2)`."""

from __future__ import annotations

from collections.abc import Mapping

from flowdsl.diagnostics import Collector
from flowdsl.frontend import places
from flowdsl.frontend.options_check import check_task_options, step_hint, value_problems
from flowdsl.frontend.refusal import refuse
from flowdsl.ir.nodes import Reference, TaskDef
from flowdsl.ir.options import TaskOptions
from flowdsl.ir.uses import IN_A_STEP, IN_THE_RUN, used, value_of_run
from flowdsl.kube.conventions import NAME_MOST
from flowdsl.kube.object_names import is_subdomain

_OF_THE_STEP = frozenset({*IN_A_STEP, "packages", "requires", "apt", "python"})
"""Of what one use can ask for: what a task needs a step of its own for."""
_FIELDS = {"cpu": "computeResources", "memory": "computeResources", "gpu": "computeResources"}
_OF_A_RUN = ("cpu", "memory", "gpu", "gpu_resource", "env", *IN_THE_RUN)
"""What a PipelineRun says of a Task that exists already: docs/pipelineruns.md, "Specifying taskRunSpecs"."""
_OF_A_CUSTOM_RUN = ("service_account",)
"""createCustomRun in pkg/reconciler/pipelinerun/pipelinerun.go of Tekton v1.15.0 hands on nothing else."""


def use_of(task: TaskDef, asked: Mapping[str, object], problems: Collector) -> TaskDef:
    """The task as one use asks for it; `problems` are the task's own. Refuses the first thing that is wrong."""
    if task.reference is not None:
        _check_reference(task.name, task.reference, asked)
    elif not task.has_step:
        _check_step(task, asked)
    for name, value in asked.items():
        if of_run := value_of_run(value):
            hint = "give the task a parameter for it; its steps have that as a variable"
            refuse("FLOW032", f"{name}= of one use holds {of_run}, which is known only in the run", hint)
    given = {name: value for name, value in asked.items() if name != "variant"}
    variant = str(asked.get("variant", ""))
    if variant and not (is_subdomain(variant) and len(variant) <= NAME_MOST):
        hint = f"lower-case letters, digits, '-' and '.', at most {NAME_MOST} characters"
        refuse("FLOW013", f"variant={variant!r} is no name of a Task", hint)
    found = used(task, given, places.caller(), variant)
    if problems.has_errors:
        return found
    # The task's own options are right, so what is found now is wrong with this use.
    told = Collector()
    check_task_options(found.options, found.place, told, has_body=task.has_body, whole=task.reference is None)
    for each in told.items:
        refuse(each.code, each.message, each.hint)
    if (step := found.only_step) is not None:
        alone = TaskOptions(
            image=step.image,
            cpu=step.cpu,
            memory=step.memory,
            gpu=step.gpu,
            env=step.env,
            verbatim=task.options.verbatim,
        )
        for _, message, hint in value_problems(alone):
            refuse("FLOW014", message, hint)
    return found


def _check_step(task: TaskDef, asked: Mapping[str, object]) -> None:
    """FLOW032 for what no step of `steps=` can have. Of several steps nobody knows which is meant."""
    step = task.only_step
    for name in asked:
        if name not in _OF_THE_STEP:
            continue
        if step is None or name not in IN_A_STEP:
            message = f"task {task.name!r} has no step of its own that {name}= could be for"
            refuse("FLOW032", message, step_hint(name))
        if (field := _FIELDS.get(name, name)) in step.extra:
            message = f"the step of task {task.name!r} has {field!r} in extra=, which {name}= would not change"
            refuse("FLOW032", message, f"say it there by the word that it has: Step({name}=...)")


def is_custom(reference: Reference | None) -> bool:
    """Whether a task is a custom one: of another API than Tekton's, run by a controller of its own."""
    if reference is None or not reference.api_version:
        return False
    from flowdsl.kinds.table import TEKTON, in_group

    return not in_group(reference.api_version, TEKTON)


def _check_reference(name: str, reference: Reference, asked: Mapping[str, object]) -> None:
    custom = is_custom(reference)
    taken = _OF_A_CUSTOM_RUN if custom else _OF_A_RUN
    for option in asked:
        if option not in taken:
            why = "is a custom task, whose run has no pod" if custom else "is a Task that exists already"
            hint = f"a run can say of it: {', '.join(taken)}"
            refuse("FLOW032", f"{name!r} {why}: {option}= can't be said of one use", hint)
