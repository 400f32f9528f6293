"""Which function of the module a task of a pipeline calls: one of the files' own, a reference, or an embedded spec."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.diagnostics import Path
from flowdsl.importer.alike import Likeness, likeness, written
from flowdsl.importer.calls import Made, argument_values, fans_out, included, make_call
from flowdsl.importer.code import Code, Group, Pair, Part, call, literal, quoted, render
from flowdsl.importer.comments import Comments
from flowdsl.importer.names import local_names, lower_name
from flowdsl.importer.references import Scope, used_results
from flowdsl.importer.resolvers import reference_code, reference_name
from flowdsl.importer.shapes import ARRAY, STRING, Shape, Unsupported, declared_shape
from flowdsl.importer.signatures import Signature, read_results
from flowdsl.importer.tasks import TaskFunction, body, write_task
from flowdsl.importer.writer import Writer
from flowdsl.kinds.table import TASK

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import ObjectMeta, ParamSpec, ParamValue, PipelineSpec, PipelineTask, TaskRef, TaskResult


@attrs.define
class Use:
    """What the pipelines ask of a task that is not among the files."""

    params: dict[str, Shape] = attrs.field(factory=dict)
    results: dict[str, Shape] = attrs.field(factory=dict)
    spaces: dict[str, None] = attrs.field(factory=dict)
    always: set[str] | None = None
    always_bound: set[str] | None = None


@attrs.define
class Functions:
    """The functions of the module: `tasks` by the Task's name, and references by what they refer to."""

    writer: Writer
    tasks: dict[str, TaskFunction] = attrs.field(factory=dict)
    uses: dict[str, Use] = attrs.field(factory=dict)
    references: dict[str, TaskFunction] = attrs.field(factory=dict)
    embedded: dict[str, tuple[Likeness, TaskFunction]] = attrs.field(factory=dict)
    as_written: str = ""

    def learn(self, spec: PipelineSpec) -> None:
        """Take note of how a pipeline uses tasks, before any of them is written."""
        shapes = _param_shapes(spec)
        items = {item["name"]: item for item in (*(spec.get("tasks") or ()), *(spec.get("finally") or ()))}
        for name, result, taken in used_results(dict(spec)):
            item = items.get(name)
            if item is not None and item.get("taskRef") and self.local(item["taskRef"]) is None:
                use = self.uses.setdefault(_key(item["taskRef"]), Use())
                use.results[result] = _widened(use.results.get(result), taken, mapped="matrix" in item)
        for item in items.values():
            if item.get("taskRef") and self.local(item["taskRef"]) is None:
                self._use(self.uses.setdefault(_key(item["taskRef"]), Use()), item, items, shapes)

    def _use(
        self, use: Use, item: PipelineTask, items: Mapping[str, PipelineTask], shapes: Mapping[str, Shape]
    ) -> None:
        given = dict.fromkeys((name for name, _ in fans_out(item)), STRING)
        given |= {param["name"]: STRING for entry in included(item) for param in entry.get("params") or ()}
        for name, value in argument_values(item):
            given[name] = self._shape(value, items, shapes)
        for name, shape in given.items():
            use.params.setdefault(name, shape)
        bound = [binding["name"] for binding in item.get("workspaces") or ()]
        use.spaces |= dict.fromkeys(bound)
        use.always = set(given) if use.always is None else use.always & set(given)
        use.always_bound = set(bound) if use.always_bound is None else use.always_bound & set(bound)

    def _shape(self, value: ParamValue | None, items: Mapping[str, PipelineTask], shapes: Mapping[str, Shape]) -> Shape:
        if isinstance(value, list):
            return ARRAY
        if isinstance(value, dict):
            return Shape("object", tuple(value))
        if value is None:
            raise Unsupported("params", "a param without a value")
        if value.startswith("$(params.") and value.endswith("[*])"):
            return shapes.get(value[9:-4], STRING)
        used = list(used_results(value))
        if len(used) == 1 and used[0][2] == "[*]" and value == f"$(tasks.{used[0][0]}.results.{used[0][1]}[*])":
            source = items.get(used[0][0], {})
            return ARRAY if "matrix" in source else self._result_shape(source, used[0][1])
        return STRING

    def _result_shape(self, item: PipelineTask, result: str) -> Shape:
        declared = item.get("taskSpec") or {}
        for each in declared.get("results") or ():
            if each.get("name") == result:
                return _safe_shape(each)
        reference = item.get("taskRef") or {}
        function = self.local(reference)
        if function is not None:
            known = function.signature.results.get(result)
            return known.shape if known else STRING
        use = self.uses.get(_key(reference))
        return (use.results.get(result) if use else None) or ARRAY

    def local(self, reference: TaskRef) -> TaskFunction | None:
        """The function of a Task among the files that is meant; None for any other."""
        plain = set(reference) <= {"name", "kind"} and reference.get("kind") in (None, TASK.name)
        return self.tasks.get(reference.get("name", "")) if plain else None

    def of(self, reference: TaskRef, fallback: str) -> TaskFunction:
        """The function for a taskRef; a reference is written on first use. Raises Unsupported."""
        local = self.local(reference)
        if local is not None:
            return local
        key = _key(reference)
        if key not in self.references:
            code = reference_code(reference, self.writer)
            name = lower_name(reference_name(reference) or fallback)
            function = self.writer.scope.free(name, f"{name}_task")
            use = self.uses.get(key, Use())
            signature = _inferred(use, function, self.writer)
            self.references[key] = write_reference(function, code, signature, self.writer)
        return self.references[key]

    def loose(self) -> str:
        """The function that stands for tasks kept as they are written."""
        if not self.as_written:
            self.as_written = self.writer.scope.free("as_written")
            code = call(self.writer.use("named"), quoted("as-written"))
            write_reference(self.as_written, code, Signature(), self.writer)
        return self.as_written


