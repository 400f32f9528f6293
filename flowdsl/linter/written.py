"""What only the text of a file shows: values that a cluster reads as another text than the one that is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowdsl.check.findings import Path, Report
from flowdsl.check.pitfalls.shapes import pipeline_of, task_specs
from flowdsl.check.pitfalls.values import values_at
from flowdsl.kinds.base import Model
from flowdsl.kinds.pipelines import PipelineTask
from flowdsl.kinds.tasks import Sidecar, Step, StepTemplate
from flowdsl.kinds.values import decoded, kind_of
from flowdsl.yamlread.nodes import Node, Plain


def check_written(model: Model, raw: dict[str, Any], root: Node, report: Report) -> None:
    """FLOW330: `1.10` is the text 1.1, `yes` is true, `0755` is 493: YAML reads a number before Tekton reads text.

    Numbers and booleans in fields of text are FLOW302's; a null is no wrong type there, and so it is told here.
    """
    for path in _texts(model):
        node = node_at(root, path)
        for where, each in scalars(node, path) if node is not None else ():
            if each.value is None:
                _tell(where, each, report)
    for found in values_at(raw):
        node = node_at(root, found.path)
        if node is None or (node.items is not None and kind_of(found.value) != "array"):
            continue  # FLOW331 tells of a list that is one text
        for where, each in scalars(node, found.path):
            if str(decoded(each.value)) != each.text:
                _tell(where, each, report)


def _tell(where: Path, node: Plain, report: Report) -> None:
    text = str(decoded(node.value))
    shown = f"the text {text!r}" if text else "an empty text"
    hint = f'quote it if it is meant as it is written: "{node.text}"'
    report.warning("FLOW330", where, f"{node.text} is read as {shown}", hint)


def _texts(model: Model) -> Iterator[Path]:
    """Where commands, arguments, environments and conditions have an empty text, which may be a null."""
    for found in task_specs(model):
        for index, step in enumerate(found.spec.steps or ()):
            yield from _container(step, (*found.path, "steps", index))
        for index, sidecar in enumerate(found.spec.sidecars or ()):
            yield from _container(sidecar, (*found.path, "sidecars", index))
        if found.spec.stepTemplate is not None:
            yield from _container(found.spec.stepTemplate, (*found.path, "stepTemplate"))
    pipeline = pipeline_of(model)
    for path, task in pipeline.tasks() if pipeline is not None else ():
        yield from _conditions(task, path)


def _container(container: Step | Sidecar | StepTemplate, at: Path) -> Iterator[Path]:
    for field, words in (("args", container.args), ("command", container.command)):
        if words and not all(words):
            yield (*at, field)
    for index, variable in enumerate(container.env or ()):
        if not variable.value and variable.valueFrom is None:
            yield (*at, "env", index, "value")
    if isinstance(container, Step):
        yield from _conditions(container, at)


def _conditions(part: Step | PipelineTask, at: Path) -> Iterator[Path]:
    for index, when in enumerate(part.when or ()):
        if when.values and not all(when.values):
            yield (*at, "when", index, "values")


def node_at(root: Node, path: Path) -> Node | None:
    """The node at a path; None where there is none."""
    node: Node | None = root
    for part in path:
        node = node.child(part) if node is not None else None
    return node


def scalars(node: Node, path: Path = ()) -> Iterator[tuple[Path, Plain]]:
    """A node, or those right within it, that are numbers, booleans or null, where something is written for them."""
    if isinstance(node, Plain):
        if node.text:
            yield path, node
        return
    for index, each in enumerate(node.items or ()):
        if isinstance(each, Plain) and each.text:
            yield (*path, index), each
    for key, (_, each) in (node.entries or {}).items():
        if isinstance(each, Plain) and each.text:
            yield (*path, key), each
