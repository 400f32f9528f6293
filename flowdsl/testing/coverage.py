"""Which branches of pipelines the runs of a test session took: conditions, tasks, retries, with the user's lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import attrs

from flowdsl.diagnostics import Location
from flowdsl.diagnostics.escape import line
from flowdsl.ir.nodes import Condition, Node, PipelineDef
from flowdsl.library.run_session import Played
from flowdsl.machine.when import CelError, allows

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

_VALUE = re.compile(r"\$\((?:params\.)?([^()]+)\)")


@attrs.frozen(order=True)
class Branch:
    """Something that a run may do or not: where it is written, of which pipeline, what was not seen if none did."""

    file: str
    row: int
    pipeline: str
    what: str

    def __str__(self) -> str:
        return line(f"{self.file}:{self.row}: {self.pipeline}: {self.what}")


@attrs.define
class FlowCoverage:
    """The branches of all pipelines that were run, and whether a run took them."""

    taken: dict[Branch, bool] = attrs.field(factory=dict)

    def add(self, played: Played) -> None:
        """Take a run in. One of documents has no lines of anybody's."""
        if played.traced is None:
            return
        definition = played.traced[1]
        run = _Seen.of(played, definition)
        for branch, taken in _branches(definition, run):
            self.taken[branch] = self.taken.get(branch, False) or taken

    def merge(self, rows: Iterable[tuple[str, int, str, str, bool]]) -> None:
        """Take in what another process has seen (`rows`)."""
        for file, row, pipeline, what, taken in rows:
            branch = Branch(file, row, pipeline, what)
            self.taken[branch] = self.taken.get(branch, False) or taken

    def rows(self) -> list[tuple[str, int, str, str, bool]]:
        """All of it as plain data, for another process."""
        return [(each.file, each.row, each.pipeline, each.what, taken) for each, taken in self.taken.items()]

    def report(self) -> list[str]:
        """In lines: how much was seen, then what was not."""
        missed = sorted(branch for branch, taken in self.taken.items() if not taken)
        seen = len(self.taken) - len(missed)
        return [f"{seen} of {len(self.taken)} branches of pipelines were taken", *map(str, missed)]


@attrs.frozen
class _Seen:
    """What became of the tasks of one run."""

    began: frozenset[str]
    retried: frozenset[str]
    # By task that was skipped, its conditions as they were in the run.
    written: Mapping[str, list[shapes.WhenExpression]]

    @classmethod
    def of(cls, played: Played, definition: PipelineDef) -> _Seen:
        status = played.pipeline_run.get("status") or {}
        began = {each.get("name", ""): each.get("pipelineTaskName", "") for each in status.get("childReferences") or ()}
        retries = {node.name for node in definition.nodes if node.retries}
        again = {
            began.get(each["metadata"]["name"], "")
            for each in (played.folder.task_runs() if retries else ())
            if each["status"].get("retriesStatus")
        }
        written = {each["name"]: each.get("whenExpressions") or [] for each in status.get("skippedTasks") or ()}
        return cls(frozenset(began.values()), frozenset(again), written)

    def outcomes(self, node: Node) -> list[bool | None]:
        """Of each condition of a task whether it held in this run; None where the run did not come to it."""
        if node.name in self.began:
            return [True] * len(node.when)
        written = self.written.get(node.name, [])
        if len(written) != len(node.when):
            return [None] * len(node.when)
        return [_held(each) for each in written]


def _held(written: shapes.WhenExpression) -> bool | None:
    if "$(" in f"{written.get('input', '')}{written.get('cel', '')}{written.get('values', '')}":
        return None  # a value that it asks for was never there
    try:
        return allows([written])
    except CelError:
        return None


def _branches(definition: PipelineDef, run: _Seen) -> Iterator[tuple[Branch, bool]]:
    arms: dict[tuple[Location, Condition], list[bool | None]] = {}
    for node in definition.nodes:
        for condition, held in zip(node.when, run.outcomes(node), strict=True):
            arms.setdefault((condition.location or node.location, condition), []).append(held)
    every = {condition for _, condition in arms}
    for (at, condition), found in arms.items():
        shown = _shown(condition)
        yield _at(at, definition, f"{shown} never held"), True in found
        if not any(_is_opposite(condition, other) for other in every):
            # Else the block of the opposite tells it.
            yield _at(at, definition, f"{shown} always held"), False in found
    for node in definition.nodes:
        if node.final or not node.when:
            words = "in on_finish " if node.final else ""
            yield _at(node.location, definition, f"{node.name} {words}never ran"), node.name in run.began
        if node.retries:
            yield _at(node.location, definition, f"{node.name} was never retried"), node.name in run.retried


def _at(place: Location, definition: PipelineDef, what: str) -> Branch:
    return Branch(place.file, place.line, definition.name, what)


def _shown(condition: Condition) -> str:
    """The condition as it was written, as far as that is known."""
    if condition.shown:
        return condition.shown
    if condition.cel:
        return f"cel({condition.cel!r})"
    shown = _VALUE.sub(lambda match: match[1].replace(".results.", "."), condition.input)
    return f"{shown} {condition.operator} {', '.join(map(repr, condition.values))}"


def _is_opposite(one: Condition, other: Condition) -> bool:
    same = (one.input, one.values, one.cel) == (other.input, other.values, other.cel)
    return same and one.operator != other.operator
