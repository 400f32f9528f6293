"""What only the text of a file shows: values that a cluster reads as another text than the one that is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from flowdsl.check.findings import Path, Report
from flowdsl.check.pitfalls.shapes import pipeline_of, task_specs
from flowdsl.check.pitfalls.values import values_at
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.base import Model
from flowdsl.kinds.pipelines import PipelineTask
from flowdsl.kinds.tasks import Sidecar, Step, StepTemplate
from flowdsl.kinds.values import decoded, kind_of


class Written(Protocol):
    """A part of a document as it stands in its file, which `yamlread` has."""

    @property
    def text(self) -> str:
        """What is written, where that is no text to YAML: `1.10`, `yes`, `~`; "" elsewhere."""

    @property
    def value(self) -> object:
        """What YAML makes of it."""

    @property
    def items(self) -> Sequence[Written] | None:
        """The elements of a sequence."""

    @property
    def entries(self) -> Mapping[str, tuple[Written, Written]] | None:
        """The keys and values of a mapping by key."""

    @property
    def line(self) -> int:
        """The line, from 1."""

    @property
    def column(self) -> int:
        """The column, from 1."""

    def key(self, name: str) -> Written | None:
        """The node of a key."""

    def child(self, part: int | str) -> Written | None:
        """The node of an element or of a key's value."""


def check_written(model: Model, raw: Mapping[str, object], root: Written, report: Report) -> None:
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


READ_AS_ANOTHER_TEXT = Rule.pitfall(
    "FLOW330", "read-as-another-text", "a value that is read as another text", fix="quote it"
)


def _tell(where: Path, node: Written, report: Report) -> None:
    from flowdsl.diagnostics.fix import quoted

    text = str(decoded(node.value))
    shown = f"the text {text!r}" if text else "an empty text"
    hint = f'quote it if it is meant as it is written: "{node.text}"'
    report.add(READ_AS_ANOTHER_TEXT, where, f"{node.text} is read as {shown}", hint, quoted(where))


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


def node_at(root: Written, path: Path) -> Written | None:
    """The node at a path; None where there is none."""
    node: Written | None = root
    for part in path:
        node = node.child(part) if node is not None else None
    return node


def scalars(node: Written, path: Path = ()) -> Iterator[tuple[Path, Written]]:
    """A node, or those right within it, that are numbers, booleans or null, where something is written for them."""
    if node.text:
        yield path, node
    for index, each in enumerate(node.items or ()):
        if each.text:
            yield (*path, index), each
    for key, (_, each) in (node.entries or {}).items():
        if each.text:
            yield (*path, key), each
