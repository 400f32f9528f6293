"""Tests of pipelines: runs with fakes in place of tasks, coverage of branches, strategies for contract tests.

The pytest plugin of flowdsl brings the fixture `flow_run` (docs/testing.md). Each name loads when it is first used.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowdsl.testing.contracts import strategies_for
    from flowdsl.testing.playing import FlowRun

__all__ = ["FlowRun", "strategies_for"]

_HOMES = {"FlowRun": "playing", "strategies_for": "contracts"}


def __getattr__(name: str) -> object:
    """What the package has by this name, its module loaded. Raises AttributeError where it has nothing so called."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'flowdsl.testing' has no attribute {name!r}")
    return getattr(import_module(f"flowdsl.testing.{_HOMES[name]}"), name)
