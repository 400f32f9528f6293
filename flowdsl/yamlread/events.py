"""YAML as events, with the place of each: what libyaml, or PyYAML where that is missing, makes of a text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import yaml


class Events(Protocol):
    """What is used of PyYAML's loaders."""

    def check_event(self) -> bool:
        """Whether there is another. Raises YAMLError for what is no YAML."""

    def get_event(self) -> yaml.Event:
        """The next one."""

    def dispose(self) -> object:
        """Let go of what it holds."""


events: Callable[[str], Events] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The events of a text."""
