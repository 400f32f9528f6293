"""What a version that serves keeps: how many requests it answered and failed at, and its last answers."""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from sonic_flow.local import web

PATH = "/v1/served"
MOST = 8  # samples that are kept: they hold what people sent
HELD = 10.0  # seconds for which a sample stays at least, however many requests there are, so that it can be fetched


class Kept:
    """The account of one service (`SERVICE.md`, "What a version that serves keeps")."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.requests = self.failures = 0
        self.samples: OrderedDict[str, Mapping[str, bytes]] = OrderedDict()
        self.since: dict[str, float] = {}

    def answer(self, path: str) -> web.Answer | None:
        """The account, or a file of a sample; None for any other path."""
        if path == PATH:
            with self.lock:
                told = {"requests": self.requests, "failures": self.failures}
                samples = [{"id": each} for each in self.samples]
            return web.Answer("application/json", json.dumps({**told, "samples": samples}).encode())
        sample, _, part = path.removeprefix(f"{PATH}/").partition("/")
        with self.lock:
            content = self.samples.get(sample, {}).get(part)
        return None if content is None else web.Answer("application/octet-stream", content)

    def served(self, work: web.Work, parameters: Mapping[str, Any], files: Mapping[str, bytes]) -> web.Answer:
        """Do the work. A request that can't be met (4xx) is no failure of the service's."""
        try:
            answer = work(parameters, files)
        except BaseException as error:
            theirs = isinstance(error, web.RefusedError) and error.status < 500
            with self.lock:
                self.requests += 1
                self.failures += not theirs
            raise
        with self.lock:
            self.requests += 1
            self.keep(str(self.requests), {**files, "video": answer.content})
        return answer

    def keep(self, name: str, sample: Mapping[str, bytes]) -> None:
        """Keep a sample where there is room, or where the oldest has been there long enough."""
        now = time.monotonic()
        if len(self.samples) == MOST:
            oldest = next(iter(self.samples))
            if now - self.since[oldest] < HELD:
                return
            del self.samples[oldest], self.since[oldest]
        self.samples[name], self.since[name] = sample, now
