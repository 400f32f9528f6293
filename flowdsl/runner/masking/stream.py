"""Masking of what comes in parts: a Secret may lie across two of them."""

from __future__ import annotations

from flowdsl.runner.masking.masker import MASK, Masker

CHUNK = 65536  # bytes of a line that may wait for its end


class MaskedStream:
    """Gives on what can be given on: whole lines; of a very long line all but a Secret's length."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker
        self._rest = b""
        # How much of the rest belongs to a Secret whose stars were given on already.
        self._hidden = 0

    def feed(self, data: bytes) -> bytes:
        """Take a part in; what can be given on."""
        if not self._masker:
            return data
        data = self._rest + data
        end = data.rfind(b"\n") + 1
        if len(data) - end > CHUNK:
            end = max(end, len(data) - self._masker.longest + 1)
        if not end:
            self._rest = data
            return b""
        return self._give(data, end)

    def flush(self) -> bytes:
        """What is left at the end."""
        return self._give(self._rest, len(self._rest))

    def _give(self, data: bytes, end: int) -> bytes:
        """What stands before `end`, masked; a Secret that goes beyond it is hidden to its last byte."""
        spans = self._masker.spans(data)
        if self._hidden:
            spans = [(0, max([self._hidden, *(stop for start, stop in spans if start <= self._hidden)]))] + [
                span for span in spans if span[0] > self._hidden
            ]
        made, at, over = [], 0, 0
        for start, stop in spans:
            if start >= end:
                break
            made.append(data[at:start])
            if not (start == 0 and self._hidden):
                made.append(MASK)
            at = min(stop, end)
            over = max(stop - end, 0)
        made.append(data[at:end])
        self._rest, self._hidden = data[end:], over
        return b"".join(made)
