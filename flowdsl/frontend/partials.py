"""`task(functools.partial(f, x=1))`: values that a partial binds travel with the task and are no params of it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from types import FunctionType

from flowdsl.diagnostics import Collector, Location
from flowdsl.diagnostics.frozen import frozen
from flowdsl.frontend import places
from flowdsl.frontend.bodies import is_empty
from flowdsl.frontend.refusal import refuse
from flowdsl.ir.types import NOTHING

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@frozen
class Bound:
    """What a partial binds: expressions by the names of parameters, and which others it takes by position."""

    values: Mapping[str, str] = NOTHING
    positional: frozenset[str] = frozenset()


def bound_by(partial: functools.partial[object], collector: Collector) -> Bound:
    """What a partial of a function binds.

    Reports FLOW063 for a value that can't be written down; refuses (FLOW002) what does not fit the function.
    """
    function = partial.func
    assert isinstance(function, FunctionType)
    place, name = places.caller(), function.__name__
    try:
        given = inspect.signature(function).bind_partial(*partial.args, **partial.keywords).arguments
        left = inspect.signature(partial).parameters.values()
    except (TypeError, ValueError) as error:
        refuse("FLOW002", f"the partial does not fit {name}: {error}", f"bind parameters that {name} has")
    if given and is_empty(function):
        refuse("FLOW002", f"the partial binds {', '.join(given)}, and {name} has no body", "drop the partial")
    found = {each: text for each, value in given.items() if (text := _text(each, value, name, place, collector))}
    return Bound(found, frozenset(each.name for each in left if each.kind in _POSITIONAL))


def _text(parameter: str, value: object, function: str, place: Location, collector: Collector) -> str:
    # Not at the top: it loads all that slices, and few tasks are partials.
    from flowdsl.frontend.slicing.captured import NotWritableError, literal

    hint = f"bind text, numbers, or lists and the like of them; or make {parameter!r} a parameter of the task"
    try:
        return literal(value)
    except NotWritableError as error:
        message = f"`{parameter}` of {function} is bound by a partial, and can't travel: {error}"
        collector.error("FLOW063", message, place, hint=hint)
        return "..."  # it is no parameter all the same
