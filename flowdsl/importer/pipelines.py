"""Pipelines as functions: tasks are called, params and results are arguments, `when` and finally are blocks."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from flowdsl.diagnostics import Path
from flowdsl.importer.blocks import Statement, lines_of
from flowdsl.importer.branches import Branches, branches_of
from flowdsl.importer.calls import Tasks, order
from flowdsl.importer.code import (
    Code,
    Group,
    Part,
    call,
    comment_lines,
    literal,
    mapping,
    quoted,
    render,
    sequence,
)
from flowdsl.importer.comments import Comments
from flowdsl.importer.decided import Guard, Words
from flowdsl.importer.functions import Calls
from flowdsl.importer.names import Names
from flowdsl.importer.ours import Flow
from flowdsl.importer.references import Handle, Scope, used_results
from flowdsl.importer.shapes import ARRAY, STRING, Unsupported
from flowdsl.importer.signatures import read_signature
from flowdsl.importer.tasks import docstring, naming, texts
from flowdsl.importer.writer import Writer
from flowdsl.kube.conventions import CEL

if TYPE_CHECKING:
    from flowdsl.importer.starts.asked import Asked
    from flowdsl.kinds.shapes import ObjectMeta, PipelineResult, PipelineSpec, PipelineTask, WhenExpression

_COUNT = re.compile("0|[1-9][0-9]{0,99}")
_SPEC = frozenset({"params", "workspaces", "tasks", "finally", "results", "displayName", "description"})


@attrs.define
class PipelineWriter:
    """Writes one pipeline function. `at` is where its spec is in its document."""

    spec: PipelineSpec
    function: str
    writer: Writer
    comments: Comments
    calls: Calls
    at: Path
    asked: Asked | None = None
    merging: bool = True
    """Whether tasks that are one call for several branches are written as one."""
    flow: Flow | None = None
    """Conditions that its tasks decide, where they are to be written as conditions."""

    def write(self, meta: ObjectMeta) -> None:
        """The function with its decorator. Raises Unsupported."""
        spec, writer = self.spec, self.writer
        self.calls.prepare(
            ((*self.at, field, number), item)
            for field, items in (("tasks", spec.get("tasks")), ("finally", spec.get("finally")))
            for number, item in enumerate(items or ())
            if self.flow is None or item["name"] not in self.flow.alone
        )
        # A local name would hide a function of the module.
        hidden = frozenset(writer.globals | {"as_written"})
        types = {**(self.flow.types if self.flow else {}), **(self.asked.types if self.asked is not None else {})}
        signature = read_signature(spec, writer, self.comments, self.at, self.function, hidden=hidden, types=types)
        scope = Scope(signature.params)
        locals_ = Names({name for name, _ in signature.params.values()} | set(signature.spaces.values()))
        locals_.taken |= hidden
        tasks, alone = list(enumerate(spec.get("tasks") or ())), self.flow.alone if self.flow else frozenset()
        ordered = [each for each in order(tasks) if each[1]["name"] not in alone]
        tasks = [each for each in tasks if each[1]["name"] not in alone]
        branches = branches_of(spec, self.calls.typed) if self.merging else {}
        written = self._tasks(ordered, "tasks", scope, locals_, signature.spaces, branches)
        said = self._decorator(meta, [each["name"] for _, each in tasks], [each["name"] for _, each in ordered])
        scope.final = True
        last = list(enumerate(spec.get("finally") or ()))
        final = self._tasks(last, "finally", scope, locals_, signature.spaces, branches)
        results = self._results(scope) if spec.get("results") else None
        signature.returns = "dict[str, object]" if results is not None else "None"
        # Only now is it known which tasks something refers to: those alone get a variable.
        lines = lines_of(written, writer, 4)
        if final:
            lines += [f"    with {writer.use('on_finish')}():", *lines_of(final, writer, 8)]
        if results is not None:
            lines.append("    return " + render(results, 4, 11))
        if scope.context:
            writer.use("context")
        if scope.chooses:
            writer.use("either")
        for ending in scope.endings:
            writer.use(ending)
        document = docstring(spec["description"]) if spec.get("description") else None
        comments = self.comments.take(self.at if len(self.at) > 1 else ())
        head = comment_lines(comments)
        head += ["@" + render(call(writer.use("pipeline"), **said), 0, 1), signature.head(self.function)]
        head += [f"    {document}"] if document else []
        writer.blocks.append("\n".join([*head, *(lines or ["    ..."])]))

    def _decorator(self, meta: ObjectMeta, written: list[str], called: list[str]) -> dict[str, Code]:
        said: dict[str, Code] = {"verbatim": "True"}
        if "name" in meta:
            said |= self._naming(meta)
        said |= texts(self.spec)
        if written != called:
            said["task_order"] = literal(written)
        if any("cel" in each for task in self._every() for each in task.get("when") or ()):
            said["alpha"] = literal([CEL])
        if self.asked is not None:
            # Not at the top: most pipelines are started by hand.
            from flowdsl.importer.starts.code import options

            said |= options(self.asked, self.writer)
        rest = {name: value for name, value in self.spec.items() if name not in _SPEC and value is not None}
        if rest:
            said["extra"] = literal(rest)
        return said

    def _naming(self, meta: ObjectMeta) -> dict[str, Code]:
        """Name and metadata. Annotations are those of the runs, too, where starts make them: others stand aside."""
        said, notes = naming(meta["name"], self.function, meta), meta.get("annotations") or {}
        if self.asked is None or notes.keys() <= self.asked.notes:
            return said
        shared = {name: text for name, text in notes.items() if name in self.asked.notes}
        rest = {field: value for field, value in meta.items() if field not in ("name", "labels") and value is not None}
        said = {name: code for name, code in said.items() if name not in ("annotations", "metadata")}
        return said | ({"annotations": literal(shared)} if shared else {}) | {"metadata": literal(rest)}

    def _every(self) -> list[PipelineTask]:
        return [*(self.spec.get("tasks") or ()), *(self.spec.get("finally") or ())]

    def _tasks(
        self,
        tasks: Tasks,
        field: str,
        scope: Scope,
        locals_: Names,
        spaces: Mapping[str, str],
        branches: Mapping[str, Branches],
    ) -> list[Statement]:
        others = {name for each in branches.values() for name in each.names[1:]}
        numbers = {item["name"]: number for number, item in tasks}
        found = []
        for number, item in tasks:
            if item["name"] in others:
                continue
            at = (*self.at, field, number)
            merged = branches.get(item["name"])
            # What is given of a branch says under which conditions.
            conditions: tuple[Guard, ...] | None = () if merged else self._conditions(item, at, scope)
            scope.branches = merged.given if merged else {}
            made = self.calls.made(item, at, scope, spaces, conditions is None)
            scope.branches = {}
            variable = locals_.free(made.variable, f"{made.variable}_task")
            handle = Handle(variable, made.results, "matrix" in item)
            if merged:
                scope.merged[merged.names] = handle
            else:
                scope.handles[item["name"]] = handle
            places = [(*self.at, field, numbers[name]) for name in merged.names] if merged else [at]
            comments = tuple(text for place in places for text in self.comments.take(place))
            found.append(Statement(conditions or (), comments, made.code, handle))
        return found

    def _conditions(self, item: PipelineTask, at: Path, scope: Scope) -> tuple[Guard, ...] | None:
        """The conditions of a task; None where one has no words, and the task is to stay as it is written."""
        try:
            return tuple(self._condition(each, scope) for each in item.get("when") or ())
        except Unsupported as error:
            if self.flow is not None:
                raise  # as a whole it stands with what was decided
            self.writer.keep(self.calls.index, (*at, error.field), error.reason)
            return None

    def _condition(self, item: WhenExpression, scope: Scope) -> Guard:
        decided = self.flow.decided(item) if self.flow is not None else None
        if decided is not None:
            return Words(scope, self.writer).guard(decided, opposite=item.get("operator") == "notin")
        return Guard(self._plain(item, scope), against=self._against(item, scope))

    def _against(self, item: WhenExpression, scope: Scope) -> Code:
        """What a `notin` is the opposite of, as `Words` writes it; empty for any other condition."""
        values = [str(each) for each in item.get("values") or ()]
        alone = scope.single(item.get("input", ""), STRING) if item.get("operator") == "notin" and values else None
        if not alone or any("$(" in each for each in values):
            return ""
        texts = values if scope.typed.get(alone) == "int" else [quoted(each) for each in values]
        return f"{alone} == {texts[0]}" if len(texts) == 1 else f"isin({alone}, {', '.join(texts)})"

    def _plain(self, item: WhenExpression, scope: Scope) -> Code:
        if item.get("cel"):
            return call(self.writer.use("cel"), literal(item["cel"]))
        values = list(item.get("values") or [])
        text, operator = item.get("input", ""), item.get("operator", "")
        if operator not in ("in", "notin") or not all(isinstance(each, str) for each in (text, *values)):
            raise Unsupported("when", f"the operator {operator!r}")
        alone = scope.single(text, STRING)
        if alone in scope.typed:
            return self._typed(alone, scope.typed[alone], operator, values, scope)
        if alone and len(values) == 1 and "$(" not in values[0]:
            return f"{alone} {'==' if operator == 'in' else '!='} {quoted(values[0])}"
        whole = [self._one(value, scope) for value in values]
        return call(self.writer.use("condition"), scope.text(text), quoted(operator), sequence(whole))

    def _typed(self, alone: str, typed: str, operator: str, values: list[str], scope: Scope) -> Code:
        """A condition on what is no text to Python."""
        if typed == "bool" and values == ["true"]:
            return alone if operator == "in" else f"{self.writer.use('not_')}({alone})"
        if typed == "int" and len(values) == 1 and _COUNT.fullmatch(values[0]):
            return f"{alone} {'==' if operator == 'in' else '!='} {values[0]}"
        listed = sequence([self._one(each, scope) for each in values])
        return call(self.writer.use("condition"), alone, quoted(operator), listed)

    def _one(self, value: str, scope: Scope) -> Code:
        return scope.single(value, ARRAY) or scope.text(value)

    def _results(self, scope: Scope) -> Code:
        parts: dict[str, Part] = {}
        for number, item, ways in _by_name(self.spec["results"]):
            if any(set(each) - {"name", "type", "description", "value"} for each in ways) or item["name"] in parts:
                raise Unsupported("results", f"the result {item['name']!r}")
            code = self._one_of(ways, scope) if len(ways) > 1 else self._result(item.get("value"), scope)
            said = {key: literal(item[key]) for key in ("description", "type") if item.get(key)}
            if said:
                code = call(self.writer.use("Result"), code, **said)
            places = [(*self.at, "results", number + place) for place in range(len(ways))]
            comments = tuple(each for place in places for each in self.comments.take(place))
            parts[item["name"]] = Part(code, f"{quoted(item['name'])}: ", comments)
        return Group("", "{}", tuple(parts.values()))

    def _one_of(self, ways: Sequence[PipelineResult], scope: Scope) -> Code:
        """A result that several branches give: which of them there is follows from the conditions of their tasks."""
        found = scope.either([str(each.get("value")) for each in ways])
        if found is None:
            raise Unsupported("results", f"the result {ways[0]['name']!r}")
        return found

    def _result(self, value: object, scope: Scope) -> Code:
        if isinstance(value, dict):
            return mapping({name: scope.text(text) for name, text in value.items()})
        if isinstance(value, list):
            return sequence(scope.text(text) for text in value)
        if not isinstance(value, str) or "$(" not in value:
            raise Unsupported("results", "a value without a reference")
        # Tasks in finally are read as $(finally.x...): the DSL writes that by itself, where the whole value is one.
        plain = value.replace("$(finally.", "$(tasks.") if next(used_results(value), None) else value
        ours = scope.single(plain, STRING)
        if ours is None and plain == value:
            ours = scope.single(value, ARRAY)
        return ours or (scope.text(value) if plain == value else literal(value))


def _by_name(results: Sequence[PipelineResult]) -> Iterator[tuple[int, PipelineResult, list[PipelineResult]]]:
    """The results, with their number; those that follow each other and differ in their values alone are one."""
    numbered = itertools.groupby(enumerate(results), lambda each: {**each[1], "value": None})
    for _, found in numbered:
        (number, first), *others = found
        yield number, first, [first, *(each for _, each in others)]
