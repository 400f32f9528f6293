"""What an expression gives for variables."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any, TypeVar

import attrs

from .functions import Overload, Table, called, walked
from .tree import Call, CelError, CelLimitError, CelSyntaxError, Each, Literal, Many, Message, Name, Node, Pairs, Select
from .values import CelType, compare, key_of, kind, no_overload

_TYPES = {
    name: name for name in ("bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint")
}


def check(node: Node, variables: frozenset[str], table: Table) -> None:
    """Names and functions that are not there. Raises CelSyntaxError."""
    if isinstance(node, Name):
        if node.name not in variables and node.name not in _TYPES:
            raise CelSyntaxError(f"undeclared reference to '{node.name}'", node.at)
    elif isinstance(node, Select):
        check(node.operand, variables, table)
    elif isinstance(node, Call):
        _check_call(node, variables, table)
    elif isinstance(node, Many):
        for each in node.items:
            check(each, variables, table)
    elif isinstance(node, Pairs):
        for pair in node.entries:
            for each in pair:
                check(each, variables, table)
    elif isinstance(node, Message):
        # cel-go knows those of google.protobuf; nobody writes one in a filter.
        raise CelSyntaxError(f"messages such as {node.type} are not known here", node.at)
    elif isinstance(node, Each):
        check(node.over, variables, table)
        for each in node.steps:
            check(each, variables | {node.variable}, table)


def _check_call(node: Call, variables: frozenset[str], table: Table) -> None:
    name = spaced(node, variables, table)
    for each in node.arguments:
        check(each, variables, table)
    if name is None and node.target is not None:
        check(node.target, variables, table)
    if (name or node.function) in _LOGIC:
        return
    overloads = table.get(name or node.function)
    if overloads is None:
        raise CelSyntaxError(f"undeclared reference to '{node.function}'", node.at)
    on_one = node.target is not None and name is None
    size = len(node.arguments) + on_one
    kinds = [_known(each) for each in ((node.target,) if on_one else ()) + node.arguments]
    fitting = [each for each in overloads if each.method == on_one and len(each.kinds) == size and _fits(each, kinds)]
    # What is compared has to be of one type as far as that is plain; what comes of the event is of any.
    unlike = node.function in _ALIKE and None not in kinds and len({*kinds}) > 1
    if unlike or not fitting:
        raise CelSyntaxError(f"found no matching overload for '{node.function}'", node.at)


_ALIKE = {"_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_"}


def _known(node: Node | None) -> str | None:
    """The type of what is written out; None for what only the event tells, and for what a function gives."""
    if isinstance(node, Literal):
        return kind(node.value)
    return {Many: "list", Pairs: "map"}.get(type(node)) if node is not None else None


def _fits(overload: Overload, kinds: Sequence[str | None]) -> bool:
    return all(wanted == "any" or each in {None, wanted} for wanted, each in zip(overload.kinds, kinds, strict=True))


def spaced(node: Call, variables: Container[str], table: Table) -> str | None:
    """The name of a function of a namespace, `math.least`; None for a method of a value."""
    if isinstance(node.target, Name) and node.target.name not in variables:
        name = f"{node.target.name}.{node.function}"
        return name if name in table else None
    return None


_LOGIC = {"_&&_", "_||_", "_?_:_"}


_CHEAP = {"_[_]", "_+_", "size", "first", "last", "match", "canonical"}
"""What takes no longer the larger a list or map is."""
_SQUARE = {"distinct", "sets.contains", "sets.equivalent", "sets.intersects"}
"""What looks at each item beside each other one."""
_MOST = 2_000_000
_LONGEST = 64 * 1024 * 1024
T = TypeVar("T")


@attrs.define
class Run:
    """One evaluation: its functions, and how much of it is left. A cluster has no such limit."""

    table: Table
    left: int = _MOST

    def spend(self, amount: int) -> None:
        """Go on. Raises CelLimitError."""
        self.left -= amount
        if self.left < 0:
            raise CelLimitError("the expression takes too long to be evaluated here")

    def weighed(self, value: T, *, deep: bool = True) -> T:
        """The value, paid for by its size. Raises CelLimitError."""
        if isinstance(value, (str, bytes)):
            if len(value) > _LONGEST:
                raise CelLimitError("a text grows too long to be evaluated here")
            self.spend(len(value) // 100)
        elif isinstance(value, (list, dict)):
            waiting: list[Any] = [value]
            while waiting:
                each = waiting.pop()
                self.spend(len(each))
                inner = each.values() if isinstance(each, dict) else each
                waiting += [item for item in inner if isinstance(item, (list, dict))] if deep else ()
        return value


def answer(tree: Node, variables: Mapping[str, Any], table: Table) -> Any:
    """What a whole expression gives, within the limits of this process. Raises CelError, CelLimitError."""
    try:
        return evaluate(tree, variables, Run(table))
    except (RecursionError, MemoryError):
        raise CelLimitError("the expression takes too much memory to be evaluated here") from None
    except OverflowError:
        raise CelError("overflow") from None


def evaluate(node: Node, variables: Mapping[str, Any], run: Run) -> Any:
    """The value of an expression. Raises CelError, and CelLimitError for what takes too long."""
    run.spend(1)
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Name):
        return variables[node.name] if node.name in variables else CelType(_TYPES[node.name])
    if isinstance(node, Select):
        return _selected(node, evaluate(node.operand, variables, run))
    if isinstance(node, Call):
        return _call(node, variables, run)
    if isinstance(node, Many):
        return run.weighed([evaluate(each, variables, run) for each in node.items])
    if isinstance(node, Pairs):
        return _mapped(node, variables, run)
    assert isinstance(node, Each)  # `check` has refused messages
    return _each(node, variables, run)


def _selected(node: Select, value: Any) -> Any:
    if not isinstance(value, dict):
        raise no_overload(f".{node.field}", value) if value is not None else CelError(f"no such key: {node.field}")
    if node.has:
        return node.field in value
    if node.field not in value:
        raise CelError(f"no such key: {node.field}")
    return value[node.field]


def _mapped(node: Pairs, variables: Mapping[str, Any], run: Run) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key, value in node.entries:
        at = key_of(evaluate(key, variables, run))
        if at in found:
            raise CelError(f"Failed with repeated key: {at}")
        found[at] = evaluate(value, variables, run)
    run.weighed(found)
    return found


def _call(node: Call, variables: Mapping[str, Any], run: Run) -> Any:
    if node.function in {"_&&_", "_||_"}:
        return _logic(node, variables, run, decides=node.function == "_||_")
    if node.function == "_?_:_":
        chosen, yes, no = node.arguments
        value = evaluate(chosen, variables, run)
        if not isinstance(value, bool):
            raise no_overload("_?_:_", value)
        return evaluate(yes if value else no, variables, run)
    name = spaced(node, variables, run.table)
    targets = () if node.target is None or name else (node.target,)
    values = [evaluate(each, variables, run) for each in (*targets, *node.arguments)]
    function = name or node.function
    if function not in _CHEAP:
        for each in values:
            run.weighed(each)
    if function in _SQUARE:
        run.spend(len(values[0]) * len(values[-1]))
    return run.weighed(called(run.table, function, values, on_one=bool(targets)), deep=False)


def _logic(node: Call, variables: Mapping[str, Any], run: Run, *, decides: bool) -> bool:
    """`&&` and `||`: one that decides makes errors of the others nothing."""
    failed: CelError | None = None
    for each in node.arguments:
        try:
            value = evaluate(each, variables, run)
            if not isinstance(value, bool):
                raise no_overload(node.function, value)
        except CelError as error:
            failed = failed or error
            continue
        if value is decides:
            return decides
    if failed:
        raise failed
    return not decides


def _each(node: Each, variables: Mapping[str, Any], run: Run) -> Any:
    items = walked(evaluate(node.over, variables, run))
    *conditions, last = node.steps
    if node.macro == "map":
        chosen = _chosen(node, conditions[0], items, variables, run) if conditions else items
        return run.weighed([evaluate(last, {**variables, node.variable: item}, run) for item in chosen])
    if node.macro == "filter":
        return _chosen(node, last, items, variables, run)
    if node.macro == "sortBy":
        return _sorted(items, [evaluate(last, {**variables, node.variable: item}, run) for item in items])
    if node.macro == "exists_one":
        return len(_chosen(node, last, items, variables, run)) == 1
    return _quantified(node, last, items, variables, run)


def _chosen(node: Each, test: Node, items: list[Any], variables: Mapping[str, Any], run: Run) -> list[Any]:
    found = []
    for item in items:
        value = evaluate(test, {**variables, node.variable: item}, run)
        if not isinstance(value, bool):
            raise no_overload("_?_:_", value)
        if value:
            found.append(item)
    return found


def _quantified(node: Each, test: Node, items: list[Any], variables: Mapping[str, Any], run: Run) -> bool:
    decides = node.macro == "exists"
    failed: CelError | None = None
    for item in items:
        try:
            value = evaluate(test, {**variables, node.variable: item}, run)
            if not isinstance(value, bool):
                raise no_overload(node.macro, value)
        except CelError as error:
            failed = failed or error
            continue
        if value is decides:
            return decides
    if failed:
        raise failed
    return not decides


def _sorted(items: list[Any], keys: list[Any]) -> list[Any]:
    import functools

    if len({kind(key) for key in keys}) > 1:
        raise CelError("list elements must have the same type")
    order = functools.cmp_to_key(compare)
    return [item for _, item in sorted(zip(keys, items, strict=True), key=lambda pair: order(pair[0]))]
