"""What tasks ask of their pods where no run says it, and variants that a manifest's pipeline uses and nothing emits."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from flowdsl.compiler.rules import POD_OPTIONS_WITHOUT_RUN, VARIANT_NOT_EMITTED
from flowdsl.diagnostics import Collector
from flowdsl.frontend.manifest import Run
from flowdsl.frontend.uses import is_custom
from flowdsl.ir.nodes import Node, PipelineDef, TaskDef
from flowdsl.ir.options import TaskOptions
from flowdsl.ir.uses import IN_THE_RUN

_OF_ANOTHERS = ("cpu", "memory", "gpu", "env", *IN_THE_RUN)
_NOTHING = TaskOptions()
_SPECS = "taskRunSpecs"
# createChildPipelineRun in pkg/reconciler/pipelinerun/pipelinerun.go of Tekton v1.15.0.
_NESTED = "Tekton hands on what a run says of all pods to a pipeline in a pipeline, and nothing of single tasks"
# createCustomRun in the same file.
_CUSTOM = "Tekton hands the run of a custom task an account, and nothing else of this kind"
_OUTSIDE = "give it to @pipeline of the outer one, for all pods; or call the pipeline without embed=True"


def note_lost_pods(pipeline: PipelineDef, collector: Collector, without_run: str = "") -> None:
    """FLOW033 for each task whose options only a run can say: of a pipeline in a pipeline, and where there is no run.

    `without_run` is why there is none, empty where one is emitted with the pipeline.
    """
    for node in pipeline.nodes:
        if node.pipeline is not None:
            for inner in node.pipeline.within():
                _note(inner, _NESTED, _OUTSIDE, collector)
        elif is_custom(node.task.reference):
            _note(node, _CUSTOM, "drop it; a param of the custom task may say it", collector, ("service_account",))
        elif without_run:
            hint = f'say it where the run is: `pipeline_run(..., extra={{"{_SPECS}": [...]}})`'
            _note(node, without_run, hint, collector)


def says_it(run: Run) -> bool:
    """Whether a run of a manifest says something of single tasks itself."""
    return _SPECS in run.options.extra


def note_lost_of_run(task: TaskDef, run: Run, collector: Collector) -> None:
    """FLOW033 where a TaskRun of a manifest leaves out what its task asks of the pod."""
    given = run.options
    said = {"service_account"} if given.service_account else set()
    lost = [name for name in _asked(task) if name not in said]
    if lost and not given.pod_template:
        hint = "say it in the run: `task_run(..., pod_template={...}, service_account=...)`"
        why = "a TaskRun of a manifest has what it is given"
        collector.add(POD_OPTIONS_WITHOUT_RUN.finding(_lost(task.name, lost, why), run.location, hint=hint))


def note_missing_variants(pipelines: Iterable[PipelineDef], emitted: Collection[str], collector: Collector) -> None:
    """FLOW034 for a use whose variant is not among the emitted Tasks although the task itself is."""
    for pipeline in pipelines:
        for node in pipeline.nodes:
            base, own = node.task.base, node.task
            if own.prefix + base in emitted and own.object_name not in emitted and not own.options.inline:
                message = (
                    f"{node.name!r} uses the Task {own.name!r}, which the manifest has not: it is {base!r} as asked"
                )
                hint = "list it beside the task: what `with_options(...)` gave can stand in a manifest"
                collector.add(VARIANT_NOT_EMITTED.finding(message, node.location, hint=hint))


def _note(node: Node, why: str, hint: str, collector: Collector, said: Collection[str] = ()) -> None:
    lost = [name for name in _asked(node.task) if name not in said]
    if lost:
        place = node.task.place
        collector.add(POD_OPTIONS_WITHOUT_RUN.finding(_lost(node.name, lost, why), place, hint=hint))


def _asked(task: TaskDef) -> list[str]:
    """The options of a task that stand in no Task's document."""
    names = IN_THE_RUN if task.reference is None else _OF_ANOTHERS
    return [name for name in names if getattr(task.options, name) != getattr(_NOTHING, name)]


def _lost(name: str, lost: list[str], why: str) -> str:
    return f"nothing says {', '.join(f'{each}=' for each in lost)} of task {name!r}: {why}"
