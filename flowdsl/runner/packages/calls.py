"""Finding in a script which packages it installs. The script may be anybody's: what is found is checked whole."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator

import attrs

from flowdsl.packages.lockfile import DamagedError, Resolution, read_lines, read_target

_CALL = re.compile(
    r'^_flowdsl_packages\("(?P<key>[0-9a-f]{64})", "(?P<python>[0-9.]+)", "(?P<platform>[a-z0-9_]+)", """\\\n'
    r'(?P<lines>[^"\\]*)"""(?:, image=True)?\)$',
    re.MULTILINE,
)


@attrs.frozen
class Call:
    """What a script installs, by the key that it knows it by."""

    key: str
    resolution: Resolution


def scripts_in(value: object) -> Iterator[tuple[str, str]]:
    """Every script in documents, after the name of what has it: a step's, or "" where it has none."""
    waiting = [value]
    while waiting:
        held = waiting.pop()
        if isinstance(held, dict):
            if isinstance(script := held.get("script"), str):
                yield str(held.get("name") or ""), script
            waiting += [each for each in reversed(held.values()) if isinstance(each, (dict, list))]
        elif isinstance(held, list):
            waiting += reversed(held)


def calls_in(value: object) -> Iterator[Call]:
    """Those of every script in documents."""
    return calls_of(scripts_in(value))


def calls_of(scripts: Iterable[tuple[str, str]]) -> Iterator[Call]:
    """Those of scripts that `scripts_in` gave."""
    return (found for _, script in scripts if (found := call_of(script)) is not None)


def call_of(script: str) -> Call | None:
    """The call in one script; None where there is none that flowdsl has written."""
    if "\n_flowdsl_packages(" not in script or (found := _CALL.search(script)) is None:
        return None
    with contextlib.suppress(DamagedError):
        target = read_target(found["python"], found["platform"])
        resolution = Resolution((), target, read_lines(found["lines"]))
        # The key names a folder that runs of others share: it must be that of these very lines.
        if resolution.key == found["key"]:
            return Call(found["key"], resolution)
    return None
