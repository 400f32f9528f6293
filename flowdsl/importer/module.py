"""From Tekton documents to the text of a Python module."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.importer.alike import Likeness, groups, likeness, script_of, written
from flowdsl.importer.code import Code, Pair, call, comment_lines, literal, quoted, render, sequence
from flowdsl.importer.comments import Comments
from flowdsl.importer.findings import Kept
from flowdsl.importer.functions import Calls, Functions, write_reference
from flowdsl.importer.names import class_name, lower_name
from flowdsl.importer.ours import Ours, as_it_is
from flowdsl.importer.pipelines import PipelineWriter
from flowdsl.importer.resolvers import reference_code
from flowdsl.importer.runs import run_name, write_run
from flowdsl.importer.shapes import Unsupported
from flowdsl.importer.signatures import read_results, read_signature
from flowdsl.importer.tasks import TaskFunction, write_step_action, write_task
from flowdsl.importer.writer import Writer
from flowdsl.kinds.kind import Kind, resolve
from flowdsl.kinds.table import KINDS, TASK, named

if TYPE_CHECKING:
    from flowdsl.importer.starts.asked import Asked
    from flowdsl.kinds.shapes import Pipeline, PipelineSpec, StepAction, Task

_FIELDS = frozenset({"apiVersion", "kind", "metadata", "spec"})
_WRITTEN = tuple(kind for kind in KINDS if kind.importer)
"""The kinds that the DSL has a word for, in the order in which a module wants them."""


# A document may lack a name or have a list where a map belongs: it is kept, and the checker tells what is wrong.
_ODD = (Unsupported, KeyError, TypeError, AttributeError, ValueError)


@attrs.frozen
class Imported:
    """A module's text, what of the documents stands in it as Tekton writes it, and which it could not hold at all."""

    text: str
    kept: tuple[Kept, ...]
    lost: tuple[int, ...] = ()


