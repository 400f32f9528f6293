"""Events for machines: one JSON object a line; the last line is the finished PipelineRun."""

from __future__ import annotations

import json
import re
import sys
import threading
from typing import TextIO

from flowdsl.diagnostics.escape import json_text
from flowdsl.view.events import Event, as_data

_OUTSIDE_ASCII = re.compile(r"[^\x00-\x7f]")


class JsonView:
    """Writes each event as one line of JSON."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        # JSON is UTF-8, or ASCII where the stream is made for something else.
        self._ascii = encoding.lower().replace("-", "") != "utf8"
        self._lock = threading.Lock()

    def handle(self, event: Event) -> None:
        """Write one line."""
        line = json_text(as_data(event)) + "\n"
        if self._ascii:
            line = _OUTSIDE_ASCII.sub(lambda match: json.dumps(match[0])[1:-1], line)
        with self._lock:
            self._stream.write(line)
            self._stream.flush()

    def close(self) -> None:
        """Nothing is left open."""
