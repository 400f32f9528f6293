"""Declared and never used: params, results, workspaces."""

from __future__ import annotations

import re

from flowdsl.check.findings import Report
from flowdsl.check.matrix import matrix_params
from flowdsl.check.pitfalls.scripts import is_line
from flowdsl.check.pitfalls.shapes import PipelineAt, SpecAt, fields_at, params_used, texts, workspaces_used
from flowdsl.diagnostics.rule import UNUSED, Rule
from flowdsl.kinds.params import ParamSpec
from flowdsl.kinds.tasks import Step
from flowdsl.kube.conventions import RESULTS_PATH, WORKSPACE_PATH

_WHOLE = re.compile(r"\$\(params[.\[][^()]*\)")
_KEPT = re.compile(r"\b(?:unused|deprecated|obsolete|not used|no longer used|ignored|no effect)\b", re.I)
# A result whose name the shell puts together: $(results.digest-${i}.path).
_ANY_RESULT = re.compile(r"\$\(results\.[^)$]*\$")


UNUSED_PARAM = Rule.pitfall("FLOW304", "unused-param", "a param is never used", quiet=UNUSED)
UNWRITTEN_RESULT = Rule.pitfall("FLOW305", "unwritten-result", "a result is never written", quiet=UNUSED)


def check_task(spec: SpecAt, raw: object, report: Report) -> None:
    """FLOW304, FLOW305, FLOW306 for one task's spec."""
    own = fields_at(raw, spec.path)
    found = [text for key, value in own.items() if key not in ("params", "description") for _, text in texts(value)]
    used = params_used(iter(found))
    # A matrix makes a run for each value, whether the steps look at it or not.
    used |= {param.name or "" for _, param in matrix_params(spec.task.matrix if spec.task else None)}
    for index, param in enumerate(spec.spec.params or ()):
        if param.name not in used and not _is_kept(param):
            place = (*spec.path, "params", index)
            report.add(UNUSED_PARAM, place, f"the param {param.name!r} is never used", "remove it, or use it in a step")
    # A step by reference may write a result under the name that its action gives it; so may one that knows the folder.
    if any(map(_is_open, spec.spec.steps or ())):
        return
    by_name = not any(RESULTS_PATH in text or _ANY_RESULT.search(text) for text in found)
    if by_name and not any(step.ref for step in spec.spec.steps or ()):
        for index, result in enumerate(spec.spec.results or ()):
            name = result.name or ""
            if result.value is None and not any(_writes(text, name) for text in found):
                hint = f"write it to $(results.{name}.path) in a step, or remove it"
                report.add(
                    UNWRITTEN_RESULT, (*spec.path, "results", index), f"no step writes the result {name!r}", hint
                )
    _workspaces(spec, found, report)


def _is_kept(param: ParamSpec) -> bool:
    """Whether a param is said to be kept for those who still give it."""
    return param.description is not None and _KEPT.search(param.description) is not None


def _is_open(step: Step) -> bool:
    """Whether a step gets code, or a list of arguments, from the run: that may name anything of the task."""
    code = step.script or ""
    words = [*(step.command or ()), *(step.args or ())]
    return any(is_line(code, match) for match in _WHOLE.finditer(code)) or any(
        match[0].endswith("[*])") or words[max(0, index - 1)] == "-c"
        for index, word in enumerate(words)
        if (match := _WHOLE.fullmatch(word or ""))
    )


def _writes(text: str, name: str) -> bool:
    return any(form in text for form in (f"results.{name}.path", f'results["{name}"].path', f"results['{name}'].path"))


UNUSED_WORKSPACE = Rule.pitfall("FLOW306", "unused-workspace", "a workspace is never used", quiet=UNUSED)


def _workspaces(spec: SpecAt, found: list[str], report: Report) -> None:
    used = workspaces_used(iter(found))
    for container in (*(spec.spec.steps or ()), *(spec.spec.sidecars or ())):
        used |= {usage.name or "" for usage in container.workspaces or ()}
    for index, workspace in enumerate(spec.spec.workspaces or ()):
        name = workspace.name or ""
        # A mount path of its own may be one that the image looks at without being told.
        if (
            name not in used
            and not workspace.mountPath
            and not any(f"{WORKSPACE_PATH}/{name}" in text for text in found)
        ):
            hint = f"use $(workspaces.{name}.path) in a step, or remove it"
            report.add(
                UNUSED_WORKSPACE, (*spec.path, "workspaces", index), f"the workspace {name!r} is never used", hint
            )


def check_pipeline(pipeline: PipelineAt, raw: object, report: Report) -> None:
    """FLOW304, FLOW306 for a pipeline's own params and workspaces."""
    own = fields_at(raw, pipeline.path)
    found = [text for key, value in own.items() if key not in ("params", "description") for _, text in texts(value)]
    used = params_used(iter(found))
    for index, param in enumerate(pipeline.spec.params or ()):
        if param.name not in used and not _is_kept(param):
            place = (*pipeline.path, "params", index)
            report.add(
                UNUSED_PARAM, place, f"the param {param.name!r} is never used", "remove it, or pass it to a task"
            )
    bound = workspaces_used(iter(found))
    for _, task in pipeline.tasks():
        bound |= {binding.workspace or binding.name or "" for binding in task.workspaces or ()}
        # An embedded task has workspaces of the same name propagated to it.
        bound |= {workspace.name or "" for workspace in (task.taskSpec.workspaces if task.taskSpec else None) or ()}
    for index, workspace in enumerate(pipeline.spec.workspaces or ()):
        if workspace.name not in bound:
            message = f"the workspace {workspace.name!r} is never used"
            hint = "bind it to a task, or remove it"
            report.add(UNUSED_WORKSPACE, (*pipeline.path, "workspaces", index), message, hint)
