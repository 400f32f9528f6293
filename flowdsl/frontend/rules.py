"""What a pipeline or a task written in Python can have wrong with it, one object a code."""

from __future__ import annotations

from flowdsl.diagnostics import Severity
from flowdsl.diagnostics.rule import Rule

SIGNATURE_TYPE = Rule("FLOW001", "signature-type", "type not supported in a signature")
OPTION = Rule("FLOW002", "option", "option of a decorator is unknown or wrong")
UNKNOWN_ARGUMENT = Rule("FLOW003", "unknown-argument", "unknown or doubled argument")
MISSING_ARGUMENT = Rule("FLOW004", "missing-argument", "required argument missing")
EDGE_TYPE = Rule("FLOW005", "edge-type", "type mismatch on an edge")
TRUTH_OF_RUN_VALUE = Rule("FLOW006", "truth-of-run-value", "truth value of a run-time value")
LOOP_OVER_RUN_VALUE = Rule("FLOW007", "loop-over-run-value", "loop over a run-time value")
COMPUTATION_ON_RUN_VALUE = Rule("FLOW008", "computation-on-run-value", "computation on a run-time value")
NO_SUCH_RESULT = Rule("FLOW009", "no-such-result", "no such result")
UNBOUND_WORKSPACE = Rule("FLOW010", "unbound-workspace", "workspace not bound")
OUTSIDE_A_PIPELINE = Rule("FLOW011", "outside-a-pipeline", "used outside a pipeline")
NAME_USED_TWICE = Rule("FLOW012", "name-used-twice", "name used twice")
KUBERNETES_NAME = Rule("FLOW013", "kubernetes-name", "no Kubernetes name")
QUANTITY_OUT_OF_RANGE = Rule("FLOW014", "quantity-out-of-range", "duration, quantity or count out of range")
DEFAULT_MISFIT = Rule("FLOW015", "default-misfit", "default or result value does not fit")
FINALLY = Rule("FLOW016", "finally", "finally used wrongly")
FAN_OUT_WITHOUT_LIST = Rule("FLOW017", "fan-out-without-list", "fan-out without a list")
ALPHA_OPT_IN = Rule("FLOW018", "alpha-opt-in", "alpha feature without opt-in")
PIPELINE_FUNCTION_FAILED = Rule("FLOW019", "pipeline-function-failed", "pipeline function failed")
BLOCK_WITHOUT_WITH = Rule("FLOW023", "block-without-with", "a block without `with`")
UNPACKING = Rule("FLOW030", "unpacking", "unpacked into the wrong number of names")
DECIDED_BY_PYTHON = Rule("FLOW031", "decided-by-python", "decided by Python, before the run")
NOT_OF_ONE_USE = Rule("FLOW032", "not-of-one-use", "an option that one use of a task can't have")
UNREADABLE_SOURCE = Rule("FLOW060", "unreadable-source", "the source of a task can't be read")
NO_SOURCE = Rule("FLOW061", "no-source", "not a function with a source")
ASYNC_TASK = Rule("FLOW062", "async-task", "an async function or a generator as a task")
LOCAL_VALUE = Rule("FLOW063", "local-value", "a task that uses a local variable whose value can't travel")
MISSING_MODULE = Rule("FLOW064", "missing-module", "a module the image may not have")
MISSING_NAME = Rule("FLOW065", "missing-name", "a name that does not exist at run time")
FLOWDSL_IN_TASK = Rule("FLOW066", "flowdsl-in-task", "flowdsl used in a task's body")
CHANGES_ITS_MODULE = Rule("FLOW067", "changes-its-module", "a task that changes its module", Severity.WARNING)
NEWER_SYNTAX = Rule("FLOW068", "newer-syntax", "syntax newer than the image's Python")
LIBRARY_VERSION = Rule(
    "FLOW069", "library-version", "a library newer or older than the image's Python", Severity.WARNING
)
SUBSTITUTION_IN_SCRIPT = Rule("FLOW070", "substitution-in-script", "text that Tekton replaces in a script")
LONG_SCRIPT = Rule("FLOW071", "long-script", "a script that is too long")
SHARED_VARIABLE = Rule("FLOW072", "shared-variable", "two values in one environment variable")
FILE_VARIABLE = Rule("FLOW073", "file-variable", "`__file__` in a task's body", Severity.WARNING)
LARGE_PROJECT = Rule("FLOW075", "large-project", "more of the project than a ConfigMap holds")
