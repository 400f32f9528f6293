"""Which of a module's names a piece of code reads, by Python's own scoping rules.

Annotations need nothing: the script starts with `from __future__ import annotations`, so nothing evaluates them. What
is decorated, and a class, may look them up all the same; their names are its hints.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence

from flowdsl.diagnostics.frozen import frozen
from flowdsl.frontend.slicing import syntax
from flowdsl.frontend.slicing.annotations import annotations_of, names_in, names_of
from flowdsl.frontend.slicing.bindings import TRY, bound_in, children, import_aliases, import_by_text, type_checking
from flowdsl.frontend.slicing.data import RESOURCE_CALLS, packages_named
from flowdsl.frontend.slicing.model import Facts, Feature, ImportUse, Spot
from flowdsl.frontend.slicing.versions import KEYWORDS, MEMBER_NAMES, METHODS

_MODULE, _FUNCTION, _CLASS = "module", "function", "class"
_OUTER = "outer"
"""A function around the code that is read: its names are out of the script's reach."""
_CLASS_NAMES = frozenset({"__module__", "__qualname__", "__annotations__"})
_FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class _Scope:
    __slots__ = ("bound", "globals", "kind", "parent")

    def __init__(self, kind: str, bound: set[str], global_: set[str], parent: _Scope | None) -> None:
        self.kind = kind
        self.bound = bound
        self.globals = global_
        self.parent = parent


def facts_of(node: ast.AST, lines: Sequence[str], enclosing: Sequence[ast.AST] = ()) -> Facts:
    """What a top-level statement or expression needs. `enclosing` are the functions and classes around it."""
    reader = _Reader(lines)
    for outer in enclosing:
        reader.enter(outer)
    reader.visit(node)
    return reader.facts


def body_facts(node: ast.AST, lines: Sequence[str], enclosing: Sequence[ast.AST] = ()) -> Facts:
    """What a function or class needs apart from its decorators and a function's defaults."""
    reader = _Reader(lines)
    for outer in enclosing:
        reader.enter(outer)
    if isinstance(node, ast.ClassDef):
        reader.class_body(node)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        reader.function_body(node)
    return reader.facts


@frozen
class Hint:
    """An annotation that Python evaluates where annotations are not text, and what it needs.

    `late`: only when a function is called, so that all names of the module are there.
    """

    node: ast.expr
    facts: Facts
    late: bool
    of_class: bool
    """It is a field's of a class, and no function's."""


def hints_of(node: ast.AST, lines: Sequence[str], enclosing: Sequence[ast.AST] = ()) -> list[Hint]:
    """The annotations in a statement that are evaluated, when it runs or later."""
    reader = _Reader(lines)
    for outer in enclosing:
        reader.enter(outer)
    reader.found = []
    reader.visit(node)
    return reader.found


