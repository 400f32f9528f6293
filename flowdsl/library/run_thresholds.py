"""Other values for the recorded documents of a run that goes on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from flowdsl.decide.wire import without_given
from flowdsl.diagnostics import Collector, UsageError
from flowdsl.library.run_inputs import Inputs, choose_run, pipeline_spec, set_params
from flowdsl.machine.variables import texts

if TYPE_CHECKING:
    from flowdsl.frontend.pipeline import Pipeline
    from flowdsl.kinds.shapes import PipelineRun, PipelineTask


def check_conditions_alone(inputs: Inputs, chosen: Iterable[str]) -> None:
    """Raise UsageError for a param that a task has been given by more than its conditions."""
    run = choose_run(inputs)
    spec = pipeline_spec(run, inputs.documents)
    declared = [each["name"] for each in spec.get("params") or ()]
    tasks = (*(spec.get("tasks") or ()), *(spec.get("finally") or ()))
    # Its own spec of the pipeline, where it has one, is what was read above; other params may be made of the param.
    own = {name: value for name, value in (run.get("spec") or {}).items() if name != "pipelineSpec"}
    itself = [own, *(each.get("default") for each in spec.get("params") or ())]
    for each in dict.fromkeys(owner(name, declared) for name in chosen):
        users = [task["name"] for task in tasks if _names(_without_conditions(task), each)]
        if users or _names(itself, each):
            who = ", ".join(users) or "the run itself"
            raise UsageError(
                f"{each!r} is given to {who}: a run that an older flowdsl started goes on with the values it had, but "
                "for those that conditions alone look at (--set; a program: params=); start a new run"
            )


def set_again(inputs: Inputs, chosen: Mapping[str, str], source: Pipeline | None) -> None:
    """Give params of a kept run other values. `source` is its pipeline in Python, where there is one.

    Raises FlowError for a value that is not of the param's type.
    """
    run = choose_run(inputs)
    values = _read(run, chosen, source) if source is not None else dict(chosen)
    set_params(run, inputs.documents, values)


def owner(name: str, declared: Sequence[str]) -> str:
    """The param that a name is, or a field of."""
    first = name.partition(".")[0]
    return first if name not in declared and first in declared else name


def _without_conditions(task: PipelineTask) -> dict[str, object]:
    """What of a pipeline task is not about whether anything runs."""
    found: dict[str, object] = {name: value for name, value in task.items() if name != "when"}
    return {**found, "params": without_given(task.get("params"))}


def _names(value: object, param: str) -> bool:
    """Whether a variable in it is the param, or a part of it, in any of Tekton's notations."""
    name = re.escape(param)
    used = re.compile(rf"""\$\(params(?:\.{name}[).\[]|\[(?:'{name}'|"{name}")\])""")
    return any(used.search(text) for text in texts(value))


def _read(run: PipelineRun, chosen: Mapping[str, str], source: Pipeline) -> dict[str, str]:
    """The values as the run has them, checked by the types that the pipeline declares. Raises FlowError."""
    from flowdsl.compiler.run_values import other_values

    collector = Collector()
    given = {param["name"]: param["value"] for param in (run.get("spec") or {}).get("params") or ()}
    kept = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    found = other_values(source, chosen, kept, collector)
    collector.raise_if_errors()
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in found.items()}
