"""Readiness of sidecars, asked the way a kubelet asks."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from flowdsl.runner.taskrun.container import Ready
from flowdsl.runner.taskrun.executor import Executor
from flowdsl.runner.taskrun.launch import Process, Supervised
from flowdsl.runner.taskrun.pod import Pod

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

# A kubelet asks every 10 seconds by default; on one machine asking more often costs nothing.
LONGEST_PERIOD = 0.25


def _answers(host: str, port: int, timeout: float) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout):
        return True
    return False


class Probe:
    """A sidecar's startup and readiness probes; without one it is ready as soon as it runs."""

    def __init__(self, ready: Ready, pod: Pod, executor: Executor, process: Process) -> None:
        spec = ready.sidecar
        self._waiting = [one for one in (spec.get("startupProbe"), spec.get("readinessProbe")) if one]
        self._ready, self._pod, self._executor, self._process = ready, pod, executor, process
        self._passed = 0
        self._next = time.monotonic() + (
            float(self._waiting[0].get("initialDelaySeconds") or 0) if self._waiting else 0
        )

    def passed(self) -> bool:
        """Whether it is ready by now; asks again when it is time to."""
        while self._waiting and time.monotonic() >= self._next:
            probe = self._waiting[0]
            if self._ask(probe):
                self._passed += 1
                if self._passed >= int(probe.get("successThreshold") or 1):
                    self._waiting.pop(0)
                    self._passed = 0
                    continue
            else:
                self._passed = 0
            self._next = time.monotonic() + min(float(probe.get("periodSeconds") or 10), LONGEST_PERIOD)
        return not self._waiting

    def _ask(self, probe: shapes.Probe) -> bool:
        timeout = float(probe.get("timeoutSeconds") or 1)
        if command := (probe.get("exec") or {}).get("command"):
            return self._run(command, timeout)
        if http := probe.get("httpGet"):
            return self._get(http, timeout)
        if tcp := probe.get("tcpSocket"):
            return _answers(tcp.get("host") or "127.0.0.1", self._port(tcp["port"]), timeout)
        if grpc := probe.get("grpc"):
            return _answers("127.0.0.1", grpc["port"], timeout)
        return True

    def _port(self, port: shapes.IntOrString) -> int:
        named = (one["containerPort"] for one in self._ready.sidecar.get("ports") or () if one.get("name") == port)
        return next(named, None) or int(port)

    def _get(self, http: shapes.HTTPGetAction, timeout: float) -> bool:
        scheme = str(http.get("scheme") or "HTTP").lower()
        path = str(http.get("path") or "").lstrip("/")
        url = f"{scheme}://{http.get('host') or '127.0.0.1'}:{self._port(http['port'])}/{path}"
        headers = {one["name"]: one["value"] for one in http.get("httpHeaders") or ()}
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(urllib.request.Request(url, headers=headers), timeout=timeout) as answer:
                return bool(200 <= answer.status < 400)
        except (OSError, ValueError, urllib.error.URLError):
            return False

    def _run(self, command: list[str], timeout: float) -> bool:
        if self._executor.host().confined and isinstance(self._process, Supervised):
            # Where the sidecar is: its layer and its processes are its own.
            beside = self._process.beside(command, self._ready.env, self._ready.cwd)
            code = beside.wait(timeout)
            if code is None:
                self._process.kill_beside()
            return code == 0
        null = os.open(os.devnull, os.O_WRONLY)
        command = [self._ready.rewrite(one) for one in command]
        try:
            process = self._executor.start(self._ready.launch(command, self._ready.env, self._pod), null, null)
        finally:
            os.close(null)
        end = time.monotonic() + timeout
        try:
            while (ended := process.poll()) is None and time.monotonic() < end:
                select.select([process.fileno()], [], [], max(end - time.monotonic(), 0))
            return ended is not None and not ended.problem and ended.code == 0
        finally:
            process.close()
