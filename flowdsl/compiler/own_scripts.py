"""Tasks whose script is ours though it stands in them as text: what `flowdsl import` writes of a Task that we compiled.

Such a task can decide conditions as one with a body does. It is verbatim: what its step gets for that is added to the
variables that stand there, each where a compile of a body puts it (`flowdsl.lower.environment`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import attrs

from flowdsl.decide.wire import CONDITIONS, FIELDS, START
from flowdsl.ir.nodes import TaskDef
from flowdsl.ir.options import Step
from flowdsl.ir.types import Kind
from flowdsl.ir.variables import PARAM, RESULT, variable
from flowdsl.ir.volumes import EnvValue

_TASK = re.compile(r"^_FLOWDSL_TASK = ", re.MULTILINE)


def own_step(task: TaskDef) -> Step | None:
    """The one step of a verbatim task whose script is ours and decides nothing yet; None for any other task.

    It has to write each of the task's results where Tekton looks for it, by the variables that our scripts read.
    """
    step = task.only_step if task.options.verbatim and not task.reference else None
    if step is None or not step.script.endswith(START) or not _TASK.search(step.script) or CONDITIONS in step.env:
        return None
    written = all(step.env.get(variable(RESULT, each.name)) == _place(each.name) for each in task.results)
    return step if written else None


def deciding_step(step: Step, before: TaskDef, after: TaskDef, script: str) -> Step:
    """The step with what it decides; `before` and `after` are its task without and with the conditions."""
    own, results = {each.name for each in before.params}, {each.name for each in before.results}
    given = {
        variable(PARAM, each.name): f"$(params.{each.name})"
        for each in after.params
        if each.name not in own and each.type.kind is not Kind.ARRAY
    }
    told = {variable(RESULT, each.name): _place(each.name) for each in after.results if each.name not in results}
    env = _behind(step.env, _of_params(step.env, before), given)
    env = _behind(env, [variable(RESULT, name) for name in results], told)
    said = {name: text for name, text in ((CONDITIONS, after.decisions), (FIELDS, after.decided_fields)) if text}
    return attrs.evolve(step, script=script, env=_behind(env, [], said))


def _place(result: str) -> str:
    return f"$(results.{result}.path)"


def _of_params(env: Mapping[str, EnvValue], task: TaskDef) -> list[str]:
    """The variables that carry the task's params: one each, the folder of a file's, the keys of an object."""
    names = [variable(PARAM, each.name) for each in task.params]
    return [each for each in env if any(each == name or each.startswith(f"{name}_") for name in names)]


def _behind(env: Mapping[str, EnvValue], those: list[str], more: Mapping[str, EnvValue]) -> dict[str, EnvValue]:
    """The variables with more behind the last of those; where none of those is there, before all that have ours."""
    places = [place for place, name in enumerate(env, start=1) if name in those]
    ours = [place for place, name in enumerate(env) if name.startswith((f"{PARAM}_", f"{RESULT}_"))]
    at = max(places, default=min(ours, default=len(env)))
    listed = list(env.items())
    return dict([*listed[:at], *more.items(), *listed[at:]])
