"""Cutting a task's function and all it needs out of its module, as one script for the standard library alone."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from types import FunctionType
from typing import NamedTuple

import attrs

from flowdsl.diagnostics import Collector
from flowdsl.frontend import places
from flowdsl.frontend.home import Home, home_of
from flowdsl.frontend.slicing.bundle import Bundle, Chosen
from flowdsl.frontend.slicing.captured import captured_values
from flowdsl.frontend.slicing.evaluated import Evaluation
from flowdsl.frontend.slicing.imports import import_text
from flowdsl.frontend.slicing.index import ModuleIndex
from flowdsl.frontend.slicing.model import Alias, Dep, Loose, Slice, Unit, Version
from flowdsl.frontend.slicing.problems import Reporter, report_types, trusted_modules
from flowdsl.frontend.slicing.project import find, path_in_project
from flowdsl.frontend.slicing.source import index_of
from flowdsl.frontend.slicing.survey import Survey, Surveys

HEADER = "from __future__ import annotations\n"
_COMPOUND = re.compile(r"(?:def|class|async|if|for|while|with|try|match)\b|@")
_ASYNC = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


class _Row(NamedTuple):
    """A row of the source, the user's line that it is, 0 for one of ours, and the line that it is laid out at."""

    text: str
    line: int
    number: int


def slice_source(
    func: Callable[..., object],
    roots: Sequence[str] = (),
    *,
    collector: Collector,
    requires: Sequence[str] = (),
    target: Version | None = None,
    surveys: Surveys | None = None,
) -> Slice | None:
    """The script text of a task's function; None, and errors in the collector, where there can be none.

    `func` is the plain function below `@task`. `roots` names further classes of its module that the script needs, such
    as those that rebuild its parameters. `requires` names modules that the image has. `target` is the image's Python
    (see `target_version`); None stands for 3.8 or any newer one. `surveys` keeps what is found out of the
    project for the next function. Reports FLOW060 to FLOW069 and FLOW073.
    """
    function = _plain_function(func, collector)
    if function is None:
        return None
    found = _locate(function, collector, bare=not hasattr(func, "__wrapped__"))
    if found is None:
        return None
    index, root = found
    before = len(collector.items)
    home = home_of(function)
    trusted = trusted_modules(requires)
    surveys = surveys if surveys is not None else {}
    bundle = _bundle(collector, surveys.setdefault(trusted, Survey(trusted)), target)
    chosen, missing = _closure(index, root, function.__name__, roots)
    owns, ours = (lambda alias: bundle.owns(alias, home)), (lambda top: find(top, home) is not None)
    reporter = Reporter(index, collector, trusted, target, owns, ours)
    captured = captured_values(root, function, chosen, reporter)
    for name in missing:
        reporter.loose(Loose(name, (function.__code__.co_firstlineno, 0), "undefined"))
    units = [unit for unit, _ in chosen.values()]
    for unit, wanted in chosen.values():
        for alias in bundle.hidden(home, unit, wanted):
            reporter.hidden(alias)
        if not unit.sound:
            reporter.unit(unit, wanted)
            bundle.take(index, home, unit, wanted, units)
    _for_their_hints(index, home, chosen, bundle)
    for unit, names in _for_their_effects(index, home, chosen, bundle):
        chosen[unit.position] = (unit, names)
        bundle.take(index, home, unit, names, units)
    types = Evaluation(index, chosen, target, frozenset(captured))
    report_types([types, *bundle.evaluations()], collector)
    if any(item.severity.value == "error" for item in collector.items[before:]):
        return None
    chosen = {position: chosen[position] for position in sorted(chosen)}
    evaluated = types.wanted(bundle.looked)
    made = _assemble(index, types.written() if evaluated else chosen, function, captured, evaluated=evaluated)
    path = path_in_project(index.file, home)
    return attrs.evolve(made, path=path, package=_package(units, home), files=bundle.files())


def _for_their_effects(index: ModuleIndex, home: Home, chosen: Chosen, bundle: Bundle) -> list[tuple[Unit, set[str]]]:
    """Imports that nothing uses the name of, and that change a module which travels: they fill its registry."""
    if bundle.empty:
        return []
    found = []
    for unit, unused in index.unused_imports:
        names = {alias.bound for alias in unused if bundle.changed_by(alias, home)}
        if names and unit.position not in chosen:
            found.append((unit, names))
    return found


def _bundle(collector: Collector, survey: Survey, target: Version | None) -> Bundle:
    """What collects the project's modules, and tells of what is wrong in them at their own lines."""
    trusted = survey.trusted

    def reporter(index: ModuleIndex, home: Home) -> Reporter:
        owns, ours = (lambda alias: bundle.owns(alias, home)), (lambda top: find(top, home) is not None)
        return Reporter(index, collector, trusted, target, owns, ours, travels=True, package=home.package)

    def report(index: ModuleIndex, home: Home, unit: Unit, names: set[str]) -> None:
        for alias in bundle.hidden(home, unit, names):
            reporter(index, home).hidden(alias)
        if not unit.sound:
            reporter(index, home).unit(unit, names)

    def undefined(index: ModuleIndex, alias: Alias, module: str) -> None:
        Reporter(index, collector, trusted, target).not_in_module(alias, module)

    def unreadable(index: ModuleIndex, alias: Alias, module: str) -> None:
        Reporter(index, collector, trusted, target).unreadable(alias, module)

    bundle = Bundle(survey, report, undefined, unreadable, target)
    return bundle


def _package(units: Iterable[Unit], home: Home) -> str:
    """The package that relative imports start from, where there are any."""
    levels = [alias.level for unit in units for alias in (*unit.aliases, *(use.alias for use in unit.imports))]
    return home.package if any(levels) else ""


