"""Whether lines of a program's output can give the results: `results_from_log=` of a task and of its steps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from flowdsl.diagnostics import Collector
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.frontend.rules import RESULTS_FROM_LOG
from flowdsl.ir.nodes import TaskDef
from flowdsl.ir.options import VSO, Step, TaskOptions

_EXAMPLE = 'write "##vso", a pattern like r"^(?P<name>\\w+)=(?P<value>.*)$", or {"loss": r"loss=([0-9.]+)"}'
Problem = tuple[str, str]


def check_logged(task: TaskDef, collector: Collector) -> None:
    """FLOW496 for each `results_from_log=` that would never give a result, or could not be put around the program."""
    for part in (task.options, *task.options.steps):
        if isinstance(part, (TaskOptions, Step)) and part.results_from_log:
            for message, hint in _problems(task, part):
                collector.error(RESULTS_FROM_LOG.code, message, task.location, hint=hint)


def _problems(task: TaskDef, part: TaskOptions | Step) -> Iterator[Problem]:
    said = part.results_from_log
    if isinstance(part, TaskOptions) and task.has_body:
        yield "the function has a body, and results_from_log= is given too", "return the results from the function"
        return
    if task.options.verbatim:
        yield "verbatim= adds nothing to a task, and results_from_log= is given too", "drop one of the two"
    if not task.results:
        yield (
            "results_from_log= is given, and the task has no results",
            "say in the signature what it gives: `-> float`",
        )
    if not (part.command or part.script or (isinstance(part, TaskOptions) and part.module)):
        message = "results_from_log= is given, and no program: what the image runs by itself is not known here"
        yield message, 'name the program: command=["train"], script= or module='
    if isinstance(said, str):
        yield from _pattern_problems(said)
        return
    names = {name: None for each in task.results for name in (each.name, each.field) if name}
    for name, pattern in said.items():
        if name not in names and names:
            hint = did_you_mean(name, names, f"the task gives: {', '.join(names)}")
            yield f"results_from_log= has {name!r}, which is no result of the task", hint
        yield from _one_value(name, pattern)


def _pattern_problems(said: str) -> Iterator[Problem]:
    if said == VSO:
        return
    try:
        groups = re.compile(said).groupindex
    except re.error as error:
        yield f"results_from_log={said!r} is no pattern: {error}", _EXAMPLE
        return
    missing = [name for name in ("name", "value") if name not in groups]
    if missing:
        told = " and ".join(f"(?P<{name}>...)" for name in missing)
        yield f"results_from_log={said!r} lacks {told}, so that no line says which result it has", _EXAMPLE


def _one_value(name: str, pattern: str) -> Iterator[Problem]:
    try:
        found = re.compile(pattern)
    except re.error as error:
        yield f"results_from_log[{name!r}]={pattern!r} is no pattern: {error}", _EXAMPLE
        return
    if found.groups != 1 and "value" not in found.groupindex:
        message = f"results_from_log[{name!r}]={pattern!r} has {found.groups} groups"
        yield message, "put one pair of parentheses around the value; others are (?:...), or name it (?P<value>...)"


def patterns_of(said: str | Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The patterns with the result that each gives; "" for one that names it itself. Empty for logging commands."""
    if isinstance(said, str):
        return () if said == VSO else (("", said),)
    return tuple(said.items())
