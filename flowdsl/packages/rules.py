"""What can be wrong with the packages that a task asks for."""

from __future__ import annotations

from flowdsl.diagnostics.rule import Rule

UNREADABLE_REQUIREMENT = Rule("FLOW085", "unreadable-requirement", "a requirement that can't be read")
