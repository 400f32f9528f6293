"""A run on a cluster as the events of a view, from now until it is over."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping

from flowdsl.diagnostics import ClusterError
from flowdsl.kinds import labels
from flowdsl.kinds.kind import Kind
from flowdsl.kinds.table import PIPELINE_RUN, TASK_RUN
from flowdsl.kubeclient.client import Client
from flowdsl.kubeclient.control import task_runs
from flowdsl.kubeclient.logs import LogStreams, Source
from flowdsl.kubeclient.objects import Object
from flowdsl.kubeclient.resources import path_of
from flowdsl.kubeclient.states import change_of, is_over, seconds_of, skips_of, sources_of, spec_of, tasks_of
from flowdsl.kubeclient.watching import Listed, follow
from flowdsl.view import Event, LogLine, Notice, RunFinished, RunStarted, TaskChanged, TaskInfo

_QUIET_SECONDS = 10.0
_LAST_LINES_SECONDS = 15.0


def follow_run(client: Client, name: str, send: Callable[[Event], None], *, logs: bool = True) -> Object:
    """Send a run's events until it is over; the finished PipelineRun. Raises ClusterError."""
    follower = _Follower(client, name, send, logs=logs)
    try:
        return follower.play()
    finally:
        client.stopped.set()


class _Follower:
    def __init__(self, client: Client, name: str, send: Callable[[Event], None], *, logs: bool) -> None:
        self._client = client
        self._name = name
        self._send = send
        self._queue: queue.Queue[tuple[Kind, Object] | Exception] = queue.Queue()
        self._streams = LogStreams(client, self._line) if logs else None
        self._told: dict[str, TaskChanged] = {}
        self._tolerant: frozenset[str] = frozenset()
        self._infos: tuple[TaskInfo, ...] = ()
        self._started = False
        self._run: Object = {"metadata": {"name": name}}
        self._last_notice = 0.0

    def play(self) -> Object:
        self._client.on_trouble = self._trouble
        first = self._client.find(path_of(PIPELINE_RUN, self._client.namespace, self._name))
        if first is None:
            raise ClusterError(f"there is no PipelineRun {self._name!r} in namespace {self._client.namespace}")
        self._take_run(first)
        watches = (
            (PIPELINE_RUN, {"fieldSelector": f"metadata.name={self._name}"}),
            (TASK_RUN, {"labelSelector": f"{labels.PIPELINE_RUN}={self._name}"}),
        )
        for kind, query in watches:
            threading.Thread(target=self._watch, args=(kind, query), name=f"watch {kind.name}", daemon=True).start()
        while not is_over(self._run):
            try:
                # Not for ever: on some systems a wait without an end keeps Ctrl-C out.
                found = self._queue.get(timeout=0.5)
            except queue.Empty:
                continue
            if isinstance(found, Exception):
                raise found
            kind, item = found
            self._take_run(item) if kind is PIPELINE_RUN else self._take_task(item)
        return self._finish()

    def _watch(self, kind: Kind, query: Mapping[str, object]) -> None:
        try:
            for found in follow(self._client, path_of(kind, self._client.namespace), query):
                items = found.items if isinstance(found, Listed) else (found.item,)
                gone = not items if isinstance(found, Listed) else found.type == "DELETED"
                if gone and kind is PIPELINE_RUN:
                    raise ClusterError(f"PipelineRun {self._name} was deleted while it was watched")
                for each in items:
                    self._queue.put((kind, each))
        except Exception as error:  # handed to the thread that waits for us
            self._queue.put(error)

    def _take_run(self, run: Object) -> None:
        self._run = run
        spec = spec_of(run)
        infos = tasks_of(spec)
        if infos != self._infos or not self._started:
            self._infos, self._started = infos, True
            every = (*(spec.get("tasks") or ()), *(spec.get("finally") or ()))
            self._tolerant = frozenset(each["name"] for each in every if each.get("onError") == "continue")
            # The spec is known only once Tekton has resolved the Pipeline; until then there are no tasks to show.
            if infos:
                self._tell_start(run, infos)
        for change in skips_of(run):
            self._tell(change.task, change)

    def _tell_start(self, run: Object, infos: tuple[TaskInfo, ...]) -> None:
        pipeline = str(((run.get("spec") or {}).get("pipelineRef") or {}).get("name") or self._name)
        where = f"{self._client.where}, namespace {self._client.namespace}"
        began = seconds_of((run.get("status") or {}).get("startTime"))
        self._send(RunStarted(self._name, pipeline, infos, where, began))

    def _take_task(self, task_run: Object) -> None:
        change = change_of(task_run, self._tolerant)
        before = self._told.get(change.run)
        if before is None and change.state not in ("waiting", "queued", "running"):
            # Joined late: how long it took is told by when it began.
            began = seconds_of((task_run.get("status") or {}).get("startTime"))
            self._send(TaskChanged(change.task, "running", change.run, time=began))
        self._tell(change.run, change)
        if self._streams:
            for source in sources_of(task_run):
                self._streams.want(source)

    def _tell(self, key: str, change: TaskChanged) -> None:
        before = self._told.get(key)
        if before is None or _shown(before) != _shown(change):
            self._told[key] = change
            self._send(change)

    def _line(self, source: Source, moment: float, text: str) -> None:
        self._send(LogLine(source.task, source.run, source.step, text, moment))

    def _trouble(self, text: str) -> None:
        # Two watches and every log break at once: one notice is enough.
        now = time.monotonic()
        if now - self._last_notice > _QUIET_SECONDS:
            self._last_notice = now
            self._send(Notice(f"{text}; the run goes on, trying again", "warning"))

    def _finish(self) -> Object:
        """The last states: the PipelineRun's end may be seen before that of its TaskRuns."""
        client = self._client
        for each in task_runs(client, self._name):
            self._take_task(each)
        if self._streams:
            if not self._streams.join(_LAST_LINES_SECONDS):
                self._send(Notice("not every step's output came to its end", "warning"))
            for text in self._streams.trouble:
                self._send(Notice(text, "warning"))
        end = seconds_of((self._run.get("status") or {}).get("completionTime"))
        self._send(RunFinished(self._run, "", end))
        return self._run


def _shown(change: TaskChanged) -> tuple[object, ...]:
    return (change.state, change.reason, change.message, change.attempt, change.step)
