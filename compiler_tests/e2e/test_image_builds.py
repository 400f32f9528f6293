"""`packages_image=Build(...)`: the pipeline's own task that builds the image with packages, once, and hands it on."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from registry_support import MANIFEST, registry

from flowdsl import Build, Secret, diff, import_yaml, load, on_finish, pipeline, task, when
from flowdsl.api import Pipeline
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.emit import emit_yaml
from flowdsl.library.explaining import explain
from flowdsl.library.linting import lint
from flowdsl.library.running import run

BASE = f"python:3.12-slim@sha256:{'0' * 64}"
DIGEST = "sha256:" + "ab" * 32
IMAGE = Build("127.0.0.1:9/ml/media", credentials=Secret("push"))


@task(image=BASE, apt=["ffmpeg"], packages_image=IMAGE)
def cut(seconds: float) -> str:
    return f"{seconds} s"


@task(image=BASE, apt=["ffmpeg"], packages_image=IMAGE)
def paste(text: str) -> str:
    return text + "!"


@task(image=BASE, apt=["sox"], packages_image=IMAGE)
def sound(text: str) -> str:
    return text


@pipeline
def one_image() -> dict[str, str]:
    return {"text": paste(cut(1.5))}


@pipeline
def two_images() -> None:
    text = cut(1.5)
    with when(text == "1.5 s"):
        sound(text)
    with on_finish():
        paste("over")


def spec_of(target: Pipeline, **options: Any) -> dict[str, Any]:
    documents = compile_pipeline(target, CompileOptions(**options)).documents
    return next(dict(each["spec"]) for each in documents if each["kind"] == "Pipeline")


def named(spec: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in [*spec["tasks"], *spec.get("finally", [])]}


def image_of(entry: dict[str, Any]) -> str:
    (value,) = [each["value"] for each in entry["params"] if each["name"] == "packages-image"]
    return str(value)


@pytest.mark.parametrize("inline", [False, True])
def test_one_build_feeds_all_tasks_of_one_content(inline: bool) -> None:
    tasks = named(spec_of(one_image, inline=inline))
    assert list(tasks) == ["build-media", "cut", "paste"]
    assert {image_of(tasks[name]) for name in ("cut", "paste")} == {"$(tasks.build-media.results.image)"}
    assert "runAfter" not in tasks["cut"]  # the result is the edge
    build = tasks["build-media"]
    assert build["retries"] == 1
    assert {"name": "push", "secret": {"secretName": "push"}} in build["taskSpec"]["volumes"]


def test_the_task_itself_has_the_image_by_its_tag() -> None:
    """So that the Task runs by itself too, in what `flowdsl images push` has pushed."""
    documents = compile_pipeline(one_image).documents
    spec = next(each["spec"] for each in documents if each["metadata"].get("name") == "cut")
    (param,) = [each for each in spec["params"] if each["name"] == "packages-image"]
    assert spec["steps"][0]["image"] == "$(params.packages-image)"
    assert param["default"].startswith("127.0.0.1:9/ml/media:")
    assert not any("PACKAGES" in each["name"] for each in spec["steps"][0]["env"])


def test_two_contents_of_one_repository_are_two_builds() -> None:
    spec = spec_of(two_images)
    builds = [each["name"] for each in spec["tasks"] if "taskSpec" in each]
    assert len(builds) == 2
    assert all(name.startswith("build-media-") for name in builds)
    tasks = named(spec)
    assert image_of(tasks["paste"]) == image_of(tasks["cut"]) != image_of(tasks["sound"])


def test_a_use_may_have_an_image_of_its_own() -> None:
    @pipeline
    def uses() -> None:
        cut(1.0)
        cut.with_options(memory="2Gi")(2.0)
        cut.with_options(packages_image=Build("127.0.0.1:9/ml/other"))(3.0)
        cut.with_options(apt=["sox"])(4.0)

    tasks = named(spec_of(uses))
    images = [image_of(tasks[name]) for name in ("cut", "cut-2", "cut-3", "cut-4")]
    assert images[0] == images[1]
    assert len(set(images)) == 3
    (asked,) = [each["asks"] for each in explain(uses)["tasks"] if "packages_image" in each["asks"]]
    assert asked == {"packages_image": "127.0.0.1:9/ml/other"}


def test_what_is_emitted_has_no_findings_and_is_imported_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_bytes(emit_yaml(list(compile_pipeline(two_images).documents)))
    assert [each.shown for each in lint(tmp_path / "two.yaml") if each.shown] == []
    (tmp_path / "two.py").write_text(import_yaml(tmp_path / "two.yaml"))
    assert diff(tmp_path / "two.yaml", load(tmp_path / "two.py")) == []


def test_a_task_of_that_name_keeps_it() -> None:
    @task(image="python:3.12-slim", name="build-media")
    def mine() -> None:
        print(1)

    @pipeline
    def both() -> None:
        mine()
        cut(1.0)

    tasks = named(spec_of(both))
    assert tasks["build-media"]["taskRef"]["name"] == "build-media"
    assert image_of(tasks["cut"]).startswith("$(tasks.build-media-")


def test_pipelines_in_pipelines_build_their_own() -> None:
    @pipeline(alpha=["pipelines-in-pipelines"])
    def outer() -> None:
        one_image.with_options(embed=True)()

    (entry,) = spec_of(outer)["tasks"]
    assert list(named(entry["pipelineSpec"])) == ["build-media", "cut", "paste"]


def test_a_run_on_this_machine_builds_nothing_and_says_so(tmp_path: Path) -> None:
    record = run(one_image, folder=tmp_path / "run", unconfined=True, environment=dict(os.environ))
    assert (record.status, dict(record.results)) == ("Succeeded", {"text": "1.5 s!"})
    said = "".join(each.read_text() for each in (tmp_path / "run").rglob("*.log"))
    assert "is not built: steps run on this machine" in said


# The script, run by a real bash.

BUILDAH = f"""#!/usr/bin/env bash
printf '%s ' "$@" >>"$CALLS"
echo "auth=$REGISTRY_AUTH_FILE" >>"$CALLS"
case "$*" in
  *"manifest create"*) [ -n "$THERE" ] || {{ echo "Error: manifest unknown" >&2; exit 125; }} ;;
  *"manifest inspect"*) echo '{{"manifests": [{{"digest": "{DIGEST}"}}]}}' ;;
  *" build "*) cat "${{@: -1}}/Dockerfile" "${{@: -1}}/requirements.txt" >"$CALLS.content" ;;
  *" push "*)
    [ -z "$REFUSE" ] || exit 125
    while [ "$1" != --digestfile ]; do shift; done
    printf '%s' "{DIGEST}" >"$2" ;;
