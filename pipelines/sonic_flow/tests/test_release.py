"""release and settle as plain functions: real requests, split by weight between two services, and what becomes of them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

import pytest

from flowdsl import Workspace
from sonic_flow import kube, registry, route
from sonic_flow.local import live as standing
from sonic_flow.local import web
from sonic_flow.local.evaluator import evaluate
from sonic_flow.local.live import Live, beginning, handler
from sonic_flow.measures import OF_SONIC, Limit, Thresholds
from sonic_flow.mlflow import Mlflow
from sonic_flow.route import Release
from sonic_flow.tasks.release import Released, release, settle
from sonic_flow.tests import mlflow_servers
from sonic_flow.tests.clips import pictures, write
from sonic_flow.tests.fakes import served

IMAGE = "registry.internal/sonic/model@sha256:" + "ab" * 32
RULES = Thresholds(
    lse_d=None,
    lse_c=None,
    fid=None,
    duration_error=Limit(0.5),
    sync_offset_frames=Limit(2),
    sync_distance=Limit(0.9, regression=0.10),
    word_error_rate=OF_SONIC.word_error_rate,  # which the evaluator does not make
)


class World:
    """Two versions behind a gateway, people, an evaluator and a registry."""

    def __init__(self, live: Live, address: str, evaluator: str, tracking: str) -> None:
        self.live, self.address, self.evaluator, self.tracking = live, address, evaluator, tracking
        self.api = kube.Cluster(address, "sonic", "", None)
        self.counts: dict[str, int] = {}

    def version(self, run: str = "") -> int:
        """A version in the registry."""
        return registry.registered(Mlflow(self.tracking), "sonic", f"oci://{IMAGE}{run}", "0" * 32, {}).number

    def champion(self) -> int:
        found = registry.called(Mlflow(self.tracking), "sonic", "champion")
        return found.number if found else 0

    def release(self, record: Workspace, uid: str = "run-1", version: int = 0, **more: Any) -> Released:
        (record / "register.json").write_text(json.dumps({"version": version}))
        wanted = {"stages": [5, 50, 100], "samples": 1, "stage_seconds": 60.0, **more}
        return release(
            "sonic",
            IMAGE,
            uid,
            "sonic",
            record,
            thresholds=RULES,
            evaluator=self.evaluator,
            backend=self.address + "/backends/{name}",
            api=self.address,
            tracking=self.tracking,
            token=cast(Any, ""),
            **wanted,
        )

    def settle(self, uid: str = "run-1") -> str:
        return settle("sonic", uid, "sonic", api=self.address, tracking=self.tracking, token=cast(Any, ""))

    def note(self) -> Release:
        found = route.read(self.api, "sonic").release
        assert found is not None
        return found

    def leave(self, **fields: Any) -> None:
        """A release that ended without a word."""
        mine = Release("run-0", "sonic-a", "sonic-b", **{"state": route.RISING, "percent": 25, **fields})
        route.moved(self.api, route.read(self.api, "sonic"), mine)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A clip in sync, and one whose sound is 200 ms late."""
    folder = tmp_path_factory.mktemp("clips")
    good = write(folder / "good.mp4", pictures()).read_bytes()
    return {"good": good, "late": write(folder / "late.mp4", pictures(), late=0.2).read_bytes()}


def answering(content: bytes) -> web.Work:
    return lambda *_: web.Answer("video/mp4", content)


def failing(fields: Mapping[str, Any], files: Mapping[str, bytes]) -> web.Answer:
    raise web.RefusedError(500, "out of memory")


@contextmanager
def world(folder: Path, candidate: web.Work, stable: web.Work) -> Iterator[World]:
    live = Live(folder / "live", {"first": stable, "kept": stable, "candidate": candidate})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(live))
    server.daemon_threads = True
    address, done = f"http://127.0.0.1:{server.server_address[1]}", threading.Event()
    threads = [
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True),
        threading.Thread(target=standing.people, args=(live, address, done), daemon=True),
    ]
    for each in threads:
        each.start()
    try:
        with (
            mlflow_servers.stand_in(folder / "mlflow") as tracking,
            served(web.handler("/v1/evaluate", evaluate)) as judge,
        ):
            yield World(live, address, judge, tracking)
    finally:
        done.set()
        server.shutdown()
        server.server_close()
        live.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "PAUSE", 0.01)
    monkeypatch.setattr(standing, "HEARD", 60.0)  # the whole speech: the clips are of it


def test_a_good_version_gets_all_traffic_and_the_champions_name(
    tmp_path: Path, record: Workspace, clips: dict[str, bytes]
) -> None:
    with world(tmp_path, answering(clips["good"]), answering(clips["good"])) as here:
        version = here.version()
        done = here.release(record, version=version)
        assert done == Released(True, 100, "sonic-b has all traffic")
        assert here.live.objects.weights() == {"sonic-a": 0, "sonic-b": 100}
        assert here.champion() == version
        assert here.note().state == route.PROMOTED
        assert here.settle() == "nothing to take back: sonic-b is promoted"
        requests = {name: kept.requests for name, kept in here.live.kept.items()}
        assert requests["sonic-a"] >= 19, "one of twenty went to the new version at first"
        again = here.release(record, uid="run-2", version=here.version("2"))
        assert again.told == "sonic-a has all traffic", "the next one goes to the other"