@attrs.define
class Calls:
    """Makes the calls of one document's pipeline."""

    functions: Functions
    comments: Comments
    index: int
    owner: str
    ready: dict[str, TaskFunction | Unsupported] = attrs.field(factory=dict)

    def prepare(self, items: Iterable[tuple[Path, PipelineTask]]) -> None:
        """Write the functions that the tasks of a pipeline call, so that all their names are known before a local's."""
        writer = self.functions.writer
        for at, item in items:
            mark, comments = writer.mark(), list(self.comments.by_path)
            try:
                self.ready[item["name"]] = self._function(item, at)
            except Unsupported as error:
                writer.back(mark)
                self.comments.by_path = comments
                self.ready[item["name"]] = error
                self.functions.loose()

    def typed(self, task: str, result: str) -> str:
        """What a result of a task is to Python, once it is prepared; "" for text."""
        function = self.ready.get(task)
        known = function.signature.results.get(result) if isinstance(function, TaskFunction) else None
        return "" if known is None or known.shape.is_text else known.shape.typed

    def made(self, item: PipelineTask, at: Path, scope: Scope, spaces: Mapping[str, str], as_written: bool) -> Made:
        """The call for a task; one that has no words for it keeps the task as Tekton writes it."""
        function = self.ready[item["name"]]
        if isinstance(function, TaskFunction) and not as_written:
            return make_call(item, function, scope, spaces, lambda field, why: self._keep((*at, field), why))
        rest = {field: value for field, value in item.items() if field != "name"}
        if isinstance(function, Unsupported):
            self._keep((*at, function.field), function.reason)
        if not as_written:
            # The conditions are the block's, in which the call stands.
            rest.pop("when", None)
        rest.setdefault("taskRef", None)
        head = call(f"{self.functions.loose()}.with_options", name=quoted(item["name"]), extra=literal(rest))
        return Made(call(head), lower_name(item["name"]), {})

    def _keep(self, path: Path, reason: str) -> None:
        self.functions.writer.keep(self.index, path, reason)

    def _function(self, item: PipelineTask, at: Path) -> TaskFunction:
        writer = self.functions.writer
        if isinstance(item.get("taskRef"), Mapping):
            return self.functions.of(item["taskRef"], item["name"])
        spec = item.get("taskSpec")
        if not isinstance(spec, Mapping) or spec.get("apiVersion") or spec.get("kind") or spec.get("spec"):
            raise Unsupported("taskSpec" if spec else "name", "neither a Task's reference nor its spec")
        meta = cast("ObjectMeta", {**(spec.get("metadata") or {}), "name": item["name"]})
        own = likeness(spec, meta)
        like, function = self.functions.embedded.get(own.same if own else "", (None, None))
        asked = like.asked(own, inline=True) if own and like else None
        if asked is not None and function is not None:
            return attrs.evolve(function, asked=written(asked, writer))
        wanted = lower_name(item["name"])
        name = writer.scope.free(wanted, f"{lower_name(self.owner)}_{wanted}")
        made = write_task(spec, meta, name, writer, self.comments, (*at, "taskSpec"), inline=True)
        if own is not None:
            self.functions.embedded.setdefault(own.same, (own, made))
        return made


