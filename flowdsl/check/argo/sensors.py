"""Sensor as its controller checks it: what it waits for, which filters there are, and what it then does.

Source: pkg/reconciler/sensor/validate.go.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flowdsl.check.argo.actions import check_actions, check_parameters
from flowdsl.check.argo.filters import OPERATORS, check_filters
from flowdsl.check.argo.said import Said
from flowdsl.check.findings import Path, Report
from flowdsl.check.gates import Gates
from flowdsl.check.names import check_metadata
from flowdsl.diagnostics.rule import Rule

if TYPE_CHECKING:
    from flowdsl.kinds.argo.sensors import EventDependency, Sensor, SensorTrigger

SENSOR = Rule("FLOW280", "sensor", "a Sensor that starts nothing")
_DEEPEST = 20
"""A trigger for what fails, of a trigger for what fails, and so on."""


def check_sensor(sensor: Sensor, _: Gates, report: Report) -> None:
    """FLOW204, FLOW280–282."""
    check_metadata(sensor.metadata, report)
    spec = sensor.spec
    dependencies = (spec.dependencies if spec else None) or ()
    triggers = (spec.triggers if spec else None) or ()
    if not dependencies and not report.broken(("spec", "dependencies")):
        hint = "add `dependencies: [{name: push, eventSourceName: …, eventName: …}]`"
        report.add(SENSOR, ("spec",), "the Sensor waits for no event", hint)
    if not triggers and not report.broken(("spec", "triggers")):
        report.add(SENSOR, ("spec",), "the Sensor has no triggers", "add `triggers: [{template: …}]`")
    for index, dependency in enumerate(dependencies):
        _check_dependency(dependency, ("spec", "dependencies", index), report)
    for index, trigger in enumerate(triggers):
        _check_trigger(trigger, ("spec", "triggers", index), report)
    _check_names(triggers, report)


def _check_dependency(dependency: EventDependency, path: Path, report: Report) -> None:
    said = Said(SENSOR, "the dependency", path, report)
    said.needs(dependency, "name", "eventSourceName", "eventName")
    said.one_of(dependency.filtersLogicalOperator, OPERATORS, "filtersLogicalOperator")
    if dependency.filters is not None:
        check_filters(dependency.filters, (*path, "filters"), report)


def _check_names(triggers: Sequence[SensorTrigger], report: Report) -> None:
    seen = set()
    for index, trigger in enumerate(triggers):
        name = (trigger.template.name if trigger.template else None) or ""
        if name in seen and name:
            at = ("spec", "triggers", index, "template", "name")
            report.add(SENSOR, at, f"two triggers are called {name!r}", "give each a name of its own")
        seen.add(name)


def _check_trigger(trigger: SensorTrigger, path: Path, report: Report, depth: int = 0) -> None:
    template = trigger.template
    said = Said(SENSOR, "the trigger", path, report)
    if template is None:
        said.no("template")
        return
    if not template.name:
        said.no("template.name")
    check_actions(trigger, template, path, report)
    check_parameters(trigger.parameters, (*path, "parameters"), report)
    other = trigger.dlqTrigger
    if other is None:
        return
    for each, what in ((trigger, "the trigger"), (other, "its dlqTrigger")):
        if not each.atLeastOnce:
            said.wrong(f"there is a dlqTrigger, and {what} is not atLeastOnce", "add `atLeastOnce: true` to both")
    if depth < _DEEPEST:
        _check_trigger(other, (*path, "dlqTrigger"), report, depth + 1)
