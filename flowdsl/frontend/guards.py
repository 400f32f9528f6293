"""Under which conditions a task runs, and what follows from them: which exclude each other, which leave nothing out.

A task runs where all its own conditions hold and every task that it takes a result of has run. Each condition is true
or false as a whole (`flowdsl.decide`: NaN makes a test false, and its exact opposite true), so they are looked at as
plain logic: every way in which the tests within them can come out.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from flowdsl.diagnostics.frozen import frozen
from flowdsl.frontend.conditions import alone
from flowdsl.ir.conditions import Cel, Expression, Fetched, Junction, Pure, Test
from flowdsl.ir.nodes import Condition, Node
from flowdsl.ir.refs import argument_refs, condition_refs, result_refs
from flowdsl.ir.types import INTEGER

if TYPE_CHECKING:
    from flowdsl.decide.numbers import Compared

Guard = tuple[Condition, ...]
"""Conditions that all hold."""
MOST_WAYS = 4096
"""With more ways than this nothing is said of what conditions leave out."""
_Truth = Mapping[object, bool]


@frozen
class _Atom:
    """That a text is one of several: what Tekton's own `when` can say."""

    input: str
    values: frozenset[str]


def guard_of(node: Node, nodes: Mapping[str, Node]) -> Guard:
    """All that must hold for a task to run, what its producers need first."""
    found: dict[tuple[object, ...], Condition] = {}
    _gather(node, nodes, found, set())
    return tuple(found.values())


def _gather(node: Node, nodes: Mapping[str, Node], found: dict[tuple[object, ...], Condition], seen: set[str]) -> None:
    if node.name in seen:
        return
    seen.add(node.name)
    needed = [task for task, _ in argument_refs(node)] + [task for _, task, _ in condition_refs(node)]
    for name in dict.fromkeys(needed):
        if name in nodes:
            _gather(nodes[name], nodes, found, seen)
    for condition in node.when:
        found.setdefault(_key(condition), condition)


def _key(condition: Condition) -> tuple[object, ...]:
    """What a condition says, wherever it is written."""
    said = (condition.input, condition.operator, condition.values)
    return (*said, condition.cel, condition.expression, condition.opposite)


def together(*guards: Guard) -> Guard:
    """The conditions of all of them, each once."""
    return tuple({_key(each): each for each in itertools.chain(*guards)}.values())


def without(guard: Guard, held: Guard) -> Guard:
    """Those that do not hold already."""
    known = {_key(each) for each in held}
    return tuple(each for each in guard if _key(each) not in known)


def possible(guard: Guard, nodes: Mapping[str, Node] = MappingProxyType({})) -> bool:
    """Whether all can hold at once; `nodes` as for `exhaustive`."""
    known = {_key(each) for each in guard}
    if any(_key(_opposite(each)) in known for each in guard):
        return False
    ways = _ways(guard, lambda value: _is_sure(value, nodes))
    return ways is None or any(_holds(guard, way) for way in ways)


def exhaustive(guards: Iterable[Guard], within: Guard, nodes: Mapping[str, Node] = MappingProxyType({})) -> bool:
    """Whether in every run in which `within` holds one of these does.

    `nodes` are the tasks there are: by what they are it is known which whole numbers can't be missing.
    """
    listed = list(guards)
    ways = _ways(together(within, *listed), lambda value: _is_sure(value, nodes))
    if ways is None:
        return any(not without(each, within) for each in listed)
    return all(any(_holds(each, way) for each in listed) for way in ways if _holds(within, way))


def failing(guard: Guard, known: Guard, nodes: Mapping[str, Node] = MappingProxyType({})) -> list[Guard]:
    """`known` and that not all of `guard` hold, as guards of which at most one can hold; none where it can't be."""
    if not possible(together(known, guard), nodes):
        return [known]
    found, held = [], known
    for each in without(guard, known):
        turned = together(held, (_opposite(each),))
        if possible(turned, nodes):
            found.append(turned)
        held = together(held, (each,))
    return found


def _opposite(condition: Condition) -> Condition:
    if condition.expression is not None:
        shown = condition.shown
        words = shown[5:-1] if condition.opposite and shown.startswith("not_(") else f"not_({shown})"
        return attrs.evolve(condition, opposite=not condition.opposite, shown=words)
    if condition.cel:
        return attrs.evolve(condition, cel=Cel(condition.cel).opposite().text)
    return attrs.evolve(condition, operator="in" if condition.operator == "notin" else "notin")


