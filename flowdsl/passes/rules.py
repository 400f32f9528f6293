"""What the passes find in a traced pipeline."""

from __future__ import annotations

from flowdsl.diagnostics.rule import Rule

TASKS_WAIT_FOR_EACH_OTHER = Rule("FLOW101", "tasks-wait-for-each-other", "tasks wait for each other")
TWO_CLAIMS_IN_TASK = Rule("FLOW102", "two-claims-in-task", "task mounts two volume claims")
LITERAL_CREDENTIAL = Rule("FLOW103", "literal-credential", "literal looks like a credential")
REQUEST_ABOVE_LIMIT = Rule("FLOW105", "request-above-limit", "request above limit")
LARGE_OBJECT = Rule("FLOW106", "large-object", "object too large")
LONG_NAME = Rule("FLOW107", "long-name", "name too long")
LARGE_MATRIX = Rule("FLOW108", "large-matrix", "matrix too large")
