"""What a module written by `import` may hold. It is run to see what it compiles to: nothing of a document may be code.

The writer quotes every value; this is the second fence, which knows nothing of the writer's ways. It lets pass what
such a module is made of (imports of flowdsl's own words, definitions, decorators, constants, calls) and refuses all
else, by the syntax tree, before anything runs. The few builtins that the running module gets are the third.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Mapping, Sequence
from types import CodeType, MappingProxyType
from typing import NoReturn

import attrs

from flowdsl.kinds.table import BOUND

# Not the modules whole: `typing.get_type_hints` evaluates text. What the writer defines has none of these names.
IMPORTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "flowdsl": frozenset(
            {
                *(kind.python for kind in BOUND), "EmptyDir", "Param", "Result", "Sidecar", "Step", "StepTemplate",
                "VolumeClaim", "Workspace", "body", "bucket", "bundle", "cel", "cluster", "commit_status", "condition",
                "context", "either", "elif_", "event", "git", "header", "http", "hub", "isin", "manifest",
                "matches", "max_", "median_of", "min_", "named", "not_", "on_finish", "otherwise", "pipeline",
                "pipeline_run", "pull_request", "push", "raw", "reason", "resolver", "schedule", "startswith",
                "status", "step_action", "tag", "task", "task_ref", "task_run", "webhook", "when",
            }
        ),
        "typing": frozenset({"Annotated", "Literal", "NamedTuple", "TypedDict"}),
    }
)  # fmt: skip
Names = Mapping[str, object] | None
_DECORATORS = frozenset({"pipeline", "step_action", "task", "task_ref"})
_BLOCKS = frozenset({"elif_", "on_finish", "otherwise", "when"})
_BASES = frozenset({"NamedTuple", "TypedDict"})
# Methods of a task, a workspace, and a field of an event. `documents.cli()` is the one call beside: it stands where
# nothing runs it.
_METHODS = frozenset({"isin", "map", "matches", "startswith", "sub_path", "with_options"})
_TYPES = frozenset({"bool", "dict", "float", "int", "list", "object", "str"})
_COMPARES = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_UNCALLED = _BASES | {"Annotated", "Literal"}
_COMPUTES = frozenset({"abs"})
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
_CONSTANTS = (str, int, float, bool, type(None))
_MAIN = ast.dump(ast.parse('if __name__ == "__main__":\n    documents.cli()').body[0])


class FenceError(Exception):
    """A module has something that no module of ours needs."""


def checked(text: str) -> CodeType:
    """The code of a module that may be run. Raises FenceError for any other, and for text that is no Python."""
    try:
        tree = ast.parse(text)
        code = compile(tree, "<imported>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise FenceError(f"Python can't read it: {error}") from error
    try:
        _Fence().module(tree)
    except RecursionError as error:  # who calls this stands deep in Python's stack already
        raise FenceError(_TOO_DEEP) from error
    return code


_DEEPEST = 200
"""What checks a module calls itself. A limit of ours, as Python's own differs by what else runs in the process."""
_TOO_DEEP = "it is nested too deeply"


def few_builtins() -> dict[str, object]:
    """The builtins of a module that is run: types for its signatures, and what class and import statements call."""
    found = {name: getattr(builtins, name) for name in (*sorted(_TYPES), *_COMPUTES, "__build_class__")}
    return {**found, "__import__": _import}


def _import(
    name: str, globals_: Names = None, locals_: Names = None, fromlist: Sequence[str] = (), level: int = 0
) -> object:
    if level or name not in IMPORTS or not set(fromlist or ("*",)) <= IMPORTS[name]:
        raise FenceError(f"it imports {name}")
    return __import__(name, globals_, locals_, fromlist, level)


