"""Timeouts of runs and how they fit into each other (docs/pipelineruns.md#configuring-a-failure-timeout)."""

from __future__ import annotations

from flowdsl.check.findings import Path, Report
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.runs import TimeoutFields
from flowdsl.kube import parse_duration
from flowdsl.kube.conventions import DEFAULT_TIMEOUT

_DEFAULT = DEFAULT_TIMEOUT * 10**9
"""In nanoseconds."""


def _of(text: str | None) -> int | None:
    return None if text is None else parse_duration(text)


TIMEOUT = Rule("FLOW219", "timeout", "a timeout that does not fit")


def check_run_timeouts(timeouts: TimeoutFields | None, path: Path, report: Report) -> None:
    """FLOW219: not negative; tasks and finally each, and together, within the pipeline's (0 means no limit)."""
    if timeouts is None:
        return
    values = {"tasks": _of(timeouts.tasks), "finally": _of(timeouts.finally_), "pipeline": _of(timeouts.pipeline)}
    for field, value in values.items():
        if value is not None and value < 0:
            report.add(TIMEOUT, (*path, field), f"the timeout of {field} is negative", "0s means none")
    pipeline = values["pipeline"]
    limit = _DEFAULT if pipeline is None else pipeline
    shown = "Tekton's default of 1h" if pipeline is None else f"the pipeline's {timeouts.pipeline}"
    for field in ("tasks", "finally"):
        value = values[field]
        if value is not None and limit != 0 and (value > limit or value == 0):
            what = "no limit" if value == 0 else "more"
            message = f"the timeout of {field} is {what}, beyond {shown}"
            report.add(TIMEOUT, (*path, field), message, "shorten it, or raise timeouts.pipeline")
    tasks, final = values["tasks"], values["finally"]
    if tasks is not None and final is not None and tasks + final > limit:
        message = f"the timeouts of tasks and finally together are more than {shown}"
        hint = "set timeouts.pipeline to at least their sum" + (
            "; beside it `0s` does not mean no limit here" if limit == 0 else ""
        )
        report.add(TIMEOUT, path, message, hint)


def check_task_run_spec_timeout(
    timeout: str | None, timeouts: TimeoutFields | None, path: Path, report: Report
) -> None:
    """FLOW219: a task's own timeout fits into the run's (validateTaskRunSpecTimeout)."""
    own = _of(timeout)
    if own is None:
        return
    at = (*path, "timeout")
    if own < 0:
        report.add(TIMEOUT, at, f"the timeout {timeout} is negative", "0s means none")
        return
    tasks = _of(timeouts.tasks) if timeouts else None
    pipeline = _of(timeouts.pipeline) if timeouts else None
    limit = tasks if tasks is not None else (pipeline if pipeline is not None else _DEFAULT)
    if limit != 0 and own > limit:
        report.add(TIMEOUT, at, f"the timeout {timeout} is more than the run allows", "raise spec.timeouts")
