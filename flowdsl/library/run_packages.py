"""The packages of a run on this machine: the lock made where there is none, and what each script is given here."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from flowdsl.diagnostics import Finding, FlowError, Severity
from flowdsl.library.pins import local_pins
from flowdsl.library.rules import NOT_LOCKED_FOR_THIS_MACHINE
from flowdsl.library.targets import is_python
from flowdsl.packages.lockfile import DamagedError, Resolution, lock_path, read_lock
from flowdsl.packages.targets import this_machine
from flowdsl.runner.packages import Call, calls_of


def lacks_lock(error: FlowError) -> bool:
    """Whether a lock is all that keeps a pipeline from being compiled."""
    # Not at the top: most runs have their lock, and those of YAML need no compiler.
    from flowdsl.compiler.rules import NO_LOCK_FILE

    errors = [each for each in error.diagnostics if each.severity is Severity.ERROR]
    return bool(errors) and all(each.code == NO_LOCK_FILE.code for each in errors)


def plan_for(scripts: Sequence[tuple[str, str]], sources: Sequence[str]) -> dict[str, Resolution]:
    """By the key of each script that installs packages, the pins for this machine.

    `scripts` are those of what is run, as `scripts_in` gives them, here and below. `sources` say where it comes from: a
    Python file's lock has the pins, and the lock beside a YAML file. Raises FlowError, FLOW091, where packages are
    locked for other machines alone.
    """
    calls = {each.key: each for each in calls_of(scripts)}
    if not calls:
        return {}
    here = this_machine()
    locked = {key: each for source in sources for key, each in local_pins(_resolutions(source)).items()}
    own = {key: each.resolution for key, each in calls.items() if each.resolution.target == here}
    plan = {**own, **{key: each for key, each in locked.items() if key in calls}}
    wrong = [_not_here(call, sources) for key, call in calls.items() if key not in plan]
    if wrong:
        raise FlowError(tuple(wrong))
    return plan


def notices(scripts: Sequence[tuple[str, str]]) -> Iterator[str]:
    """What is to be said before a run: a Python that differs from the image's, modules that are not here."""
    here = this_machine()
    for target in sorted({each.resolution.target for each in calls_of(scripts)} - {here}):
        yield f"packages: the image has {target}, this machine {here}; steps run with what is locked for this machine"
    for module, task in sorted(_missing(scripts)):
        yield f"task {task} imports {module}, which this Python has not: install it here, or have it in packages="


def _not_here(call: Call, sources: Sequence[str]) -> Finding:
    what = ", ".join(f"{pin.name} {pin.version}" for pin in call.resolution.pins[:3])
    python = next(filter(is_python, sources), "")
    hint = "run the Python file it is compiled from, or in containers: --executor docker"
    if python:
        hint = f"add this machine: `flowdsl lock {_file(python)}`"
    message = f"{what} is locked for {call.resolution.target}, not for {this_machine()}, which this machine has"
    return NOT_LOCKED_FOR_THIS_MACHINE.finding(message, hint=hint)


def _resolutions(source: str) -> tuple[Resolution, ...]:
    file = Path(_file(source))
    if not file.name:  # the current folder
        return ()
    try:
        return read_lock(lock_path(file)) or ()
    except DamagedError:
        return ()


def _file(source: str) -> str:
    """The file of `FILE[:NAME]`."""
    return source if Path(source).exists() else re.sub(r"(\.py|\.ya?ml):.*", r"\1", source)


_IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)


def _missing(scripts: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Modules that scripts of flowdsl's import and this Python has not, with the names of their tasks.

    Scripts with packages have an environment of their own, which the compiler has held their imports against.
    """
    found: set[tuple[str, str]] = set()
    known: dict[str, bool] = {}
    for name, script in scripts:
        if "_flowdsl_main()" not in script or "\n_flowdsl_packages(" in script:
            continue
        tops = {each for each in _IMPORT.findall(script) if each not in sys.stdlib_module_names}
        for top in tops:
            if top not in known:
                known[top] = _is_here(top)
        absent = {top for top in tops if not known[top]}
        if absent:
            found |= {(top, name) for top in absent & set(_imports(script))}
    return found


def _is_here(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _imports(script: str) -> Iterator[str]:
    """The modules that the import statements of a script's code name, without those that it brings."""
    brought, texts = _code_of(script)
    for text in texts:
        for node in ast.walk(_tree(text)):
            named = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                named = [node.module]
            yield from (top for each in named if (top := each.partition(".")[0]) not in brought)


def _tree(text: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return ast.Module([], [])


def _code_of(script: str) -> tuple[set[str], list[str]]:
    """The project's modules that a script lays out, by their top names, and the texts of the user's code in it."""
    paths: list[str] = []
    roots: list[str] = []
    texts: list[str] = []
    for node in _tree(script).body:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name):
            roots += _words(node.value.args) if node.value.func.id == "_flowdsl_project" else ()
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name, value = node.targets[0].id, node.value
            texts += _words([value]) if name == "_FLOWDSL_SOURCE" else ()
            if name == "_FLOWDSL_FILES" and isinstance(value, ast.Call):  # of the folder that they are mounted in
                value = value.args[-1] if value.args else value
            if name == "_FLOWDSL_FILES" and isinstance(value, (ast.Dict, ast.List)):
                paths += _words(value.keys if isinstance(value, ast.Dict) else value.elts)
    below = (path.removeprefix(f"{root}/" if root else "") for root in roots for path in paths if path.startswith(root))
    return {path.partition("/")[0].removesuffix(".py") for path in below}, texts


def _words(nodes: Iterable[ast.expr | None]) -> list[str]:
    values = (node.value for node in nodes if isinstance(node, ast.Constant))
    return [value for value in values if isinstance(value, str)]
