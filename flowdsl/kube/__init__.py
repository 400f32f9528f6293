"""Kubernetes' small grammars: quantities, durations, names."""

from flowdsl.kube.durations import is_duration, parse_duration
from flowdsl.kube.quantities import compare_quantities, is_quantity, parse_quantity

__all__ = ["compare_quantities", "is_duration", "is_quantity", "parse_duration", "parse_quantity"]
