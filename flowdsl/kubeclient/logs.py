"""What the steps of a run print: one stream a pod, taken up after a break without repetition or loss."""

from __future__ import annotations

import calendar
import re
import threading
import time
from collections.abc import Callable

import attrs

from flowdsl.diagnostics import ClusterError
from flowdsl.kinds.table import POD
from flowdsl.kubeclient.client import Client
from flowdsl.kubeclient.errors import PASSING, AnsweredError, UnreachableError
from flowdsl.kubeclient.resources import path_of
from flowdsl.kubeclient.watching import lines

_AT_ONCE = 64
_STAMP = re.compile(rb"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z (.*)$", re.DOTALL)
_SILENCE = 60.0
Moment = tuple[int, int]


@attrs.frozen
class Source:
    """A container whose output is wanted."""

    task: str
    run: str
    step: str
    pod: str
    container: str


@attrs.define
class Position:
    """How far a stream was read: the last moment, and how many lines of that moment.

    The server gives lines from a whole second on, so those already had come again and are counted off.
    """

    last: Moment = (0, 0)
    seen: int = 0
    again: int = 0

    def rewind(self) -> None:
        """A new stream begins, from `since`."""
        self.again = 0

    @property
    def since(self) -> str:
        """The moment to ask from, empty for the beginning."""
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.last[0])) if self.last[0] else ""

    def is_new(self, moment: Moment) -> bool:
        """Whether a line of this moment has not been had yet; from now on it has."""
        if moment < self.last:
            return False
        if moment == self.last:
            self.again += 1
            if self.again <= self.seen:
                return False
            self.seen = self.again
            return True
        self.last, self.seen, self.again = moment, 1, 1
        return True


def parse(line: bytes) -> tuple[Moment, str] | None:
    """The moment and the text of a line with a timestamp; None where it has none."""
    found = _STAMP.match(line)
    if not found:
        return None
    try:
        seconds = calendar.timegm(time.strptime(found[1].decode(), "%Y-%m-%dT%H:%M:%S"))
    except ValueError:
        return None
    nanos = int((found[2] or b"0").ljust(9, b"0"))
    return (seconds, nanos), found[3].decode(errors="replace").rstrip("\r")


def read_container(client: Client, source: Source, tell: Callable[[Source, float, str], None], *, follow: bool) -> None:
    """Read a container's output to its end. Gives up silently where the pod is gone."""
    position, pause = Position(), 0.25
    while not client.stopped.is_set():
        # Whether it was over before the read: then what is read is all there will be.
        over = not follow or _is_over(client, source)
        try:
            _read(client, source, position, tell, follow=follow and not over)
            if over:
                return
            pause = 0.25
        except UnreachableError as error:
            if not error.passing:
                raise
        except AnsweredError as error:
            if error.code == 404:
                return
            # 400: the container is not up yet, or waits to be removed.
            if error.code != 400 and error.code not in PASSING:
                raise
            if error.code == 400 and over:
                return
        client.stopped.wait(pause)
        pause = min(pause * 2, 5.0)


def _read(
    client: Client, source: Source, position: Position, tell: Callable[[Source, float, str], None], *, follow: bool
) -> None:
    query: dict[str, object] = {"container": source.container, "timestamps": "true", "follow": str(follow).lower()}
    if position.since:
        query["sinceTime"] = position.since
    position.rewind()
    path = path_of(POD, client.namespace, source.pod) + "/log"
    response = client.open("GET", path, query, timeout=_SILENCE)
    for line in lines(client, response):
        found = parse(line)
        if found and position.is_new(found[0]):
            tell(source, found[0][0] + found[0][1] / 1e9, client.told(found[1]))


def _is_over(client: Client, source: Source) -> bool:
    try:
        pod = client.find(path_of(POD, client.namespace, source.pod))
    except UnreachableError:
        return False
    if pod is None:
        return True
    for each in (pod.get("status") or {}).get("containerStatuses") or ():
        if each["name"] == source.container:
            return "terminated" in (each.get("state") or {})
    return False


class LogStreams:
    """Reads many containers at once, each once, the containers of a pod one after the other as Tekton runs them."""

    def __init__(self, client: Client, tell: Callable[[Source, float, str], None]) -> None:
        self._client = client
        self._tell = tell
        self._pods: dict[str, list[Source]] = {}
        self._started: set[tuple[str, str]] = set()
        self._threads: dict[str, threading.Thread] = {}
        self._room = threading.Semaphore(_AT_ONCE)
        self._lock = threading.Lock()
        self.trouble: list[str] = []

    def want(self, source: Source) -> None:
        """Read this container too, if it is not read already."""
        with self._lock:
            if (source.pod, source.container) in self._started:
                return
            self._started.add((source.pod, source.container))
            self._pods.setdefault(source.pod, []).append(source)
            if source.pod not in self._threads:
                thread = threading.Thread(target=self._run, args=(source.pod,), name=f"log {source.pod}", daemon=True)
                self._threads[source.pod] = thread
                thread.start()

    def _run(self, pod: str) -> None:
        with self._room:
            while True:
                with self._lock:
                    if not self._pods[pod]:
                        del self._threads[pod]
                        return
                    source = self._pods[pod].pop(0)
                try:
                    read_container(self._client, source, self._tell, follow=True)
                except ClusterError as error:
                    self.trouble.append(f"no log of {source.task}: {error}")
                except Exception as error:  # a thread that dies of it would print it, and whatever it holds
                    self.trouble.append(f"no log of {source.task}: it can't be read ({type(error).__name__})")

    def join(self, seconds: float) -> bool:
        """Wait until every stream is at its end; whether they are."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with self._lock:
                threads = list(self._threads.values())
            if not threads:
                return True
            threads[0].join(0.2)
        return False
