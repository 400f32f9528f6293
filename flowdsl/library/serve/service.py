"""`flowdsl serve` as a whole: the server, the queue and the timetable, begun and ended together."""

from __future__ import annotations

import contextlib
import fcntl
import ipaddress
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from flowdsl.diagnostics import Finding, UsageError
from flowdsl.diagnostics.escape import line
from flowdsl.library.run_folders import runs_root
from flowdsl.library.serve.answers import Site
from flowdsl.library.serve.bounded import LARGEST, Server
from flowdsl.library.serve.children import Launcher
from flowdsl.library.serve.deliveries import Deliveries, Told
from flowdsl.library.serve.queue import Queue
from flowdsl.library.serve.reading import Reading
from flowdsl.library.serve.secrets import Known, missing
from flowdsl.library.serve.served import served
from flowdsl.library.serve.tables import AGAIN, StorageError, Tables
from flowdsl.library.serve.timetable import Timetable
from flowdsl.runner.modes import make_folder, open_file
from flowdsl.runner.pipelinerun.budget import host
from flowdsl.runner.store.folder import keep_uncommitted

_TICK = 20.0
"""Seconds between two looks at the clock at the most: it may be set, and a machine may have slept."""


@attrs.frozen(kw_only=True)
class ServeOptions:
    """How to serve. `host` is the address to listen at, `names` those that requests may come by beside this machine's.

    `state` is the folder for what is kept, by default `serve` beside the runs; `keep` how many deliveries are kept;
    `most` how many runs go on at once. `secret_files` and `secret_variables` are `NAME=FILE` and `NAME=VARIABLE`.
    """

    host: str = "127.0.0.1"
    port: int = 8571
    names: tuple[str, ...] = ()
    secret_files: tuple[str, ...] = ()
    secret_variables: tuple[str, ...] = ()
    state: str = ""
    keep: int = 1000
    most: int = 4
    namespace: str = ""
    profile: str = ""
    environment: Mapping[str, str] = attrs.field(factory=dict, repr=False)


@attrs.frozen(kw_only=True)
class Service:
    """What is served, with all that serves it."""

    tables: Tables
    queue: Queue
    deliveries: Deliveries
    timetable: Timetable
    server: Server
    notes: Sequence[Finding]
    mistake: Callable[[Exception], None]
    clock: Callable[[], float]
    _ends: threading.Event = attrs.field(factory=threading.Event)

    @property
    def address(self) -> str:
        """Where the page is."""
        host = str(self.server.server_address[0])
        return f"http://{f'[{host}]' if ':' in host else host}:{self.server.port}/"

    def run(self, ended: Callable[[], bool], hurried: Callable[[], bool] = lambda: False) -> None:
        """Serve until `ended` says so, or `stop` is called; then end all that runs."""
        self.queue.recover()
        work = [self._thread(self.queue.work), self._thread(self._tick), self._thread(self._listen)]
        try:
            while not ended() and not self._ends.wait(0.2):
                continue
        finally:
            self._ends.set()
            self.server.closing.set()
            self.server.shutdown()
            self.server.server_close()
            self.queue.stop()
            for each in work:
                each.join()
            self.queue.end_all(hurried)

    def stop(self) -> None:
        """Let `run` end."""
        self._ends.set()

    def _listen(self) -> None:
        self.server.serve_forever(0.2)

    def _tick(self) -> None:
        while not self._ends.is_set():
            now = self.clock()
            try:
                self.timetable.tick(now)
            except StorageError:  # told; the times are dealt with once they can be kept
                self._ends.wait(AGAIN)
                continue
            times = [each for each in self.timetable.next(now).values() if each is not None]
            self._ends.wait(min(max(0.05, min(times, default=now + _TICK) - self.clock()), _TICK))

    def _thread(self, work: Callable[[], None]) -> threading.Thread:
        def guarded() -> None:
            try:
                work()
            except Exception as error:  # one part alone must not look as if all went on
                self.mistake(error)
                self._ends.set()

        thread = threading.Thread(target=guarded, daemon=True)
        thread.start()
        return thread


@contextlib.contextmanager
def service(
    words: Sequence[str],
    options: ServeOptions,
    told: Told,
    mistake: Callable[[Exception], None],
    clock: Callable[[], float] = time.time,
) -> Iterator[Service]:
    """Make ready to serve files and folders; `run` of what it gives begins.

    `told` hears of deliveries and runs, `mistake` of what is a bug of ours; both from any thread. Raises FlowError for
    what is wrong with the files, UsageError for an address, a Secret or a folder that can't be used.
    """
    found = served(words, namespace=options.namespace, profile=options.profile)
    known = Known.of(options.secret_files, options.secret_variables, options.environment)
    notes = [*(note for each in found for note in each.notes), *missing(found, known)]
    runs = runs_root().absolute()
    folder = Path(options.state).absolute() if options.state else runs.parent / "serve"
    with _alone(folder), contextlib.closing(Tables(folder, options.keep, _troubled(told))) as tables:
        secret = {each.partition("=")[2] for each in options.secret_variables}
        environment = {name: value for name, value in options.environment.items() if name not in secret}
        launcher = Launcher(folder, runs, options.profile, environment)
        queue = Queue(found, tables, launcher, told, host(), options.most, clock)
        deliveries = Deliveries(found, known, tables, runs, told, queue.changed, clock)
        timetable = Timetable.of([each for one in found for each in one.schedules()], deliveries, tables)
        limits = {"runs": options.most, "deliveries": options.keep, "bytes": LARGEST}
        reading = Reading(tables, timetable, launcher, deliveries.names(), notes, limits, clock)
        site = Site(deliveries, reading, queue.cancel, tuple(map(str.lower, options.names)))
        server = _server(options, site, mistake)
        try:
            yield Service(
                tables=tables, queue=queue, deliveries=deliveries, timetable=timetable, server=server,
                notes=notes, mistake=mistake, clock=clock,
            )  # fmt: skip
        finally:
            server.server_close()


def _troubled(told: Told) -> Callable[[str | None], None]:
    return lambda why: told({"event": "trouble", "message": why or ""})


def _server(options: ServeOptions, site: Site, mistake: Callable[[Exception], None]) -> Server:
    host = "127.0.0.1" if options.host == "localhost" else options.host
    try:
        ipaddress.ip_address(host)
    except ValueError:
        raise UsageError(f"--host takes an address of this machine, such as 127.0.0.1; got {line(host)!r}") from None
    try:
        return Server((host, options.port), site.handler(), mistake)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"can't listen at {line(host)}:{options.port}: {why}; name another port: --port") from None


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """The folder for this process alone. Raises UsageError."""
    try:
        make_folder(folder)
        keep_uncommitted(folder)
        lock = open_file(folder / "lock", os.O_RDWR | os.O_NOFOLLOW)
    except OSError as error:
        raise UsageError(f"{line(folder)} can't be used: {error.strerror}; name another folder: --state") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise UsageError(f"another `flowdsl serve` uses {line(folder)}; name another folder: --state") from None
    else:
        yield
    finally:
        os.close(lock)
