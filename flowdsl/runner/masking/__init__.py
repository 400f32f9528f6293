"""What keeps Secrets out of everything that a run shows or writes down: one masker, which knows all of a run's.

`forms` says how a value may look, `masker` finds those in bytes, text, events and records, `stream` in what comes in
parts.
"""

from flowdsl.runner.masking.masker import MASK, Masker
from flowdsl.runner.masking.stream import MaskedStream

__all__ = ["MASK", "MaskedStream", "Masker"]
