"""Services of a local run: started before it, stopped after it, whatever ends it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import attrs

from flowdsl.diagnostics import UsageError
from flowdsl.ir.local import Service
from flowdsl.runner.masking import MaskedStream, Masker
from flowdsl.runner.modes import make_folder
from flowdsl.runner.taskrun.output import CHUNK, Log

_EACH = 0.05
_PATIENCE = 2.0  # seconds for the last words of a service that has ended


@attrs.define
class Running:
    """A service that is up."""

    service: Service
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    reader: threading.Thread

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"


class Services:
    """The services of a run, as a context: they are stopped when it is left.

    `ports` are those of an earlier part of the run, which are taken again where they are free. Should this process be
    killed, a small process beside each service ends it.
    """

    def __init__(
        self,
        services: Sequence[Service],
        folder: Path,
        environment: Mapping[str, str],
        ports: Mapping[str, int] | None = None,
        notice: Callable[[str], None] = lambda _: None,
        masker: Masker | None = None,
        asked_to_end: Callable[[], bool] = lambda: False,
    ) -> None:
        self._asked_to_end = asked_to_end
        self._masker = masker or Masker()
        self._services = services
        self._folder = folder
        self._environment = environment
        self._ports = ports or {}
        self._notice = notice
        self.running: list[Running] = []

    def __enter__(self) -> Services:
        try:
            # All at once: together they take as long as the slowest.
            for service in self._services:
                self.running.append(self._start(service))
            self._wait_for_all()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop()

    @property
    def ports(self) -> dict[str, int]:
        """The port of each service."""
        return {each.service.name: each.port for each in self.running}

    def params(self) -> dict[str, str]:
        """The values that the services give to params."""
        found = {}
        for each in self.running:
            for name, value in each.service.params.items():
                found[name] = value.replace("{url}", each.url).replace("{port}", str(each.port))
        return found

    def places(self) -> dict[str, str]:
        """Where each listens, with a name for that: another part of the run may find the port taken."""
        return {f"127.0.0.1:{each.port}": f"service {each.service.name}" for each in self.running}

    def stop(self) -> None:
        """Stop them, the last first. Each gets five seconds to end by itself."""
        for each in reversed(self.running):
            if each.process.stdin is not None:
                each.process.stdin.close()
        for each in reversed(self.running):
            try:
                each.process.wait(12)
            except subprocess.TimeoutExpired:
                each.process.kill()
                each.process.wait()
            each.reader.join(_PATIENCE)
        self.running.clear()

    def _start(self, service: Service) -> Running:
        folder = self._folder / service.name
        make_folder(folder)
        log = self._folder / f"{service.name}.log"
        port = free_port(self._ports.get(service.name))
        while port in self.ports.values():
            # One that was started a moment ago has it, and may not listen yet.
            port = free_port()
        known = {"{port}": str(port), "{folder}": str(folder.resolve()), "{python}": sys.executable}
        known["{url}"] = f"http://127.0.0.1:{port}"
        command = [_filled(part, known) for part in service.command]
        environment = {**self._environment, **{name: _filled(value, known) for name, value in service.env.items()}}
        guard = str(Path(__file__).with_name("guard.py"))
        process = subprocess.Popen(
            [sys.executable, "-I", guard, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
        reader = threading.Thread(target=self._keep, args=(process, Log(log)), name=service.name, daemon=True)
        reader.start()
        return Running(service, port, process, log, reader)

    def _keep(self, process: subprocess.Popen[bytes], log: Log) -> None:
        """Keep what a service prints, Secrets masked, for as long as anything of it may print."""
        assert process.stdout is not None
        masked = MaskedStream(self._masker)
        with process.stdout as out:
            while data := out.read1(CHUNK):  # type: ignore[attr-defined]
                log.write(masked.feed(data))
        log.write(masked.flush())
        log.close()

    def _wait_for_all(self) -> None:
        """Until each has answered. The patience of each counts from here: they all start together.

        Raises KeyboardInterrupt where the run was asked to end.
        """
        began = time.monotonic()
        for each in self.running:
            self._notice(f"service {each.service.name} starts on {each.url}")
        waiting = list(self.running)
        while True:
            waiting = [each for each in waiting if not self._is_up(each, time.monotonic() - began)]
            if not waiting:
                return
            if self._asked_to_end():
                raise KeyboardInterrupt
            time.sleep(_EACH)

    def _is_up(self, running: Running, waited: float) -> bool:
        """Whether it answers by now. Raises UsageError for one that has ended, or that took too long."""
        service = running.service
        code = running.process.poll()
        if code is not None:
            running.reader.join(_PATIENCE)
            raise UsageError(f"service {service.name} ended with code {code} before it was ready\n{_tail(running.log)}")
        try:
            # Short: while one hangs, the others wait to be asked.
            with urllib.request.urlopen(running.url + service.ready, timeout=2) as answer:
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError, ValueError):
            pass
        if waited < service.patience:
            return False
        raise UsageError(
            f"service {service.name} did not answer {running.url}{service.ready} within {service.patience:g} s\n"
            f"{_tail(running.log)}"
        )


def free_port(wanted: int | None = None) -> int:
    """A loopback port that is free: the wanted one if it is."""
    for port in (wanted, 0) if wanted else (0,):
        with socket.socket() as found:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                found.bind(("127.0.0.1", port or 0))
            except OSError:
                continue
            return int(found.getsockname()[1])
    raise UsageError("this machine has no free port")


def _filled(text: str, known: Mapping[str, str]) -> str:
    for name, value in known.items():
        text = text.replace(name, value)
    return text


def _tail(log: Path) -> str:
    size = log.stat().st_size
    with log.open("rb") as file:
        file.seek(max(0, size - 2000), os.SEEK_SET)
        lines = file.read().decode(errors="replace").splitlines()[-10:]
    return (
        "\n".join([f"the end of {log}:", *(f"  {line}" for line in lines)]) if lines else f"it wrote nothing to {log}"
    )
