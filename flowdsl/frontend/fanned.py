"""What `map` is told beside the values: `on_empty=`; and what a fan-out gives where its list is empty in the run.

Tekton skips a fan-out over an empty list, and what takes its results or runs after it. With `on_empty="run"` it has a
condition, that the list has elements: where that does not hold, those that take its results are given `[]`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from flowdsl.frontend.choices import Alternative
from flowdsl.frontend.conditions import conditions_of
from flowdsl.frontend.guards import Guard, failing, together
from flowdsl.frontend.handles import Empty, NodeHandle
from flowdsl.frontend.opaque import named
from flowdsl.frontend.refusal import refuse
from flowdsl.ir.conditions import Fetched, Test
from flowdsl.ir.nodes import Node, Text
from flowdsl.ir.refs import result_refs
from flowdsl.ir.types import STRING, Kind, TypeSpec

_LIST = TypeSpec(Kind.ARRAY, "list[str]", item=STRING)


def asks_to_run(arguments: dict[str, object], own: Collection[str]) -> bool:
    """Takes `on_empty=` out of what `map` is given, unless it is a parameter of the task.

    FLOW002 for another word.
    """
    if "on_empty" in own:
        return False
    given = arguments.pop("on_empty", "skip")
    if not isinstance(given, str) or given not in ("run", "skip"):
        hint = 'write on_empty="run": what takes the results is then given [] where the list is empty'
        refuse("FLOW002", f'on_empty= of map takes "run" or "skip", got {named(given)}', hint)
    return given == "run"


def filled(matrix: Mapping[str, Text], nodes: Mapping[str, Node]) -> Guard | None:
    """That all lists of a fan-out have elements; None where one has none in any run."""
    if any(not value for value in matrix.values()):
        return None
    return conditions_of(Test("some", (Fetched(text, _LIST, _label(text)),)) for text in _lists(matrix, nodes))


def _lists(matrix: Mapping[str, Text], nodes: Mapping[str, Node]) -> Iterator[str]:
    """The lists that only the run knows. What another fan-out gives has elements, or is not there."""
    for value in dict.fromkeys(matrix.values()):
        text = value[0] if isinstance(value, tuple) and len(value) == 1 else ""
        gathered = any(nodes[task].mapped for task, _ in result_refs(text) if task in nodes)
        if text.endswith("[*])") and not gathered:
            yield text


def _label(text: str) -> str:
    label = text.removeprefix("$(").removesuffix("[*])")
    return label.removeprefix("tasks.").removeprefix("params.").replace(".results.", ".").removesuffix(".result")


def with_empty(handle: NodeHandle, full: Guard | None, held: Guard) -> list[Alternative]:
    """What a fan-out gives: its results where its lists are `full`, no elements where not."""
    if full is None:
        return [Alternative(Empty(handle), held)]
    empty = [Alternative(Empty(handle), guard) for guard in failing(full, held)] if full else []
    return [Alternative(handle, together(held, full)), *empty]
