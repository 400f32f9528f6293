"""Programs whose output gives results: the script of flowdsl's runs them, and they become its arguments."""

from __future__ import annotations

from typing import TypeVar

import attrs

from flowdsl.diagnostics import Collector
from flowdsl.ir.nodes import TaskDef
from flowdsl.ir.options import Step, TaskOptions
from flowdsl.lower.environment import array_args

_Part = TypeVar("_Part", TaskOptions, Step)


def with_log_readers(task: TaskDef, collector: Collector) -> TaskDef:
    """The task with such a script wherever `results_from_log=` asks for one; FLOW070 for text that Tekton replaces."""
    options = task.options
    if not options.steps and not options.results_from_log:
        return task
    steps = tuple(
        _around(task, part, collector) if isinstance(part, Step) and part.results_from_log else part
        for part in options.steps
    )
    if steps != options.steps:
        options = attrs.evolve(options, steps=steps)
    if options.results_from_log and not task.has_body:
        options = _around(task, options, collector)
    return task if options is task.options else attrs.evolve(task, options=options)


def _around(task: TaskDef, part: _Part, collector: Collector) -> _Part:
    """What runs a program, as what runs our script with that program as its arguments."""
    from flowdsl.frontend.logged import patterns_of
    from flowdsl.frontend.script import ScriptOutput
    from flowdsl.frontend.script.limits import check_substitutions
    from flowdsl.frontend.script.logged import log_script
    from flowdsl.frontend.script.model import Script

    patterns = patterns_of(part.results_from_log)
    named = {name for name, _ in patterns}
    outputs = [
        ScriptOutput(each.name, each.type, each.field)
        for each in task.results
        if not named or "" in named or named & {each.name, each.field}
    ]
    python = task.options.python
    text = log_script(patterns, outputs, task=task.name, python=python, script=part.script)
    check_substitutions(Script(text, (), task.location.file, task.location.line), collector)
    args = (*part.command, *part.args)
    if isinstance(part, TaskOptions) and part.module:
        args = (python, "-m", part.module, *part.args, *array_args(task))
        part = attrs.evolve(part, module="")
    return attrs.evolve(part, command=(), args=args, script=text, results_from_log="")
