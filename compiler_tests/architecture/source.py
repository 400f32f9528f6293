"""Reads our own modules as syntax, without importing them: who imports whom, where, and what they read."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from pathlib import Path

import attrs

ROOT = Path(__file__).parents[2]
PACKAGE = "flowdsl"


@attrs.frozen
class Import:
    """One import of one of our modules by another."""

    importer: str
    imported: str
    line: int
    in_function: bool
    typing_only: bool

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


@attrs.frozen
class Module:
    """A module of the package: dotted name, file, syntax tree."""

    name: str
    path: Path
    tree: ast.Module

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of the tree."""
        return list(ast.walk(self.tree))

    @cached_property
    def constants(self) -> list[ast.Constant]:
        """The constants of its code; documentation has none."""
        said = documentation(self.nodes)
        return [node for node in self.nodes if isinstance(node, ast.Constant) and id(node) not in said]

    @property
    def area(self) -> str:
        """The package right under flowdsl it belongs to; a façade module is an area of its own ("" for flowdsl)."""
        return area(self.name)


def area(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


@cache
def modules(root: Path = ROOT) -> dict[str, Module]:
    """Every module of the package under `root`, by dotted name. Read once a process: change nothing of it."""
    found = {}
    for path in sorted((root / PACKAGE).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = Module(name, path, ast.parse(path.read_text(encoding="utf-8"), str(path)))
    return found


def imports(module: Module, known: dict[str, Module]) -> list[Import]:
    """Every import of our modules in a module: at the top, in functions, under TYPE_CHECKING, by import_module."""
    return list(_walk(module, known, module.tree, in_function=False, typing_only=False))


def _walk(
    module: Module, known: dict[str, Module], node: ast.AST, *, in_function: bool, typing_only: bool
) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        for target in _targets(module, known, child):
            if target != module.name:
                yield Import(module.name, target, child.lineno, in_function, typing_only)  # type: ignore[attr-defined]
        inside = in_function or isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for part in child.body:
                block = ast.Module(body=[part], type_ignores=[])
                yield from _walk(module, known, block, in_function=inside, typing_only=True)
            block = ast.Module(body=child.orelse, type_ignores=[])
            yield from _walk(module, known, block, in_function=inside, typing_only=typing_only)
        else:
            yield from _walk(module, known, child, in_function=inside, typing_only=typing_only)


def _targets(module: Module, known: dict[str, Module], node: ast.AST) -> list[str]:
    """The modules of ours that one statement or call names."""
    names: list[str] = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        base = _base(module, node)
        # `from flowdsl.ir import nodes` names a module, `from flowdsl.ir import Node` what is in one.
        names = [full if (full := f"{base}.{alias.name}") in known else base for alias in node.names]
    elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        function = ast.unparse(node.func)
        if function.endswith(("import_module", "__import__")) and isinstance(node.args[0].value, str):
            names = [node.args[0].value]
    return list(dict.fromkeys(name for name in names if name == PACKAGE or name.startswith(PACKAGE + ".")))


def _base(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module.name.split(".")
    is_package = module.path.name == "__init__.py"
    kept = package[: len(package) - node.level + is_package]
    return ".".join([*kept, *([node.module] if node.module else [])])


def cycles(edges: dict[str, set[str]]) -> list[list[str]]:
    """The groups of modules that import each other round in a circle, smallest name first."""
    reach = {name: _reachable(name, edges) for name in edges}
    groups = {
        tuple(sorted({name, *(other for other in reach[name] if name in reach.get(other, ()))})) for name in edges
    }
    return sorted(list(group) for group in groups if len(group) > 1)


def _reachable(start: str, edges: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    todo = [start]
    while todo:
        for following in edges.get(todo.pop(), set()) - seen:
            seen.add(following)
            todo.append(following)
    return seen


ENVIRONMENT = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv", "expandvars"}


def environment_reads(module: Module) -> list[int]:
    """The lines where a module touches the process's environment variables."""
    lines = []
    for node in module.nodes:
        names = {alias.name for alias in node.names} if isinstance(node, ast.ImportFrom) else set()
        attribute = node.attr if isinstance(node, ast.Attribute) and ast.unparse(node).startswith("os.") else None
        if attribute in ENVIRONMENT or (names & ENVIRONMENT and getattr(node, "module", "") in {"os", "os.path"}):
            lines.append(node.lineno)  # type: ignore[attr-defined]
    return sorted(set(lines))


def documentation(nodes: Iterable[ast.AST]) -> set[int]:
    """The ids of the nodes that are documentation: constants that stand alone, as docstrings do."""
    return {id(node.value) for node in nodes if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
