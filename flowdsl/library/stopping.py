"""Ending a run, or `serve`, before its time: from any thread, or by the signals that ask a process to end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowdsl.runner.pipelinerun.engine import Engine


class Stop:
    """Asks a run to end: the first time gracefully (what runs is cancelled, finally runs), the second time at once.

    `noticed` is told of each time; it must be safe in a signal's handler.
    """

    def __init__(self, noticed: Callable[[], None] = lambda: None) -> None:
        self.count = 0
        self.interrupted = False
        """Whether it was Ctrl-C that asked first."""
        self._noticed = noticed
        self._engine: Engine | None = None

    def attach(self, engine: Engine) -> None:
        """The engine to end, from now on; at once where that was asked for already."""
        self._engine = engine
        for each in range(1, self.count + 1):
            self._end(each)

    def ask(self, number: int = 0) -> None:
        """Ask once more, by a signal of that number where it is one.

        It only leaves word, so that a signal's handler may: its thread may hold any lock.
        """
        self.interrupted = self.interrupted or (not self.count and number == signal.SIGINT)
        self.count += 1
        self._noticed()
        self._end(self.count)

    def _end(self, count: int) -> None:
        if self._engine is not None:
            from flowdsl.machine.machine import CANCEL, CANCEL_RUN_FINALLY

            self._engine.cancel(CANCEL_RUN_FINALLY if count == 1 else CANCEL)


@contextmanager
def signals(stop: Stop) -> Iterator[None]:
    """While it lasts Ctrl-C, SIGTERM and SIGHUP ask to stop. In the main thread alone: no other can have a handler."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, frame: FrameType | None) -> None:
        stop.ask(number)

    numbers = [signal.SIGINT, signal.SIGTERM]
    # `nohup` has a command ignore the end of its terminal.
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        numbers.append(signal.SIGHUP)
    before = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
