"""Tasks that stand in for others in a local run: from `LocalRun.tasks` and the project's registry to Task documents."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flowdsl.diagnostics import UsageError
from flowdsl.ir.local import LocalRun
from flowdsl.kinds.table import TASK
from flowdsl.library.run_settings import RunSettings


def stand_ins(local: LocalRun, settings: RunSettings) -> dict[str, Mapping[str, Any]]:
    """TaskSpecs or Tasks by name; those of the pipeline go before the project's. Raises UsageError, FlowError."""
    found: dict[str, Mapping[str, Any]] = {}
    for name, file in settings.tasks.items():
        if name not in local.tasks:
            found[name] = _from_file(name, settings.folder / file)
    for name, given in local.tasks.items():
        found[name] = _document(name, given)
    return found


def _document(name: str, given: Any) -> Mapping[str, Any]:
    from flowdsl.frontend.task import Task

    if isinstance(given, Task):
        from flowdsl.compiler.stand_in import compile_task

        return compile_task(given)
    if isinstance(given, Mapping):
        return _with_images(given)
    kind = type(given).__name__
    raise UsageError(f"the stand-in for {name!r} is a @task, a Task document or a TaskSpec, got {kind} {given!r}")


def _with_images(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A stand-in whose steps name no image gets one by name: it is for this machine, where none is pulled."""
    if TASK.is_of(given):
        return {**given, "spec": _with_images(given.get("spec") or {})}
    if not isinstance(given.get("steps"), list) or (given.get("stepTemplate") or {}).get("image"):
        return given
    return {**given, "steps": [_with_image(each) for each in given["steps"]]}


def _with_image(step: Any) -> Any:
    return {"image": "local", **step} if isinstance(step, Mapping) and "ref" not in step else step


def _from_file(name: str, path: Path) -> Mapping[str, Any]:
    text = str(path)
    if ".py" in path.name:
        return _document(name, _from_python(name, text))
    from flowdsl.library.run_inputs import checked

    tasks = [each for each in checked([str(path)]) if TASK.is_of(each)]
    named = [each for each in tasks if (each.get("metadata") or {}).get("name") == name] or tasks
    if len(named) != 1:
        raise UsageError(f"the stand-in for {name!r}: {path} has {len(tasks)} Tasks; it takes one, or one of that name")
    chosen: Mapping[str, Any] = named[0]
    return chosen


def _from_python(name: str, target: str) -> Any:
    from flowdsl.frontend.task import Task
    from flowdsl.library.loading import load_module

    file, _, wanted = target.partition(".py:")
    module = load_module(Path(file if not wanted else file + ".py"))
    for attribute in (wanted,) if wanted else (name, name.replace("-", "_")):
        found = getattr(module, attribute, None)
        if isinstance(found, Task):
            return found
    raise UsageError(f"the stand-in for {name!r}: {target} has no @task {wanted or name.replace('-', '_')!r}")