@attrs.define
class _Module:
    documents: Sequence[Mapping[str, object]]
    comments: Sequence[Comments]
    as_raw: Mapping[int, str]
    asked: Mapping[int, Asked]
    plain: frozenset[int]
    ours: Ours
    writer: Writer = attrs.field(init=False)
    names: dict[int, str] = attrs.field(factory=dict)
    pipelines: dict[str, str] = attrs.field(factory=dict)
    uses: dict[int, tuple[int, dict[str, object]]] = attrs.field(factory=dict)
    """The Tasks that are uses of others: of which, and what is asked of it."""
    written: dict[int, TaskFunction] = attrs.field(factory=dict)

    @writer.default
    def _empty(self) -> Writer:
        return Writer(starting=bool(self.asked))

    def write(self) -> None:
        functions = Functions(self.writer)
        kinds: dict[Kind | None, list[int]] = {kind: [] for kind in (*_WRITTEN, None)}
        for index, document in enumerate(self.documents):
            if index in self.ours.gone:
                continue
            kind = _kind(document) if index not in self.as_raw else None
            kinds[kind].append(index)
            self.names[index] = self._free(document)
        for index in kinds[None]:
            self._raw(index, self.as_raw.get(index) or "the DSL has no word for this kind")
        self.uses = groups(dict(self._alike(kinds[TASK])))
        kinds[TASK].sort(key=lambda index: index in self.uses)
        # What is called comes first; then all is read that calls, since a function has the types that its uses show.
        calling = [kind for kind in _WRITTEN if kind.pipeline or kind.is_run]
        self._each(functions, kinds, [kind for kind in _WRITTEN if kind not in calling])
        for kind in calling:
            for index in kinds[kind] if kind.pipeline else ():
                self._learn(functions, self.documents[index], kind)
        self._each(functions, kinds, calling)

    def _each(self, functions: Functions, kinds: Mapping[Kind | None, Sequence[int]], wanted: Sequence[Kind]) -> None:
        for kind in wanted:
            write = cast("Write", resolve(kind.importer))
            for index in kinds[kind]:
                self._try(index, functions, write)

    def _alike(self, indexes: Iterable[int]) -> Iterator[tuple[int, Likeness]]:
        scripts = {index: script_of(cast("Task", self.documents[index])["spec"]) for index in indexes}
        often = Counter(scripts.values())
        for index, script in scripts.items():
            if often[script] == 1:  # like no other
                continue
            document = cast("Task", self.documents[index])
            with contextlib.suppress(*_ODD):
                if found := likeness(document["spec"], document["metadata"]):
                    yield index, found

    def _learn(self, functions: Functions, document: Mapping[str, object], kind: Kind) -> None:
        inner: object = document
        for field in kind.pipeline:
            inner = inner.get(field) if isinstance(inner, Mapping) else None
        if isinstance(inner, Mapping):
            # What is odd in it is told when the pipeline itself is written.
            with contextlib.suppress(*_ODD):
                functions.learn(cast("PipelineSpec", inner))

    def _free(self, document: Mapping[str, object]) -> str:
        kind = named(document.get("kind"))
        if kind is not None and kind.is_run:
            return self.writer.scope.free(run_name(document))
        given = document.get("metadata")
        name = (given.get("name") if isinstance(given, Mapping) else "") or "unnamed"
        wanted = lower_name(str(name))
        ending = lower_name(str(document.get("kind") or "document"))
        return self.writer.scope.free(wanted, f"{wanted.rstrip('_')}_{ending}")

    def _try(self, index: int, functions: Functions, write: Write) -> None:
        mark, comments = self.writer.mark(), list(self.comments[index].by_path)
        references, loose, embedded = dict(functions.references), functions.as_written, dict(functions.embedded)
        try:
            write(self, index, functions)
        except _ODD as error:
            self.writer.back(mark)
            self.comments[index].by_path = comments
            functions.references, functions.as_written, functions.embedded = references, loose, embedded
            self._raw(index, error.reason if isinstance(error, Unsupported) else "a field of the wrong type")

    def _raw(self, index: int, reason: str) -> None:
        self.writer.keep(index, (), reason)
        lines = comment_lines(self.comments[index].take(()))
        made = call(self.writer.use("raw"), literal(self.documents[index]))
        self.writer.blocks.append("\n".join([*lines, render(Pair(self.names[index], made))]))


def write_task_function(module: _Module, index: int, functions: Functions) -> None:
    """A Task as a function with `@task`, or as a use of one that differs in options alone."""
    document, name, comments = cast("Task", module.documents[index]), module.names[index], module.comments[index]
    base, asked = module.uses.get(index, (index, {}))
    if (of := module.written.get(base)) is not None:
        made = attrs.evolve(of, name=name)
        use = call(f"{of.name}.with_options", **written(asked, module.writer))
        lines = [*comment_lines(comments.take(())), render(Pair(name, use))]
        module.writer.blocks.append("\n".join(lines))
    else:
        types = module.ours.results.get(document["metadata"]["name"], {})
        made = write_task(
            document["spec"], document["metadata"], name, module.writer, comments, ("spec",), results=types
        )
    module.written[index] = functions.tasks[document["metadata"]["name"]] = made


def write_step_action_function(module: _Module, index: int, _: Functions) -> None:
    """A StepAction as a function with `@step_action`."""
    document, comments = cast("StepAction", module.documents[index]), module.comments[index]
    write_step_action(document["spec"], document["metadata"], module.names[index], module.writer, comments)


def write_pipeline(module: _Module, index: int, functions: Functions) -> None:
    """A Pipeline as a function with `@pipeline`."""
    document, name, comments = cast("Pipeline", module.documents[index]), module.names[index], module.comments[index]
    calls = Calls(functions, comments, index, name)
    asked, merging = module.asked.get(index), index not in module.plain
    flow = module.ours.flows.get(index)
    writer = PipelineWriter(document["spec"], name, module.writer, comments, calls, ("spec",), asked, merging, flow)
    writer.write(document["metadata"])
    module.pipelines[document["metadata"]["name"]] = name


