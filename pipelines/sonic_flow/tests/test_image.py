"""build-image's script, run by a real shell with a `buildah` that writes down what it is asked."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sonic_flow.tasks.model_image import BUILD

DIGEST = "sha256:" + "ab" * 32
BUILDAH = f"""#!/usr/bin/env bash
printf '%s\\0' "$@" >>"$CALLS"
printf 'auth=%s\\0\\n\\0' "${{REGISTRY_AUTH_FILE:-}}" >>"$CALLS"
while [ $# -gt 0 ]; do
  if [ "$1" = --digestfile ]; then printf '%s' "{DIGEST}" >"$2"; fi
  if [ "$1" = "$FAIL" ]; then exit 125; fi
  shift
done
"""

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")


class Built(NamedTuple):
    """buildah's calls (each a list of arguments), the results by name, and the process."""

    calls: list[list[str]]
    results: dict[str, str]
    done: subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Build:
    """Runs the script below the folder `root`."""

    root: Path
    run: Callable[..., Built]

    def __call__(self, *build_args: str, **given: Any) -> Built:
        return self.run(*build_args, **given)


@pytest.fixture
def build(tmp_path: Path) -> Build:
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "buildah").write_text(BUILDAH)
    (tools / "buildah").chmod(0o755)
    for folder in ("source", "cache", "registry", "tmp"):
        (tmp_path / folder).mkdir()
    # The script's scratch files are in the container's own /tmp; here they must not meet another test's.
    script = BUILD.replace("/tmp/", f"{tmp_path}/tmp/")

    def run(*build_args: str, cache: bool = True, registry: bool = False, fail: str = "", **params: str) -> Built:
        env = {
            "PATH": f"{tools}:{os.environ['PATH']}",
            "CALLS": str(tmp_path / "calls"),
            "FAIL": fail,
            "PARAM_SOURCE": str(tmp_path / "source"),
            "PARAM_CACHE": str(tmp_path / "cache") if cache else "",
            "PARAM_CACHE_BOUND": "true" if cache else "false",
            "PARAM_REGISTRY": str(tmp_path / "registry") if registry else "",
            "PARAM_REGISTRY_BOUND": "true" if registry else "false",
            "PARAM_IMAGE": "registry.internal:5000/sonic/model:v1",
            "PARAM_REVISION": "0f3c",
            "PARAM_CONTEXT": ".",
            "PARAM_DOCKERFILE": "Dockerfile",
            "PARAM_STORAGE_DRIVER": "overlay",
            "PARAM_TLS_VERIFY": "true",
            "PARAM_CACHE_LIMIT_GIB": "60",
            "RESULT_IMAGE": str(tmp_path / "image"),
            "RESULT_DIGEST": str(tmp_path / "digest"),
            **{f"PARAM_{name.upper()}": value for name, value in params.items()},
        }
        path = tmp_path / "script"
        path.write_text(script)
        done = subprocess.run(["bash", path, *build_args], env=env, capture_output=True, text=True, check=False)
        told = (tmp_path / "calls").read_text() if (tmp_path / "calls").exists() else ""
        calls = [call.strip("\0").split("\0") for call in told.split("\n\0") if call]
        results = {name: (tmp_path / name).read_text() for name in ("image", "digest") if (tmp_path / name).exists()}
        return Built(calls, results, done)

    return Build(tmp_path, run)


def test_builds_with_layers_from_the_cache_and_pushes(build: Build) -> None:
    calls, results, done = build("CUDA=12.4", "NOTE=two words")
    assert done.returncode == 0, done.stderr
    storage = [
        "--root",
        str(build.root / "cache/overlay"),
        "--runroot",
        str(build.root / "tmp/containers"),
        "--storage-driver",
        "overlay",
    ]
    first, second = calls
    assert first == [
        *storage,
        "build",
        "--layers",
        "--tls-verify=true",
        "--label",
        "org.opencontainers.image.revision=0f3c",
        "--build-arg",
        "CUDA=12.4",
        "--build-arg",
        "NOTE=two words",
        "--file",
        "Dockerfile",
        "--tag",
        "registry.internal:5000/sonic/model:v1",
        "--",
        ".",
        "auth=",
    ]
    assert second[6] == "push"
    assert second[-3:] == [
        "registry.internal:5000/sonic/model:v1",
        "docker://registry.internal:5000/sonic/model:v1",
        "auth=",
    ]
    assert results == {"image": f"registry.internal:5000/sonic/model@{DIGEST}", "digest": DIGEST}


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("quay.io/a/b:v1", "quay.io/a/b"),
        ("quay.io/a/b", "quay.io/a/b"),
        ("localhost:5000/b", "localhost:5000/b"),
        ("localhost:5000/b:v1", "localhost:5000/b"),
    ],
)
def test_names_the_image_by_its_digest(build: Build, image: str, name: str) -> None:
    assert build(image=image).results["image"] == f"{name}@{DIGEST}"


def test_without_a_cache_layers_are_in_the_container(build: Build) -> None:
    calls, _, done = build(cache=False)
    assert done.returncode == 0, done.stderr
    assert calls[0][1] == "/var/lib/containers/storage"


@pytest.mark.parametrize("name", ["config.json", ".dockerconfigjson"])
def test_finds_the_credentials_in_either_form_of_secret(build: Build, name: str) -> None:
    (build.root / "registry" / name).write_text("{}")
    calls, _, _ = build(registry=True)
    assert {call[-1] for call in calls} == {f"auth={build.root / 'registry' / name}"}


def test_a_cache_over_its_limit_starts_anew(build: Build) -> None:
    old = build.root / "cache/overlay"
    old.mkdir()
    (old / "layer").write_text("x")
    _, _, done = build(cache_limit_gib="60")
    assert (old / "layer").exists()
    _, _, done = build(cache_limit_gib="0")
    assert done.returncode == 0, done.stderr
    assert "starting it anew" in done.stdout
    assert old.is_dir()
    assert not (old / "layer").exists()


@pytest.mark.parametrize("step", ["build", "push"])
def test_a_failing_buildah_fails_the_task_and_leaves_no_result(build: Build, step: str) -> None:
    _, results, done = build(fail=step)
    assert done.returncode == 125
    assert results == {}


@pytest.mark.parametrize("text", ["$(touch HACKED)", "`touch HACKED`", "; touch HACKED", "a b", "*", "--help"])
def test_no_parameter_is_read_as_shell(build: Build, text: str) -> None:
    calls, _, done = build(text, image=f"r/{text}", revision=text, context=text, dockerfile=text)
    assert done.returncode == 0, done.stderr
    assert list(build.root.rglob("HACKED")) == []
    assert calls[0][-3:] == ["--", text, "auth="]
    assert calls[0][calls[0].index("--build-arg") + 1] == text
    assert calls[0][calls[0].index("--tag") + 1] == f"r/{text}"


def test_the_script_names_no_parameter_in_tektons_way() -> None:
    assert "$(params." not in BUILD
    assert "$(workspaces." not in BUILD
