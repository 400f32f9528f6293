"""Prints where `flowdsl.events.matching` makes another thing of an event than the sink did.

python compiler_tests/cluster/compare_events.py
"""

from __future__ import annotations

import json
import sys
from typing import Any

from deliveries import SECRET
from event_cases import RECORDED, events, listener

from flowdsl.events.matching import Event, PayloadError, match
from flowdsl.events.sink.interceptors import Secrets


def recorded() -> dict[str, Any]:
    """What the sink made of the events, by name."""
    found: dict[str, Any] = json.loads(RECORDED.read_text())
    return found


def here(name: str) -> Any:
    """The same of one event by the matching of this package."""
    delivery, path = events()[name]
    event = Event(delivery.body, tuple(delivery.headers.items()), path)
    try:
        verdicts = match(listener(), event, Secrets({("webhook", "token"): SECRET}))
    except PayloadError:
        return 400
    return {
        verdict.trigger: {each["name"]: each["value"] for each in document["spec"]["params"]}
        for verdict in verdicts
        for document in verdict.documents
    }


def differences(name: str, wanted: Any) -> list[str]:
    """Where both differ, one trigger a line."""
    found = here(name)
    if isinstance(wanted, int) or isinstance(found, int):
        return [] if found == wanted else [f"{name}: {str(wanted)[:60]} at the sink, {str(found)[:60]} here"]
    both = sorted({*wanted, *found})
    return [
        f"{name} {each}: {wanted.get(each, 'nothing')} at the sink, {found.get(each, 'nothing')} here"
        for each in both
        if wanted.get(each) != found.get(each)
    ]


if __name__ == "__main__":
    lines = [line for name, wanted in recorded().items() for line in differences(name, wanted)]
    print(*lines, f"{len(lines)} differences in {len(recorded())} events", sep="\n")
    sys.exit(bool(lines))
