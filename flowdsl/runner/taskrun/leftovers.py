"""References that are still in a TaskSpec after every substitution: Tekton makes no pod of one.

Source: createPod in pkg/reconciler/taskrun/taskrun.go, which asks ValidateUsageOfDeclaredParameters and
TaskSpec.Validate (pkg/apis/pipeline/v1/task_validation.go) of the spec with its values in it. So a value that looks
like a reference is refused as one, and so is a key of an object that nobody gave.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from flowdsl.check.references import entire, has_step_result, variables, without_index
from flowdsl.machine.params import declared_kind
from flowdsl.runner.taskrun.params import RefusedError

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

_TASK_RUN = frozenset({"name", "namespace", "uid"})
_TASK = frozenset({"name", "retry-count"})
_NO_STEP_RESULT = "stepResult substitutions are only allowed in env, command and args. Found usage in"


@attrs.frozen
class _Text:
    path: str
    value: str
    element: bool = False


def check_leftovers(spec: shapes.TaskSpec, merged: Sequence[shapes.Step], task_run: shapes.TaskRun) -> None:
    """`merged` are the steps with their template in them. Raises RefusedError with Tekton's message."""
    found: dict[str, set[str]] = {}
    for message, path in _problems(spec, merged):
        found.setdefault(message, set()).add(path)
    if not found:
        return
    lines = [f"{message}: {', '.join(sorted(paths))}" for message, paths in sorted(found.items())]
    metadata = task_run["metadata"]
    name = (task_run["spec"].get("taskRef") or {}).get("name")
    where = "invalid TaskSpec"
    if task_run["spec"].get("taskRef"):
        where = f"missing or invalid Task {metadata.get('namespace', '')}/{name or ''}"
    text = "\n".join(lines)
    message = f'failed to create task run pod "{metadata.get("name", "")}": {text}. Maybe {where}'
    raise RefusedError("PodCreationFailed", message)


def _problems(spec: shapes.TaskSpec, merged: Sequence[shapes.Step]) -> Iterator[tuple[str, str]]:
    for index, step in enumerate(merged):
        if not step.get("image"):
            yield "missing field(s)", f"steps[{index}].Image"
    for one in spec.get("params") or ():
        if declared_kind(one) == "object" and one.get("properties") is None:
            yield "missing field(s)", f"{one['name']}.properties"
    yield from _containers(spec)
    for index, step in enumerate(spec.get("steps") or ()):
        texts = list(_texts(step, f"steps[{index}]"))
        if texts:
            yield from _params(texts, spec.get("params") or ())
            yield from _others(texts, step, spec.get("results") or ())


def _containers(spec: shapes.TaskSpec) -> Iterator[tuple[str, str]]:
    """A pod has no two containers of one name; a sidecar without one is called `sidecar`."""
    seen = set()
    first = len(spec.get("steps") or ())
    for index, one in enumerate(spec.get("sidecars") or ()):
        name = f"sidecar-{one.get('name') or ''}".rstrip("-")
        if name in seen:
            yield f'Duplicate value: "{name}"', f"spec.containers[{first + index}].name"
        seen.add(name)


def _texts(step: shapes.Step, at: str) -> Iterator[_Text]:
    """The texts in which Tekton looks, those with a reference (validateStepVariables)."""
    fields: Mapping[str, object] = step
    for field in ("name", "image", "workingDir", "script", "onError"):
        yield from _text(f"{at}.{field}", fields.get(field))
    for field, words in (("command", step.get("command")), ("args", step.get("args"))):
        for index, value in enumerate(words or ()):
            yield from _text(f"{at}.{field}[{index}]", value, element=True)
    for variable in step.get("env") or ():
        yield from _text(f"{at}.env[{variable.get('name', '')}]", variable.get("value"))
    mounts: Sequence[Mapping[str, object]] = step.get("volumeMounts") or ()
    for index, mount in enumerate(mounts):
        for field, word in (("name", "name"), ("mountPath", "MountPath"), ("subPath", "SubPath")):
            yield from _text(f"{at}.volumeMount[{index}].{word}", mount.get(field))


def _text(path: str, value: object, *, element: bool = False) -> Iterator[_Text]:
    if isinstance(value, str) and "$(" in value:
        yield _Text(path, value, element)


def _params(texts: Iterable[_Text], specs: Sequence[shapes.ParamSpec]) -> Iterator[tuple[str, str]]:
    kinds = {str(one["name"]): declared_kind(one) for one in specs}
    objects = {str(one["name"]): one.get("properties") or {} for one in specs if kinds[str(one["name"])] == "object"}
    arrays = {name for name, kind in kinds.items() if kind == "array"}
    for text in texts:
        if "$(params" not in text.value:
            continue
        yield from _unknown(text, "params", kinds)
        for name, keys in objects.items():
            yield from _unknown(text, rf"params\.{re.escape(name)}", keys)
        if any(name.removesuffix("[*]") in objects for name in entire(text.value, "params")):
            yield f"variable type invalid in {_quoted(text.value)}", text.path
        yield from _array(text, arrays)


def _array(text: _Text, arrays: Collection[str]) -> Iterator[tuple[str, str]]:
    found = variables(text.value, "params")
    if any(name.removesuffix("[*]") in arrays for name in found.names):
        if not text.element:
            yield f"variable type invalid in {_quoted(text.value)}", text.path
        elif text.value != found.first:
            yield f"variable is not properly isolated in {_quoted(text.value)}", text.path


def _others(
    texts: Iterable[_Text], step: shapes.Step, results: Sequence[shapes.TaskResult]
) -> Iterator[tuple[str, str]]:
    names = {one["name"] for one in results}
    own = {one["name"] for one in step.get("results") or ()}
    for text in texts:
        if "$(context." in text.value:
            yield from _unknown(text, r"context\.taskRun", _TASK_RUN)
            yield from _unknown(text, r"context\.task", _TASK)
        field = text.path.partition(".")[2]
        if field == "script":
            yield from _unknown(text, "results", names)
            if own:
                yield from _unknown(text, r"step.results", own)
        if not text.element and not field.startswith("env[") and has_step_result(text.value):
            yield _NO_STEP_RESULT, text.path


def _unknown(text: _Text, prefix: str, known: Collection[str]) -> Iterator[tuple[str, str]]:
    found = variables(text.value, prefix)
    if found.too_deep:
        yield (
            f'Invalid referencing of parameters in "{text.value}"! Only two dot-separated components after the '
            f'prefix "{prefix}" are allowed.',
            text.path,
        )
        return
    if any(without_index(name) not in known for name in found.names):
        yield f"non-existent variable in {_quoted(text.value)}", text.path


def _quoted(text: str) -> str:
    """A text as Go's %q writes it, near enough: a script of many lines is one line of the message."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    for sign, word in (("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
        escaped = escaped.replace(sign, word)
    return f'"{escaped}"'
