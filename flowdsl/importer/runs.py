"""PipelineRuns and TaskRuns as calls of `pipeline_run` and `task_run`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from flowdsl.importer.code import Code, Group, Pair, call, comment_lines, literal, mapping, quoted, render
from flowdsl.importer.comments import Comments
from flowdsl.importer.functions import Calls, Functions
from flowdsl.importer.names import lower_name
from flowdsl.importer.pipelines import PipelineWriter
from flowdsl.importer.resolvers import reference_code
from flowdsl.importer.shapes import Unsupported, text_of
from flowdsl.importer.tasks import metadata, write_task
from flowdsl.importer.timeouts import timeouts
from flowdsl.importer.writer import Writer
from flowdsl.kinds.table import BOUND, CLAIM, PIPELINE_RUN

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import PipelineRun, PipelineRunSpec, TaskRun, TaskRunSpec, WorkspaceBinding

_META = frozenset({"name", "generateName", "labels", "annotations"})
_SPEC = frozenset({"params", "workspaces", "pipelineRef", "pipelineSpec", "taskRef", "taskSpec"})


def write_run(
    document: Mapping[str, object],
    variable: str,
    functions: Functions,
    pipelines: Mapping[str, str],
    comments: Comments,
    index: int,
) -> None:
    """Write `variable = pipeline_run(...)`, or `task_run`. `pipelines` are functions by name. Raises Unsupported."""
    writer, run = functions.writer, cast("PipelineRun | TaskRun", document)
    spec, meta = run.get("spec") or {}, run.get("metadata") or {}
    said: dict[str, Code] = {}
    if meta.get("name"):
        said["name"] = quoted(meta["name"])
    if meta.get("generateName"):
        said["generate_name"] = quoted(meta["generateName"])
    rest = {field: value for field, value in spec.items() if field not in _SPEC and value is not None}
    if PIPELINE_RUN.is_of(document):
        target = _pipeline(cast("PipelineRunSpec", spec), variable, functions, pipelines, comments, index)
        said |= _pipeline_fields(rest)
    else:
        target = _task(cast("TaskRunSpec", spec), variable, functions, comments)
        said |= _pod(rest, rest)
        if rest.get("timeout"):
            said["timeout"] = literal(rest.pop("timeout"))
    if spec.get("pipelineSpec") or spec.get("taskSpec"):
        said["embed"] = "True"
    said |= _given(spec, writer) | metadata(meta, _META)
    if rest:
        said["extra"] = literal(rest)
    function = writer.use("pipeline_run" if PIPELINE_RUN.is_of(document) else "task_run")
    lines = comment_lines(comments.take(()))
    lines.append(render(Pair(variable, call(function, target, **said))))
    writer.blocks.append("\n".join(lines))


def _pipeline(
    spec: PipelineRunSpec,
    variable: str,
    functions: Functions,
    pipelines: Mapping[str, str],
    comments: Comments,
    index: int,
) -> Code:
    writer = functions.writer
    reference = spec.get("pipelineRef")
    if isinstance(reference, Mapping):
        local = pipelines.get(reference.get("name", "")) if set(reference) == {"name"} else None
        return local or reference_code(reference, writer)
    if not isinstance(spec.get("pipelineSpec"), Mapping):
        raise Unsupported("spec", "neither a reference nor a spec")
    name = writer.scope.free(variable.removesuffix("_run") or "embedded", f"{variable}_pipeline")
    at = ("spec", "pipelineSpec")
    calls = Calls(functions, comments, index, name)
    PipelineWriter(spec["pipelineSpec"], name, writer, comments, calls, at).write({})
    return name


def _task(spec: TaskRunSpec, variable: str, functions: Functions, comments: Comments) -> Code:
    reference = spec.get("taskRef")
    if isinstance(reference, Mapping):
        local = functions.local(reference)
        return local.name if local else reference_code(reference, functions.writer)
    if not isinstance(spec.get("taskSpec"), Mapping):
        raise Unsupported("spec", "neither a reference nor a spec")
    name = functions.writer.scope.free(variable.removesuffix("_run") or "embedded", f"{variable}_task")
    write_task(spec["taskSpec"], {}, name, functions.writer, comments, ("spec", "taskSpec"), inline=True)
    return name


def _pipeline_fields(rest: dict[str, object]) -> dict[str, Code]:
    said: dict[str, Code] = {}
    template = rest.get("taskRunTemplate")
    if isinstance(template, Mapping):
        left = dict(template)
        said |= _pod(left, left)
        if left:
            said = {}
        else:
            del rest["taskRunTemplate"]
    return said | timeouts(rest)


def _pod(given: Mapping[str, object], rest: dict[str, object]) -> dict[str, Code]:
    said: dict[str, Code] = {}
    for field, python in (("serviceAccountName", "service_account"), ("podTemplate", "pod_template")):
        if given.get(field):
            said[python] = literal(rest.pop(field))
    return said


def _given(spec: PipelineRunSpec | TaskRunSpec, writer: Writer) -> dict[str, Code]:
    said: dict[str, Code] = {}
    params, spaces = spec.get("params") or [], spec.get("workspaces") or []
    for field, names in (
        ("params", [each["name"] for each in params]),
        ("workspaces", [each["name"] for each in spaces]),
    ):
        if len(set(names)) < len(names):
            raise Unsupported(field, "a name that is there twice")
    if params:
        said["params"] = literal({each["name"]: text_of(each["value"]) for each in params})
    if spaces:
        said["workspaces"] = mapping({each["name"]: _bound(each, writer) for each in spaces})
    return said


def _bound(binding: WorkspaceBinding, writer: Writer) -> Code:
    """What a workspace is bound to: `PVC(...)` and its kin where they say it all, else as Tekton writes it."""
    source = {name: value for name, value in binding.items() if name != "name" and value is not None}
    for kind in BOUND:
        field, key = kind.volume
        inner = source.get(field)
        allowed = {field, "subPath"} if kind is CLAIM else {field}
        if set(source) <= allowed and isinstance(inner, Mapping) and set(inner) == {key}:
            sub_path = {"sub_path": quoted(binding["subPath"])} if binding.get("subPath") else {}
            return call(writer.use(kind.python), quoted(inner[key]), **sub_path)
    if set(source) == {"emptyDir"} and set(binding["emptyDir"]) <= {"medium", "sizeLimit"}:
        names = {"medium": "medium", "sizeLimit": "size"}
        said = {names[field]: literal(value) for field, value in binding["emptyDir"].items() if value}
        return call(writer.use("EmptyDir"), **said)
    return _claim(source, writer) or literal(source)


def _claim(source: Mapping[str, object], writer: Writer) -> Group | None:
    template = source.get("volumeClaimTemplate")
    if set(source) != {"volumeClaimTemplate"} or not isinstance(template, Mapping) or set(template) != {"spec"}:
        return None
    spec = template["spec"]
    modes = spec.get("accessModes") or []
    storage = spec.get("resources") or {}
    requests = storage.get("requests") or {}
    if set(spec) - {"accessModes", "resources", "storageClassName"} or len(modes) != 1 or set(storage) != {"requests"}:
        return None
    if set(requests) != {"storage"} or not isinstance(requests["storage"], str):
        return None
    said: dict[str, Code] = {} if modes[0] == "ReadWriteOnce" else {"access_mode": quoted(modes[0])}
    if spec.get("storageClassName"):
        said["storage_class"] = quoted(spec["storageClassName"])
    return call(writer.use("VolumeClaim"), quoted(requests["storage"]), **said)


def run_name(document: Mapping[str, object]) -> str:
    """The variable a run has: its name, with `_run` behind it."""
    given = document.get("metadata")
    meta = given if isinstance(given, Mapping) else {}
    name = lower_name(str(meta.get("name") or meta.get("generateName") or document.get("kind")))
    return name if name.endswith("_run") else f"{name}_run"
