"""`# flowdsl: ignore[FLOW320]` at the end of a line or on the line before; `ignore-file` for a whole file."""

from __future__ import annotations

import re

import attrs

from flowdsl.linter.rules import length

_COMMENT = re.compile(r"(^|\s)#\s*flowdsl:\s*(ignore-file|ignore)(?:\[([^\]]*)\])?")
_ALL = ("FLOW",)


@attrs.frozen
class Ignores:
    """What the comments of one file ask to leave out: codes by line, and for the whole file."""

    lines: dict[int, tuple[str, ...]] = attrs.field(factory=dict)
    file: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> Ignores:
        """The comments of a text."""
        if "flowdsl:" not in text:
            return cls()
        lines: dict[int, tuple[str, ...]] = {}
        whole: tuple[str, ...] = ()
        for number, line in enumerate(text.split("\n"), 1):
            match = _COMMENT.search(line) if "flowdsl:" in line else None
            if match is None:
                continue
            codes = tuple(code.strip() for code in match[3].split(",") if code.strip()) if match[3] else _ALL
            if match[2] == "ignore-file":
                whole += codes
                continue
            lines[number] = lines.get(number, ()) + codes
            if not line[: match.start(2)].split("#")[0].strip():
                # A comment of its own speaks of the line below.
                lines[number + 1] = lines.get(number + 1, ()) + codes
        return cls(lines, whole)

    def covers(self, code: str, line: int) -> bool:
        """Whether a finding at a line is to be left out."""
        return any(length(code, each) >= 0 for each in (*self.file, *self.lines.get(line, ())))
