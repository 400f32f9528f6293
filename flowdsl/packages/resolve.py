"""From requirements to pins with hashes, for one target."""

from __future__ import annotations

from collections.abc import Mapping

from flowdsl.packages import pip_report, uv_pylock
from flowdsl.packages.lockfile import Resolution
from flowdsl.packages.requirements import Wanted
from flowdsl.packages.targets import Target
from flowdsl.packages.tools import Tool


def resolve(
    wanted: Wanted, target: Target, tool: Tool, environ: Mapping[str, str], like: Resolution | None = None
) -> Resolution:
    """What the requirements come to on a target. Raises ToolError where the program finds no answer.

    `like` is a resolution for another target: its versions are kept to where they can be, so that both places have the
    same.
    """
    resolver = uv_pylock.resolve if tool.name == "uv" else pip_report.resolve
    pins = resolver(wanted.requirements, _constraints(wanted, like), target, tool, environ)
    return Resolution(wanted.requirements, target, tuple(sorted(pins)), wanted.digest)


def _constraints(wanted: Wanted, like: Resolution | None) -> list[str]:
    kept = [f"{pin.name}=={pin.version}" for pin in like.pins] if like is not None else []
    return [*wanted.constraints, *kept]
