"""Which names annotations have, and who may look them up."""

from __future__ import annotations

import ast
import builtins
import functools
import re
from collections.abc import Mapping

from flowdsl.frontend.slicing.model import Alias
from flowdsl.frontend.slicing.versions import is_stdlib

_LOOKS = re.compile(
    r"\b(?:get_type_hints|get_annotations|__annotations__|resolve_types|singledispatch(?:method)?)\b|\.annotation\b"
)
_TYPE_OF_FIELDS = re.compile(r"\.type\b|[\"']type[\"']")
_LONGEST = 1_000
"""Characters of an annotation that is written as text, beyond which nobody means a type by it."""


def names_of(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> set[str]:
    """The names in a function's annotations."""
    return {name for each in annotations_of(node) for name in names_in(each)}


def annotations_of(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.expr]:
    """A function's annotations: of its parameters and of what it returns."""
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    given = [*(each.annotation for each in every if each is not None), getattr(node, "returns", None)]
    return [each for each in given if each is not None]


def names_in(annotation: ast.expr) -> set[str]:
    """The names in an annotation, those in its texts (`list["Point"]`) included."""
    found = set()
    for part in ast.walk(annotation):
        if isinstance(part, ast.Name):
            found.add(part.id)
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            found |= _names_in_text(part.value)
    return found


@functools.lru_cache(maxsize=1024)
def _names_in_text(text: str) -> frozenset[str]:
    if len(text) > _LONGEST:
        return frozenset()
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    return frozenset(part.id for part in ast.walk(tree) if isinstance(part, ast.Name))


def looks_up(text: str) -> bool:
    """Whether a module's text speaks of looking annotations up, or of the types of fields."""
    return _LOOKS.search(text) is not None or _speaks_of_fields(text)


def speaks_of_types(text: str) -> bool:
    """Whether a module's text may read annotations as they are: else a walk over the whole tree is spared."""
    return "annotation" in text or _speaks_of_fields(text)


def _speaks_of_fields(text: str) -> bool:
    return ("fields" in text or "__attrs_attrs__" in text) and _TYPE_OF_FIELDS.search(text) is not None


def read_as_types(tree: ast.Module) -> dict[tuple[int, int], str]:
    """Where a module reads annotations as they are, and how: by line and column."""
    nodes = list(ast.walk(tree))
    loops = [node for node in nodes if isinstance(node, (ast.For, ast.comprehension)) and _are_fields(node.iter)]
    fields = {loop.target.id for loop in loops if isinstance(loop.target, ast.Name)}
    found = {}
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            of_field = node.attr == "type" and isinstance(node.value, ast.Name) and node.value.id in fields
            if node.attr == "__annotations__" or of_field or (node.attr == "annotation" and _is_parameter(node.value)):
                found[node.lineno, node.col_offset] = node.attr
    return found


def _are_fields(node: ast.expr) -> bool:
    """Whether it is `fields(cls)`, of dataclasses or attrs."""
    called = node.func if isinstance(node, ast.Call) else None
    return getattr(called, "id", getattr(called, "attr", "")) == "fields"


def _is_parameter(node: ast.expr) -> bool:
    """Whether it is `signature.parameters[name]`."""
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "parameters"


def is_shown(node: ast.stmt, aliases: Mapping[str, Alias]) -> bool:
    """Whether something within is made by a base or a decorator that is not Python's own, which may read its types."""
    makers: list[ast.expr] = []
    for part in ast.walk(node):
        makers += getattr(part, "decorator_list", ())
        if isinstance(part, ast.ClassDef):
            makers += part.bases
    return any(not _of_python(maker, aliases) for maker in makers)


def _of_python(maker: ast.expr, aliases: Mapping[str, Alias]) -> bool:
    while isinstance(maker, (ast.Attribute, ast.Subscript, ast.Call)):
        maker = maker.func if isinstance(maker, ast.Call) else maker.value
    if not isinstance(maker, ast.Name):
        return False
    alias = aliases.get(maker.id)
    if alias is None:
        return hasattr(builtins, maker.id)
    return alias.of_flowdsl or (is_stdlib(alias.top) and not alias.level)
