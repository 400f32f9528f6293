"""What is recorded of events is what Triggers' sink makes of them; `unit/test_event_matching.py` holds us to the record."""

from __future__ import annotations

from compare_events import recorded
from eventing import Triggers
from record_events import outcomes


def test_the_record_is_the_sinks(triggers: Triggers) -> None:
    wanted = recorded()
    found = outcomes(triggers, wanted)
    assert {name for name in {*found, *wanted} if found.get(name) != wanted.get(name)} == set()
