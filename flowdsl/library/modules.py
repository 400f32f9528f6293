"""Running a user's file as a module: every way that fails becomes a diagnostic at their line.

`standing` says what a file is called and where imports look. A module of a package is imported by that name, so that
no file is there twice under two names; a script gets a name that nothing else has.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import attrs

from flowdsl.diagnostics import FlowError, Location, UsageError
from flowdsl.diagnostics.rule import Rule
from flowdsl.frontend.aside import aside, looking_first_in
from flowdsl.frontend.places import before_made, display
from flowdsl.frontend.rules import OPTION
from flowdsl.library.rules import FILE_RAISED, IMPORT_FAILED, SYNTAX_ERROR, TAKEN_PACKAGE
from flowdsl.library.standing import Standing, bases_above, holds, standing


def import_file(file: Path) -> ModuleType:
    """A Python file as a module. Raises UsageError for what is none, FlowError for one that can't be run."""
    where = standing(file)
    with looking_first_in(str(where.root)):
        _forget_others(where.root)
        sys.path += [str(each) for each in where.others if str(each) not in sys.path]
        return _imported(file, where)


def _imported(file: Path, where: Standing) -> ModuleType:
    taken = _taken_by(where) if where.name else ""
    if taken and where.needed:
        folder = display(str(where.root / where.top))
        message = f"the package {where.top} can't be imported: its name is {taken}"
        raise _finding(TAKEN_PACKAGE, message, Location(display(str(file)), 1), f"give {folder} another name")
    if where.name and not taken:
        return _of_package(file, where)
    return _run(file, _script_name(file), attrs.evolve(where, name=""))


def import_name(name: str) -> ModuleType:
    """A module that Python finds by its name, from the working folder too.

    Raises UsageError where there is none, FlowError for one that can't be run.
    """
    here, top = Path.cwd(), name.partition(".")[0]
    root = next((each for each in dict.fromkeys([here, *bases_above(here)]) if holds(each, top)), None)
    with looking_first_in(str(root) if root is not None else ""):
        if root is not None:
            _forget_others(root)
        return _named(name, Standing(name, root or here))


def _named(name: str, where: Standing) -> ModuleType:
    spec = None
    with _findings(Path(name.replace(".", "/")), where):
        try:
            spec = importlib.util.find_spec(name)
        except ModuleNotFoundError as error:
            # Not the module itself or a package that it is in: something that one of these imports.
            if not f"{name}.".startswith(f"{error.name}."):
                raise
    if spec is None:
        raise UsageError(f"there is no module {name!r} where Python looks for one; or name the file: FILE.py:NAME")
    with _findings(Path(spec.origin or name), where):
        return importlib.import_module(name)


def forget_beside(file: Path) -> None:
    """Import again what lies beside a file, and what its package holds: it may have changed."""
    where = standing(file)
    folder = where.root / where.top if where.name else where.root
    importlib.invalidate_caches()
    _forget(lambda _, place: place.is_relative_to(folder))


def _of_package(file: Path, where: Standing) -> ModuleType:
    """A file as the module of its package. One that was loaded before is run again where it has changed since."""
    there = sys.modules.get(where.name)
    if there is not None:
        stamp = _loaded_as(there)
        if _is_of(there, file) and stamp in (None, _stamp(file)):
            return there
        del sys.modules[where.name]
        importlib.invalidate_caches()
    parent = where.name.rpartition(".")[0]
    if parent:
        with _findings(file, where):
            importlib.import_module(parent)
    there = sys.modules.get(where.name)
    # The package may have imported it by itself.
    if there is not None and _is_of(there, file):
        return there
    module = _run(file, where.name, where)
    if parent:
        setattr(sys.modules[parent], where.name.rpartition(".")[2], module)
    return module


def _run(file: Path, name: str, where: Standing) -> ModuleType:
    package = [str(file.resolve().parent)] if where.name and file.stem == "__init__" else None
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=package)
    if spec is None or spec.loader is None:
        raise UsageError(f"{file} is no Python file")
    spec.loader_state = _stamp(file)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # type hints of the file's classes are looked up there
    try:
        with _findings(file, where):
            spec.loader.exec_module(module)
    except FlowError:
        # Nobody is to import half a module.
        if where.name:
            sys.modules.pop(name, None)
        raise
    return module


def _stamp(file: Path) -> tuple[int, int]:
    state = file.stat()
    return state.st_mtime_ns, state.st_size


def _loaded_as(module: ModuleType) -> object:
    """The stamp of the file when it was loaded from here; None where the program has imported the module itself."""
    return getattr(module.__spec__, "loader_state", None)


def _taken_by(where: Standing) -> str:
    """Whose the name of the file's package is, where imports find another one by it; "" where they find this one."""
    try:
        spec = importlib.util.find_spec(where.top)
    except (ImportError, ValueError):
        return "something that is no package"
    if spec is None:
        return ""
    if where.root / where.top in [Path(each).resolve() for each in spec.submodule_search_locations or ()]:
        return ""
    return f"that of {display(spec.origin)}" if spec.has_location and spec.origin else "that of one of Python's own"


@contextlib.contextmanager
def _findings(file: Path, where: Standing) -> Iterator[None]:
    """What running a user's file raises, as a finding at their line; what it prints goes to standard error."""
    try:
        with aside():
            yield
    except FlowError:
        raise
    except SyntaxError as error:
        place = Location(display(error.filename or str(file)), error.lineno or 1, error.offset or 0)
        raise _finding(
            SYNTAX_ERROR, f"syntax error: {error.msg}", place, "correct the line; Python can't read the file"
        ) from error
    except ImportError as error:
        from flowdsl.library.import_hints import hint_for

        path, line = _own_place(error, file, where)
        hint = hint_for(error, path, line, where)
        raise _finding(IMPORT_FAILED, str(error), Location(display(str(path)), line), hint) from error
    except Exception as error:  # whatever a user's module raises is theirs to see, at their line
        from flowdsl.frontend.misuse import misuse

        path, line = _own_place(error, file, where)
        place = Location(display(str(path)), line)
        if said := misuse(error):
            raise _finding(OPTION, said[0], place, said[1]) from error
        message = f"the file raises {type(error).__name__}: {error}"
        raise _finding(FILE_RAISED, message, place, "the file is run to find its pipelines") from error


def _script_name(file: Path) -> str:
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


def _forget_others(folder: Path) -> None:
    """A module of a name that the folder has, and which lies beside another file, is not this folder's."""
    own = {path.stem for path in folder.iterdir() if path.suffix == ".py" or path.is_dir()}
    _forget(lambda name, file: name in own and not file.is_relative_to(folder))


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


def _own_place(error: BaseException, file: Path, where: Standing) -> tuple[Path, int]:
    """The user's file and line that it comes from: of the file, or of a module of the project."""
    raised = traceback.extract_tb(error.__traceback__)
    for frames in (before_made(raised), raised):
        theirs = [frame for frame in frames if _is_theirs(frame.filename, file, where)]
        if theirs:
            return Path(theirs[-1].filename), theirs[-1].lineno or 1
    return file, 1


def _is_theirs(name: str, file: Path, where: Standing) -> bool:
    """Whether a module lies beside the file or in the project, below it or not, and is none that is installed there."""
    path = Path(name).resolve()
    folders = {file.resolve().parent, where.root, *where.others}
    return bool(folders & {*path.parents}) and "site-packages" not in path.parts and path.is_file()


def _finding(rule: Rule, message: str, place: Location, hint: str) -> FlowError:
    return FlowError((rule.finding(message, place, hint=hint),))
