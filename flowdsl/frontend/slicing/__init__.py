"""Slicing: a task's function, with what it needs of its module, as one script for the standard library alone."""

from flowdsl.frontend.slicing.model import Slice
from flowdsl.frontend.slicing.slicer import HEADER, slice_source
from flowdsl.frontend.slicing.survey import Surveys
from flowdsl.frontend.slicing.versions import target_version

__all__ = ["HEADER", "Slice", "Surveys", "slice_source", "target_version"]
