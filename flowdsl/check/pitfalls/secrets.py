"""FLOW321: credentials in plain text, by their shape anywhere, by their name where a name is given to a value.

Where a value goes says more than what it is called: a param that ends up as the name of a Secret, or of a key in one,
is no credential, however many tasks and pipelines hand it on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache

from flowdsl.check.findings import Path, Report
from flowdsl.check.pitfalls.index import Entry, Index
from flowdsl.check.pitfalls.shapes import at, params_used, pipeline_of, task_specs, texts
from flowdsl.check.values import texts_of
from flowdsl.diagnostics.rule import NOWHERE, Rule
from flowdsl.kinds.base import Model
from flowdsl.kinds.containers import EnvVar
from flowdsl.kinds.params import Param, ParamSpec
from flowdsl.kinds.pipelines import PipelineTask
from flowdsl.kinds.runs import PipelineRun, TaskRun
from flowdsl.kinds.table import CLUSTER_TASK, PIPELINE, TASK, find
from flowdsl.kinds.tasks import StepAction, TaskRef
from flowdsl.kube import assigned_credential, find_credential, looks_secret

_NAMES = frozenset({"name", "key", "secretName", "claimName", "serviceAccountName"})
_HINT = "keep it in a Secret, and bind that as a workspace or read it with secretKeyRef"


def names_in(raw: object) -> set[str]:
    """The params that a spec uses as the name of an object, or of a key in it."""
    return params_used(text for path, text in texts(raw) if path and path[-1] in _NAMES and "$(" in text)


CREDENTIAL = Rule.pitfall("FLOW321", "credential", "a credential in plain text", quiet=NOWHERE)


def shaped(path: Path, text: str, raw: object, report: Report) -> None:
    """A text with the shape of a credential, wherever it stands."""
    start = find_credential(text)
    if start is None:
        if path[-1:] == ("script",) and (variable := assigned_credential(text)):
            message = f"the script sets {variable!r} to a credential in plain text"
            report.add(CREDENTIAL, path, message, _HINT, part=variable)
        return
    name = _name_of(path, raw)
    where = next((str(part) for part in reversed(path) if isinstance(part, str)), "text")
    message = _message(name) if name else f"the {where} holds what looks like a credential ({start}…)"
    report.add(CREDENTIAL, path, message, _HINT, part=start)


def _name_of(path: Path, raw: object) -> str:
    """The name of the param or variable whose value stands at a path."""
    for cut in (1, 2):
        if len(path) > cut and path[-cut] in ("value", "default"):
            parent = at(raw, path[:-cut])
            return str(parent.get("name") or "") if isinstance(parent, dict) else ""
    return ""


def check_config(data: Mapping[str, object], report: Report) -> None:
    """The data of a ConfigMap: what is secret in it belongs into a Secret."""
    kind = find(data.get("kind"), data.get("apiVersion"))
    fields = kind.texts if kind is not None and not kind.secret else ()
    found = [(field, *each) for field in fields for each in _items(data.get(field))]
    for field, key, value in found:
        if isinstance(value, str) and looks_secret(str(key), value):
            start = find_credential(value) or ""
            whole = f"{str(key)!r} holds what looks like a credential ({start}…)"  # a file, of which that is a part
            message = whole if start and "\n" in value.strip() else _message(str(key))
            report.add(CREDENTIAL, (field, key), message, "keep it in a Secret, which is bound alike", part=start)


def _items(data: object) -> Iterable[tuple[str, object]]:
    return data.items() if isinstance(data, dict) else ()


def _message(name: str) -> str:
    return f"{name!r} looks like a credential in plain text"


def check(entry: Entry, index: Index) -> None:
    """The params of a document, declared or given: readable to whoever may list runs."""
    for params, path, field, names in _params(entry, index):
        for number, param in enumerate(params or ()):
            value = getattr(param, field)
            for where, text in texts_of(value, (*path, number, field)) if value is not None else ():
                # An object's keys are names too: {password: …}.
                called = [param.name or "", *(part for part in where[len(path) + 2 :] if isinstance(part, str))]
                if any(looks_secret(name, text) for name in called) and (param.name or "") not in names():
                    entry.report.add(CREDENTIAL, where, _message(param.name or ""), _HINT)
    for path, variables in _pod_variables(entry.model) if entry.model else ():
        for number, variable in enumerate(variables or ()):
            if variable.value and looks_secret(variable.name or "", variable.value):
                hint = "put it into a Secret: valueFrom: {secretKeyRef: {name: …, key: …}}"
                entry.report.add(CREDENTIAL, (*path, number, "value"), _message(variable.name or ""), hint)


_Found = tuple[Sequence[Param | ParamSpec] | None, Path, str, Callable[[], Collection[str]]]


def _params(entry: Entry, index: Index) -> Iterator[_Found]:
    """Every list of params with its path, the field of the value, and which of them are names of objects."""
    model = entry.model
    for spec in task_specs(model):
        yield spec.spec.params, (*spec.path, "params"), "default", _later(entry, spec.path)
    if isinstance(model, StepAction) and model.spec:
        yield model.spec.params, ("spec", "params"), "default", _later(entry, ("spec",))
    pipeline = pipeline_of(model)
    if pipeline is not None:
        yield pipeline.spec.params, (*pipeline.path, "params"), "default", lambda: _of_document(entry, index)
        for path, task in pipeline.tasks():
            yield task.params, (*path, "params"), "value", _of_task(task, path, entry, index)
    if isinstance(model, (PipelineRun, TaskRun)) and model.spec:
        yield model.spec.params, ("spec", "params"), "value", lambda: _of_document(entry, index)


def _later(entry: Entry, path: Path) -> Callable[[], Collection[str]]:
    return cache(lambda: names_in(at(entry.data, path)))


def _of_task(task: PipelineTask, path: Path, entry: Entry, index: Index) -> Callable[[], Collection[str]]:
    if task.taskSpec is not None:
        return _later(entry, (*path, "taskSpec"))
    return lambda: _of_reference(task.taskRef, (*path, "taskRef"), entry, index)


def _of_reference(ref: TaskRef | None, path: Path, entry: Entry, index: Index) -> Collection[str]:
    # What was installed as a ClusterTask is the same file as the Task.
    found = index.task(ref, path, entry, (TASK, CLUSTER_TASK))
    return _of_document(found, index) if found is not None else ()


def _of_document(entry: Entry, index: Index) -> Collection[str]:
    """The params of a document that are names of objects, in it or in what it hands them to."""
    if entry not in index.objects:
        index.objects[entry] = _objects(entry, index)
    return index.objects[entry]


def _objects(entry: Entry, index: Index) -> set[str]:
    model, names = entry.model, names_in(entry.data.get("spec"))
    pipeline = pipeline_of(model)
    for path, task in pipeline.tasks() if pipeline else ():
        inner = _of_task(task, path, entry, index)()
        names |= params_used(
            text for param in task.params or () if param.name in inner for _, text in texts_of(param.value)
        )
    if isinstance(model, TaskRun) and model.spec and model.spec.taskRef:
        names |= set(_of_reference(model.spec.taskRef, ("spec", "taskRef"), entry, index))
    if isinstance(model, PipelineRun) and model.spec and model.spec.pipelineRef and not model.spec.pipelineRef.resolver:
        found = index.find(PIPELINE, model.spec.pipelineRef.name, entry)
        names |= set(_of_document(found, index)) if found is not None else set()
    return names


def _pod_variables(model: Model) -> Iterable[tuple[Path, Sequence[EnvVar] | None]]:
    if isinstance(model, TaskRun) and model.spec and model.spec.podTemplate:
        yield ("spec", "podTemplate", "env"), model.spec.podTemplate.env
    if isinstance(model, PipelineRun) and model.spec:
        template = model.spec.taskRunTemplate
        if template and template.podTemplate:
            yield ("spec", "taskRunTemplate", "podTemplate", "env"), template.podTemplate.env
        for number, each in enumerate(model.spec.taskRunSpecs or ()):
            if each.podTemplate:
                yield ("spec", "taskRunSpecs", number, "podTemplate", "env"), each.podTemplate.env
