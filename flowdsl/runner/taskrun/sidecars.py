"""Sidecars: started before the first step, stopped after the last one, their output kept."""

from __future__ import annotations

import os
import select
import threading
import time
from datetime import datetime

from flowdsl.runner.taskrun.container import Ready
from flowdsl.runner.taskrun.launch import Ended
from flowdsl.runner.taskrun.output import Log, Stream
from flowdsl.runner.taskrun.probes import Probe
from flowdsl.runner.taskrun.step import GRACE, TICK, Surroundings, now


class Sidecar:
    """A running sidecar; a thread of its own follows what it prints."""

    def __init__(self, ready: Ready, around: Surroundings) -> None:
        self.ready = ready
        self.started: datetime = now()
        self.finished: datetime | None = None
        self.ended: Ended | None = None
        self.stopped = False
        self._around = around
        self._log = Log(around.folder / f"sidecar-{ready.name}.log", around.log_limit)
        self._tell = lambda text: around.observer.line(around.task_run, f"sidecar-{ready.name}", text)
        read, write = os.pipe()
        self._stream = Stream(read, self._log, around.pod.masker, self._tell, -1)
        try:
            self._process = around.executor.start(ready.launch(ready.argv, ready.env, around.pod), write, write)
        finally:
            os.close(write)
        self._probe = Probe(ready, around.pod, around.executor, self._process)
        self._kill_at: float | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, name=f"sidecar-{ready.name}", daemon=True)
        self._thread.start()

    def _follow(self) -> None:
        poll = select.poll()
        poll.register(self._process.fileno(), select.POLLIN)
        poll.register(self._stream.source, select.POLLIN)
        asked = False
        while True:
            for descriptor, _ in poll.poll(TICK * 1000):
                if descriptor == self._stream.source:
                    self._stream.pump()
                    if not self._stream.open:
                        poll.unregister(descriptor)
            ended = self._process.poll()
            if ended is not None:
                break
            if self._stop.is_set() and not asked:
                asked, self._kill_at = True, time.monotonic() + GRACE
                self._process.terminate(group=False)  # there is no entrypoint to pass it on
            if self._kill_at is not None and time.monotonic() >= self._kill_at:
                self._process.kill()
        if ended.problem:
            self._stream.say(f"Error: {ended.problem}")
        self._stream.finish()
        self._process.close()
        self._log.close()
        self.finished = now()
        self.ended = ended

    @property
    def over(self) -> bool:
        """Whether it has ended, by itself or not."""
        return self.ended is not None

    @property
    def exit_code(self) -> int:
        """As a container runtime tells it: 128 and the signal for one that a signal ended."""
        assert self.ended is not None
        if self.ended.problem:
            return 128
        return 128 + self.ended.signal if self.ended.signal else self.ended.code

    def ready_by_now(self) -> bool:
        """Whether the first step may start as far as this one goes: it is ready, or it has ended."""
        return self.over or self._probe.passed()

    def stop(self) -> None:
        """Ask it to end, without waiting."""
        if not self.over:
            self.stopped = True
            self._stop.set()

    def join(self) -> None:
        """Wait until it and its log are done."""
        self._thread.join()


def start_all(ready: list[Ready], around: Surroundings) -> list[Sidecar]:
    """Start them and wait until each is ready, or has ended, or the TaskRun must end."""
    running: list[Sidecar] = []
    try:
        for one in ready:
            running.append(Sidecar(one, around))
        while not all(one.ready_by_now() for one in running) and not around.limits.over:
            time.sleep(0.02)
    except BaseException:
        stop_all(running)
        raise
    return running


def stop_all(running: list[Sidecar]) -> None:
    """Stop them all at once and wait."""
    for one in running:
        one.stop()
    for one in running:
        one.join()
