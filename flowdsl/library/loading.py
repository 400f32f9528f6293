"""`flowdsl.load`: the pipeline or manifest that a file is about, or the one that is named."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Literal, overload

from flowdsl.diagnostics import FlowError, Location, UsageError
from flowdsl.diagnostics.near import near
from flowdsl.diagnostics.rule import Rule
from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.library.modules import import_file, import_name
from flowdsl.library.rules import NO_PIPELINE, SEVERAL_PIPELINES
from flowdsl.library.siblings import main_one, own_pipelines, whole
from flowdsl.library.targets import module_named


@overload
def load(target: str | Path, *, every: Literal[False] = False) -> Pipeline | Manifest: ...
@overload
def load(target: str | Path, *, every: Literal[True]) -> list[Pipeline | Manifest]: ...
def load(target: str | Path, *, every: bool = False) -> Pipeline | Manifest | list[Pipeline | Manifest]:
    """The pipeline or manifest of a file, as the command line finds it: `flowdsl.load("pipelines/churn.py")`.

    `target` is a file, `FILE.py:NAME` for one of several in it, or `module:NAME` of what can be imported. Without a
    name it is the one that the file is about: its only manifest, its only pipeline that no other one calls, or the one
    called as the file. `every` gives a list of all that `flowdsl compile` would compile.

    The file is run, and what it prints goes to standard error. A file of a package is imported as its module, with the
    folder above the package on `sys.path`: first while it is run, last from then on. A module that the program has
    imported is taken as it is. Any other file is run as a script, with its own folder there.

    Raises UsageError where there is no such file or module, FlowError where it can't be run (FLOW080 to FLOW082,
    FLOW093) or has no such pipeline (FLOW083, FLOW084).
    """
    return load_targets(str(target)) if every else load_target(str(target))


def load_pipeline(target: str) -> Pipeline:
    """The pipeline of `FILE.py` or `FILE.py:name`. Raises UsageError for a bad path, FlowError for a bad file."""
    return choose(*_opened(target))


def load_module(file: Path) -> ModuleType:
    """A Python file as a module. Raises UsageError for a bad path, FlowError for a bad file."""
    _check_file(file)
    return import_file(file)


def load_target(target: str) -> Pipeline | Manifest:
    """The one thing that is meant: the pipeline named or found, else the one manifest of the file."""
    return _meant(target, every=False)[0]


def load_targets(target: str) -> list[Pipeline | Manifest]:
    """What `compile`, `lint` and `diff` take of a file: as `load_target`, but all of its pipelines."""
    return _meant(target, every=True)


def _meant(target: str, *, every: bool) -> list[Pipeline | Manifest]:
    module, file, wanted = _opened(target)
    manifests = {name: value for name, value in vars(module).items() if isinstance(value, Manifest)}
    if wanted in manifests:
        return [manifests[wanted]]
    if not wanted and len(manifests) == 1:
        return list(manifests.values())
    own = own_pipelines(vars(module), module.__name__)
    if every and own and not wanted:
        return [*whole(own)]
    return [choose(module, file, wanted)]


def _opened(target: str) -> tuple[ModuleType, str, str]:
    """The module of `FILE.py`, `FILE.py:NAME` or `module:NAME`, what it is called, and the name. Raises as `load`."""
    path, _, wanted = target.partition(".py:")
    file = Path(path + ".py") if wanted else Path(target)
    if module_named(target):
        name, _, wanted = target.partition(":")
        return import_name(name), name, wanted
    _check_file(file)
    return import_file(file), str(file), wanted


def choose(module: ModuleType, file: str, wanted: str) -> Pipeline:
    """The pipeline of a module by name, or the one it is about: FLOW083 if there is none, FLOW084 if it is unclear."""
    found = {value.name: value for value in vars(module).values() if isinstance(value, Pipeline)}
    names = {name: value for name, value in vars(module).items() if isinstance(value, Pipeline)}
    if wanted:
        if wanted in names or wanted in found:
            return names.get(wanted) or found[wanted]
        raise _finding(
            NO_PIPELINE,
            f"{file} has no pipeline {wanted!r}",
            Location(file, 1),
            f"it has: {', '.join(found) or 'none'}",
        )
    own = own_pipelines(vars(module), module.__name__)
    if not own:
        raise _finding(
            NO_PIPELINE, f"{file} has no pipeline", Location(file, 1), "decorate a function with `@pipeline`"
        )
    chosen = main_one(own, file)
    if chosen is None:
        raise _finding(
            SEVERAL_PIPELINES,
            f"{file} has {len(own)} pipelines: {', '.join(own)}",
            Location(file, 1),
            f"name one: {file}:{whole(own)[0].name}",
        )
    return chosen


def _check_file(file: Path) -> None:
    if file.is_dir():
        raise UsageError(f"{file} is a folder; name a Python file in it")
    if not file.is_file():
        beside = [str(path) for path in file.parent.glob("*.py")] if file.parent.is_dir() else []
        close = near(str(file), beside)
        raise UsageError(f"there is no file {file}" + (f"; did you mean {close}?" if close else ""))


def _finding(rule: Rule, message: str, place: Location, hint: str) -> FlowError:
    return FlowError((rule.finding(message, place, hint=hint),))
