"""The parameters of a function, as its signature gives them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import NamedTuple

EMPTY = inspect.Parameter.empty
_VARIABLE = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


class Parameter(NamedTuple):
    """One parameter; `default` is EMPTY where there is none, `variable` for `*args` and `**kwargs`."""

    name: str
    default: object
    annotated: bool
    keyword_only: bool = False
    variable: bool = False


def names_of(function: Callable[..., object]) -> tuple[str, ...]:
    """The names of a function's parameters, without `*args` and `**kwargs`."""
    code = function.__code__
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def receiver_of(function: Callable[..., object]) -> str:
    """The `self` or `cls` of a method, which has no type; "" where a function has none."""
    owner = function.__qualname__.rpartition(".")[0]
    first = next(iter(names_of(function)), "")
    if first not in ("self", "cls") or first in function.__annotations__:
        return ""
    return first if owner and not owner.endswith("<locals>") else ""


def without_receiver(
    function: Callable[..., object], order: tuple[str, ...], args: tuple[object, ...]
) -> tuple[tuple[str, ...], tuple[object, ...]]:
    """The parameters by position and the arguments for them, without a method's `self` and what is given for it.

    It is told at the `def`, and calls are not to blame.
    """
    if not order or order[0] not in ("self", "cls") or order[0] != receiver_of(function):
        return order, args
    owner = function.__qualname__.split(".")[-2]
    given = args and (args[0] if isinstance(args[0], type) else type(args[0])).__name__ == owner
    return order[1:], args[1:] if given else args


def parameters(function: Callable[..., object]) -> list[Parameter]:
    """The parameters in the order of the signature, as `inspect.signature` tells them.

    Its answer stands in the code object of a function that nothing wraps, where reading it takes a tenth of the time.
    """
    code = function.__code__
    if vars(function) or code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS):
        return [
            Parameter(
                each.name,
                each.default,
                each.annotation is not EMPTY,
                each.kind is inspect.Parameter.KEYWORD_ONLY,
                each.kind in _VARIABLE,
            )
            for each in inspect.signature(function).parameters.values()
        ]
    count, names = code.co_argcount, names_of(function)
    given = function.__defaults__ or ()
    defaults = (EMPTY,) * (count - len(given)) + given
    hints = function.__annotations__
    found = [Parameter(name, default, name in hints) for name, default in zip(names, defaults, strict=False)]
    named = function.__kwdefaults__ or {}
    return found + [Parameter(name, named.get(name, EMPTY), name in hints, True) for name in names[count:]]