@pytest.mark.parametrize(("bad", "told"), [("late", "sync_"), ("failing", "1 of 1 requests failed")])
def test_a_bad_version_is_taken_back_at_5_percent(
    tmp_path: Path, record: Workspace, clips: dict[str, bytes], bad: str, told: str
) -> None:
    candidate = failing if bad == "failing" else answering(clips["late"])
    with world(tmp_path, candidate, answering(clips["good"])) as here:
        registry.call(Mlflow(here.tracking), "sonic", "champion", here.version())
        done = here.release(record, version=here.version("2"))
        assert (done.released, done.percent) == (False, 5)
        assert done.told.startswith("rolled back at 5 %: ")
        assert told in done.told
        assert here.live.objects.weights() == {"sonic-a": 100, "sonic-b": 0}
        assert here.champion() == 1
        assert here.note().state == route.BACK
        assert json.loads((record / "release.json").read_text())["percent"] == 5


def test_one_that_nobody_asks_is_taken_back(
    tmp_path: Path, record: Workspace, clips: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "PAUSE", 3600.0)
    with world(tmp_path, answering(clips["good"]), answering(clips["good"])) as here:
        done = here.release(record, stage_seconds=1.0)
        assert done.told == "rolled back at 5 %: it served 0 of 1 samples within 1 s"
        assert here.live.objects.weights() == {"sonic-a": 100, "sonic-b": 0}


def test_where_the_registry_refuses_the_name_the_traffic_goes_back(
    tmp_path: Path, record: Workspace, clips: dict[str, bytes]
) -> None:
    with world(tmp_path, answering(clips["good"]), answering(clips["good"])) as here:
        with pytest.raises(SystemExit, match="Model Version"):
            here.release(record, version=99)
        assert here.live.objects.weights() == {"sonic-a": 100, "sonic-b": 0}
        assert here.champion() == 0


def test_what_ended_a_release_is_settled_at_the_end_of_the_run(tmp_path: Path, clips: dict[str, bytes]) -> None:
    with world(tmp_path, answering(clips["good"]), answering(clips["good"])) as here:
        first, second = here.version(), here.version("2")
        for state in (route.RISING, route.PROMOTING):
            here.leave(state=state, until=time.time() + 600, version=second, before=first)
            registry.call(Mlflow(here.tracking), "sonic", "champion", second)
            assert here.settle("another") == "this run moved no traffic"
            assert here.live.objects.weights()["sonic-b"] == 25
            assert here.settle("run-0") == "the release had ended at 25 %: all traffic is back at sonic-a"
            assert here.live.objects.weights() == {"sonic-a": 100, "sonic-b": 0}
            assert here.champion() == first
            assert here.settle("run-0") == "nothing to take back: sonic-b is rolled-back"


def test_the_next_release_repairs_what_a_killed_one_left(
    tmp_path: Path, record: Workspace, clips: dict[str, bytes]
) -> None:
    with world(tmp_path, answering(clips["good"]), answering(clips["good"])) as here:
        here.leave(until=time.time() + 600)
        with pytest.raises(SystemExit, match="the release of run run-0 goes on, until"):
            here.release(record)
        assert here.live.objects.weights()["sonic-b"] == 25, "a release that may be alive is left alone"
        here.leave(until=time.time() - 1)
        assert here.release(record, stages=[100]).told == "sonic-b has all traffic"


def test_two_at_once_do_not_both_move_it(tmp_path: Path, record: Workspace, clips: dict[str, bytes]) -> None:
    with world(tmp_path, answering(clips["good"]), answering(clips["good"])) as here:
        seen = route.read(here.api, "sonic")
        route.moved(here.api, seen, Release("run-8", "sonic-a", "sonic-b", route.RISING, 5))
        with pytest.raises(kube.ConflictError):
            route.moved(here.api, seen, Release("run-9", "sonic-a", "sonic-b", route.RISING, 5))


@pytest.mark.parametrize("stages", [[], [5], [50, 5, 100], [0, 100], [5, 5, 100]])
def test_stages_that_do_not_rise_to_100(record: Workspace, stages: list[int]) -> None:
    with pytest.raises(SystemExit, match="percents that rise to 100"):
        release("sonic", IMAGE, "u", "sonic", record, stages=stages, api="http://127.0.0.1:9", token=cast(Any, ""))


def test_the_speech_that_people_send_is_a_whole_one() -> None:
    assert beginning(standing.ASSETS / "speech.wav", 2.0)[:4] == b"RIFF"
