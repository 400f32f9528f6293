"""The name that somebody meant who wrote one that is not there: the "did you mean" of hints."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

_COMPARED = 20_000
"""Pairs of names that are compared letter by letter for one set of names; longer ones count as several."""
_LETTERS = 400
"""Letters of one name times letters of the other, up to which a pair counts once: two names of twenty."""
_MOST = 500
"""More names than this are looked up, not compared."""


class Names:
    """Names that are known, for hints about many that are not: what a search needs is worked out once.

    The first unknown names are compared with each known one, as difflib does it. Then only what is a letter away is
    found: one too many, too few, wrong, or two in each other's place. That takes no longer where there are more names.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._known = list(known)
        self._left = _COMPARED

    def __len__(self) -> int:
        return len(self._known)

    def near(self, name: str, least: float = 0.6) -> str:
        """The name that is most like this one; "" where none is alike by `least`, a ratio as in difflib."""
        import difflib

        found: Iterable[str] = self._known
        cost = max(len(self._known), len(name) * self._letters // _LETTERS)
        if len(self._known) > _MOST or self._left < cost:
            found = {each for key in _less(name) for each in self._by_letters.get(key, ())}
        else:
            self._left -= cost
        return next(iter(difflib.get_close_matches(name, found, 1, least)), "")

    @functools.cached_property
    def ordered(self) -> list[str]:
        """The names in the order of the alphabet."""
        return sorted(self._known)

    @functools.cached_property
    def _letters(self) -> int:
        return sum(map(len, self._known))

    @functools.cached_property
    def _by_letters(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in dict.fromkeys(self._known):
            for key in _less(name):
                same = found.setdefault(key, [])
                if len(same) < _SAME:
                    same.append(name)
        return found


_LONG = 64
"""Names that are longer are looked up as they are: what is found by each letter left out takes as much again."""
_SAME = 8


def _less(name: str) -> Iterator[str]:
    """The name, and what is left of it without each of its letters."""
    yield name
    if len(name) <= _LONG:
        yield from {name[:at] + name[at + 1 :] for at in range(len(name))}


def near(name: str, known: Iterable[str] | Names, least: float = 0.6) -> str:
    """The known name that is most like this one; "" where none is alike by `least`, a ratio of 0 to 1 as in difflib."""
    return (known if isinstance(known, Names) else Names(known)).near(name, least)


def did_you_mean(name: str, known: Iterable[str] | Names, otherwise: str) -> str:
    """The hint for an unknown name: the one that was probably meant, or `otherwise` where none is like it."""
    found = near(name, known)
    return f"did you mean {found!r}?" if found else otherwise
