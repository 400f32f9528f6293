"""A view that fails ends nothing: it is let go once, with a reason, and later events pass by."""

from __future__ import annotations

from typing import cast

import pytest

from flowdsl.view.events import Event
from flowdsl.view.surviving import SurvivingView

EVENT = cast(Event, object())


class Screen:
    """One that shows so many events before it fails as it is told to."""

    def __init__(self, good: int, error: Exception | None = None, at_close: Exception | None = None) -> None:
        self.good, self.error, self.at_close = good, error, at_close
        self.shown = self.closed = 0

    def handle(self, event: Event) -> None:
        if self.error is not None and self.shown == self.good:
            raise self.error
        self.shown += 1

    def close(self) -> None:
        self.closed += 1
        if self.at_close is not None:
            raise self.at_close


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (BrokenPipeError(32, "Broken pipe"), "Broken pipe"),
        (OSError("gone"), "gone"),
        (ValueError("I/O operation on closed file"), "I/O operation on closed file"),
    ],
)
def test_it_is_let_go_once_with_the_reason(error: Exception, why: str) -> None:
    screen, told = Screen(1, error, at_close=OSError("still gone")), list[str]()
    view = SurvivingView(screen, told.append)
    for _ in range(3):
        view.handle(EVENT)
    view.close()
    assert (screen.shown, screen.closed, told) == (1, 1, [why])


def test_a_reader_who_left_is_noticed_after_the_event() -> None:
    screen, told = Screen(9), list[str]()
    view = SurvivingView(screen, told.append, lambda: screen.shown == 2)
    for _ in range(4):
        view.handle(EVENT)
    assert (screen.shown, screen.closed, told) == (2, 1, ["nobody reads it"])


def test_what_works_is_closed_in_the_end_and_its_failure_there_is_nobodys() -> None:
    screen, told = Screen(9, at_close=ValueError("closed")), list[str]()
    view = SurvivingView(screen, told.append)
    view.handle(EVENT)
    view.close()
    assert (screen.shown, screen.closed, told) == (1, 1, [])


def test_a_fault_of_ours_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        SurvivingView(Screen(0, ZeroDivisionError()), lambda _: None).handle(EVENT)
