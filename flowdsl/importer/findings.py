"""What an import tells its user."""

from __future__ import annotations

import attrs

from flowdsl.diagnostics import Path


@attrs.frozen
class Kept:
    """A part of a document (`index`, `path`) that is kept as Tekton writes it, and why.

    `start` is whether it is what starts the run, which no `on=` says.
    """

    index: int
    path: Path
    reason: str
    start: bool = False