class _Reader:
    """Walks one piece of code with the scopes it is in."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.facts = Facts()
        self.scope = _Scope(_MODULE, set(), set(), None)
        self.guarded = False
        self.versioned = False
        self.found: list[Hint] | None = None
        """Where annotations are read, those that are evaluated."""
        self.inside = 0
        """How many functions the code is in that run later."""

    def visit(self, node: ast.AST) -> None:
        handler = _HANDLERS.get(type(node))
        if handler is not None:
            handler(self, node)
            return
        if isinstance(node, syntax.NEW_STATEMENTS):
            self.feature(syntax.new_statement(node))
        for child in children(node):
            self.visit(child)

    def visit_all(self, nodes: Iterable[ast.AST | None]) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def feature(self, feature: Feature | None) -> None:
        if feature is not None and (feature.syntax or not self.versioned):
            self.facts.features.append(feature)

    def enter(self, node: ast.AST) -> None:
        """Stand inside a function or class that surrounds the code."""
        if isinstance(node, ast.ClassDef):
            self._push(_CLASS, node.body, set())
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self._push(_OUTER, node.body, _parameters(node.args))

    # names

    def is_module_name(self, name: str) -> bool:
        return self._owner(name) == _MODULE

    def _owner(self, name: str) -> str:
        scope: _Scope | None = self.scope
        inner = True
        while scope is not None and scope.kind != _MODULE:
            if scope.kind != _CLASS or inner:
                if name in scope.globals:
                    return _MODULE
                if name in scope.bound:
                    return scope.kind
            inner = False
            scope = scope.parent
        return _MODULE

    def _name(self, node: ast.AST, attribute: str = "") -> None:
        assert isinstance(node, ast.Name)
        owner = self._owner(node.id)
        spot = (node.lineno, node.col_offset)
        if not isinstance(node.ctx, ast.Load):
            if owner == _MODULE and self.scope.kind != _MODULE:
                self.facts.soft.setdefault(node.id, spot)
                self.facts.writes.setdefault(node.id, spot)
        elif owner == _MODULE:
            if self.scope.kind != _CLASS or node.id not in _CLASS_NAMES:
                self.facts.needs.setdefault(node.id, spot)
                self.facts.uses.setdefault(node.id, set()).add(attribute)
        elif owner == _CLASS:
            # A class body falls back to the module until the name is bound: `class A: limit = limit`.
            self.facts.soft.setdefault(node.id, spot)
        elif owner == _OUTER:
            self.facts.enclosing.setdefault(node.id, spot)

    # scopes

    def _push(self, kind: str, body: Iterable[ast.AST], extra: set[str]) -> None:
        bound = bound_in(body)
        self.scope = _Scope(kind, bound.names | extra, bound.global_, self.scope)

    def _pop(self) -> None:
        assert self.scope.parent is not None
        self.scope = self.scope.parent

    def _function(self, node: ast.AST) -> None:
        assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
        self._decorators(getattr(node, "decorator_list", ()))
        if getattr(node, "decorator_list", ()):
            self.facts.hints |= names_of(node)
        elif not isinstance(node, ast.Lambda):
            self.facts.signatures |= names_of(node)
        self.visit_all([*node.args.defaults, *node.args.kw_defaults])
        self.function_body(node)

    def function_body(self, node: _FunctionNode) -> None:
        body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
        self.feature(syntax.type_parameters(node))
        if self.found is not None:
            for each in annotations_of(node):
                self._hint(each, syntax.type_parameter_names(node), of_class=False)
        self.inside += 1
        self._push(_FUNCTION, body, _parameters(node.args) | syntax.type_parameter_names(node) | {"__class__"})
        self.visit_all(body)
        self._pop()
        self.inside -= 1

    def _hint(self, node: ast.expr, parameters: Iterable[str] = (), *, of_class: bool) -> None:
        """Note an annotation; `parameters` are the type parameters of its function."""
        kept, self.facts = self.facts, Facts()
        self.visit(node)
        hint, self.facts = Hint(node, self.facts, self.inside > 0, of_class), kept
        for name in parameters:
            hint.facts.needs.pop(name, None)
        if self.found is not None:
            self.found.append(hint)

    def _class(self, node: ast.AST) -> None:
        assert isinstance(node, ast.ClassDef)
        self._decorators(node.decorator_list)
        self.class_body(node)

    def _decorators(self, nodes: Iterable[ast.expr]) -> None:
        for node in nodes:
            self.feature(syntax.decorator(node))
            self.visit(node)

    def class_body(self, node: ast.ClassDef) -> None:
        self.feature(syntax.type_parameters(node))
        self._push(_FUNCTION, (), syntax.type_parameter_names(node))
        self.visit_all([*node.bases, *(item.value for item in node.keywords)])
        self._push(_CLASS, node.body, set())
        self.visit_all(node.body)
        self._pop()
        self._pop()

    def _comprehension(self, node: ast.AST) -> None:
        assert isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp))
        first, *rest = node.generators
        self.visit(first.iter)  # evaluated outside the comprehension
        targets = {
            name.id
            for part in node.generators
            for name in ast.walk(part.target)
            if isinstance(name, ast.Name) and not isinstance(name.ctx, ast.Load)
        }
        self.scope = _Scope(_FUNCTION, targets, set(), self.scope)
        self.visit_all([first.target, *first.ifs])
        self.visit_all(rest)
        self.visit_all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
        self._pop()

    def _annotated(self, node: ast.AST) -> None:
        assert isinstance(node, ast.AnnAssign)
        if self.scope.kind == _CLASS:
            self.facts.hints |= names_in(node.annotation)
        if self.found is not None and self.scope.kind in (_CLASS, _MODULE):
            self._hint(node.annotation, of_class=self.scope.kind == _CLASS)
        self.visit_all([node.target, node.value])

    # statements that change how the code under them counts

    def _import(self, node: ast.AST) -> None:
        assert isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in import_aliases(node):
            self.facts.imports.append(ImportUse(alias, self.guarded, self.versioned))

    def _try(self, node: ast.AST) -> None:
        assert isinstance(node, ast.Try) or type(node) in TRY
        self.feature(syntax.new_statement(node))
        before = self.guarded
        self.guarded = before or any(_catches_import(handler) for handler in node.handlers)  # type: ignore[attr-defined]
        self.visit_all([*node.body, *node.handlers])  # type: ignore[attr-defined]
        self.guarded = before
        self.visit_all([*node.orelse, *node.finalbody])  # type: ignore[attr-defined]

    def _if(self, node: ast.AST) -> None:
        assert isinstance(node, ast.If)
        # A long chain of `elif` nests as deep as it is long; a loop spares the stack.
        while len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If) and not _special(node.test):
            self.visit_all([node.test, *node.body])
            node = node.orelse[0]
        self.visit(node.test)
        checks = type_checking(node.test)
        if checks is not None:
            self.visit_all(node.orelse if checks else node.body)
            return
        before = self.versioned
        self.versioned = before or "version_info" in {
            part.attr for part in ast.walk(node.test) if isinstance(part, ast.Attribute)
        }
        self.visit_all([*node.body, *node.orelse])
        self.versioned = before

    # expressions that may be newer than Python 3.8

    def _attribute(self, node: ast.AST) -> None:
        assert isinstance(node, ast.Attribute)
        spot: Spot = (node.end_lineno or node.lineno, (node.end_col_offset or 0) - len(node.attr))
        if node.attr in MEMBER_NAMES and isinstance(node.value, ast.Name) and self.is_module_name(node.value.id):
            if not self.versioned:
                self.facts.members.append((node.value.id, node.attr, spot))
        elif node.attr in METHODS:
            self.feature(Feature(METHODS[node.attr], spot, f"method `.{node.attr}()`", syntax=False))
        if isinstance(node.value, ast.Name):
            self._name(node.value, node.attr)
            return
        chain = _dotted(node)
        if chain and not self.is_module_name(chain.partition(".")[0]):
            self.facts.chains.add(chain)
        self.visit(node.value)

    def _call(self, node: ast.AST) -> None:
        assert isinstance(node, ast.Call)
        callee = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for keyword in node.keywords:
            since = KEYWORDS.get((callee, keyword.arg or ""))
            if since:
                spot = (keyword.value.lineno, keyword.value.col_offset)
                self.feature(Feature(since, spot, f"`{callee}(..., {keyword.arg}=)`", syntax=False))
        if callee in ("import_module", "__import__") and (alias := import_by_text(node)) is not None:
            self.facts.imports.append(ImportUse(alias, self.guarded, self.versioned))
        if callee in RESOURCE_CALLS:
            self.facts.resources |= packages_named(node)
        self.visit_all([node.func, *node.args, *(keyword.value for keyword in node.keywords)])

    def _binary(self, node: ast.AST) -> None:
        # Long chains such as a + b + c + ... nest to the left; a loop spares the stack.
        while isinstance(node, ast.BinOp):
            self.feature(syntax.union(node, self.is_module_name))
            self.visit(node.right)
            node = node.left
        self.visit(node)

    def _subscript(self, node: ast.AST) -> None:
        assert isinstance(node, ast.Subscript)
        self.feature(syntax.subscript(node, self.is_module_name))
        self.visit_all([node.value, node.slice])

    def _with(self, node: ast.AST) -> None:
        assert isinstance(node, (ast.With, ast.AsyncWith))
        self.feature(syntax.parenthesised_with(node, self.lines))
        self.visit_all([*node.items, *node.body])

    def _fstring(self, node: ast.AST) -> None:
        assert isinstance(node, ast.JoinedStr)
        self.feature(syntax.fstring(node, self.lines))
        self.visit_all(node.values)


def _dotted(node: ast.expr) -> str:
    """`a.b.c` as text; "" for an attribute of anything else."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def _parameters(arguments: ast.arguments) -> set[str]:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return {argument.arg for argument in every if argument is not None}