def _plain_function(func: Callable[..., object], collector: Collector) -> FunctionType | None:
    function: object = func if isinstance(func, FunctionType) else getattr(func, "__func__", func)
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    if not isinstance(function, FunctionType):
        kind = type(func).__name__
        collector.error(
            "FLOW061",
            f"a {kind} can't be a task: there is no function to take the source of",
            hint="write a `def` with the types in its signature, and call the other from its body",
        )
        return None
    found = _unfit(function)
    if found is not None:
        code, message, hint = found
        collector.error(code, message, places.of_function(function), hint=hint)
        return None
    return function


def _unfit(function: FunctionType) -> tuple[str, str, str] | None:
    """Why a function can't be a task's: code, message and hint; None for one that can."""
    name, flags = function.__name__, function.__code__.co_flags
    if name == "<lambda>":
        return "FLOW061", "a lambda can't be a task", "write a `def` with types in its signature"
    if flags & _ASYNC:
        hint = "make it a plain `def` and call `asyncio.run(...)` in its body"
        return "FLOW062", f"{name}: the body of a task can't be async", hint
    if flags & inspect.CO_GENERATOR:
        hint = "return the values, a list for several, instead of yielding them"
        return "FLOW062", f"{name}: the body of a task can't be a generator", hint
    return None


def _locate(function: FunctionType, collector: Collector, *, bare: bool) -> tuple[ModuleIndex, Unit] | None:
    """The function's unit. `bare`: no decorator below @task wraps it, so that none of them belongs to the script."""
    index = index_of(function)
    found = index.functions.get((function.__code__.co_firstlineno, function.__name__)) if index else None
    if index is None or found is None:
        where = places.of_function(function)
        why = "has changed since it was imported" if index else "can't be read"
        collector.error(
            "FLOW060",
            f"{function.__name__}: the source of its module, {where.file}, {why}",
            where,
            hint="keep tasks in a .py file (not in a REPL or exec), and start again after changing it",
        )
        return None
    node, parents, position = found
    if position < 0:
        return index, index.single(node, parents, position, bare=bare)
    unit = index.units[position]
    if unit.decorated and bare:
        # A decorator that leaves no trace on the function stands above @task, or is a task decorator from elsewhere.
        unit = index.single(node, parents, position, bare=True)
    return index, unit


def _closure(index: ModuleIndex, root: Unit, own: str, roots: Iterable[str]) -> tuple[Chosen, list[str]]:
    """The units the function needs, directly or not, by position, and the roots that don't exist."""
    chosen: Chosen = {root.position: (root, {own})}
    done = {own}  # the function's name means this function, whatever else the module binds to it
    stack = list(root.deps)
    missing = []
    for name in roots:
        if name in index.providers:
            stack.append((name, index.providers[name]))
        elif name != own:
            missing.append(name)
    _add(index, chosen, done, stack)
    return {position: chosen[position] for position in sorted(chosen)}, missing


def _add(index: ModuleIndex, chosen: Chosen, done: set[str], stack: list[Dep]) -> None:
    """Add the names of `stack`, and all that they need, to what is chosen."""
    units = index.units
    while stack:
        name, positions = stack.pop()
        if name in done:
            continue
        done.add(name)
        for position in positions:
            entry = chosen.get(position)
            if entry is None:
                unit = units[position]
                chosen[position] = (unit, {name})
                stack += unit.deps
            else:
                entry[1].add(name)


def _for_their_hints(index: ModuleIndex, home: Home, chosen: Chosen, bundle: Bundle) -> None:
    """Take what annotations name that somebody may look up."""
    units = [unit for unit, _ in chosen.values()]
    bundle.look(index, units)
    found = [dep for unit in units for dep in bundle.hints(index, home, unit)]
    while found:
        before = {position: set(names) for position, (_, names) in chosen.items()}
        _add(index, chosen, {name for _, names in chosen.values() for name in names}, found)
        for unit, names in list(chosen.values()):
            if not unit.sound and names != before.get(unit.position):
                bundle.take(index, home, unit, names, units)
            if unit.position not in before:
                found += bundle.hints(index, home, unit)
    bundle.take_hints()


def _assemble(
    index: ModuleIndex, chosen: Chosen, function: FunctionType, captured: dict[str, str], *, evaluated: bool
) -> Slice:
    names: set[str] = set(captured)
    rows: list[_Row] = []
    for unit, wanted in chosen.values():
        text, numbers = import_text(unit, wanted) if unit.aliases else (unit.text, unit.lines)
        names |= wanted if unit.aliases else unit.binds
        # The header stands apart from what follows, wherever that stood in the module.
        blank = unit.blank if rows else max(unit.blank, 1)
        rows += [_Row("", 0, max(numbers[0] - each, 1)) for each in range(blank, 0, -1)]
        if unit.enclosing:  # on the line above, which is the decorator's, or the function's around it
            rows += [_Row(f"{name} = {value}", 0, numbers[0] - 1) for name, value in captured.items()]
        rows += [_Row(line, number, number) for line, number in zip(text.split("\n")[:-1], numbers, strict=True)]
    # A `def` shares its line with nothing; the script has the header as well.
    first = 0 if any(row.number == 1 and _COMPOUND.match(row.text) for row in rows) else 1
    rows = rows if evaluated else [_Row(HEADER.rstrip("\n"), 0, first), *rows]
    return Slice(
        source="".join(f"{row.text}\n" for row in rows),
        function_name=function.__name__,
        lines=tuple(row.line for row in rows),
        numbers=tuple(row.number for row in rows),
        file=index.file,
        names=frozenset(names),
        function_line=function.__code__.co_firstlineno,
        evaluated=evaluated,
    )
