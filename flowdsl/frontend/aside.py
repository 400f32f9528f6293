"""While the user's own code runs: where it imports from, and where what it prints goes."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from types import FunctionType

from flowdsl.frontend.home import home_of


@contextlib.contextmanager
def aside(root: str = "") -> Iterator[None]:
    """Imports look in `root` first of all, and what is printed goes to standard error.

    `compile -o -` and its like write a document to standard output. Once the user's code has run, `root` comes last of
    where Python looks: what lies there may have the name of a module that flowdsl, or a library, is about to import.
    """
    with contextlib.redirect_stdout(sys.stderr), looking_first_in(root):
        yield


def aside_of(function: Callable[..., object]) -> contextlib.AbstractContextManager[None]:
    """The same for a function: where its own module looks, as far as Python looks there at all."""
    root = home_of(function).root if isinstance(function, FunctionType) else ""
    return aside(root if root in sys.path else "")


@contextlib.contextmanager
def looking_first_in(root: str) -> Iterator[None]:
    """Have a folder first on `sys.path`, then where it was, or else last; nothing for ""."""
    if not root or sys.path[:1] == [root]:
        yield
        return
    at = sys.path.index(root) if root in sys.path else None
    if at is not None:
        del sys.path[at]
    sys.path.insert(0, root)
    try:
        yield
    finally:
        # The user's code may have changed the list.
        if root in sys.path:
            sys.path.remove(root)
            sys.path.insert(len(sys.path) if at is None else at, root)
