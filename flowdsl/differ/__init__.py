"""What is different between two sets of Tekton documents, by meaning: order and Tekton's defaults are no difference."""

from flowdsl.differ.compare import compare
from flowdsl.differ.model import Added, Changed, Difference, Impact, Removed

__all__ = ["Added", "Changed", "Difference", "Impact", "Removed", "compare"]
