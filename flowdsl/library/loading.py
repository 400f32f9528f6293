"""`flowdsl.load`: loading a user's file: every way it can fail becomes a diagnostic at their line."""

from __future__ import annotations

import contextlib
import difflib
import importlib.util
import os
import re
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Literal, overload

from flowdsl.diagnostics import FlowError, Location, UsageError
from flowdsl.diagnostics.rule import Rule
from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.frontend.rules import OPTION
from flowdsl.library.rules import FILE_RAISED, IMPORT_FAILED, NO_PIPELINE, SEVERAL_PIPELINES, SYNTAX_ERROR
from flowdsl.library.siblings import main_one, own_pipelines, whole

_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:\w[\w-]*")


@overload
def load(target: str | Path, *, every: Literal[False] = False) -> Pipeline | Manifest: ...
@overload
def load(target: str | Path, *, every: Literal[True]) -> list[Pipeline | Manifest]: ...
def load(target: str | Path, *, every: bool = False) -> Pipeline | Manifest | list[Pipeline | Manifest]:
    """The pipeline or manifest of a file, as the command line finds it: `flowdsl.load("pipelines/churn.py")`.

    `target` is a file, `FILE.py:NAME` for one of several in it, or `module:NAME` of what can be imported. Without a
    name it is the one that the file is about: its only manifest, its only pipeline that no other one calls, or the one
    called as the file. `every` gives a list of all that `flowdsl compile` would compile.

    The file is run, its folder is the first that Python looks in for modules from then on, and what it prints is
    printed. Raises UsageError where there is no such file or module, FlowError where it can't be run (FLOW080 to
    FLOW082) or has no such pipeline (FLOW083, FLOW084).
    """
    return load_targets(str(target)) if every else load_target(str(target))


def load_pipeline(target: str) -> Pipeline:
    """The pipeline of `FILE.py` or `FILE.py:name`. Raises UsageError for a bad path, FlowError for a bad file."""
    return choose(*_opened(target))


def load_module(file: Path) -> ModuleType:
    """A Python file as a module. Raises UsageError for a bad path, FlowError for a bad file."""
    _check_file(file)
    return _load(file)


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
    if not wanted and _MODULE.fullmatch(target) and not file.exists():
        name, _, wanted = target.partition(":")
        return _imported(name), name, wanted
    _check_file(file)
    return _load(file), str(file), wanted


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
        near = [str(path) for path in file.parent.glob("*.py")] if file.parent.is_dir() else []
        close = difflib.get_close_matches(str(file), near, 1)
        raise UsageError(f"there is no file {file}" + (f"; did you mean {close[0]}?" if close else ""))


@contextlib.contextmanager
def import_paths() -> Iterator[None]:
    """While it lasts a file that was loaded can import what lies beside it, also late, in `local=`."""
    before = list(sys.path)
    try:
        yield
    finally:
        sys.path[:] = before


def _load(file: Path) -> ModuleType:
    folder = file.resolve().parent
    _look_first_in(folder)
    name = _module_name(file)
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise UsageError(f"{file} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # type hints of the file's classes are looked up there
    with _findings(file):
        spec.loader.exec_module(module)
    return module


def _imported(name: str) -> ModuleType:
    """A module that Python finds by its name. Raises UsageError where there is none, FlowError for a bad one."""
    spec = None
    with _findings(Path(name.replace(".", "/"))):
        try:
            spec = importlib.util.find_spec(name)
        except ModuleNotFoundError as error:
            # Not the module itself or a package that it is in: something that one of these imports.
            if not f"{name}.".startswith(f"{error.name}."):
                raise
    if spec is None:
        raise UsageError(f"there is no module {name!r} where Python looks for one; or name the file: FILE.py:NAME")
    with _findings(Path(spec.origin or name)):
        return importlib.import_module(name)


@contextlib.contextmanager
def _findings(file: Path) -> Iterator[None]:
    """What running a user's file raises, as a finding at their line."""
    try:
        yield
    except FlowError:
        raise
    except SyntaxError as error:
        place = Location(_shown(error.filename or str(file)), error.lineno or 1, error.offset or 0)
        raise _finding(
            SYNTAX_ERROR, f"syntax error: {error.msg}", place, "correct the line; Python can't read the file"
        ) from error
    except ImportError as error:
        hint = "install it in the environment flowdsl runs in, or import it inside the task that needs it"
        if not isinstance(error, ModuleNotFoundError):
            hint = "the module is there but lacks that name: it may be misspelt, or two modules import each other"
        raise _finding(IMPORT_FAILED, str(error), _own_line(error, file), hint) from error
    except Exception as error:  # whatever a user's module raises is theirs to see, at their line
        from flowdsl.frontend.misuse import misuse

        if said := misuse(error):
            raise _finding(OPTION, said[0], _own_line(error, file), said[1]) from error
        message = f"the file raises {type(error).__name__}: {error}"
        raise _finding(FILE_RAISED, message, _own_line(error, file), "the file is run to find its pipelines") from error


def _module_name(file: Path) -> str:
    """A name that no other file has: a class's type hints are looked up in the module of that name."""
    stem = f"_flowdsl_{file.stem}".replace("-", "_").replace(".", "_")
    name, number = stem, 1
    while name in sys.modules and not _is_of(sys.modules[name], file):
        number += 1
        name = f"{stem}_{number}"
    return name


def _is_of(module: ModuleType, file: Path) -> bool:
    place = getattr(module, "__file__", None)
    return place is not None and Path(place).resolve() == file.resolve()


def _look_first_in(folder: Path) -> None:
    """Put the folder first on `sys.path`; a module of the same name beside another file is not this file's."""
    place = str(folder)
    if not sys.path or sys.path[0] != place:
        with contextlib.suppress(ValueError):
            sys.path.remove(place)
        sys.path.insert(0, place)
    own = {path.stem for path in folder.iterdir() if path.suffix == ".py" or path.is_dir()}
    _forget(lambda name, file: name in own and not file.is_relative_to(folder))


def forget_beside(file: Path) -> None:
    """Import again what lies beside a file: it may have changed."""
    folder = file.resolve().parent
    importlib.invalidate_caches()
    _forget(lambda _, place: place.is_relative_to(folder))


def _forget(chosen: Callable[[str, Path], bool]) -> None:
    """Take modules of users' projects from `sys.modules`; `chosen` is asked with the first part of the name."""
    for name, module in list(sys.modules.items()):
        place = getattr(module, "__file__", None)
        top = name.partition(".")[0]
        if place and top not in ("flowdsl", "__main__") and chosen(top, Path(place)) and not _is_installed(place):
            del sys.modules[name]


def _is_installed(place: str) -> bool:
    return any(place.startswith(prefix + os.sep) for prefix in {sys.prefix, sys.base_prefix, *_libraries()})


def _libraries() -> set[str]:
    return {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}


def _own_line(error: BaseException, file: Path) -> Location:
    """The user's line that it comes from: in the file, or in a module of the project beside it."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_beside(frame.filename, file)]
    if not frames:
        return Location(_shown(str(file)), 1)
    return Location(_shown(frames[-1].filename), frames[-1].lineno or 1)


def _is_beside(name: str, file: Path) -> bool:
    """Whether a module lies in the file's folder or below it, and is none that is installed there."""
    path, folder = Path(name).resolve(), file.resolve().parent
    return folder in path.parents and "site-packages" not in path.parts and path.is_file()


def _shown(path: str) -> str:
    from flowdsl.frontend.places import display

    return display(path)


def _finding(rule: Rule, message: str, place: Location, hint: str) -> FlowError:
    return FlowError((rule.finding(message, place, hint=hint),))
