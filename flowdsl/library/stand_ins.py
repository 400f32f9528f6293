"""Tasks that stand in for others in a local run: from `LocalRun.tasks` and the project's registry to Task documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flowdsl.decide.wire import CONDITIONS, FIELDS, GIVEN, decisions_of
from flowdsl.diagnostics import UsageError
from flowdsl.ir.local import LocalRun
from flowdsl.kinds.table import CONFIG_MAP, TASK
from flowdsl.kube.conventions import VARIANT_OF
from flowdsl.library.documents import annotation, name_of
from flowdsl.library.run_settings import RunSettings
from flowdsl.library.targets import is_python

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import Step, Task


def stand_ins(local: LocalRun, settings: RunSettings) -> dict[str, Mapping[str, object]]:
    """TaskSpecs or Tasks by name; those of the pipeline go before the project's. Raises UsageError, FlowError."""
    found: dict[str, Mapping[str, object]] = {}
    for name, file in settings.tasks.items():
        if name not in local.tasks:
            found[name] = _from_file(name, settings.folder / file)
    for name, given in local.tasks.items():
        found[name] = _document(name, given)
    return found


def objects_of_stand_ins(
    local: LocalRun, settings: RunSettings, documents: Iterable[Mapping[str, object]]
) -> list[dict[str, object]]:
    """The ConfigMaps beside stand-ins in files of YAML, which may mount them; without those that the run has."""
    from flowdsl.library.inputs import from_yaml

    files = [settings.folder / file for name, file in settings.tasks.items() if name not in local.tasks]
    paths = [str(each) for each in dict.fromkeys(files) if not is_python(each.name)]
    known = {name_of(each) for each in documents if CONFIG_MAP.is_of(each)} | local.config_maps.keys()
    found = from_yaml(paths).documents if paths else []
    return [each for each in found if CONFIG_MAP.is_of(each) and name_of(each) not in known]


def with_variants(
    found: Mapping[str, Mapping[str, object]], documents: Iterable[Mapping[str, object]]
) -> dict[str, Mapping[str, object]]:
    """The stand-ins, and that of a task for its variants too, where they have none of their own.

    What stands in for a task that decides conditions has them with it, so that the run decides by what it gives.
    """
    made = dict(found)
    for document in documents:
        if not TASK.is_of(document):
            continue
        task = cast("Task", document)
        name, deciding = name_of(document), _deciding_step(task)
        base = annotation(document, VARIANT_OF) or str(deciding.get("name") if deciding is not None else "")
        given = found.get(name) or found.get(base)
        if given is not None:
            made[name] = _deciding(given, task, deciding) if deciding is not None else given
    return made


def _deciding_step(task: Task) -> Step | None:
    """The step of a Task that has conditions to decide: it is called as the task is."""
    steps = (task.get("spec") or {}).get("steps") or ()
    return next((each for each in steps if any(one.get("name") == CONDITIONS for one in each.get("env") or ())), None)


def _deciding(given: Mapping[str, object], task: Task, step: Step) -> Mapping[str, object]:
    """A stand-in with the conditions, and their params and results, of the Task that it stands for."""
    if TASK.is_of(given):
        inner = given.get("spec")
        return {**given, "spec": _deciding(inner if isinstance(inner, Mapping) else {}, task, step)}
    spec = task.get("spec") or {}
    decided = {each.name for each in decisions_of(spec)}
    params = [each for each in spec.get("params") or () if each["name"].startswith(GIVEN)]
    results = [each for each in spec.get("results") or () if each["name"] in decided]
    conditions = [one for one in step.get("env") or () if one.get("name") in (CONDITIONS, FIELDS)]
    steps = _list(given, "steps")
    first = [{**each, "env": [*_list(each, "env"), *conditions]} for each in steps[:1] if isinstance(each, Mapping)]
    return {
        **given,
        "params": [*_list(given, "params"), *params],
        "results": [*_list(given, "results"), *results],
        "steps": [*(first or steps[:1]), *steps[1:]],
    }


def _list(holder: Mapping[str, object], field: str) -> list[object]:
    value = holder.get(field)
    return list(value) if isinstance(value, (list, tuple)) else []


def _document(name: str, given: object) -> Mapping[str, object]:
    from flowdsl.frontend.task import Task

    if isinstance(given, Task):
        from flowdsl.compiler.stand_in import compile_task

        return compile_task(given)
    if isinstance(given, Mapping):
        return _with_images(given)
    kind = type(given).__name__
    raise UsageError(f"the stand-in for {name!r} is a @task, a Task document or a TaskSpec, got {kind} {given!r}")


def _with_images(given: Mapping[str, object]) -> Mapping[str, object]:
    """A stand-in whose steps name no image gets one by name: it is for this machine, where none is pulled."""
    spec, steps, template = given.get("spec"), given.get("steps"), given.get("stepTemplate")
    if TASK.is_of(given):
        return {**given, "spec": _with_images(spec if isinstance(spec, Mapping) else {})}
    if not isinstance(steps, list) or (isinstance(template, Mapping) and template.get("image")):
        return given
    return {**given, "steps": [_with_image(each) for each in steps]}


def _with_image(step: object) -> object:
    from flowdsl.compiler.stand_in import LOCAL_IMAGE

    return {"image": LOCAL_IMAGE, **step} if isinstance(step, Mapping) and "ref" not in step else step


def _from_file(name: str, path: Path) -> Mapping[str, object]:
    text = str(path)
    if is_python(path.name):
        return _document(name, _from_python(name, text))
    from flowdsl.library.inputs import from_yaml

    tasks = [each for each in from_yaml([str(path)]).documents if TASK.is_of(each)]
    named = [each for each in tasks if (cast("Task", each).get("metadata") or {}).get("name") == name] or tasks
    if len(named) != 1:
        raise UsageError(f"the stand-in for {name!r}: {path} has {len(tasks)} Tasks; it takes one, or one of that name")
    return named[0]


def _from_python(name: str, target: str) -> object:
    from flowdsl.frontend.task import Task
    from flowdsl.library.loading import load_module

    file, _, wanted = target.partition(".py:")
    module = load_module(Path(file if not wanted else file + ".py"))
    for attribute in (wanted,) if wanted else (name, name.replace("-", "_")):
        found = getattr(module, attribute, None)
        if isinstance(found, Task):
            return found
    raise UsageError(f"the stand-in for {name!r}: {target} has no @task {wanted or name.replace('-', '_')!r}")
