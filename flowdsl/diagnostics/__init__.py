"""Codes, locations, errors and their rendering. Imports nothing else of flowdsl.

Every mistake of a user is a `Finding`; several are gathered (the frontend's in a `Collector`, those of one document in
`check.Report`) and reported together as one `FlowError`.
"""

from flowdsl.diagnostics.errors import ClusterError, FlowError, InternalError, UsageError
from flowdsl.diagnostics.model import Collector, Finding, Location, Severity
from flowdsl.diagnostics.paths import Path

__all__ = [
    "ClusterError",
    "Collector",
    "Finding",
    "FlowError",
    "InternalError",
    "Location",
    "Path",
    "Severity",
    "UsageError",
]
