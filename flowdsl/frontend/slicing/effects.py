"""Whether importing a module does more than bind names: such a module travels whole, or what it does would be lost.

A statement that fills a name of the module itself (`TABLE["x"] = 1`) goes along with that name and is no such effect.
"""

from __future__ import annotations

import ast
import builtins
import re
import unicodedata
from collections.abc import Iterable, Mapping

from flowdsl.frontend.slicing.bindings import TRY, main_guard, type_checking
from flowdsl.frontend.slicing.model import Alias
from flowdsl.frontend.slicing.versions import is_stdlib

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_BINDING = (ast.Import, ast.ImportFrom, ast.Pass, ast.Global)
_HOOKS = frozenset({"__getattr__", "__dir__"})
_RESOURCES = frozenset({"importlib.resources", "importlib_resources", "pkgutil", "pkg_resources"})
_SELF = re.compile(r"\b(?:globals|eval|exec|vars|dir|modules)\b")
_DATA = re.compile(r"resources|pkgutil")


def has_effects(body: Iterable[ast.stmt], aliases: Mapping[str, Alias], functions: frozenset[str]) -> bool:
    """Whether a module's statements do anything at import that a slice of it would leave out.

    `aliases` are the names that its imports bind, `functions` those of its own functions.
    """
    reader = _Reader(aliases, functions)
    return any(reader.acts(node) for node in body)


def reads_data(tree: ast.AST, text: str) -> bool:
    """Whether a module imports what reads the files of packages: `importlib.resources`, `pkgutil`."""
    if not _speaks_of(_DATA, text):
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = {node.module or "", *(f"{node.module}.{item.name}" for item in node.names)}
            if names & _RESOURCES:
                return True
        if isinstance(node, ast.Import) and any(item.name in _RESOURCES for item in node.names):
            return True
    return False


def looks_at_itself(tree: ast.AST, text: str) -> bool:
    """Whether a module reads its own names by text: `globals()`, `eval(...)`, `sys.modules[__name__]`."""
    if not _speaks_of(_SELF, text):
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            given = bool(node.args or node.keywords)
            if node.func.id in ("globals", "eval", "exec") or (node.func.id in ("vars", "dir") and not given):
                return True
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "modules":
            return True
    return False


def _speaks_of(words: re.Pattern[str], text: str) -> bool:
    """Whether a module's text may name one of these: a walk over the whole tree is spared where it doesn't.

    Python reads letters that look alike as one (https://docs.python.org/3/reference/lexical_analysis.html#identifiers).
    """
    return words.search(text if text.isascii() else unicodedata.normalize("NFKC", text)) is not None


class _Reader:
    def __init__(self, aliases: Mapping[str, Alias], functions: frozenset[str]) -> None:
        self.aliases = aliases
        self.functions = functions

    def acts(self, node: ast.stmt) -> bool:
        if isinstance(node, ast.Expr):
            return not isinstance(node.value, ast.Constant) and self._foreign(_target(node.value))
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            return self._assigns(node)
        if isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            return self._defines(node)
        if isinstance(node, ast.If):
            return self._branches(node)
        if isinstance(node, TRY):
            parts = [*node.body, *node.orelse, *node.finalbody]  # type: ignore[attr-defined]
            parts += [item for handler in node.handlers for item in handler.body]  # type: ignore[attr-defined]
            return any(self.acts(each) for each in parts)
        return not isinstance(node, _BINDING) and type(node).__name__ != "TypeAlias"

    def _assigns(self, node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> bool:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        changed = [item for item in targets if isinstance(item, (ast.Attribute, ast.Subscript))]
        if any(self._foreign(_root(item)) for item in changed):
            return True
        calls = [part for part in ast.walk(node.value) if isinstance(part, ast.Call)] if node.value else []
        return any(self._may_act(part.func) for part in calls)

    def _branches(self, node: ast.If) -> bool:
        checks = type_checking(node.test)
        if main_guard(node) or checks is True:
            return any(self.acts(each) for each in node.orelse)
        return any(self.acts(each) for each in (node.orelse if checks is False else [*node.body, *node.orelse]))

    def _defines(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
        if node.name in _HOOKS:
            return True
        if isinstance(node, ast.ClassDef) and any(item.arg == "metaclass" for item in node.keywords):
            return True
        return any(self._registers(item) for item in node.decorator_list)

    def _registers(self, decorator: ast.expr) -> bool:
        """Whether a decorator may keep what it is given: one of the project does, or a method of any object."""
        inner = decorator.func if isinstance(decorator, ast.Call) else decorator
        name = _root(inner)
        alias = self.aliases.get(name)
        if alias is None:
            return not hasattr(builtins, name)
        return not (alias.of_flowdsl or (is_stdlib(alias.top) and not alias.level))

    def _may_act(self, function: ast.expr) -> bool:
        """Whether a call of it may do more than give a value: functions of the project do."""
        name = _root(function)
        alias = self.aliases.get(name)
        if alias is None:
            return name in self.functions
        if alias.of_flowdsl or (is_stdlib(alias.top) and not alias.level):
            return False
        last = function.attr if isinstance(function, ast.Attribute) else name
        return not last[:1].isupper()

    def _foreign(self, name: str) -> bool:
        """Whether a name is not the module's own, so that what changes it changes something outside."""
        alias = self.aliases.get(name)
        return alias is not None if name else True


def _target(value: ast.expr) -> str:
    """The name that an expression statement works on: of `TABLE.update(x)` it is TABLE, "" where there is none."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        return _root(value.func)
    return ""


def _root(node: ast.expr) -> str:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
