"""Posts the events to Triggers' sink and records what each trigger made of each.

python compiler_tests/cluster/record_events.py
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arrivals import ROUNDS
from deliveries import Delivery
from event_cases import LISTENER, RECORDED, events, listener
from eventing import Sink, Triggers
from plane import Plane

Outcomes = dict[str, Any]


def outcomes(triggers: Triggers, wanted: Outcomes | None = None) -> Outcomes:
    """By event: the sink's status where it isn't 202, else by trigger the params of what was created.

    The sink tries once: an event that a trigger of those `wanted` has not taken is delivered again, `ROUNDS` times in all.
    """
    api = triggers.plane.api
    for document in listener():
        api.apply(document)
    with triggers.sink(LISTENER) as sink:
        found = _told(sink, events())
        for _ in range(1, ROUNDS):
            lost = {name for name, each in (wanted or {}).items() if _lacks(found.get(name), each)}
            if not lost:
                break
            found |= _told(sink, {name: each for name, each in events().items() if name in lost})
        return found


def _told(sink: Sink, told: Mapping[str, tuple[Delivery, str]]) -> Outcomes:
    """What becomes of the events, one after the other."""
    found: Outcomes = {}
    for name, (each, path) in told.items():
        status, answer = sink.post(each.body, each.headers, path)
        # It answers before it has asked its interceptors, who get no more at once than they answer in time.
        sink.until_idle(0.7)
        found[name] = status if status != 202 else answer["eventID"]
    sink.until_idle(5)
    return {name: each if isinstance(each, int) else _started(sink, each) for name, each in found.items()}


def _lacks(found: Any, wanted: Any) -> bool:
    return isinstance(found, dict) and isinstance(wanted, dict) and not found.keys() >= wanted.keys()


def _started(sink: Sink, event: str) -> dict[str, Any]:
    found = {}
    for run in sink.runs_of(event):
        values = {each["name"]: each["value"] for each in run["spec"]["params"]}
        found[run["metadata"]["labels"]["triggers.tekton.dev/trigger"]] = values
    return dict(sorted(found.items()))


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="flowdsl-plane-") as folder,
        Plane(Path(folder)) as plane,
        Triggers(plane) as triggers,
    ):
        found = outcomes(triggers)
    RECORDED.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    print(f"recorded what became of {len(found)} events in {RECORDED}")


if __name__ == "__main__":
    main()
