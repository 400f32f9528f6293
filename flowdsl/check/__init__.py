"""Tekton's admission rules and the pitfalls beyond them, over the models of `flowdsl.kinds`.

`examine` has the one door, for a document as it was read, and for several that belong together. Rules load on first
use.
"""

from __future__ import annotations

from flowdsl.check.findings import Finding, Path, Report
from flowdsl.check.gates import DEFAULT_GATES, FLAGS, LEVELS, Gates

__all__ = ["DEFAULT_GATES", "FLAGS", "LEVELS", "Finding", "Gates", "Path", "Report"]
