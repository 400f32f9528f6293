"""Posts the events to Triggers' sink and records what each trigger made of each.

python compiler_tests/cluster/record_events.py
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from event_cases import LISTENER, RECORDED, events, listener
from eventing import Sink, Triggers
from plane import Plane

Outcomes = dict[str, Any]


def outcomes(triggers: Triggers) -> Outcomes:
    """By event: the sink's status where it isn't 202, else by trigger the params of what was created."""
    api = triggers.plane.api
    for document in listener():
        api.apply(document)
    found: Outcomes = {}
    with triggers.sink(LISTENER) as sink:
        for name, (each, path) in events().items():
            status, answer = sink.post(each.body, each.headers, path)
            # It answers before it has asked its interceptors, who get no more at once than they answer in time.
            sink.until_idle(0.7)
            found[name] = status if status != 202 else answer["eventID"]
        sink.until_idle(5)
        return {name: each if isinstance(each, int) else _started(sink, each) for name, each in found.items()}


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
