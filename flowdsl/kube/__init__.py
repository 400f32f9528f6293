"""Kubernetes' small grammars: quantities, durations, names."""

from flowdsl.kube.credentials import assigned_credential, find_credential, looks_secret, tells_credential
from flowdsl.kube.durations import is_duration, parse_duration
from flowdsl.kube.quantities import compare_quantities, is_quantity, parse_quantity, turned_range

__all__ = [
    "assigned_credential",
    "compare_quantities",
    "find_credential",
    "is_duration",
    "is_quantity",
    "looks_secret",
    "parse_duration",
    "parse_quantity",
    "tells_credential",
    "turned_range",
]
