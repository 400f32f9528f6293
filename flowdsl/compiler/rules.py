"""What a compile finds in what it made, and in the values that are given for the run."""

from __future__ import annotations

from flowdsl.diagnostics import Severity
from flowdsl.diagnostics.rule import Rule

UNKNOWN_RUN_PARAM = Rule("FLOW020", "unknown-run-param", "unknown param given to the run")
RUN_VALUE_TYPE = Rule("FLOW021", "run-value-type", "value given to the run has the wrong type")
RUN_LACKS_VALUES = Rule("FLOW022", "run-lacks-values", "the run lacks values", Severity.NOTE)
UNCHECKED_RAW_DOCUMENT = Rule("FLOW024", "unchecked-raw-document", "nothing checked a raw document", Severity.NOTE)
HALF_SURROGATE = Rule("FLOW113", "half-surrogate", "a text that is no UTF-8")
