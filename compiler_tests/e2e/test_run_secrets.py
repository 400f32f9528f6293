"""No Secret of a run is in what it shows or writes down, however it is mounted; what it keeps is nobody else's."""

from __future__ import annotations

import base64
import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from run_support import FLOWDSL, MARKS, flowdsl, marks, step, yaml_run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the local runner needs POSIX processes")

# One for each way to have it, so that none is hidden because another one is known.
WAYS = ["env", "envfrom", "volume", "projected", "subpath", "workspace", "wsprojected", "template", "sidecar", "pull"]
VALUES = {way: f"value-of-{way}-0123456789" for way in WAYS}
TRACES = [part for value in VALUES.values() for part in (value, base64.b64encode(value.encode()).decode())]


def secret(way: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": way}, "stringData": {"TOKEN": VALUES[way]}}


def reads(source: str, **fields: Any) -> dict[str, Any]:
    """A Task that prints what it finds in every way, in two parts too, and gives it as a result."""
    script = (
        f"TOKEN=${{TOKEN:-$({source})}}\n"
        "echo $TOKEN; echo in $TOKEN >&2; echo $TOKEN | base64\n"
        'half=$(echo $TOKEN | cut -c1-9); printf %s $half; sleep 0.2; echo ${TOKEN#"$half"}\n'
        'printf %s "$TOKEN" > $(results.r.path); printf \'["%s"]\' "$TOKEN" > $(results.list.path)\n'
        'exec "/no/such/$TOKEN"\n'
    )
    results = [{"name": "r"}, {"name": "list", "type": "array"}]
    made = step(script, results=results, **fields)
    made["steps"][0] |= {"onError": "continue", **fields.pop("step", {})}
    made.pop("step", None)
    return made


def mounted(volume: dict[str, Any], **mount: Any) -> dict[str, Any]:
    mounts = [{"name": "v", "mountPath": "/secret", **mount}]
    return {"volumes": [{"name": "v", **volume}], "step": {"volumeMounts": mounts}}


def reference(way: str) -> list[dict[str, Any]]:
    return [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": way, "key": "TOKEN"}}}]


TASKS: dict[str, dict[str, Any]] = {
    "env": reads("false", step={"env": reference("env")}),
    "envfrom": reads("false", step={"envFrom": [{"secretRef": {"name": "envfrom"}}]}),
    "volume": reads("cat /secret/TOKEN", **mounted({"secret": {"secretName": "volume"}})),
    "projected": reads("cat /secret/TOKEN", **mounted({"projected": {"sources": [{"secret": {"name": "projected"}}]}})),
    "subpath": reads(
        "cat /secret/x", **mounted({"secret": {"secretName": "subpath"}}, subPath="TOKEN", mountPath="/secret/x")
    ),
    "workspace": reads("cat /workspace/w/TOKEN", workspaces=[{"name": "w"}]),
    "wsprojected": reads("cat /workspace/p/TOKEN", workspaces=[{"name": "p"}]),
    "template": reads("false", stepTemplate={"env": reference("template")}),
    "sidecar": {
        **reads("sleep 0.5; echo nothing-at-all"),
        "sidecars": [
            {
                "name": "side",
                "image": "x",
                "script": "#!/bin/sh\necho from $TOKEN; exec /no/$TOKEN",
                "env": reference("sidecar"),
            }
        ],
    },
    # A task may know it from elsewhere.
    "pull": reads(f"echo {VALUES['pull'][::-1]} | rev"),
}


def tasks() -> list[dict[str, Any]]:
    made = []
    for way, spec in TASKS.items():
        spaces = [{"name": each["name"], "workspace": each["name"]} for each in spec.get("workspaces", ())]
        made.append({"name": way, "taskSpec": spec, "workspaces": spaces})
    return made


def final() -> list[dict[str, Any]]:
    taking = {"params": [{"name": "p", "type": "string"}], **step("echo got $(params.p); false")}
    given = [{"name": "p", "value": "$(tasks.env.results.r)"}]
    starting = {"steps": [{"name": "s", "image": "x", "command": ["$(TOKEN)"], "env": reference("env")}]}
    return [{"name": "taking", "params": given, "taskSpec": taking}, {"name": "starting", "taskSpec": starting}]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("secrets")
    results = [{"name": way, "value": f"$(tasks.{way}.results.r)"} for way in WAYS]
    file = yaml_run(
        folder / "it.yaml",
        [],
        pipelineSpec={
            "tasks": tasks(),
            "finally": final(),
            "results": results,
            "workspaces": [{"name": "w"}, {"name": "p"}],
        },
        workspaces=[
            {"name": "w", "secret": {"secretName": "workspace"}},
            {"name": "p", "projected": {"sources": [{"secret": {"name": "wsprojected"}}]}},
        ],
        taskRunTemplate={"podTemplate": {"imagePullSecrets": [{"name": "pull"}]}},
    )
    documents = [json.loads(file.read_text()), *(secret(way) for way in WAYS)]
    file.write_text("---\n".join(json.dumps(each) + "\n" for each in documents))
    return folder


def clean(what: str, text: str) -> None:
    assert [trace for trace in TRACES if trace in text] == [], what


@pytest.mark.parametrize("output", ["text", "json"])
def test_no_value_is_shown_or_kept(project: Path, output: str) -> None:
    done = subprocess.run(
        [*FLOWDSL, "run", "it.yaml", "--name", output, "--output", output],
        cwd=project, capture_output=True, text=True, check=False, timeout=600, umask=0,
    )  # fmt: skip
    assert done.returncode == 1, "the last tasks fail by themselves"
    clean("output", done.stdout + done.stderr)
    assert done.stdout.count("***") >= len(WAYS) * 5
    for shown in (["logs"], ["show"], ["show", "--output", "json"], ["list"]):
        clean(
            str(shown), flowdsl(project, "runs", shown[0], *([output] if shown != ["list"] else []), *shown[1:]).stdout
        )
    kept = [path for path in (project / ".flowdsl").rglob("*") if path.is_file()]
    assert len(kept) >= 2 * len(WAYS)
    for path in kept:
        clean(str(path), path.read_text(errors="replace"))
    record = json.loads((project / f".flowdsl/runs/{output}/taskruns/{output}-env.json").read_text())
    assert [each["value"] for each in record["status"]["results"]] == [["***"], "***"]
    assert "***" in (project / f".flowdsl/runs/{output}/work/{output}-starting/s.log").read_text()


def test_what_is_kept_is_nobody_elses(project: Path) -> None:
    subprocess.run(
        [*FLOWDSL, "run", "it.yaml", "--name", "modes"], cwd=project, capture_output=True, check=False, umask=0
    )
    for path in [project / ".flowdsl", *(project / ".flowdsl").rglob("*")]:
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def test_a_task_whose_result_was_a_secret_runs_again(tmp_path: Path) -> None:
    """The value is not kept, and the stars are no value: who needs it must make it anew."""
    giving = step(f'printf %s "$TOKEN" > $(results.r.path); echo g >> {MARKS}/ran', results=[{"name": "r"}])
    giving["steps"][0]["env"] = reference("env")
    plain = step(f"printf plain > $(results.r.path); echo p >> {MARKS}/ran", results=[{"name": "r"}])
    taking = {
        "params": [{"name": "p"}, {"name": "q"}],
        **step(f"test -e {tmp_path}/calm || exit 1; printf %s $(params.p)$(params.q) > {MARKS}/got"),
    }
    params = [{"name": "p", "value": "$(tasks.giving.results.r)"}, {"name": "q", "value": "$(tasks.plain.results.r)"}]
    listed = [
        {"name": "giving", "taskSpec": giving},
        {"name": "plain", "taskSpec": plain},
        {"name": "taking", "taskSpec": taking, "params": params},
    ]
    file = yaml_run(tmp_path / "it.yaml", listed)
    file.write_text(file.read_text() + "\n---\n" + json.dumps(secret("env")))
    flowdsl(tmp_path, "run", "it.yaml", code=1)
    (tmp_path / "calm").touch()
    flowdsl(tmp_path, "run", "--resume", "it")
    assert (marks(tmp_path) / "got").read_text() == VALUES["env"] + "plain"
    assert sorted((marks(tmp_path) / "ran").read_text().split()) == ["g", "g", "p"]


LOCAL = '''
from flowdsl import LocalRun, Secret, Service, pipeline, task

SERVER = """
import http.server, os, sys
print("started with", os.environ["KEY"], flush=True)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): print("asked with", os.environ["KEY"], flush=True)
if sys.argv[2] == "fails": sys.exit(3)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
KEY = "stand-in-value-77"

@task(image="python:3.12-slim")
def use(url: str, key: Secret = Secret("store", key="key")) -> str:
    print("key is", key)
    raise RuntimeError("no luck with " + key)

def local():
    command = ("{python}", "-c", SERVER, "{port}", "MODE")
    service = Service("store", command, "/", params={"url": "{url}"}, env={"KEY": KEY})
    return LocalRun(secrets={"store": {"key": KEY}}, services=(service,))

@pipeline(local=local)
def talk(url: str):
    use(url)
'''


@pytest.mark.parametrize(("mode", "code"), [("works", 1), ("fails", 2)])
def test_values_that_stand_in_are_secrets_too(tmp_path: Path, mode: str, code: int) -> None:
    (tmp_path / "talk.py").write_text(LOCAL.replace("MODE", mode))
    done = flowdsl(tmp_path, "run", "talk.py", "--name", "it", code=code)
    assert "stand-in-value" not in done.stdout + done.stderr
    assert "***" in done.stdout + done.stderr
    log = (tmp_path / ".flowdsl/runs/it/services/store.log").read_text()
    assert "started with ***" in log
    for path in (tmp_path / ".flowdsl").rglob("*"):
        assert not path.is_file() or "stand-in-value" not in path.read_text(errors="replace"), path


def test_a_cached_task_keeps_no_secret(tmp_path: Path) -> None:
    text = LOCAL.replace("raise RuntimeError", "return str").replace('("no luck with " + key)', "(key)")
    text = text.replace('@task(image="python:3.12-slim")', '@task(image="python:3.12-slim", cache=True)')
    (tmp_path / "talk.py").write_text(text.replace("MODE", "works"))
    flowdsl(tmp_path, "run", "talk.py")
    for path in (tmp_path / ".flowdsl").rglob("*"):
        assert not path.is_file() or "stand-in-value" not in path.read_text(errors="replace"), path