@attrs.define
class _Fence:
    """Walks a module; `imported`, `types`, `functions` and `names` are what it may speak of so far."""

    imported: set[str] = attrs.field(factory=set)
    types: set[str] = attrs.field(factory=lambda: set(_TYPES))
    """What may stand in an annotation: no name of a value, which may hold text that is evaluated there."""
    functions: set[str] = attrs.field(factory=set)
    names: set[str] = attrs.field(factory=lambda: set(_TYPES))
    locals: set[str] = attrs.field(factory=set)
    """The names of the function at hand: params and calls."""
    depth: int = 0
    """How many values and types are within each other where the walk stands."""

    def module(self, tree: ast.Module) -> None:
        """Refuse what does not belong at the top of a module."""
        for statement in tree.body:
            self.locals = set()
            if isinstance(statement, ast.ImportFrom):
                self._imports(statement)
            elif isinstance(statement, ast.ClassDef):
                self._class(statement)
            elif isinstance(statement, ast.FunctionDef):
                self._function(statement)
            elif isinstance(statement, ast.Assign):
                self._assign(statement)
                if isinstance(statement.value, ast.Call) and self._is_use(statement.value.func):
                    self.functions |= {each.id for each in statement.targets if isinstance(each, ast.Name)}
            elif not (_is_text(statement) or ast.dump(statement) == _MAIN):
                _refuse(statement)

    def _imports(self, node: ast.ImportFrom) -> None:
        names = {each.name for each in node.names if each.asname is None}
        if node.level or not names <= IMPORTS.get(node.module or "", frozenset()) or len(names) < len(node.names):
            _refuse(node)
        self.imported |= names
        self.types |= names
        self.names |= names

    def _class(self, node: ast.ClassDef) -> None:
        bases = [each.id for each in node.bases if isinstance(each, ast.Name)]
        if len(node.bases) != 1 or not set(bases) & _BASES & self.imported or node.keywords or node.decorator_list:
            _refuse(node)
        for field in node.body:
            if not (isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)) or field.value is not None:
                _refuse(field)
            _bindable(field.target.id, field)
            self._type(field.annotation)
        self._bind(node.name, node)
        self.types.add(node.name)

    def _function(self, node: ast.FunctionDef) -> None:
        arguments = node.args
        if arguments.vararg or arguments.kwarg or arguments.posonlyargs or len(node.decorator_list) != 1:
            _refuse(node)
        (decorator,) = node.decorator_list
        named = isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id
        if named not in _DECORATORS & self.imported:
            _refuse(decorator)
        self._value(decorator)
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                self._value(default)
        if node.returns is not None:
            self._type(node.returns)
        outer, self.locals = set(self.names), set()
        taken = [*arguments.args, *arguments.kwonlyargs]
        for argument in taken:
            if argument.annotation is not None:
                self._type(argument.annotation)
        for argument in taken:
            _bindable(argument.arg, argument)
            self.names.add(argument.arg)
            self.locals.add(argument.arg)
        self._block(node.body, pipeline=named == "pipeline")
        self.names, self.locals = outer, set()
        self._bind(node.name, node)
        self.functions.add(node.name)

    def _block(self, body: Iterable[ast.stmt], *, pipeline: bool) -> None:
        for statement in body:
            if _is_text(statement) or _is_ellipsis(statement) or (not pipeline and _is_declared(statement)):
                continue
            if not pipeline:
                _refuse(statement)
            if isinstance(statement, ast.With):
                for item in statement.items:
                    if item.optional_vars is not None or not _calls(item.context_expr, _BLOCKS & self.imported):
                        _refuse(statement)
                    self._value(item.context_expr)
                self._block(statement.body, pipeline=True)
            elif isinstance(statement, ast.Assign):
                self._assign(statement)
            elif isinstance(statement, ast.Return | ast.Expr) and statement.value is not None:
                if isinstance(statement, ast.Expr) and not isinstance(statement.value, ast.Call):
                    _refuse(statement)
                self._value(statement.value)
            else:
                _refuse(statement)

    def _assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        if len(node.targets) != 1 or not isinstance(target, ast.Name):
            _refuse(node)
        self._value(node.value)
        self._bind(target.id, node)
        if _calls(node.value, {"TypedDict"} & self.imported):
            self.types.add(target.id)

    def _is_use(self, head: ast.expr) -> bool:
        """Whether it is `.with_options` of a task of the module: what that gives can be called as the task can."""
        of = head.value if isinstance(head, ast.Attribute) and head.attr == "with_options" else None
        return isinstance(of, ast.Name) and of.id in self.functions

    def _bind(self, name: str, node: ast.AST) -> None:
        """A name that is given a value: one of the module's own words can't be."""
        _bindable(name, node)
        if name in self.types or name in self.functions:
            _refuse(node)
        self.names.add(name)
        self.locals.add(name)

    def _type(self, node: ast.expr) -> None:
        """An annotation. Text in one would be evaluated."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise FenceError(_TOO_DEEP)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in self.types:
            inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            if not inner:
                _refuse(node)
            # A class of the module's own may have one of these names, and text in brackets behind it is evaluated.
            known = node.value.id if node.value.id in self.imported else ""
            if known == "Literal":
                if not all(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in inner):
                    _refuse(node)
                inner = []
            for index, each in enumerate(inner):
                self._value(each) if known == "Annotated" and index else self._type(each)
        elif not (isinstance(node, ast.Name) and node.id in self.types) and not _is_none(node):
            _refuse(node)
        self.depth -= 1

    def _value(self, node: ast.expr) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise FenceError(_TOO_DEEP)
        if isinstance(node, ast.Constant):
            if not isinstance(node.value, _CONSTANTS):
                _refuse(node)
        elif isinstance(node, ast.Name):
            if node.id not in self.names:
                _refuse(node)
        elif isinstance(node, ast.Call):
            self._call(node)
        elif isinstance(node, ast.List):
            self._values(node.elts)
        elif isinstance(node, ast.Dict):
            self._values(node.keys)
            self._values(node.values)
        elif isinstance(node, ast.JoinedStr):
            self._values(node.values)
        elif isinstance(node, ast.FormattedValue) and node.conversion == -1 and node.format_spec is None:
            self._value(node.value)
        elif isinstance(node, ast.Attribute):
            _bindable(node.attr, node)
            self._value(node.value)
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            self._value(node.value)
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], _COMPARES) and len(node.ops) == 1:
            self._values([node.left, *node.comparators])
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr):
            self._values([node.left, node.right])
        elif isinstance(node, ast.BinOp) and isinstance(node.op, _ARITHMETIC):
            self._numbers([node.left, node.right])
        elif isinstance(node, ast.UnaryOp) and _is_sign(node):
            self._value(node.operand)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            self._numbers([node.operand])
        else:
            _refuse(node)
        self.depth -= 1

    def _numbers(self, nodes: Sequence[ast.expr]) -> None:
        """What is computed with: values of the run, which refuse what they can't, and numbers; no text, which grows."""
        for each in nodes:
            if not isinstance(each, ast.Attribute | ast.Name | ast.BinOp | ast.Call | ast.Subscript | ast.UnaryOp):
                if not isinstance(each, ast.Constant) or type(each.value) not in (int, float):
                    _refuse(each)
            elif isinstance(each, ast.Name) and each.id not in self.locals:
                _refuse(each)
            self._value(each)
        if all(isinstance(each, ast.Constant) for each in nodes):
            _refuse(nodes[0])

    def _values(self, nodes: Iterable[ast.expr | None]) -> None:
        for each in nodes:
            if each is None:  # `{**this}`
                raise FenceError("it unpacks a mapping")
            self._value(each)

    def _call(self, node: ast.Call) -> None:
        head = node.func
        if isinstance(head, ast.Attribute) and head.attr in _METHODS:
            self._value(head.value)
        elif isinstance(head, ast.Call) and isinstance(head.func, ast.Attribute) and head.func.attr == "with_options":
            self._call(head)
        elif not (_calls(node, self.functions) or _calls(node, (self.imported | _COMPUTES) - _UNCALLED)):
            if not _calls(node, {"TypedDict"} & self.imported) or len(node.args) != 2 or node.keywords:
                _refuse(node)
            self._fields(node.args[1])
            return
        self._values(node.args)
        for keyword in node.keywords:
            if keyword.arg is None:
                _refuse(node)
            self._value(keyword.value)

    def _fields(self, node: ast.expr) -> None:
        if not isinstance(node, ast.Dict):
            _refuse(node)
        self._values(node.keys)
        for each in node.values:
            self._type(each)


def _bindable(name: str, node: ast.AST) -> None:
    if name.startswith("_"):
        _refuse(node)


def _calls(node: ast.expr, names: Iterable[str]) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_ellipsis(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is ...


def _is_declared(node: ast.stmt) -> bool:
    """`raise NotImplementedError`: the body of a task that has none of its own."""
    raised = node.exc if isinstance(node, ast.Raise) and node.cause is None else None
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def _is_sign(node: ast.UnaryOp) -> bool:
    """`~condition`, or the minus of a number."""
    minus = isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant)
    return minus or isinstance(node.op, ast.Invert)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _refuse(node: ast.AST) -> NoReturn:
    raise FenceError(f"line {getattr(node, 'lineno', 1)} has {type(node).__name__}")
