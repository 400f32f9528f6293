"""Python's functions that look at values at once, and what says the same of values of the run.

`max(a, b)` asks for `b > a` and its truth: the value only sees the comparison, the source of the user's line says which
function asked.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from flowdsl.frontend import places

_OWN: Mapping[str, str] = MappingProxyType(
    {"max": "max_", "min": "min_", "median": "median_of", "statistics.median": "median_of"}
)
_ELSE: Mapping[str, str] = MappingProxyType(
    {
        "sorted": "of numbers of the run a condition has `min_(...)`, `max_(...)` and `median_of(...)`; "
        "sort in a task's body",
        "sum": "sum in the body of a task that is given the list; a sum of single values is `a + b`",
        "len": "count in the body of a task that is given the list; that it has elements `on_empty=` is for",
        "round": "compare the number as it is, within a band: `abs(a - b) < 0.005`; or round in a task's body",
        "math.isclose": "compare within a band: `abs(a - b) < 0.005`",
        "int": "a number is one already: compare it; text becomes one in a task's body",
        "float": "a number is one already: compare it; text becomes one in a task's body",
        "statistics.mean": "of single values it is `(a + b) / 2`; of a list compute it in a task's body",
        "statistics.fmean": "of single values it is `(a + b) / 2`; of a list compute it in a task's body",
    }
)


def twin() -> str:
    """The hint for a function on the user's line that is given a value of the run; empty where there is none."""
    frame = places.frame()
    if frame is None:
        return ""
    names = {**frame.f_globals, **frame.f_locals}
    hint = ""
    for call in _calls(frame.f_code.co_filename, frame.f_lineno):  # from the outside to the inside
        if any(_is_of_the_run(names.get(each.id)) for each in ast.walk(call) if isinstance(each, ast.Name)):
            hint = _of(call) or hint
    return hint


def _of(call: ast.Call) -> str:
    name = ast.unparse(call.func)
    if (own := _OWN.get(name)) and not call.keywords:
        given = call.args[0] if len(call.args) == 1 else None
        parts = given.elts if isinstance(given, (ast.List, ast.Tuple)) else call.args
        return f"of numbers of the run, in a condition: `{own}({', '.join(map(ast.unparse, parts))})`, from flowdsl"
    return _ELSE.get(name, "")


def _calls(filename: str, line: int) -> Iterator[ast.Call]:
    tree = places.tree(filename)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.Call) and node.lineno <= line <= (node.end_lineno or node.lineno):
            yield node


def _is_of_the_run(value: object) -> bool:
    """Whether a name stands for a value of the run, or for a list of them: such have words for messages."""
    several = value if isinstance(value, (list, tuple)) else (value,)
    return any(hasattr(type(each), "_words") for each in several)
