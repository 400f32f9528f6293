"""Finding in a script which packages it installs. The script may be anybody's: what is found is checked whole."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

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


def calls_in(value: object) -> Iterator[Call]:
    """Those of every script in documents."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name == "script" and isinstance(each, str):
                if (found := call_of(each)) is not None:
                    yield found
            elif isinstance(each, (dict, list)):
                yield from calls_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from calls_in(each)


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
