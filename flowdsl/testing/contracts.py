"""Contract tests: any values that a task may be given, from the types of its signature."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flowdsl.diagnostics import UsageError
from flowdsl.frontend.script.codecs import is_tuple
from flowdsl.frontend.task import Task
from flowdsl.ir.types import Kind, TypeSpec

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    Strategy = SearchStrategy[object]


def strategies_for(task: Callable[..., object]) -> dict[str, Strategy]:
    """Hypothesis' strategies for the parameters of a `@task`, by name: `@given(**strategies_for(train))`.

    They give what can reach the task in a run: texts that an environment carries (no null characters), finite numbers,
    members of an Enum or Literal, lists, objects of its classes, files and folders that are there. Optional ones are
    None, too. Raises UsageError for what is no task, and where hypothesis is not installed.
    """
    if not isinstance(task, Task):
        raise UsageError(f"strategies_for takes a @task, got {type(task).__name__}")
    scope = task.function.__globals__
    definition = task.definition
    found = {each.python: _of(each.type, scope) for each in definition.params}
    for space in definition.workspaces:
        kind = TypeSpec(Kind.DIRECTORY, "Workspace", optional=space.optional)
        found.setdefault(space.python, _of(kind, scope))
    for env in definition.env:
        found[env.name] = _of(TypeSpec(Kind.STRING, "str", optional=env.optional), scope)
    return found


def _of(spec: TypeSpec, scope: dict[str, object]) -> Strategy:
    try:
        from hypothesis import strategies
    except ImportError as error:
        raise UsageError("strategies_for needs hypothesis: pip install hypothesis") from error
    found = _plain(spec, scope)
    return strategies.none() | found if spec.optional else found


def _plain(spec: TypeSpec, scope: dict[str, object]) -> Strategy:
    from hypothesis import strategies

    text = strategies.text(strategies.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=200)
    scalars: dict[Kind, Callable[[], Strategy]] = {
        Kind.STRING: lambda: text,
        Kind.SECRET: lambda: text,
        Kind.CONFIG_MAP: lambda: text,
        Kind.INTEGER: strategies.integers,
        Kind.FLOAT: functools.partial(strategies.floats, allow_nan=False, allow_infinity=False),
        Kind.BOOLEAN: strategies.booleans,
        Kind.CHOICE: lambda: strategies.sampled_from(_choices(spec, scope)),
        Kind.FILE: lambda: strategies.builds(_file, strategies.binary(max_size=1000)),
        Kind.DIRECTORY: lambda: strategies.builds(
            _folder, strategies.lists(strategies.binary(max_size=100), max_size=3)
        ),
        Kind.WORKSPACE: lambda: strategies.builds(_folder, strategies.just([])),
    }
    if spec.kind in scalars:
        return scalars[spec.kind]()
    if spec.kind is Kind.ARRAY and spec.item is not None:
        return _list(spec, spec.item, scope)
    if spec.properties:
        return _object(spec, scope)
    return _data(spec, scope)


def _choices(spec: TypeSpec, scope: dict[str, object]) -> list[object]:
    if spec.constructor:
        return list(cast("type[object]", scope[spec.constructor]).__members__.values())  # type: ignore[attr-defined]
    return [int(each) if spec.numbers else each for each in spec.choices]


def _list(spec: TypeSpec, item: TypeSpec, scope: dict[str, object]) -> Strategy:
    from hypothesis import strategies

    found = strategies.lists(_of(item, scope), max_size=10)
    return found.map(tuple) if is_tuple(spec) else found


def _object(spec: TypeSpec, scope: dict[str, object]) -> Strategy:
    from hypothesis import strategies

    fields = {name: _of(each, scope) for name, each in spec.properties}
    needed = {name: each for name, each in fields.items() if name not in spec.may_lack}
    rest = {name: each for name, each in fields.items() if name in spec.may_lack}
    values = strategies.fixed_dictionaries(needed, optional=rest)
    if not spec.constructor:
        return values
    make = cast("Callable[..., object]", scope[spec.constructor])
    return values.map(lambda given: make(**given))


def _data(spec: TypeSpec, scope: dict[str, object]) -> Strategy:
    """Plain data, of the shape that the annotation says."""
    from hypothesis import strategies

    anything: Strategy = strategies.recursive(
        strategies.none() | strategies.booleans() | strategies.integers() | strategies.text(max_size=20),
        lambda inner: (
            strategies.lists(inner, max_size=3)
            | strategies.dictionaries(strategies.text(max_size=10), inner, max_size=3)
        ),
        max_leaves=5,
    )
    each = _of(spec.each, scope) if spec.each is not None else anything
    if spec.shape == "list":
        return strategies.lists(each, max_size=5)
    if spec.shape == "dict":
        return strategies.dictionaries(strategies.text(max_size=20), each, max_size=5)
    return anything


@functools.cache
def _home() -> tempfile.TemporaryDirectory[str]:
    """Where files of examples lie until the process ends."""
    return tempfile.TemporaryDirectory(prefix="flowdsl-examples-")


def _file(content: bytes) -> Path:
    path = _folder([]) / "file"
    path.write_bytes(content)
    return path


def _folder(contents: list[bytes]) -> Path:
    folder = Path(tempfile.mkdtemp(dir=_home().name))
    for index, content in enumerate(contents):
        (folder / f"file-{index}").write_bytes(content)
    return folder
