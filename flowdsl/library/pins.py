"""What a lock says of this machine, for those who lock nothing: a run loads no resolver."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flowdsl.frontend import places

if TYPE_CHECKING:
    from flowdsl.frontend.manifest import Manifest
    from flowdsl.frontend.pipeline import Pipeline
    from flowdsl.packages.lockfile import Resolution


def python_file(target: Pipeline | Manifest) -> str:
    """The Python file of a pipeline or a manifest, beside which its lock lies."""
    from flowdsl.frontend.pipeline import Pipeline

    if not isinstance(target, Pipeline):
        return target.location.file
    from flowdsl.compiler.packages import file_of

    return file_of(target.function)


def shown(path: Path) -> str:
    """A path for people."""
    return places.display(str(path))


def local_pins(resolutions: tuple[Resolution, ...]) -> dict[str, Resolution]:
    """By the key of each resolution, the one of the same requirements for this machine; no entry for none."""
    from flowdsl.packages.targets import this_machine

    here = this_machine()
    own = {(each.requirements, each.constraints): each for each in resolutions if each.target == here}
    return {
        each.key: own[each.requirements, each.constraints]
        for each in resolutions
        if (each.requirements, each.constraints) in own
    }
