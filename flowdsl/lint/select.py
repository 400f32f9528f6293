"""Which codes are told: by prefix (`FLOW3`), everywhere or in some files."""

from __future__ import annotations

from pathlib import PurePath

import attrs

OPT_IN = frozenset({"FLOW309", "FLOW345", "FLOW346"})
"""Rules of taste: told only where they are selected."""


@attrs.frozen
class Selection:
    """`select` names the codes to tell ("ALL" for those of taste too), `extend` adds to them, `ignore` removes.

    `per_file` maps a glob pattern to codes that are not told in the files it matches. A longer prefix wins over a
    shorter one, and `ignore` over `select` where they are equally long.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend: tuple[str, ...] = ()
    per_file: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def has(self, code: str, file: str = "") -> bool:
        """Whether a finding of this code in this file is told."""
        wanted = max((_match(code, each) for each in (*self.select, *self.extend)), default=-1)
        if not self.select:
            wanted = max(wanted, -1 if code in OPT_IN else 0)
        unwanted = max((_match(code, each) for each in self.ignore), default=-1)
        if wanted < 0 or unwanted >= wanted:
            return False
        path = PurePath(file)
        return not any(
            path.match(pattern) and any(_match(code, each) >= 0 for each in codes) for pattern, codes in self.per_file
        )


def _match(code: str, prefix: str) -> int:
    """How long the prefix is that matches; -1 for none."""
    if prefix.upper() == "ALL":
        return 0
    return len(prefix) if code.startswith(prefix.upper()) else -1
