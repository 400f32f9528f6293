"""What the runner sends to the supervisor of the steps, as JSON. For type checkers: nothing here does anything.

The supervisor and what it imports are run without this package (see `supervisor.py`): they name these types under
`if TYPE_CHECKING:` alone.
"""

from __future__ import annotations

from typing import TypedDict


class MountMessage(TypedDict):
    """One mount of a step, in the order in which they are made.

    `source` and `target` are paths; `below` is a sub-path of the source, "" for none; `hostPath` is the type of a
    hostPath volume, "" for any other.
    """

    source: str
    below: str
    target: str
    readOnly: bool
    hostPath: str


class CommandMessage(TypedDict):
    """A command beside the step's, such as a probe; the answer has its `id`."""

    id: int
    argv: list[str]
    env: dict[str, str]
    cwd: str


class StepMessage(TypedDict):
    """A step to start; `after` is a command for when a signal has ended it."""

    argv: list[str]
    env: dict[str, str]
    cwd: str
    mounts: list[MountMessage]
    after: list[str]


class SightMessage(TypedDict):
    """What confined steps see of the machine: absolute paths, and `scratch`, a folder on a disk. See `view.py`."""

    own: list[str]
    keep: list[str]
    hide: list[str]
    cover: list[str]
    scratch: str


class Answer(TypedDict, total=False):
    """What the supervisor says: that a step has started, that it has failed to, that it or one beside it has ended."""

    started: int
    failed: int
    what: str
    message: str
    exit: int
    signal: int
    beside: int
    ready: bool
