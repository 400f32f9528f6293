"""Tekton's admission rules and the pitfalls beyond them, over the models of `flowdsl.kinds`.

Rules load on first use. `check_document` is one parsed document, `check_raw` one as read from YAML or JSON.
"""

from __future__ import annotations

from flowdsl.check.findings import Finding, Path, Report
from flowdsl.check.gates import DEFAULT_GATES, FLAGS, LEVELS, Gates

__all__ = ["DEFAULT_GATES", "FLAGS", "LEVELS", "Finding", "Gates", "Path", "Report"]
