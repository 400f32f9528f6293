"""A call of ours with an argument that it does not have: what Python says of it, as a finding like any other."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from types import FrameType, ModuleType

from flowdsl.diagnostics.near import did_you_mean
from flowdsl.ir.volumes import Secret, WorkspaceSpec

_CALL = r"^(?:(?P<owner>\w+)\.)?(?P<name>\w+)\(\) "
_UNKNOWN = re.compile(_CALL + r"got an unexpected keyword argument '(?P<what>\w+)'")
_MISSING = re.compile(_CALL + r"missing \d+ required (?:positional|keyword-only) arguments?: (?P<what>.*)$")
# What a user's name stands for in Python's words.
_BEHIND: dict[str, tuple[str, Callable[..., object]]] = {
    "WorkspaceSpec.__init__": ("Workspace", WorkspaceSpec),
    "_Mountable.mount": ("mount", Secret.mount),
}


def misuse(error: Exception) -> tuple[str, str] | None:
    """The message and the hint for a TypeError of a call of flowdsl's own; None for any other error."""
    if not isinstance(error, TypeError):
        return None
    unknown, missing = _UNKNOWN.match(str(error)), _MISSING.match(str(error))
    found = unknown or missing
    called = _called(error, found["owner"] or "", found["name"]) if found else None
    if found is None or called is None:
        return None
    name, function = called
    takes = [each for each in inspect.signature(function).parameters if each != "self"]
    if missing:
        return f"{name} needs {found['what']}", f"it takes: {', '.join(takes)}"
    hint = did_you_mean(found["what"], takes, f"it takes: {', '.join(takes)}")
    return f"{name} has no argument {found['what']!r}", hint


def _called(error: Exception, owner: str, name: str) -> tuple[str, Callable[..., object]] | None:
    """What was called, by the name it has for a user: something of flowdsl that the caller's module knows."""
    behind = _BEHIND.get(f"{owner}.{name}")
    if behind is not None:
        return behind
    if owner and name != "__init__":
        return None
    wanted = owner or name
    for each in _known(_innermost(error)):
        if getattr(each, "__name__", "") == wanted and str(getattr(each, "__module__", "")).startswith("flowdsl."):
            return (wanted, each) if callable(each) else None
    return None


def _innermost(error: Exception) -> FrameType | None:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace.tb_frame if trace else None


def _known(frame: FrameType | None) -> Iterator[object]:
    for value in list(frame.f_globals.values()) if frame else ():
        yield value
        if isinstance(value, ModuleType) and value.__name__ == "flowdsl":
            yield from vars(value).values()
