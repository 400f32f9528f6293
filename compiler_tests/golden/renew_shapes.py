"""Write the shapes of documents anew from the models: run by hand after a change to a model that our code writes by.

python compiler_tests/golden/renew_shapes.py
"""

from __future__ import annotations

import ast
import importlib
import inspect
import keyword
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent

import flowdsl.kinds
from flowdsl.kinds.base import Model
from flowdsl.kinds.schema import Field

SHAPES = Path(flowdsl.kinds.__file__).with_name("shapes.pyi")
COMMAND = "python compiler_tests/golden/renew_shapes.py"
PARENT, NAME = "flowdsl.kinds", "shapes"
HEAD = f'''"""Documents as plain data, for type checkers alone: a TypedDict of the same name for each model that our code names.

With each stand the models of its fields. Written by `{COMMAND}`: run it once code
names another; a test fails where they differ.
There is no module of this name at run time: import from it under `if TYPE_CHECKING:`. Every field may be absent, as in
the documents themselves.
"""

from __future__ import annotations

from typing import TypeAlias, TypedDict

Quantity: TypeAlias = str | int | float
"""resource.Quantity: text or a number."""
Duration: TypeAlias = str
"""metav1.Duration: what Go's time.ParseDuration reads."""
Timestamp: TypeAlias = str
"""metav1.Time: RFC 3339."""
IntOrString: TypeAlias = int | str
"""intstr.IntOrString: a port by number or by name."""
Int32: TypeAlias = int
"""A whole number of 32 bits."""
Uint64: TypeAlias = int
"""A whole number of 64 bits that is not negative."""
Url: TypeAlias = str
"""apis.URL of Knative: what Go's url.Parse reads."""
Bytes: TypeAlias = str | list[int]
"""Bytes, which are base64 in a document."""
ParamValue: TypeAlias = str | list[str] | dict[str, str]
"""A string, an array or an object of strings."""

class Document(TypedDict, total=False):
    """What the documents of all kinds have in common."""

    apiVersion: str
    kind: str
    metadata: ObjectMeta
'''


def models() -> Iterator[type[Model]]:
    """Every model, by module and then as defined."""
    for found in sorted(pkgutil.walk_packages(flowdsl.kinds.__path__, "flowdsl.kinds."), key=lambda each: each.name):
        module = importlib.import_module(found.name)
        for each in vars(module).values():
            if (
                isinstance(each, type)
                and issubclass(each, Model)
                and each.__module__ == module.__name__ != Model.__module__
            ):
                yield each


def named() -> set[str]:
    """The shapes that our code names: `shapes.Task`, or `from flowdsl.kinds.shapes import Task`."""
    found: set[str] = set()
    for file in sorted(Path(flowdsl.__file__).parent.rglob("*.py")):
        source = file.read_text(encoding="utf-8")
        if NAME not in source:
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom) and node.module == f"{PARENT}.{NAME}":
                found.update(alias.name for alias in node.names)
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == NAME:
                found.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                # A type in quotes: `cast("shapes.Task", found)`.
                found.update(re.findall(rf"\b{NAME}\.(\w+)", node.value))
    return found


def with_fields(names: set[str], found: dict[str, type[Model]]) -> set[str]:
    """The names of models, and of all that stand in their fields."""
    reached: set[str] = set()
    left = {*names, "ObjectMeta"} & found.keys()
    while left:
        reached |= left
        fields = [field for name in left for field in found[name].fields().values()]
        left = {field.model.__name__ for field in fields if field.model is not None} - reached
    return reached


def text() -> str:
    """What the file of the shapes should hold."""
    every = list(models())
    reached = with_fields(named(), {each.__name__: each for each in every})
    found = [each for each in every if each.__name__ in reached]
    twice = {each.__name__ for each in found if sum(other.__name__ == each.__name__ for other in every) > 1}
    assert not twice, f"two models of one name: {', '.join(sorted(twice))}"
    return "\n".join([HEAD, *map(_shape, found)])


def _shape(model: type[Model]) -> str:
    fields = {field.name: _type(field) for field in model.fields().values()}
    # A field that is a keyword of Python can't stand in a class.
    special = {name: fields.pop(name) for name in list(fields) if keyword.iskeyword(name)}
    base, lines = "TypedDict", []
    if special:
        base = f"_{model.__name__}"
        pairs = ", ".join(f'"{name}": {held}' for name, held in special.items())
        lines = [f'{base} = TypedDict("{base}", {{{pairs}}}, total=False)', ""]
    lines += [f"class {model.__name__}({base}, total=False):", f'    """{_doc(model)}"""']
    lines += ["", *(f"    {name}: {held}" for name, held in fields.items())] if fields else []
    return "\n".join(lines) + "\n"


def _doc(model: type[Model]) -> str:
    """As it stands in the source: from Python 3.13 on a docstring comes without its indentation."""
    return indent(inspect.cleandoc(model.__doc__ or ""), "    ").strip()


def _type(field: Field) -> str:
    held = field.model.__name__ if field.model is not None else field.scalar
    return {"list": f"list[{held}]", "dict": f"dict[str, {held}]", "": held}[field.container]


if __name__ == "__main__":
    SHAPES.write_text(text(), encoding="utf-8")
