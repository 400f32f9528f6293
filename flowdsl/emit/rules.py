"""What keeps documents from being files."""

from __future__ import annotations

from flowdsl.diagnostics.rule import Rule

FILE_NAME = Rule("FLOW025", "file-name", "a kind or name that can't name a file")
OBJECT_TWICE = Rule("FLOW026", "object-twice", "one object twice")
