"""The local equivalents of catalogue tasks, run as TaskRuns, doing the real thing."""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from taskrun_support import Bench, results, verdict

from flowdsl.runner.equivalents import KNOWN, equivalent
from flowdsl.runner.taskrun import process_runner

SUCCEEDED = ("True", "Succeeded")


def spec_of(name: str) -> dict[str, Any]:
    spec = equivalent(
        {"resolver": "hub", "params": [{"name": "name", "value": name}, {"name": "version", "value": "9"}]}
    )
    assert spec is not None
    return spec


@pytest.mark.parametrize(
    ("reference", "known"),
    [
        ({"name": "git-clone"}, True),
        ({"name": "git-clone", "kind": "Task"}, True),
        ({"resolver": "git", "params": [{"name": "pathInRepo", "value": "task/git-clone/0.9/git-clone.yaml"}]}, True),
        ({"resolver": "bundles", "params": [{"name": "name", "value": "buildah"}]}, True),
        (
            {
                "resolver": "bundles",
                "params": [{"name": "bundle", "value": "reg.example/catalog/buildah:0.6@sha256:ab"}],
            },
            True,
        ),
        ({"resolver": "http", "params": [{"name": "url", "value": "https://example.org/x/aws-cli.yaml"}]}, True),
        ({"name": "my-own"}, False),
        ({}, False),
        ({"resolver": "hub", "params": [{"name": "name", "value": ["git-clone"]}]}, False),
    ],
)
def test_references(reference: dict[str, Any], known: bool) -> None:
    assert (equivalent(reference) is not None) == known


def test_every_equivalent_is_a_task_that_tekton_would_take() -> None:
    from flowdsl.kinds.tasks import TaskSpec

    for make in KNOWN.values():
        TaskSpec.model_validate(make())


