"""Reading parameters from the code object tells what `inspect.signature` tells."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import pytest

from flowdsl.frontend.parameters import parameters


def none() -> None: ...
def plain(a: str, b: int = 2, *, c: str = "x", d, e: int) -> None: ...  # type: ignore[no-untyped-def]
def positional(a, b: int, /, c: str = "c", d: Any = None) -> None: ...  # type: ignore[no-untyped-def]
def variable(a: str, *rest: str, b: int = 1, **more: int) -> None: ...
def with_locals(a: int, b: int = 0) -> None:
    c = a + b
    print(c)


@functools.wraps(plain)
def wrapping(*args: Any, **kwargs: Any) -> None: ...


def signed(x: int) -> None: ...


signed.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
    [inspect.Parameter("y", inspect.Parameter.KEYWORD_ONLY, default=3, annotation=int)]
)


@pytest.mark.parametrize("function", [none, plain, positional, variable, with_locals, wrapping, signed])
def test_as_inspect_tells(function: Callable[..., Any]) -> None:
    kinds = inspect.Parameter
    assert [tuple(each) for each in parameters(function)] == [
        (
            each.name,
            each.default,
            each.annotation is not kinds.empty,
            each.kind is kinds.KEYWORD_ONLY,
            each.kind in (kinds.VAR_POSITIONAL, kinds.VAR_KEYWORD),
        )
        for each in inspect.signature(function).parameters.values()
    ]