def _special(test: ast.expr) -> bool:
    """Whether a test says how all of its branches count: for type checkers, or for some versions alone."""
    return type_checking(test) is not None or any(
        isinstance(part, ast.Attribute) and part.attr == "version_info" for part in ast.walk(test)
    )


def _catches_import(handler: ast.ExceptHandler) -> bool:
    caught = handler.type
    if caught is None:
        return True
    names = {part.id for part in ast.walk(caught) if isinstance(part, ast.Name)}
    return bool(names & {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


_HANDLERS: dict[type[ast.AST], Callable[[_Reader, ast.AST], None]] = {
    ast.Name: _Reader._name,
    ast.FunctionDef: _Reader._function,
    ast.AsyncFunctionDef: _Reader._function,
    ast.Lambda: _Reader._function,
    ast.ClassDef: _Reader._class,
    ast.ListComp: _Reader._comprehension,
    ast.SetComp: _Reader._comprehension,
    ast.DictComp: _Reader._comprehension,
    ast.GeneratorExp: _Reader._comprehension,
    ast.AnnAssign: _Reader._annotated,
    ast.Import: _Reader._import,
    ast.ImportFrom: _Reader._import,
    ast.If: _Reader._if,
    ast.Attribute: _Reader._attribute,
    ast.Call: _Reader._call,
    ast.BinOp: _Reader._binary,
    ast.Subscript: _Reader._subscript,
    ast.With: _Reader._with,
    ast.AsyncWith: _Reader._with,
    ast.JoinedStr: _Reader._fstring,
    **dict.fromkeys(TRY, _Reader._try),
}
