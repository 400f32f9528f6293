"""Documents as plain data, whatever stands where: what is of another shape reads as empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def mapping(value: object) -> Mapping[str, object]:
    """The value where it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def listed(value: object) -> list[object]:
    """The value where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def mappings(value: object) -> list[Mapping[str, object]]:
    """The mappings in a list."""
    return [each for each in listed(value) if isinstance(each, Mapping)]


def nested(value: object) -> Iterator[Mapping[str, object]]:
    """Every mapping in a value, at any depth, in the order in which they stand, each before those within it."""
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Mapping):
            yield found
            waiting += reversed(list(found.values()))
        elif isinstance(found, list):
            waiting += reversed(found)