def git(*words: str, at: Path) -> str:
    names = [f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")]
    env = {**os.environ, **dict.fromkeys(names, "t@example.org"), "GIT_CONFIG_GLOBAL": os.devnull}
    command = ["git", "-c", "protocol.file.allow=always", *words]
    return subprocess.run(command, cwd=at, env=env, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    inner = tmp_path / "inner"
    outer = tmp_path / "outer"
    for folder in (inner, outer):
        folder.mkdir()
        git("init", "-q", "-b", "main", at=folder)
    (inner / "lib.txt").write_text("library")
    git("add", ".", at=inner)
    git("commit", "-qm", "lib", at=inner)
    (outer / "a.txt").write_text("one")
    git("add", ".", at=outer)
    git("commit", "-qm", "one", at=outer)
    git("tag", "v1", at=outer)
    git("submodule", "add", "-q", f"file://{inner}", "lib", at=outer)
    (outer / "a.txt").write_text("two")
    git("commit", "-qam", "two", at=outer)
    git("checkout", "-q", "-b", "side", at=outer)
    (outer / "side.txt").write_text("side")
    git("add", ".", at=outer)
    git("commit", "-qm", "side", at=outer)
    git("checkout", "-q", "main", at=outer)
    return outer


@pytest.mark.parametrize("revision", ["main", "side", "v1", "commit", ""])
def test_git_clone(bench: Bench, repository: Path, revision: str) -> None:
    wanted = git(
        "rev-parse", revision if revision not in {"commit", ""} else "v1" if revision else "main", at=repository
    )
    output = bench.folder / "output"
    output.mkdir()
    (output / "stale").write_text("x")
    url = f"file://{repository}"
    params = {"url": url, "revision": wanted if revision == "commit" else revision}
    status = bench.run(spec_of("git-clone"), params, {"output": output})
    assert verdict(status) == SUCCEEDED, bench.log("clone")
    got = results(status)
    assert got["commit"] == got["COMMIT"] == wanted
    assert got["url"] == url
    assert got["committer-date"] == git("log", "-1", "--pretty=%ct", wanted, at=repository)
    assert not (output / "stale").exists(), "deleteExisting is the default"
    assert (output / "a.txt").read_text() == ("one" if revision in {"v1", "commit"} else "two")
    assert (output / "side.txt").exists() == (revision == "side")
    if revision in {"main", "side", ""}:
        assert (output / "lib" / "lib.txt").read_text() == "library"
    assert git("rev-list", "--count", "HEAD", at=output) == "1", "depth is 1 by default"


def test_git_clone_into_a_subdirectory_with_all_of_the_history(bench: Bench, repository: Path) -> None:
    params = {
        "URL": f"file://{repository}",
        "REVISION": "main",
        "subdirectory": "deep/in",
        "depth": "0",
        "SUBMODULES": "false",
    }
    status = bench.run(spec_of("git-clone"), params, {"output": bench.folder / "output"})
    assert verdict(status) == SUCCEEDED, bench.log("clone")
    assert git("rev-list", "--count", "HEAD", at=bench.folder / "output" / "deep" / "in") == "2"
    assert not (bench.folder / "output" / "deep" / "in" / "lib" / "lib.txt").exists()


def test_git_clone_of_what_is_not_there(bench: Bench, repository: Path) -> None:
    output = {"output": bench.folder / "output"}
    status = bench.run(spec_of("git-clone"), {"url": f"file://{repository}", "revision": "nope"}, output)
    assert verdict(status) == ("False", "StepFailed")
    assert "has no branch, tag or commit 'nope'" in bench.log("clone")
    status = bench.run(spec_of("git-clone"), {"url": f"file://{repository}-gone"}, output)
    assert verdict(status) == ("False", "StepFailed")
    assert "Traceback" not in bench.log("clone")
    status = bench.run(spec_of("git-clone"), {}, output)
    assert bench.log("clone") == "git-clone needs the param url\n"


DOCKERFILE = """\
# syntax
ARG VERSION=3
FROM python:${VERSION}-slim
ENV MODE=fast \\
    # a remark
    LEVEL="9 of 10"
LABEL team=video
WORKDIR /app
COPY . .
COPY conf/*.ini /etc/conf/
RUN pip install numpy
EXPOSE 8080
USER 1000
CMD ["python", "app.py"]
"""


def read_layout(folder: Path) -> tuple[dict[str, Any], dict[str, Any], list[tarfile.TarInfo]]:
    """The manifest, the config and the members of the layer, every digest and size checked."""

    def blob(descriptor: dict[str, Any]) -> bytes:
        kind, _, digest = descriptor["digest"].partition(":")
        data = (folder / "blobs" / kind / digest).read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (digest, descriptor["size"])
        return data

    index = json.loads((folder / "index.json").read_text())
    assert json.loads((folder / "oci-layout").read_text()) == {"imageLayoutVersion": "1.0.0"}
    manifest = json.loads(blob(index["manifests"][0]))
    blob(manifest["layers"][0])
    digest = manifest["layers"][0]["digest"].partition(":")[2]
    with tarfile.open(folder / "blobs" / "sha256" / digest) as archive:
        members = archive.getmembers()
    return index, json.loads(blob(manifest["config"])), members


def test_buildah_where_there_is_none(bench: Bench) -> None:
    if any((Path(folder) / "buildah").exists() for folder in bench.runner.executor.host().path.split(":")):
        pytest.skip("buildah is installed: there is no stand-in to try")
    source = bench.folder / "source"
    (source / "conf").mkdir(parents=True)
    for name, text in (("Dockerfile", DOCKERFILE), ("app.py", "print(1)"), ("conf/a.ini", "[a]"), ("junk.log", "x")):
        (source / name).write_text(text)
    (source / ".dockerignore").write_text("*.log\n.images\n")
    params = {"IMAGE": "registry.internal/model:1", "BUILD_ARGS": ["VERSION=3.12"]}
    digests = set()
    for _ in range(2):
        status = bench.run(spec_of("buildah"), params, {"source": source})
        assert verdict(status) == SUCCEEDED, bench.log("build-and-push")
        digests.add(str(results(status)["IMAGE_DIGEST"]))
    assert results(status)["IMAGE_URL"] == "registry.internal/model:1"
    index, config, members = read_layout(source / ".images" / "registry.internal_model_1")
    assert digests == {index["manifests"][0]["digest"]}, "the same source gives the same image"
    assert config["config"] == {
        "Env": ["MODE=fast", "LEVEL=9 of 10"],
        "Labels": {"team": "video"},
        "WorkingDir": "/app",
        "ExposedPorts": {"8080/tcp": {}},
        "User": "1000",
        "Cmd": ["python", "app.py"],
    }
    names = {one.name for one in members}
    assert {"app/app.py", "app/conf/a.ini", "etc/conf/a.ini"} <= names
    assert "app/junk.log" not in names
    log = bench.log("build-and-push")
    assert "This is a stand-in" in log
    assert "left out: RUN pip install numpy" in log


def test_buildah_where_it_is(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "buildah").write_text(
        '#!/bin/sh\necho "called: $*" >> "$HOME/../calls" 2>/dev/null; echo "called: $*"\n'
        'for w in "$@"; do [ "$last" = --digestfile ] && echo sha256:abc > "$w"; last="$w"; done; exit 0\n'
    )
    (tools / "buildah").chmod(0o755)
    with process_runner(extra_path=str(tools)) as runner:
        if any((Path(one) / "buildah").exists() for one in runner.executor.host().path.split(":")[:-1]):
            pytest.skip("a real buildah comes first in the PATH")
        bench = Bench(runner, tmp_path)
        params = {"IMAGE": "r/i:1", "BUILD_ARGS": ["A=b c"], "BUILD_EXTRA_ARGS": "--squash"}
        status = bench.run(spec_of("buildah"), params, {"source": tmp_path / "s"})
    assert verdict(status) == SUCCEEDED, bench.log("build-and-push")
    assert results(status) == {"IMAGE_DIGEST": "sha256:abc", "IMAGE_URL": "r/i:1"}
    log = bench.log("build-and-push")
    assert "called: --storage-driver=vfs bud --squash --format=oci --tls-verify=true --build-arg=A=b c" in log
    assert "docker://r/i:1" in log


@pytest.fixture
def store() -> Iterator[tuple[str, dict[str, bytes]]]:
    """A server that keeps what is put, by path: enough of S3 for a put and a get."""
    kept: dict[str, bytes] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if "aws-chunked" in (self.headers.get("Content-Encoding") or ""):
                size, _, rest = data.partition(b"\r\n")
                data = rest[: int(size, 16)]
            kept[self.path] = data
            self.send_response(200)
            self.send_header("ETag", '"x"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", kept
    server.shutdown()
    server.server_close()


def test_aws_cli_without_aws(bench: Bench, store: tuple[str, dict[str, bytes]]) -> None:
    pytest.importorskip("boto3", reason="boto3 is not installed")
    if any((Path(folder) / "aws").exists() for folder in bench.runner.executor.host().path.split(":")):
        pytest.skip("aws is installed: there is no stand-in to try")
    url, kept = store
    source = bench.folder / "source"
    (source / "in").mkdir(parents=True)
    (source / "clip.mp4").write_bytes(b"movie")
    (source / "in" / "a b.txt").write_bytes(b"text")
    bench.cluster.secrets["keys"] = {
        "credentials": b"[default]\naws_access_key_id=AKIAX\naws_secret_access_key=sssshhhh"
    }
    secrets = bench.folder / "secrets"
    secrets.mkdir()
    (secrets / "credentials").write_bytes(bench.cluster.secrets["keys"]["credentials"])
    script = f"aws --endpoint-url {url} s3 cp clip.mp4 s3://out/runs/\naws s3 cp --endpoint-url {url} --recursive in s3://out/in"
    bound = {"source": source, "secrets": secrets}
    status = bench.run(spec_of("aws-cli"), {"SCRIPT": script}, bound)
    if not bench.runner.executor.host().literal:
        assert "Unable to locate credentials" in bench.log("awscli") or verdict(status) == SUCCEEDED
        return
    assert verdict(status) == SUCCEEDED, bench.log("awscli")
    assert {path.partition("?")[0]: data for path, data in kept.items()} == {
        "/out/runs/clip.mp4": b"movie",
        "/out/in/a%20b.txt": b"text",
    }
    status = bench.run(spec_of("aws-cli"), {"SCRIPT": 'aws "$@"', "ARGS": ["ec2", "describe"]}, bound)
    assert verdict(status) == ("False", "StepFailed")
    assert "knows s3 cp, mb, ls and rm, not: ec2 describe" in bench.log("awscli")
