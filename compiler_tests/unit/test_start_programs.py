"""The programs that start and end runs in a cluster, against an API server on loopback."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import flowdsl.events

PROGRAMS = Path(flowdsl.events.__file__).parent / "programs"
RUNS = "/apis/tekton.dev/v1/namespaces/ml/pipelineruns"
RUN = {
    "apiVersion": "tekton.dev/v1",
    "kind": "PipelineRun",
    "metadata": {"labels": {"flowdsl.dev/started-by": "nightly"}},
    "spec": {"pipelineRef": {"name": "model"}},
}


class Server(ThreadingHTTPServer):
    """Keeps runs by name, as the API server does: one name is there once."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.runs: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []


class Handler(BaseHTTPRequestHandler):
    server: Server

    def answer(self, status: int, data: object) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def read(self) -> dict[str, Any]:
        found = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert isinstance(found, dict)
        return found

    def do_POST(self) -> None:
        assert self.headers["Authorization"] == "Bearer sesame"
        run = self.read()
        name = run["metadata"]["name"]
        if name in self.server.runs:
            self.answer(409, {"message": "exists"})
        else:
            self.server.runs[name] = run
            self.answer(201, run)

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        url = urlsplit(self.path)
        name = url.path.removeprefix(RUNS).strip("/")
        if name:
            self.answer(200, self.server.runs[name])
            return
        key, _, value = parse_qs(url.query)["labelSelector"][0].partition("=")
        found = [run for run in self.server.runs.values() if run["metadata"].get("labels", {}).get(key) == value]
        self.answer(200, {"items": found})

    def do_PATCH(self) -> None:
        assert self.headers["Content-Type"] == "application/merge-patch+json"
        name = urlsplit(self.path).path.rpartition("/")[2]
        self.server.runs[name]["spec"].update(self.read()["spec"])
        self.answer(200, self.server.runs[name])

    def do_DELETE(self) -> None:
        del self.server.runs[urlsplit(self.path).path.rpartition("/")[2]]
        self.answer(200, {})

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def run_program(
    server: Server, folder: Path, name: str, *args: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    (folder / "token").write_text("sesame\n", encoding="ascii")
    environment = {
        "PATH": os.environ["PATH"],
        "ACCOUNT_FOLDER": str(folder),
        "KUBERNETES_SCHEME": "http",
        "KUBERNETES_SERVICE_HOST": "127.0.0.1",
        "KUBERNETES_SERVICE_PORT": str(server.server_port),
        **variables,
    }
    command = [sys.executable, "-I", str(PROGRAMS / name), *args]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)


def start(server: Server, folder: Path, job: str, overlap: str) -> subprocess.CompletedProcess[str]:
    (folder / "run.json").write_text(json.dumps(RUN), encoding="utf-8")
    given = (str(folder / "run.json"), "pipelineruns", overlap)
    return run_program(server, folder, "start_run.py", *given, JOB_NAME=job, NAMESPACE="ml")


@pytest.mark.parametrize("program", sorted(each.name for each in PROGRAMS.glob("*_run.py")))
def test_a_program_is_for_the_python_that_it_names(program: str) -> None:
    """3.9 evaluates annotations, and its types know no `|`."""
    text = (PROGRAMS / program).read_text(encoding="utf-8")
    assert "written for Python 3.9" in text
    parts = [*ast.walk(ast.parse(text, feature_version=(3, 9)))]
    given = [getattr(each, name, None) for each in parts for name in ("annotation", "returns")]
    annotations = [
        ast.unparse(each) for each in given if isinstance(each, ast.expr) and not isinstance(each, ast.Constant)
    ]
    assert annotations
    assert [each for each in annotations if "|" in each] == []


def test_a_time_that_fires_twice_starts_one_run(server: Server, tmp_path: Path) -> None:
    said = [start(server, tmp_path, "model-nightly-29000001", "allow").stdout for _ in range(2)]
    assert said == ["started model-nightly-29000001\n", "model-nightly-29000001 was started before\n"]
    assert [*server.runs] == ["model-nightly-29000001"]
    assert server.runs["model-nightly-29000001"]["metadata"]["namespace"] == "ml"
    assert server.asked == [], "without overlap= nothing is listed: the account may not"


def test_a_run_that_goes_on_forbids_another_until_it_ends(server: Server, tmp_path: Path) -> None:
    assert start(server, tmp_path, "model-nightly-1", "forbid").stdout == "started model-nightly-1\n"
    held = start(server, tmp_path, "model-nightly-2", "forbid")
    assert (held.returncode, held.stdout) == (0, "not started: model-nightly-1 has not ended\n")
    # The same time again: its own run is no other.
    assert start(server, tmp_path, "model-nightly-1", "forbid").stdout == "model-nightly-1 was started before\n"
    server.runs["model-nightly-1"]["status"] = {"completionTime": "2026-01-01T00:00:00Z"}
    assert start(server, tmp_path, "model-nightly-3", "forbid").stdout == "started model-nightly-3\n"


