"""EventBus as its controller checks it: one transport, and what each cannot do without.

Source: pkg/reconciler/eventbus/validate.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.check.findings import Report
from flowdsl.check.gates import Gates
from flowdsl.check.names import check_metadata
from flowdsl.diagnostics.rule import Rule

if TYPE_CHECKING:
    from flowdsl.kinds.argo.buses import EventBus, JetStreamBus, NATSBus

EVENT_BUS = Rule("FLOW284", "event-bus", "an EventBus that carries nothing")
_TRANSPORTS = ("nats", "jetstream", "kafka", "jetstreamExotic")
_LONE = 2
"""Replicas of which neither is a majority."""


def check_event_bus(bus: EventBus, _: Gates, report: Report) -> None:
    """FLOW204, FLOW284."""
    check_metadata(bus.metadata, report)
    spec = bus.spec
    if spec is None or all(getattr(spec, each) is None for each in _TRANSPORTS):
        if not report.broken(("spec",)):
            hint = "add `jetstream: {version: latest}`, or nats, kafka, jetstreamExotic"
            report.add(EVENT_BUS, ("spec",), "the bus has no transport", hint)
        return
    if spec.nats is not None:
        _check_nats(spec.nats, report)
    if spec.jetstream is not None:
        _check_jetstream(spec.jetstream, report)
    for field in ("kafka", "jetstreamExotic"):
        transport = getattr(spec, field)
        if transport is not None and not transport.url and not report.broken(("spec", field, "url")):
            report.add(EVENT_BUS, ("spec", field), f"the bus has no {field}.url", "add `url:` of the server")


def _check_nats(nats: NATSBus, report: Report) -> None:
    at = ("spec", "nats")
    if nats.native is not None and nats.exotic is not None:
        report.add(EVENT_BUS, at, "the bus has both nats.native and nats.exotic", "keep one of them")
    if nats.native is None and nats.exotic is None and not report.broken(at):
        report.add(EVENT_BUS, at, "the bus has neither nats.native nor nats.exotic", "add one of them")
    if nats.exotic is not None and nats.exotic.clusterID is None and not report.broken((*at, "exotic", "clusterID")):
        report.add(EVENT_BUS, (*at, "exotic"), "the bus has no nats.exotic.clusterID", "add `clusterID:`")
    if nats.exotic is not None and not nats.exotic.url and not report.broken((*at, "exotic", "url")):
        report.add(EVENT_BUS, (*at, "exotic"), "the bus has no nats.exotic.url", "add `url:` of the server")


def _check_jetstream(jetstream: JetStreamBus, report: Report) -> None:
    at = ("spec", "jetstream")
    if not jetstream.version and not report.broken((*at, "version")):
        report.add(EVENT_BUS, at, "the bus has no jetstream.version", "add `version: latest`")
    replicas = jetstream.replicas
    if replicas is not None and (replicas == _LONE or replicas <= 0):
        report.add(EVENT_BUS, (*at, "replicas"), f"{replicas} replicas can't agree", "write 1, or 3 and more")
