"""Codes, locations, errors and their rendering. Imports nothing else of flowdsl.

Every user mistake is a `Diagnostic`; several are gathered in a `Collector` and reported together as one `FlowError`.
"""

from flowdsl.diagnostics.errors import ClusterError, FlowError, InternalError, UsageError
from flowdsl.diagnostics.model import Collector, Diagnostic, Location, Severity

__all__ = [
    "ClusterError",
    "Collector",
    "Diagnostic",
    "FlowError",
    "InternalError",
    "Location",
    "Severity",
    "UsageError",
]
