"""Arguments of the library's functions, looked at before anything is done: type checkers don't see every caller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flowdsl.diagnostics import UsageError


def texts(name: str, given: Mapping[str, str] | None) -> dict[str, str]:
    """Names and values that are text. Raises UsageError, which names the argument and the value."""
    found: object = {} if given is None else given
    if not isinstance(found, Mapping):
        raise UsageError(f"{name}= takes a mapping of names to text, got {_shown(found)}")
    for key, value in found.items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise UsageError(f"{name}= takes names and values that are text, got {key!r}: {_shown(value)}")
    return dict(found)


def words(name: str, given: Iterable[str]) -> tuple[str, ...]:
    """Several words. Raises UsageError for one that stands alone: its letters would be taken for words."""
    found = tuple(given) if isinstance(given, Iterable) else ()
    if isinstance(given, str) or not isinstance(given, Iterable) or not all(isinstance(each, str) for each in found):
        raise UsageError(f"{name}= takes several words, such as [{'train'!r}], got {_shown(given)}")
    return found


def word(name: str, given: str) -> str:
    """One word, or none. Raises UsageError for what is no text."""
    if not isinstance(given, str):
        raise UsageError(f"{name}= takes a name, got {_shown(given)}")
    return given


def one_of(name: str, given: str, known: Iterable[str]) -> str:
    """One of the known words, or none. Raises UsageError."""
    if given and given not in known:
        raise UsageError(f"{name}= takes {', '.join(known)}, got {_shown(given)}")
    return given


def at_least(name: str, given: float | None, least: float) -> None:
    """Raise UsageError for a number that is too small, or none."""
    if given is not None and (not isinstance(given, (int, float)) or isinstance(given, bool) or given < least):
        raise UsageError(f"{name}= takes a number from {least:g} on, got {_shown(given)}")


def _shown(value: object) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"