def test_runs_of_other_pipelines_and_starts_forbid_nothing(server: Server, tmp_path: Path) -> None:
    for name, label, pipeline in (("a", "nightly", "other"), ("b", "weekly", "model")):
        server.runs[name] = {
            "metadata": {"name": name, "labels": {"flowdsl.dev/started-by": label}},
            "spec": {"pipelineRef": {"name": pipeline}},
        }
    assert start(server, tmp_path, "model-nightly-1", "forbid").stdout == "started model-nightly-1\n"


def run_at(name: str, second: int, group: str = "branch main", **status: object) -> dict[str, Any]:
    notes = {"flowdsl.dev/newest-of": group} if group else {}
    meta = {
        "name": name,
        "labels": {"tekton.dev/pipeline": "model"},
        "annotations": notes,
        "creationTimestamp": f"2026-01-01T00:00:{second:02}Z",
    }
    return {"metadata": meta, "spec": {}, "status": status}


def ended(server: Server) -> list[str]:
    return sorted(name for name, run in server.runs.items() if run["spec"].get("status") == "CancelledRunFinally")


def end(server: Server, folder: Path, name: str, **limits: str) -> subprocess.CompletedProcess[str]:
    told = {"PARAM_RUNS": RUNS, "PARAM_RUN": name, "PARAM_LABEL": "tekton.dev/pipeline", "PAUSE": "0.1"}
    return run_program(server, folder, "before_run.py", **told, **limits)


def runs_at(*made: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {run["metadata"]["name"]: run for run in made}


def test_older_runs_of_the_same_branch_are_ended_and_no_others(server: Server, tmp_path: Path) -> None:
    server.runs = {
        run["metadata"]["name"]: run
        for run in (
            run_at("older", 1),
            run_at("done", 2, completionTime="2026-01-01T00:00:03Z"),
            run_at("other", 3, "branch dev"),
            run_at("by-hand", 4, ""),
            run_at("b", 5),
            run_at("a", 5),
            run_at("newer", 6),
        )
    }
    assert end(server, tmp_path, "b").returncode == 0
    assert ended(server) == ["a", "older"]
    # Runs of one second agree on who is the newer.
    server.runs["a"]["spec"], server.runs["older"]["spec"] = {}, {}
    end(server, tmp_path, "a")
    assert ended(server) == ["older"]


def test_a_run_that_is_the_newest_of_nothing_ends_nothing(server: Server, tmp_path: Path) -> None:
    server.runs = {"older": run_at("older", 1, ""), "mine": run_at("mine", 2, "")}
    assert end(server, tmp_path, "mine").returncode == 0
    assert ended(server) == []


def test_runs_that_are_over_are_deleted_but_for_the_newest(server: Server, tmp_path: Path) -> None:
    over = {"completionTime": "2026-01-01T00:01:00Z"}
    old = [run_at(f"over-{number}", number, "", **over) for number in range(1, 6)]
    server.runs = runs_at(*old, run_at("slow", 0, ""), run_at("mine", 9, ""), run_at("newer", 10, ""))
    done = end(server, tmp_path, "mine", PARAM_KEEP="2")
    assert (done.returncode, done.stdout) == (0, "deleted over-3\ndeleted over-2\ndeleted over-1\n")
    assert sorted(server.runs) == ["mine", "newer", "over-4", "over-5", "slow"]
    assert ended(server) == []


def test_a_run_waits_until_fewer_older_ones_go_on(server: Server, tmp_path: Path) -> None:
    server.runs = runs_at(
        *(run_at(name, second, "") for second, name in enumerate(("a", "b", "c", "mine", "newer"), 1))
    )
    over = {"completionTime": "2026-01-01T00:01:00Z"}
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(end, server, tmp_path, "mine", PARAM_MOST="2")
        while len(server.asked) < 4:  # itself, and then the others again and again
            assert not waiting.done()
            time.sleep(0.01)
        server.runs["newer"]["status"] = over
        looked = len(server.asked)
        while len(server.asked) < looked + 3:
            assert not waiting.done(), "a younger run that is over makes no room"
            time.sleep(0.01)
        server.runs["b"]["status"] = over
        server.runs["a"]["status"] = over
        done = waiting.result()
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("waits: 3 older runs go on, and 2 may at once\n")


def test_where_there_is_no_cluster_nothing_is_done_and_that_is_said(server: Server, tmp_path: Path) -> None:
    told = {"PARAM_RUNS": RUNS, "PARAM_RUN": "mine", "PARAM_LABEL": "tekton.dev/pipeline", "PARAM_MOST": "1"}
    command = [sys.executable, "-I", str(PROGRAMS / "before_run.py")]
    done = subprocess.run(command, env=told, capture_output=True, text=True, timeout=600, check=False)
    said = "there is no cluster here: no other run is ended, deleted or waited for\n"
    assert (done.returncode, done.stdout) == (0, said)


def test_what_the_server_refuses_fails_the_pod(server: Server, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps({**RUN, "apiVersion": "tekton.dev/v1"}), encoding="utf-8")
    server.shutdown()
    server.server_close()
    assert start(server, tmp_path, "model-nightly-1", "allow").returncode != 0
