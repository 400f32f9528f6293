"""What a simulation finds."""

from __future__ import annotations

from flowdsl.diagnostics import Severity
from flowdsl.diagnostics.rule import Rule

TASK_NEVER_RUNS = Rule("FLOW045", "task-never-runs", "a task that can never run")
RESULT_CAN_BE_MISSING = Rule(
    "FLOW046", "result-can-be-missing", "a result that can be missing although the run is completed", Severity.WARNING
)
RELEASE_WITHOUT_GATE = Rule(
    "FLOW047", "release-without-gate", "a release that can happen without its gate", Severity.WARNING
)
FINALLY_CAN_BE_SKIPPED = Rule(
    "FLOW048", "finally-can-be-skipped", "a task of `finally` that can be skipped", Severity.WARNING
)
LONGER_THAN_ITS_TIMEOUT = Rule(
    "FLOW049", "longer-than-its-timeout", "tasks that may take longer than the run", Severity.WARNING
)