esac
"""
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")


def script_of(folder: Path) -> tuple[str, str]:
    """The build's script, its folders those of a test, and the image that it builds."""
    task_spec = named(spec_of(one_image))["build-media"]["taskSpec"]
    script = task_spec["steps"][0]["script"]
    for path in ("build", "registry"):
        (folder / path).mkdir(exist_ok=True)
        script = script.replace(f"/flowdsl/{path}", str(folder / path))
    return script, task_spec["metadata"]["annotations"]["flowdsl.dev/builds"]


def build(folder: Path, path: str, **env: str) -> tuple[int, str, str]:
    """Run the script: its exit code, what it says, and its result."""
    script, _ = script_of(folder)
    (folder / "script").write_text(script)
    given = {"PATH": path, "RESULT_IMAGE": str(folder / "result"), "HOME": str(folder), **env}
    done = subprocess.run(["bash", folder / "script"], env=given, capture_output=True, text=True, check=False)
    result = folder / "result"
    return done.returncode, done.stdout + done.stderr, result.read_text() if result.exists() else ""


@pytest.fixture
def path(tmp_path: Path) -> str:
    place = tmp_path / "bin" / "buildah"
    place.parent.mkdir()
    place.write_text(BUILDAH)
    place.chmod(0o755)
    return f"{place.parent}:{os.environ['PATH']}"


@needs_bash
@pytest.mark.parametrize("there", ["", "1"])
def test_it_builds_what_the_registry_has_not(tmp_path: Path, path: str, there: str) -> None:
    (tmp_path / "registry").mkdir()
    (tmp_path / "registry" / ".dockerconfigjson").write_text("{}")
    calls = tmp_path / "calls"
    code, said, result = build(tmp_path, path, CALLS=str(calls), THERE=there)
    assert (code, result) == (0, f"127.0.0.1:9/ml/media@{DIGEST}"), said
    _, image = script_of(tmp_path)
    words = calls.read_text().splitlines()
    assert all(line.endswith(f"auth={tmp_path}/registry/.dockerconfigjson") for line in words)
    verbs = [next(verb for verb in (" manifest ", " build ", " push ") if verb in line) for line in words]
    assert verbs == ([" manifest "] * 2 if there else [" manifest ", " build ", " push "])
    if not there:
        content = Path(f"{calls}.content").read_text()
        assert content.startswith(f"FROM {BASE}\nUSER 0\nRUN ")
        assert f"--platform linux/amd64 --tls-verify=true --tag {image} " in words[1]


@needs_bash
def test_a_push_that_is_refused_fails_the_task(tmp_path: Path, path: str) -> None:
    code, _, result = build(tmp_path, path, CALLS=str(tmp_path / "calls"), REFUSE="1")
    assert (code, result) == (125, "")


# The look-up by the real buildah, in a stand-in for a registry.


@needs_bash
@pytest.mark.skipif(shutil.which("buildah") is None, reason="buildah is not installed")
def test_the_real_buildah_finds_what_a_registry_has(tmp_path: Path) -> None:
    config = b'{"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": []}}'
    digest = f"sha256:{hashlib.sha256(config).hexdigest()}"
    about = {"mediaType": "application/vnd.oci.image.config.v1+json", "size": len(config), "digest": digest}
    whole = {"schemaVersion": 2, "mediaType": MANIFEST, "config": about, "layers": []}
    manifest = json.dumps(whole).encode()
    script, image = script_of(tmp_path)
    tag = image.rpartition(":")[2]
    known = {f"/v2/ml/media/manifests/{tag}": manifest, f"/v2/ml/media/blobs/{digest}": config}
    with registry(known) as of:
        host = of.host
        known[f"/v2/ml/media/manifests/sha256:{hashlib.sha256(manifest).hexdigest()}"] = manifest
        there = script.replace("127.0.0.1:9", host).replace("--tls-verify=true", "--tls-verify=false")
        (tmp_path / "script").write_text(there)
        env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "RESULT_IMAGE": str(tmp_path / "result")}
        command = ["bash", tmp_path / "script"]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "is there: nothing is built" in done.stdout
        found = f"{host}/ml/media@sha256:{hashlib.sha256(manifest).hexdigest()}"
        assert (tmp_path / "result").read_text() == found
