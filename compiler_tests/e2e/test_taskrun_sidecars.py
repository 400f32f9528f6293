"""Sidecars: there before the first step, gone after the last one."""

from __future__ import annotations

import sys
import uuid
from typing import Any

from taskrun_support import Bench, message, processes_with, verdict

SUCCEEDED = ("True", "Succeeded")
SERVER = f"""#!{sys.executable}
import http.server, sys, time
class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"served")
    def log_message(self, *a): pass
time.sleep(0.3)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
open("/shared/port.part", "w").write(str(server.server_port))
import os; os.rename("/shared/port.part", "/shared/port")
print("listening", flush=True)
server.serve_forever()
"""
READ = f"""#!{sys.executable}
import urllib.request
port = open("/shared/port").read()
print(urllib.request.urlopen(f"http://127.0.0.1:{{port}}/").read().decode())
"""


def spec(script: str, *, sidecar: dict[str, Any], **more: Any) -> dict[str, Any]:
    shared = [{"name": "shared", "mountPath": "/shared"}]
    return {
        "volumes": [{"name": "shared", "emptyDir": {}}],
        "steps": [{"name": "main", "image": "x", "script": script, "volumeMounts": shared}],
        "sidecars": [{"name": "server", "image": "x", "volumeMounts": shared, **sidecar}],
        **more,
    }


def test_a_sidecar_is_ready_before_the_first_step_and_gone_after_the_last(bench: Bench) -> None:
    mark = uuid.uuid4().hex
    probe = {"exec": {"command": ["test", "-f", "/shared/port"]}}
    sidecar = {"script": SERVER, "readinessProbe": probe, "env": [{"name": "MARK", "value": mark}]}
    status = bench.run(spec(READ, sidecar=sidecar))
    assert verdict(status) == SUCCEEDED, f"{bench.log()}{bench.log('sidecar-server')}{status}"
    assert bench.log() == "served\n"
    state = status["sidecars"][0]
    assert (state["name"], state["container"]) == ("server", "sidecar-server")
    assert state["terminated"]["reason"] == "Completed"
    assert state["terminated"]["message"] == "Sidecar container successfully stopped by nop image"
    assert bench.log("sidecar-server") == "listening\n"
    assert processes_with(mark) == []


def test_a_sidecar_without_a_name(bench: Bench) -> None:
    status = bench.run(
        {
            "steps": [{"name": "main", "image": "x", "script": "echo here"}],
            "sidecars": [{"image": "x", "script": "echo beside; sleep 60"}],
        }
    )
    assert verdict(status) == SUCCEEDED, message(status)
    assert [(one["name"], one["container"]) for one in status["sidecars"]] == [("sidecar", "sidecar")]
    assert (bench.last / "sidecar-sidecar.log").exists()


def test_a_sidecar_that_fails_while_the_steps_go_on(bench: Bench) -> None:
    status = bench.run(spec("sleep 0.5", sidecar={"script": "echo oh; exit 9"}))
    assert verdict(status) == ("False", "SidecarFailed")
    assert message(status) == '"sidecar-server" exited with code 9: Error'
    assert status["steps"][0]["terminated"]["exitCode"] == 0
    assert bench.log("sidecar-server") == "oh\n"


def test_a_sidecar_that_has_done_its_work(bench: Bench) -> None:
    status = bench.run(spec("sleep 0.3", sidecar={"command": ["true"]}))
    assert verdict(status) == SUCCEEDED
    assert status["sidecars"][0]["terminated"]["exitCode"] == 0
    assert "message" not in status["sidecars"][0]["terminated"]


def test_a_sidecar_that_never_gets_ready(bench: Bench) -> None:
    sidecar = {"script": "sleep 1000", "readinessProbe": {"tcpSocket": {"port": 1}, "periodSeconds": 1}}
    status = bench.run(spec("echo never", sidecar=sidecar), timeout="700ms")
    assert verdict(status) == ("False", "TaskRunTimeout")
    assert not (bench.last / "main.log").exists()
    assert status["steps"][0]["terminationReason"] == "TaskRunTimeout"


def test_a_step_that_fails_stops_the_sidecar(bench: Bench) -> None:
    script = "trap 'echo bye; exit 0' TERM; echo up > /shared/up; echo up; while :; do sleep 0.05; done"
    status = bench.run(spec("while ! test -f /shared/up; do sleep 0.05; done; exit 2", sidecar={"script": script}))
    assert verdict(status) == ("False", "StepFailed")
    assert bench.log("sidecar-server") == "up\nbye\n"
    assert status["sidecars"][0]["terminated"]["reason"] == "Completed"