def _is_sure(value: object, nodes: Mapping[str, Node]) -> bool:
    """Whether a value is a whole number in every run that goes on: a float may be NaN, and a param any text."""
    if not isinstance(value, Fetched) or value.type != INTEGER or value.path:
        return False
    makers = [nodes.get(task) for task, _ in result_refs(value.text)]
    return bool(makers) and all(each is not None and _always_writes(each) for each in makers)


def _always_writes(node: Node) -> bool:
    """Whether a task of ours has written its results wherever the run goes on after it."""
    task = node.task
    ours = task.has_body and task.reference is None and node.pipeline is None
    return ours and "continue" not in (node.on_error, task.options.on_error)


def _ways(guard: Guard, is_sure: Callable[[object], bool] = lambda value: False) -> Iterator[_Truth] | None:
    """Every way in which the tests of conditions can come out; None where there are too many."""
    # Not at the top: most pipelines merge no branches.
    from flowdsl.decide.numbers import ways_of
    from flowdsl.frontend.compared_numbers import comparison

    atoms = list(dict.fromkeys(atom for each in guard for atom in _tests(_said(each)[0])))
    plain: dict[str, list[_Atom]] = {}
    numbers: dict[object, list[tuple[object, Compared]]] = {}
    turns: list[list[_Truth]] = []
    for atom in atoms:
        if (compared := comparison(atom)) is not None:
            numbers.setdefault(compared.of, []).append((atom, compared))
        elif isinstance(atom, _Atom) and not any("$(" in value for value in atom.values):
            plain.setdefault(atom.input, []).append(atom)
        else:
            turns.append([{atom: True}, {atom: False}])
    turns += [_by_value(group) for group in plain.values()]
    turns += [ways_of(group, False, sure=is_sure(of)) for of, group in numbers.items()]
    if math.prod(map(len, turns)) > MOST_WAYS:
        return None
    return ({key: truth for turn in way for key, truth in turn.items()} for way in itertools.product(*turns))


def _by_value(group: list[_Atom]) -> list[_Truth]:
    """What tests of one value come to: for each of the texts that they name, and for any other."""
    texts: list[str | None] = [*dict.fromkeys(text for atom in group for text in sorted(atom.values)), None]
    return [{atom: text in atom.values for atom in group} for text in texts]


def _holds(guard: Guard, way: _Truth) -> bool:
    return all(_certain(test, way) == sign for test, sign in map(_said, guard))


def _said(condition: Condition) -> tuple[Expression, bool]:
    """What a condition tests, and whether it holds where that is true or where it is not."""
    if condition.expression is not None:
        return condition.expression, not condition.opposite
    if condition.cel:
        text, sign = _bare(condition.cel)
        return Cel(text), sign
    return Test("in", (), Pure(condition.input, "in", condition.values)), condition.operator == "in"


def _certain(expression: Expression, way: _Truth) -> bool:
    """Whether an expression is certainly true, by those of its tests that are."""
    found = alone(expression)
    if isinstance(found, Pure):
        return way[_Atom(found.input, frozenset(found.values))] == (found.operator == "in")
    if isinstance(expression, Junction) and expression.sign != "not":
        parts = (_certain(part, way) for part in expression.parts)
        return all(parts) if expression.sign == "and" else any(parts)
    return way[expression]


def _tests(expression: Expression) -> Iterator[object]:
    found = alone(expression)
    if isinstance(found, Pure):
        yield _Atom(found.input, frozenset(found.values))
    elif isinstance(expression, Junction) and expression.sign != "not":
        for part in expression.parts:
            yield from _tests(part)
    else:
        yield expression


def _bare(text: str) -> tuple[str, bool]:
    """A CEL expression without the `!(...)` that we put around it, and whether it is the plain one."""
    sign = True
    while text.startswith("!(") and text.endswith(")") and _closed(text[2:-1]):
        text, sign = text[2:-1], not sign
    return text, sign


def _closed(text: str) -> bool:
    """Whether no bracket of a text closes one from before it."""
    level = 0
    for sign in text:
        level += {"(": 1, ")": -1}.get(sign, 0)
        if level < 0:
            return False
    return True
