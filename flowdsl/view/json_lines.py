"""Events for machines: one JSON object a line; the last line is the finished PipelineRun."""

from __future__ import annotations

import sys
import threading
from typing import TextIO

from flowdsl.diagnostics.escape import json_text
from flowdsl.view.events import Event, as_data


class JsonView:
    """Writes each event as one line of JSON."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._lock = threading.Lock()

    def handle(self, event: Event) -> None:
        """Write one line."""
        line = json_text(as_data(event)) + "\n"
        with self._lock:
            self._stream.write(line)
            self._stream.flush()

    def close(self) -> None:
        """Nothing is left open."""
