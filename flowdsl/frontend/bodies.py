"""What a function says of itself beside its signature: its docstring, and whether its body is code to run."""

from __future__ import annotations

import inspect
from collections.abc import Callable

from flowdsl.ir.options import PipelineOptions, TaskOptions


def shown_texts(function: Callable[..., object], options: TaskOptions | PipelineOptions) -> tuple[str, str]:
    """The display name and the description of an object: as given, else from the docstring of its function.

    A verbatim one has a display name only where one is given, and the whole docstring for its description.
    """
    if options.verbatim:
        return options.display_name, described(function, options)
    first, rest = _docstring(function.__doc__) if function.__doc__ else ("", "")
    return options.display_name or first, options.description or rest


def _docstring(written: str) -> tuple[str, str]:
    """A function's display name (first line of its docstring, no full stop) and description (the rest)."""
    text = inspect.cleandoc(written)
    first, _, rest = text.partition("\n")
    return first.rstrip(". "), rest.strip()


def described(function: Callable[..., object], options: TaskOptions | PipelineOptions) -> str:
    """The description of a verbatim object: as given, else the whole docstring.

    A docstring whose last line holds the closing quotes alone ends with a line feed, as YAML's `|` does.
    """
    text = function.__doc__ or ""
    if options.description or not text:
        return options.description
    ended = "\n" in text and not text.rpartition("\n")[2].strip()
    return inspect.cleandoc(text) + ("\n" if ended else "")


def _plain() -> None: ...


def _documented() -> None:
    """Documented."""


def _raising() -> None:
    raise NotImplementedError


def _raising_documented() -> None:
    """Documented."""
    raise NotImplementedError


def _called() -> None:
    raise NotImplementedError()


def _told() -> None:
    raise NotImplementedError("told")


def _told_documented() -> None:
    """Documented."""
    raise NotImplementedError("told")


_EMPTY = frozenset(each.__code__.co_code for each in (_plain, _documented))
_RAISING = frozenset(
    each.__code__.co_code for each in (_raising, _raising_documented, _called, _told, _told_documented)
)


def is_empty(function: Callable[..., object]) -> bool:
    """Whether the body is only `...`, `pass`, a docstring or `raise NotImplementedError`.

    The last is what a strict checker takes for a function that returns something.
    """
    code = function.__code__
    body = code.co_code  # a new object each time
    if body in _RAISING:
        # `raise ValueError` has the same instructions.
        return code.co_names == ("NotImplementedError",)
    if body not in _EMPTY:
        return False
    # `return 42` has the same instructions; what they return tells it apart.
    return all(const is None or const == function.__doc__ for const in code.co_consts)
