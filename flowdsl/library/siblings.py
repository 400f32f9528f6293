"""The pipelines of one file: which of them is meant where none is named, and where the YAML of each lies.

A pipeline that another one of the file calls is a part of that one; it is meant where it is named alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import CodeType

from flowdsl.diagnostics import UsageError
from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline


def own_pipelines(names: Mapping[str, object], module: str) -> dict[str, Pipeline]:
    """The pipelines of a module by name; those that it imports count where it has none of its own."""
    found = {value.name: value for value in names.values() if isinstance(value, Pipeline)}
    return {name: value for name, value in found.items() if value.function.__module__ == module} or found


def whole(pipelines: Mapping[str, Pipeline]) -> list[Pipeline]:
    """Those that are no part of another; all where each is one."""
    called = {id(part) for each in pipelines.values() for part in _called(each)}
    return [each for each in pipelines.values() if id(each) not in called] or list(pipelines.values())


def main_one(pipelines: Mapping[str, Pipeline], file: str | Path) -> Pipeline | None:
    """The one that a file is about: its only one that is no part, or the one called as the file; None for neither."""
    tops = whole(pipelines)
    if len(tops) == 1:
        return tops[0]
    return next((each for each in tops if _plain(each.name) == _plain(Path(file).stem)), None)


def beside(target: Pipeline | Manifest, ending: str = "yaml") -> Path:
    """Where a target's YAML lies: `jobs.yaml` of what jobs.py is about, `jobs-weekly.yaml` of another in it.

    The ending has a profile in it: `jobs.prod.yaml`.

    Raises UsageError where that is the place of another file's YAML: jobs-weekly.py beside it.
    """
    file = Path(target.location.file)
    if isinstance(target, Pipeline):
        function = target.function
        siblings = own_pipelines(function.__globals__, function.__module__)
        if target.name in siblings and main_one(siblings, file) is not siblings[target.name]:
            place = file.with_name(f"{file.stem}-{target.name}.{ending}")
            if (other := file.with_name(f"{file.stem}-{target.name}.py")).is_file():
                raise UsageError(
                    f"{place} would hold the pipeline {target.name!r} of {file}, and what {other} compiles to; "
                    "rename one of them, or say where to: -o"
                )
            return place
    return file.with_suffix(f".{ending}")


def _called(pipeline: Pipeline) -> Iterator[Pipeline]:
    """The pipelines that a pipeline's function speaks of."""
    space = pipeline.function.__globals__
    for name in _names(pipeline.function.__code__):
        found = space.get(name)
        if isinstance(found, Pipeline) and found.function is not pipeline.function:
            yield found


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def _plain(name: str) -> str:
    return name.replace("_", "-").lower()
