"""The name that somebody meant who wrote one that is not there: the "did you mean" of hints."""

from __future__ import annotations

from collections.abc import Iterable


def near(name: str, known: Iterable[str], least: float = 0.6) -> str:
    """The known name that is most like this one; "" where none is alike by `least`, a ratio of 0 to 1 as in difflib."""
    import difflib

    return next(iter(difflib.get_close_matches(name, list(known), 1, least)), "")


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """The hint for an unknown name: the one that was probably meant, or `otherwise` where none is like it."""
    found = near(name, known)
    return f"did you mean {found!r}?" if found else otherwise
