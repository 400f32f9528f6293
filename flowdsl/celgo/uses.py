"""What an expression uses, read and not evaluated: for who checks one before there is an event."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from .parser import parse
from .tree import Call, CelSyntaxError, Each, Literal, Many, Message, Name, Node, Pairs, Select
from .triggers import FUNCTIONS, NAMESPACES


@attrs.frozen
class Uses:
    """Names that are variables, and functions: one of a namespace by its whole name, such as `math.greatest`."""

    names: tuple[str, ...]
    functions: tuple[str, ...]

    @property
    def unknown(self) -> tuple[str, ...]:
        """The functions that Triggers' CEL does not have."""
        return tuple(name for name in self.functions if name not in FUNCTIONS)


def uses(text: str) -> Uses:
    """What an expression uses. Raises CelSyntaxError for what is none."""
    names, functions = dict[str, None](), dict[str, None]()
    waiting: list[tuple[Node, frozenset[str]]] = [(parse(text), frozenset())]
    while waiting:
        node, bound = waiting.pop()
        if isinstance(node, Name):
            if node.name not in bound:
                names[node.name] = None
        elif isinstance(node, Call) and node.function.isidentifier():
            spaced = isinstance(node.target, Name) and node.target.name in NAMESPACES - bound
            functions[f"{node.target.name}.{node.function}" if spaced else node.function] = None  # type: ignore[union-attr]  # spaced
            waiting += [(each, bound) for each in reversed((*(() if spaced else _target(node)), *node.arguments))]
        else:
            waiting += [(each, bound | more) for each, more in reversed(_parts(node))]
    return Uses(tuple(names), tuple(functions))


def walk(node: Node) -> Iterator[Node]:
    """A tree's nodes in the order in which they are written, each before its parts."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        waiting += [each for each, _ in reversed(_parts(found))]


def _target(node: Call) -> tuple[Node, ...]:
    return () if node.target is None else (node.target,)


_NONE: frozenset[str] = frozenset()


def _parts(node: Node) -> list[tuple[Node, frozenset[str]]]:
    """What a node is made of, each with the names that are bound there."""
    if isinstance(node, (Literal, Name)):
        return []
    if isinstance(node, Select):
        return [(node.operand, _NONE)]
    if isinstance(node, Each):
        return [(node.over, _NONE), *((each, frozenset({node.variable})) for each in node.steps)]
    if isinstance(node, Pairs):
        return [(each, _NONE) for pair in node.entries for each in pair]
    if isinstance(node, Message):
        return [(value, _NONE) for _, value in node.fields]
    return [(each, _NONE) for each in (node.items if isinstance(node, Many) else (*_target(node), *node.arguments))]


def syntax_error(text: str) -> str:
    """Why a text is no CEL, in a few words; "" where it is."""
    try:
        parse(text)
    except CelSyntaxError as error:
        return str(error)
    return ""