def write_reference(
    function: str, code: Code, signature: Signature, writer: Writer, description: str = ""
) -> TaskFunction:
    """Write `@task_ref(...)` and its function."""
    decorator = "@" + render(call(writer.use("task_ref"), code), 0, 1)
    writer.blocks.append("\n".join([decorator, *body(signature, function, {"description": description})]))
    return TaskFunction(function, function.strip("_").replace("_", "-"), signature)


def _inferred(use: Use, owner: str, writer: Writer) -> Signature:
    """The signature that the uses of a task let one guess."""
    found = Signature()
    always, bound = use.always or set(), use.always_bound or set()
    names, spaces = local_names(use.params, use.spaces)
    for name, shape in use.params.items():
        named = writer.named(shape, f"{owner}-{name}")
        code: Code = named.python
        if names[name] != name:
            note = call(writer.use("Param"), name=quoted(name))
            code = _annotated(named.python, note, writer)
        if name in always:
            found.required.add(name)
        else:
            code = Pair(code, literal(_empty(named)))
        found.arguments.append((Part(code, f"{names[name]}: "), name not in always))
        found.params[name] = (names[name], named)
    for name in use.spaces:
        space = writer.use("Workspace")
        said: dict[str, Code] = {} if spaces[name] == name else {"name": quoted(name)}
        if name not in bound:
            said["optional"] = "True"
        else:
            found.required_spaces.add(name)
        found.arguments.append(
            (Part(Pair(space, call(space, **said)) if said else space, f"{spaces[name]}: "), bool(said))
        )
        found.spaces[name] = spaces[name]
    results = [_result(name, shape) for name, shape in use.results.items()]
    read_results(found, results, writer, Comments(), (), owner)
    return found


def _annotated(python: str, note: Code, writer: Writer) -> Code:
    return Group(writer.use("Annotated", "typing"), "[]", (Part(python), Part(note)))


def _empty(shape: Shape) -> object:
    return {"array": [], "object": dict.fromkeys(shape.keys, "")}.get(shape.kind, "")


def _result(name: str, shape: Shape) -> TaskResult:
    found: TaskResult = {"name": name, "type": shape.kind}
    return found | ({"properties": {key: {} for key in shape.keys}} if shape.kind == "object" else {})


def _key(reference: TaskRef) -> str:
    plain = {name: value for name, value in reference.items() if value and (name, value) != ("kind", TASK.name)}
    return json.dumps(plain, sort_keys=True)


def _param_shapes(spec: PipelineSpec) -> dict[str, Shape]:
    return {item["name"]: _safe_shape(item) for item in spec.get("params") or ()}


def _safe_shape(item: ParamSpec | TaskResult) -> Shape:
    try:
        return declared_shape(item)
    except Unsupported:
        return STRING


def _widened(before: Shape | None, taken: str, *, mapped: bool) -> Shape:
    """The shape of a result from one use of it: `.key` of an object, `[0]` and `[*]` of an array."""
    if mapped or not taken:
        return before or STRING
    if taken.startswith("."):
        keys = before.keys if before is not None and before.kind == "object" else ()
        return Shape("object", tuple(dict.fromkeys((*keys, taken[1:]))))
    return before if before is not None and before.kind == "object" else ARRAY
