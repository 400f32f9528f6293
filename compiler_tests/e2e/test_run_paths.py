"""Names that become paths on this machine: what Kubernetes takes for none is refused, before anything is made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Protocol

import pytest
from run_support import flowdsl, status, step, yaml_run

from flowdsl.cli import main

ESCAPES = ["../../../escape", "{root}/escape", "a/b", ".", "..", "Upper", "nul\0", "x" * 300]
SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"token": "S3cret-value"}}


class Here(Protocol):
    def __call__(self, folder: Path, *arguments: str, code: int) -> str: ...


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Here:
    """A command in this process, which is quick: what it told."""

    def run(folder: Path, *arguments: str, code: int) -> str:
        monkeypatch.chdir(folder)
        assert main(list(arguments)) == code
        return capsys.readouterr().err

    return run


def task(name: str = "t", uses: bool = True, **spec: Any) -> dict[str, Any]:
    made = step("echo made > /workspace/w/file 2>/dev/null; true", **spec)
    if not uses:
        return {"name": name, "taskSpec": made}
    made["workspaces"] = [{"name": "w"}]
    return {"name": name, "taskSpec": made, "workspaces": [{"name": "w", "workspace": "w"}]}


def bound(**binding: Any) -> dict[str, Any]:
    return {"tasks": [task()], "spaces": [{"name": "w", **binding}]}


def with_volume(name: str, **volume: Any) -> dict[str, Any]:
    made = task(uses=False, volumes=[{"name": name, **volume}])
    made["taskSpec"]["steps"][0]["volumeMounts"] = [{"name": name, "mountPath": "/vol"}]
    return {"tasks": [made], "spaces": []}


CASES = {
    "claim": ("FLOW246", lambda name: bound(persistentVolumeClaim={"claimName": name})),
    "template": ("FLOW246", lambda name: bound(volumeClaimTemplate={"metadata": {"name": name}, "spec": {}})),
    "secret": ("FLOW246", lambda name: bound(secret={"secretName": name})),
    "config map": ("FLOW246", lambda name: bound(configMap={"name": name})),
    "projected": ("FLOW246", lambda name: bound(projected={"sources": [{"secret": {"name": name}}]})),
    "claim of a volume": ("FLOW246", lambda name: with_volume("v", persistentVolumeClaim={"claimName": name})),
    "volume": ("FLOW247", lambda name: with_volume(name, secret={"secretName": "s"})),
    "emptyDir": ("FLOW247", lambda name: with_volume(name, emptyDir={})),
}


def write(folder: Path, tasks: list[dict[str, Any]], spaces: list[dict[str, Any]], *more: dict[str, Any]) -> Path:
    """One PipelineRun, and other documents after it."""
    path = yaml_run(folder / "run.yaml", tasks, workspaces=spaces)
    document = json.loads(path.read_text())
    document["spec"]["pipelineSpec"]["workspaces"] = [{"name": one["name"]} for one in spaces]
    path.write_text("\n---\n".join(json.dumps(one) for one in (document, SECRET, *more)))
    return path


def everything(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*")}


@pytest.mark.parametrize("what", CASES)
@pytest.mark.parametrize("name", ESCAPES)
def test_a_name_that_would_be_a_path(what: str, name: str, tmp_path: Path, here: Here) -> None:
    code, made = CASES[what]
    folder = tmp_path / "one" / "two"
    folder.mkdir(parents=True)
    write(folder, **made(name.format(root=tmp_path)))
    before = everything(tmp_path)
    told = here(folder, "run", "run.yaml", code=1)
    assert f"error[{code}]" in told
    assert "run.yaml:1" in told
    assert everything(tmp_path) == before


@pytest.mark.parametrize("key", ["../up", "/abs", "a/b", "..", "..data", ""])
def test_a_key_that_would_be_a_path(key: str, tmp_path: Path, here: Here) -> None:
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {key: "x"}}
    path = write(tmp_path, [task()], [{"name": "w", "configMap": {"name": "c"}}], config)
    before = everything(tmp_path)
    assert "error[FLOW248]" in here(tmp_path, "run", path.name, code=1)
    assert everything(tmp_path) == before


@pytest.mark.parametrize("path", ["../up", "/abs", "a/../../b", "a\0b"])
@pytest.mark.parametrize("where", ["item", "sub-path"])
def test_a_path_that_leaves_its_volume(where: str, path: str, tmp_path: Path, here: Here) -> None:
    secret = {"secretName": "s", **({"items": [{"key": "token", "path": path}]} if where == "item" else {})}
    binding = {"name": "w", "secret": secret, **({"subPath": path} if where == "sub-path" else {})}
    write(tmp_path, [task()], [binding])
    before = everything(tmp_path)
    assert "error[FLOW248]" in here(tmp_path, "run", "run.yaml", code=1)
    assert everything(tmp_path) == before


@pytest.mark.parametrize("name", ESCAPES[:-1])
@pytest.mark.parametrize("what", ["claim of a volume", "volume", "sidecar", "step"])
def test_a_name_that_a_param_brings(what: str, name: str, tmp_path: Path) -> None:
    """Only when the task is made is it known what the name is."""
    folder = tmp_path / "one" / "two"
    folder.mkdir(parents=True)
    reference = "$(params.name)"
    made = CASES.get(what, CASES["volume"])[1](reference)["tasks"][0]
    if what in ("sidecar", "step"):
        made = task(uses=False, sidecars=[{"name": "x", "image": "i", "script": "true"}])
        made["taskSpec"]["sidecars" if what == "sidecar" else "steps"][0]["name"] = reference
    made["taskSpec"]["params"] = [{"name": "name"}]
    made["params"] = [{"name": "name", "value": name.format(root=tmp_path)}]
    write(folder, [made], [])
    before = {one for one in everything(tmp_path) if not one.startswith("one/two/")}
    done = flowdsl(folder, "run", "run.yaml", code=1)
    if "error[FLOW212]" not in done.stderr:  # admission sees a step's name itself
        (child,) = (folder / ".flowdsl/runs/it/taskruns").glob("*.json")
        condition = json.loads(child.read_text())["status"]["conditions"][0]
        assert condition["reason"] in ("PodCreationFailed", "CreateContainerConfigError")
    assert {one for one in everything(tmp_path) if not one.startswith("one/two/")} == before


@pytest.mark.parametrize("name", [*ESCAPES[:6], "x" * 64, "-", "a b"])
def test_a_name_of_a_run(name: str, tmp_path: Path, here: Here) -> None:
    folder = tmp_path / "one" / "two"
    folder.mkdir(parents=True)
    write(folder, [task(uses=False)], [])
    before = everything(tmp_path)
    told = here(folder, "run", "run.yaml", f"--name={name.format(root=tmp_path)}", code=2)
    assert "is no name for a run" in told
    assert everything(tmp_path) == before


def test_names_that_kubernetes_takes_run(tmp_path: Path) -> None:
    write(tmp_path, **bound(persistentVolumeClaim={"claimName": "my.data-1"}, subPath="a/b..c/.d"))
    flowdsl(tmp_path, "run", "run.yaml")
    assert (tmp_path / ".flowdsl/runs/it/claims/my.data-1/a/b..c/.d/file").read_text() == "made\n"
    assert status(tmp_path)["conditions"][0]["status"] == "True"


def test_lint_warns_of_what_run_refuses(tmp_path: Path) -> None:
    write(tmp_path, **bound(persistentVolumeClaim={"claimName": "../data"}))
    done = flowdsl(tmp_path, "lint", "run.yaml")
    assert "warning[FLOW246]" in done.stdout + done.stderr


def test_a_compile_refuses_it_at_the_line(tmp_path: Path) -> None:
    text = (
        "from flowdsl import PVC, File, Workspace, pipeline, task\n"
        "@task(image='i')\ndef a(w: File) -> str:\n    return 'x'\n"
        "@pipeline\ndef p(w: Workspace = PVC('../../x')):\n    a(w / 'f')\n"
    )
    (tmp_path / "mine.py").write_text(text)
    done = flowdsl(tmp_path, "compile", "mine.py", code=1)
    assert "error[FLOW246]" in done.stderr
    assert "mine.py:5" in done.stderr
    assert [path.name for path in tmp_path.glob("*.yaml")] == []
