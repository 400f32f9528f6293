"""Trigger as the webhook checks it, and what one has in common with a trigger within a listener.

Source: trigger_validation.go in pkg/apis/triggers/v1beta1 and v1alpha1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.check.findings import Path, Report
from flowdsl.check.gates import Gates
from flowdsl.check.names import check_metadata
from flowdsl.check.triggers.interceptors import check_interceptors
from flowdsl.check.triggers.templates import check_template_spec
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.table import CLUSTER_TRIGGER_BINDING, TRIGGER_BINDING

if TYPE_CHECKING:
    from flowdsl.kinds.triggers.alpha import AlphaTrigger
    from flowdsl.kinds.triggers.triggers import Trigger, TriggerSpecBinding, TriggerSpecTemplate

TRIGGER = Rule("FLOW261", "trigger", "a trigger that starts nothing")
_BINDINGS = (TRIGGER_BINDING.name, CLUSTER_TRIGGER_BINDING.name)


def check_trigger(trigger: Trigger | AlphaTrigger, _: Gates, report: Report) -> None:
    """FLOW204, FLOW261, FLOW262, FLOW264."""
    from flowdsl.kinds.triggers.alpha import AlphaTrigger
    from flowdsl.kinds.triggers.triggers import TriggerSpecTemplate

    check_metadata(trigger.metadata, report)
    spec = trigger.spec
    alpha = isinstance(trigger, AlphaTrigger)
    check_bindings(spec.bindings if spec else None, ("spec",), report)
    check_template((spec.template if spec else None) or TriggerSpecTemplate(), ("spec",), report, alpha=alpha)
    check_interceptors(spec.interceptors if spec else None, ("spec",), report)


def check_template(template: TriggerSpecTemplate, path: Path, report: Report, *, alpha: bool) -> None:
    """FLOW261, FLOW262: a template is named or written here; `alpha`: of a document of v1alpha1."""
    at = (*path, "template")
    versions = ("v1alpha1",) if alpha else ("v1alpha1", "v1beta1")
    if template.apiversion and template.apiversion not in versions:
        message = f"there is no apiversion {template.apiversion!r} of a template here"
        report.add(TRIGGER, (*at, "apiversion"), message, f"it is {' or '.join(versions)}; leave it out")
    if template.spec is not None and template.ref is not None:
        report.add(TRIGGER, at, "the template is both named and written here", "keep `ref:` or `spec:`")
    elif template.spec is not None:
        check_template_spec(template.spec, (*at, "spec"), report)
    elif not template.ref and not report.broken(at):
        report.add(TRIGGER, at, "the trigger has no template", "add `template: {ref: NAME}` of a TriggerTemplate")


def check_bindings(bindings: list[TriggerSpecBinding] | None, path: Path, report: Report) -> None:
    """FLOW261: each binding is the name of one, or one param with its value."""
    for index, each in enumerate(bindings or ()):
        at = (*path, "bindings", index)
        if each.ref and each.name:
            report.add(TRIGGER, at, "the binding has both a ref and a name", "keep `ref:`, or `name:` and `value:`")
        elif each.ref and each.kind and each.kind not in _BINDINGS:
            hint = did_you_mean(each.kind, _BINDINGS, f"it is {' or '.join(_BINDINGS)}")
            report.add(TRIGGER, (*at, "kind"), f"there is no kind of binding {each.kind!r}", hint)
        elif each.name and not each.ref and each.value is None and not report.broken((*at, "value")):
            report.add(TRIGGER, at, f"the param {each.name!r} has no value", "add `value:`")
        elif not each.ref and not each.name and not report.broken(at):
            report.add(TRIGGER, at, "the binding is neither named nor a param", "add `ref:`, or `name:` and `value:`")
