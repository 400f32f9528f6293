"""Two functions of one name in one file, both tasks or pipelines: Python keeps the last, and calls mean that one."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType

from flowdsl.diagnostics import Collector, Location
from flowdsl.frontend import places
from flowdsl.frontend.rules import NAME_USED_TWICE


def name_twice(function: Callable[..., object], location: Location, collector: Collector) -> None:
    """FLOW012 where the file's name of a function that is being decorated stands for another one already."""
    if not isinstance(function, FunctionType) or function.__qualname__ != function.__name__:
        return
    name = function.__name__
    before: object = getattr(function.__globals__.get(name), "function", None)
    if not isinstance(before, FunctionType) or before.__code__.co_filename != function.__code__.co_filename:
        return
    code, first = function.__code__, before.__code__
    if first.co_firstlineno == code.co_firstlineno or first.co_name != name:
        return  # made anew by a loop, or the file is run again
    from flowdsl.frontend.slicing.source import index_of

    index = index_of(function)
    lines = {line for line, known in (index.functions if index is not None else ()) if known == name}
    if {first.co_firstlineno, code.co_firstlineno} <= lines:  # else the file was changed, and is run again
        collector.add(
            NAME_USED_TWICE.finding(
                f"{name} is defined twice in this file: what is called is the last, and the first is lost",
                location,
                hint="give one of them another name",
                related=(("first", places.of_function(before)),),
            )
        )
