"""A view that can no longer write does not end the run that it shows."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

from flowdsl.view.events import Event, View


class SurvivingView:
    """Shows events by another view until that one fails; `lost` is then told why, once.

    Events come from the threads that run the tasks: what is raised here would end a task, and finally with it.
    """

    def __init__(self, view: View, lost: Callable[[str], None], is_gone: Callable[[], bool] = lambda: False) -> None:
        self._view: View | None = view
        self._lost = lost
        self._is_gone = is_gone
        self._lock = threading.Lock()

    def handle(self, event: Event) -> None:
        """Show it, if that can be done."""
        view = self._view
        if view is None:
            return
        try:
            view.handle(event)
        except OSError as error:
            self._drop(error.strerror or str(error))
        except ValueError as error:  # the stream was closed, or lacks a character
            self._drop(str(error))
        else:
            if self._is_gone():
                self._drop("nobody reads it")

    def close(self) -> None:
        """Close the view."""
        if self._view is not None:
            with contextlib.suppress(OSError, ValueError):
                self._view.close()

    def _drop(self, why: str) -> None:
        with self._lock:
            view, self._view = self._view, None
        if view is not None:
            with contextlib.suppress(OSError, ValueError):
                view.close()
            self._lost(why)
