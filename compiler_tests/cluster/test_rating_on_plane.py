"""People's ratings under Tekton's own controller: our controller answers the CustomRuns, with the rights it is emitted with.

It runs as a process here, with a token of its account: `pipelines/raters.yaml` says what that may do.
"""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from api import Api, RefusedError, wait_for
from plane import Plane
from runs import finished

PIPELINES = Path(__file__).parents[2] / "pipelines"
NAMESPACE = "rating"
CLIP = b"what people look at"
TOKEN = "of-the-raters"


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    """What has the clip, as an object store does."""

    class Store(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(CLIP)))
            self.end_headers()
            self.wfile.write(CLIP)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Store)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


class Answering:
    """The controller as a process that can be killed and started again."""

    def __init__(self, plane: Plane, folder: Path, store: str, token: str) -> None:
        account = folder / "account"
        account.mkdir()
        (account / "token").write_text(token)
        (account / "ca.crt").write_bytes(plane.certificate.read_bytes())
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = folder / "log"
        self.environment = {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(PIPELINES), "KUBERNETES_SERVICE_HOST": "127.0.0.1",
            "KUBERNETES_SERVICE_PORT": str(plane.ports["api"]), "RATING_NAMESPACE": NAMESPACE,
            "RATING_ACCOUNT": str(account), "RATING_FOLDER": str(folder), "RATING_TOKEN": TOKEN,
            "RATING_BUCKET": "clips", "RATING_REGION": "us-east-1", "RATING_ENDPOINT": store, "ACCESS_KEY": "a",
            "SECRET_KEY": "b", "RATING_LISTEN": "127.0.0.1", "RATING_PORT": str(self.port),
        }  # fmt: skip
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "sonic_flow.rating.controller"]
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        return self.process

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def open(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{TOKEN}/state", timeout=20) as answer:
            return list(json.loads(answer.read()))

    def score(self, request: str, rater: str, score: int) -> None:
        body = json.dumps({"id": request, "rater": rater, "score": score}).encode()
        place = f"http://127.0.0.1:{self.port}/{TOKEN}/score"
        urllib.request.urlopen(urllib.request.Request(place, body, {"Content-Type": "application/json"}), timeout=20)


@pytest.fixture(scope="module")
def account(api: Api) -> str:
    """A token of the controller's account, with the Role and the binding of `pipelines/raters.yaml`."""
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    for document in yaml.safe_load_all((PIPELINES / "raters.yaml").read_text("utf-8")):
        if document["kind"] in ("ServiceAccount", "Role", "RoleBinding"):
            document["metadata"]["namespace"] = NAMESPACE
            for subject in document.get("subjects", ()):
                subject["namespace"] = NAMESPACE
            api.apply(document)
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    found = api.call("POST", f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/raters/token", asked)
    return str(found["status"]["token"])


@pytest.fixture
def answering(plane: Plane, account: str, store: str, tmp_path: Path) -> Iterator[Answering]:
    found = Answering(plane, tmp_path, store, account)
    yield found
    found.kill()


def run(api: Api, name: str, hours: str = "1") -> None:
    values = {
        "title": name, "backend": "ask", "bucket": "clips", "key": f"ratings/{name}/clip.mp4", "least": "2", "wanted": "2",
        "hours": hours, "sha256": hashlib.sha256(CLIP).hexdigest(),
    }  # fmt: skip
    rate = {
        "name": "rate",
        "taskRef": {"apiVersion": "rating.flowdsl.dev/v1alpha1", "kind": "Rating"},
        "params": [{"name": key, "value": value} for key, value in values.items()],
    }
    results = [{"name": each, "value": f"$(tasks.rate.results.{each})"} for each in ("mos", "raters")]
    api.create(
        {
            "apiVersion": "tekton.dev/v1",
            "kind": "PipelineRun",
            "metadata": {"name": name, "namespace": NAMESPACE},
            "spec": {"pipelineSpec": {"tasks": [rate], "results": results}},
        }
    )


def asked(answering: Answering, title: str) -> str:
    """The id of the request, once raters see it."""
    return str(
        wait_for(
            f"{title} is asked",
            lambda: next((each["id"] for each in answering.open() if each["title"] == title), None),
            120,
        )
    )


def condition(api: Api, name: str) -> dict[str, Any]:
    found = api.get("tekton.dev/v1beta1", "CustomRun", f"{name}-rate", NAMESPACE)
    return dict(found["status"]["conditions"][0])


def test_ratings_reach_the_run_over_a_killed_controller(api: Api, answering: Answering) -> None:
    run(api, "rated")
    request = asked(answering, "rated")
    answering.score(request, "Ann", 5)
    answering.kill()
    time.sleep(1)
    answering.start()
    assert asked(answering, "rated") == request
    answering.score(request, "Bo", 4)
    done = finished(api, "PipelineRun", "rated", NAMESPACE, seconds=900)
    assert done["status"]["conditions"][0]["status"] == "True", done["status"]
    assert {each["name"]: each["value"] for each in done["status"]["results"]} == {"mos": "4.5000", "raters": "2"}
    assert not api.get("v1", "Pod", namespace=NAMESPACE)["items"], "no pod waits"


def test_raters_that_do_not_come(api: Api, answering: Answering) -> None:
    run(api, "lonely", hours="0.002")
    done = finished(api, "PipelineRun", "lonely", NAMESPACE, seconds=900)
    assert {each["name"]: each["value"] for each in done["status"]["results"]} == {"mos": "nan", "raters": "0"}
    assert condition(api, "lonely")["reason"] == "TooFewRaters"


def test_a_cancelled_run_asks_nobody_any_more(api: Api, answering: Answering) -> None:
    run(api, "stopped")
    asked(answering, "stopped")
    api.merge("tekton.dev/v1", "PipelineRun", "stopped", {"spec": {"status": "Cancelled"}}, NAMESPACE)
    wait_for("it is cancelled", lambda: condition(api, "stopped")["reason"] == "CustomRunCancelled", 120)
    wait_for("nobody is asked", lambda: all(each["title"] != "stopped" for each in answering.open()), 60)


def test_it_may_do_nothing_else(plane: Plane, account: str, api: Api) -> None:
    own = Api(plane.address, plane.certificate, account)
    assert "items" in own.get("tekton.dev/v1beta1", "CustomRun", namespace=NAMESPACE)
    forbidden = [
        lambda: own.get("v1", "Secret", namespace=NAMESPACE),
        lambda: own.get("v1", "Pod", namespace=NAMESPACE),
        lambda: own.get("tekton.dev/v1", "PipelineRun", namespace=NAMESPACE),
        lambda: own.get("tekton.dev/v1beta1", "CustomRun", namespace="default"),
        lambda: own.merge("tekton.dev/v1beta1", "CustomRun", "x", {"spec": {"status": "RunCancelled"}}, NAMESPACE),
        lambda: own.delete("tekton.dev/v1beta1", "CustomRun", "x", NAMESPACE),
    ]
    for each in forbidden:
        with pytest.raises(RefusedError) as refused:
            each()
        assert refused.value.code == 403