def write_run_call(module: _Module, index: int, functions: Functions) -> None:
    """A run, of a pipeline or a task, as a call of `pipeline_run` or `task_run`."""
    write_run(module.documents[index], module.names[index], functions, module.pipelines, module.comments[index], index)


Write = Callable[[_Module, int, Functions], None]
"""Writes the document of an index into a module. Raises Unsupported, or falls over what is no document."""


def _kind(document: Mapping[str, object]) -> Kind | None:
    """The kind, where the DSL has a word for such documents."""
    kind = named(document.get("kind"))
    if kind is None or not kind.importer or document.get("apiVersion") != kind.api_version:
        return None
    fields = {name for name, value in document.items() if value is not None}
    return kind if fields <= _FIELDS and isinstance(document.get("spec"), Mapping) else None


def write_module(
    documents: Sequence[Mapping[str, object]],
    comments: Sequence[Comments] | None = None,
    title: str = "",
    as_raw: Mapping[int, str] | None = None,
    asked: Mapping[int, Asked] | None = None,
    plain: Iterable[int] = (),
    ours: Ours | None = None,
) -> Imported:
    """The module that compiles to these v1 documents.

    `comments` are those of each document, `title` the first line of the module's docstring. `as_raw` are documents (by
    index, with the reason) that are to stand as they are, `asked` what Pipelines say of their starts, `plain` those in
    which each task is a call of its own, also where several are one call for several branches. `ours` has conditions as
    they were written, and the documents with it. Never raises for what is in a document.
    """
    ours = ours or as_it_is(documents)
    given = comments or [Comments() for _ in documents]
    module = _Module(ours.documents, given, as_raw or {}, asked or {}, frozenset(plain), ours)
    module.write()
    writer = module.writer
    ends = [module.names[index] for index in range(len(documents)) if index not in ours.unlisted]
    said = _targets(list(module.asked.values()))
    listed = render(Pair("documents", call(writer.use("manifest"), *ends, **said)))
    writer.blocks.append(f'{listed}\n\nif __name__ == "__main__":\n    documents.cli()')
    return Imported(_head(title) + writer.text(), tuple(writer.kept))


def _targets(asked: Sequence[Asked]) -> dict[str, Code]:
    """What the manifest says of targets: all pipelines have starts for the same place."""
    targets = dict.fromkeys(target for each in asked for target in each.targets)
    said: dict[str, Code] = {"events": sequence(map(quoted, targets))} if targets else {}
    repositories = dict.fromkeys(name for each in asked for name in each.repositories)
    said |= {"namespace": quoted(asked[0].namespace)} if asked and asked[0].namespace else {}
    said |= {"repositories": sequence(map(quoted, repositories))} if repositories else {}
    token = next((each.token for each in asked if each.token), "")
    return said | ({"token": quoted(token)} if token else {})


def write_stubs(documents: Sequence[Mapping[str, object]], title: str = "") -> Imported:
    """A module of typed signatures alone: a `@task_ref` for each Task among the documents."""
    writer = Writer()
    for index, document in enumerate(documents):
        if not TASK.is_of(document):
            continue
        given, spec = document.get("metadata"), cast("Task", document).get("spec") or {}
        name = str(given.get("name") if isinstance(given, Mapping) else "unnamed")
        wanted = lower_name(name)
        function = writer.scope.free(wanted, f"{wanted}_task")
        mark = writer.mark()
        try:
            signature = read_signature(spec, writer, Comments(), (), class_name(name))
            read_results(signature, spec.get("results") or (), writer, Comments(), (), function)
            code = reference_code({"name": name}, writer)
            write_reference(function, code, signature, writer, spec.get("description") or "")
        except _ODD as error:
            writer.back(mark)
            writer.keep(index, (), error.reason if isinstance(error, Unsupported) else "a field of the wrong type")
    return Imported(_head(title) + writer.text(), tuple(writer.kept))


def _head(title: str) -> str:
    """The docstring of one line, above the imports."""
    safe = "".join(char for char in title if char.isprintable()).replace("\\", "/").replace('"', "'")
    return f'"""{safe or "Imported from Tekton YAML."}"""\n\n'
