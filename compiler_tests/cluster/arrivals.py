"""Many events at once, and what becomes of each: waiting by what happens, not by a time that a busy machine exceeds.

The sink answers 202 and works on: it asks interceptors and creates, once each. Where one of them is late the event is
gone; the interceptors give a call 5 s by a constant. The log need not say so: of 200 events a busy machine lost 26 without a
line (what an interceptor stops is told at the level of debugging, and zap writes 100 lines of one text a second). A
provider delivers again when somebody asks it to.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from deliveries import Delivery
from eventing import PATIENCE, Sink

EVENT = "/triggers-eventid"
"""Under which the sink's log has the event that a line is about."""
ROUNDS = 5
QUIET = PATIENCE["httpclient-tlshandshaketimeout"] + PATIENCE["httpclient-responseheadertimeout"]
"""Seconds: as long as a call of the sink's may take."""


def arrives(sink: Sink, event: Delivery, there: Callable[[], object], path: str = "/") -> None:
    """Send one event until `there` gives something. Raises AssertionError as `arrive_in_the_end`."""
    arrive_in_the_end(sink, {"it": event}, lambda: ["it"] if there() else [], path)


def arrive_in_the_end(
    sink: Sink, events: Mapping[str, Delivery], there: Callable[[], list[str]], path: str = "/"
) -> None:
    """Send all at once, and again what the sink gave up.

    `events` are by the names of the runs that they start, `there` gives the names by now. Raises AssertionError where
    sending again does not help, with what the log says of those that got lost.
    """
    left, lines = dict(events), dict[str, list[str]]()
    for _ in range(ROUNDS):
        sent = sent_at_once(sink, left, path)
        missing = missing_when_quiet(sink, sent, there)
        if not missing:
            return
        lines = {name: said_of(sink, sent[name]) for name in missing}
        left = {name: left[name] for name in missing}
    raise AssertionError(f"sent {ROUNDS} times and not there: {lines}; {sink.log()[-3:]}")


def sent_at_once(sink: Sink, events: Mapping[str, Delivery], path: str = "/") -> dict[str, str]:
    """The id that the sink gives each event, all of which it takes."""
    with ThreadPoolExecutor(50) as pool:
        answers = dict(
            zip(events, pool.map(lambda each: sink.post(each.body, each.headers, path), events.values()), strict=True)
        )
    assert {status for status, _ in answers.values()} <= {202}
    return {name: str(told["eventID"]) for name, (_, told) in answers.items()}


def missing_when_quiet(sink: Sink, sent: Mapping[str, str], there: Callable[[], list[str]]) -> list[str]:
    """Which are not there when the sink has given all others up, or when neither runs nor lines of its log come for long."""
    seen, last = (-1, -1), time.monotonic()
    while True:
        found = there()
        missing = sorted({*sent} - {*found})
        now = (len(found), len(sink.log()))
        if now != seen:
            seen, last = now, time.monotonic()
        if all(said_of(sink, sent[name]) for name in missing) or time.monotonic() - last > QUIET:
            return missing
        time.sleep(0.5)


def said_of(sink: Sink, event: str) -> list[str]:
    """The errors in the sink's log that are about one event."""
    found = [each for each in sink.log() if each.get(EVENT) == event and each.get("severity") == "ERROR"]
    return [str(each.get("message")) for each in found]
