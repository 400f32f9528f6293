"""Resources and time: requests within limits, timeouts that fit into each other."""

from __future__ import annotations

from flowdsl.diagnostics import Collector, Location
from flowdsl.ir.nodes import PipelineDef
from flowdsl.ir.options import Sidecar, Step, TaskOptions
from flowdsl.kube import is_duration, parse_duration, turned_range


def run(pipeline: PipelineDef, collector: Collector) -> PipelineDef:
    """Check the ranges of every task once, each node's own options, and the pipeline's timeouts."""
    seen: set[int] = set()
    for node in pipeline.nodes:
        own = node.task.options  # what a node inherits was judged at the decorator
        if node.timeout and node.timeout != own.timeout and not is_duration(node.timeout):
            collector.error(
                "FLOW014",
                f"timeout={node.timeout!r} of task {node.name!r} is no duration",
                node.location,
                hint='write it as "30m" or "1h30m"',
            )
        if node.retries is not None and node.retries < 0 and node.retries != own.retries:
            collector.error(
                "FLOW014", f"retries={node.retries} of task {node.name!r}", node.location, hint="retry 0 or more times"
            )
        if id(node.task) in seen:
            continue
        seen.add(id(node.task))
        for part in own.containers:
            _ranges(part, node.task.base or node.task.name, node.task.place, collector)
    _timeouts(pipeline, collector)
    return pipeline


def _ranges(part: TaskOptions | Step | Sidecar, task: str, location: Location, collector: Collector) -> None:
    for name, text in (("cpu", part.cpu), ("memory", part.memory)):
        if turned := turned_range(text):
            collector.error(
                "FLOW105",
                f"{name}={text!r} of task {task!r} requests more than its limit",
                location,
                hint=f"write the smaller one first: {name}={turned!r}",
            )


def _timeouts(pipeline: PipelineDef, collector: Collector) -> None:
    options = pipeline.options
    texts = [options.timeout, options.tasks_timeout, options.finally_timeout]
    if not all(not text or is_duration(text) for text in texts) or not options.timeout:
        return
    # Nanoseconds; a timeout of 0 means none (docs/pipelineruns.md, "Configuring a failure timeout").
    whole, tasks, final = (parse_duration(text) if text else 0 for text in texts)
    if whole and tasks + final > whole:
        collector.error(
            "FLOW014",
            f"tasks_timeout and finally_timeout together are longer than timeout={options.timeout!r}",
            pipeline.location,
            hint="make the pipeline's timeout at least their sum",
        )
