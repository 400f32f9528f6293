"""TriggerBinding and ClusterTriggerBinding as the webhook checks them: params given once, expressions that end.

Source: pkg/apis/triggers/v1beta1/trigger_binding_validation.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.check.findings import Report
from flowdsl.check.gates import Gates
from flowdsl.check.names import check_metadata, check_unique
from flowdsl.diagnostics.rule import Rule

if TYPE_CHECKING:
    from flowdsl.kinds.triggers.bindings import ClusterTriggerBinding, TriggerBinding

TRIGGER_BINDING = Rule("FLOW263", "trigger-binding", "a TriggerBinding that binds nothing")


def check_trigger_binding(binding: TriggerBinding | ClusterTriggerBinding, _: Gates, report: Report) -> None:
    """FLOW204, FLOW213, FLOW263."""
    check_metadata(binding.metadata, report)
    params = (binding.spec.params if binding.spec else None) or ()
    if not params:
        hint = "add `params:`, such as {name: revision, value: $(body.after)}"
        if not report.broken(("spec", "params")):
            report.add(TRIGGER_BINDING, ("spec",), "the binding has no params", hint)
    check_unique([param.name for param in params], ("spec", "params"), "param", report)
    for index, param in enumerate(params):
        if param.value and not _ends_before_next(param.value):
            message = f"in {param.value!r} an expression begins before the one in front of it ends"
            report.add(TRIGGER_BINDING, ("spec", "params", index, "value"), message, "close it with ')'")


def _ends_before_next(text: str) -> bool:
    """Whether every `$(` has its `)` before the next one begins. The last one is not asked."""
    return all(is_closed(part) for part in text.split("$(")[1:-1])


def is_closed(rest: str) -> bool:
    """Whether an expression ends: what stands behind its `$(`, in which pairs of brackets may be."""
    depth = 0
    for char in rest:
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth < 0:
            return True
    return False
