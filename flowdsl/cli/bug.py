"""What is told of an exception that nobody expected: enough to find the fault, and nothing of what was worked on.

The message of an exception, the values of variables and lines of source may hold a credential (Python's HTTP client
puts a whole header into its message), and what is printed here is pasted into public reports. So it is types and
places.
"""

from __future__ import annotations

import platform
import sys
import traceback
from pathlib import Path

_FRAMES = 30
"""The innermost ones; a recursion has a thousand alike."""


def report(error: BaseException) -> str:
    """The text for a person, with what a report of the fault needs."""
    lines = [f"flowdsl has a bug: {type(error).__name__}{_at(error)}"]
    lines.append("Please report it with these lines; they hold no values, only where it happened:")
    for each in _chain(error):
        lines.append(f"  {type(each).__name__}")
        frames = traceback.extract_tb(each.__traceback__)
        left = len(frames) - _FRAMES
        lines += [f"    … {left} more"] if left > 0 else []
        lines += [f"    {_file(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames[-_FRAMES:]]
    lines.append(f"  {versions()}")
    return "\n".join(lines)


def versions() -> str:
    """flowdsl, Python and system."""
    import flowdsl

    return f"flowdsl {flowdsl.__version__}, Python {platform.python_version()}, {sys.platform} {platform.machine()}"


def _chain(error: BaseException) -> list[BaseException]:
    """The exception and those that it came from, the first one last."""
    found: list[BaseException] = []
    now: BaseException | None = error
    while now is not None and now not in found and len(found) < 5:
        found.append(now)
        now = now.__cause__ or now.__context__
    return found


def _at(error: BaseException) -> str:
    """The innermost place in our own code."""
    ours = [
        frame for frame in traceback.extract_tb(error.__traceback__) if _file(frame.filename).startswith("flowdsl/")
    ]
    return f" at {_file(ours[-1].filename)}:{ours[-1].lineno}" if ours else ""


def _file(path: str) -> str:
    """A file as a report names it: below its package, without the folders of this machine."""
    parts = Path(path).parts
    for root in ("flowdsl", "site-packages"):
        if root in parts:
            below = len(parts) - 1 - parts[::-1].index(root)
            return "/".join(parts[below + (root == "site-packages") :])
    return "/".join(parts[-2:])
