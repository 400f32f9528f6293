"""`packages_image=Build(...)` built for real: buildah, a base image with a shell in it, and a registry on loopback."""

from __future__ import annotations

import io
import json
import os
import shutil
import struct
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from registry_support import MANIFEST, Registry, digest_of, registry

from flowdsl import Build, pipeline, task
from flowdsl.compiler import compile_pipeline


def _busybox() -> str:
    """A busybox that needs no libraries; "" where there is none."""
    found = shutil.which("busybox") or ""
    return found if found and not _has_loader(Path(found).read_bytes()) else ""


def _has_loader(program: bytes) -> bool:
    """Whether a 64-bit ELF program names one (PT_INTERP)."""
    start, size, number = (*struct.unpack_from("<Q", program, 32), *struct.unpack_from("<HH", program, 54))
    return any(struct.unpack_from("<I", program, start + size * each)[0] == 3 for each in range(number))


needs_buildah = pytest.mark.skipif(shutil.which("buildah") is None, reason="buildah is not installed")
pytestmark = [
    pytest.mark.skipif(not _busybox(), reason="no static busybox for a base image is installed (busybox-static)"),
    pytest.mark.skipif(os.geteuid() != 0, reason="buildah's chroot needs root, or a range of user ids"),
]
CONFIG_TYPE = "application/vnd.oci.image.config.v1+json"
LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"
APT = '#!/bin/sh\necho "apt-get $*" >>/installed\n[ "$1" = update ] || exec /bin/busybox true\n'


def base_image(of: Registry, name: str) -> str:
    """An image of busybox whose apt-get only notes down what it is to do; its digest."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as tar:
        for folder in ("bin", "usr", "usr/bin", "etc", "tmp", "var", "var/lib", "var/lib/apt", "var/lib/apt/lists"):
            made = tarfile.TarInfo(folder)
            made.type, made.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(made)
        files = {"bin/busybox": Path(_busybox()).read_bytes(), "usr/bin/apt-get": APT.encode()}
        for path, content in files.items():
            made = tarfile.TarInfo(path)
            made.size, made.mode = len(content), 0o755
            tar.addfile(made, io.BytesIO(content))
        for word in ("sh", "rm"):
            made = tarfile.TarInfo(f"bin/{word}")
            made.type, made.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(made)
    layer = held.getvalue()
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Env": ["PATH=/usr/bin:/bin"]},
            "rootfs": {"type": "layers", "diff_ids": [digest_of(layer)]},
            "history": [{"created_by": "test"}],
        }
    ).encode()
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {"mediaType": CONFIG_TYPE, "size": len(config), "digest": digest_of(config)},
        "layers": [{"mediaType": LAYER_TYPE, "size": len(layer), "digest": digest_of(layer)}],
    }
    return of.keep(name, json.dumps(manifest).encode(), config, layer)


def build_script(host: str, base: str) -> str:
    """The script of the build task of a pipeline whose images are on that host."""
    image = Build(f"{host}/ml/media", tls_verify=False)

    @task(image=f"{host}/base/python@{base}", apt=["ffmpeg", "sox=1.2"], packages_image=image)
    def cut(seconds: float) -> str:
        return f"{seconds} s"

    @pipeline
    def flow() -> None:
        cut(1.5)

    documents: Any = compile_pipeline(flow).documents
    (spec,) = [each["spec"] for each in documents if each["kind"] == "Pipeline"]
    (build,) = [each["taskSpec"] for each in spec["tasks"] if each["name"].startswith("build-")]
    script: str = build["steps"][0]["script"]
    return script


def run(script: str, folder: Path) -> str:
    """Run it as the pod would, its volume in the test's folder; what it says."""
    (folder / "build").mkdir(exist_ok=True)
    (folder / "script").write_text(script.replace("/flowdsl/", f"{folder}/"))
    policy = folder / ".config" / "containers" / "policy.json"  # the image of buildah has one
    policy.parent.mkdir(parents=True, exist_ok=True)
    policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
    env = {**os.environ, "HOME": str(folder), "RESULT_IMAGE": str(folder / "result"), "BUILDAH_FORMAT": "oci"}
    done = subprocess.run(
        ["bash", folder / "script"], env=env, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs_buildah
def test_an_image_is_built_once_and_is_what_its_recipe_says(tmp_path: Path) -> None:
    with registry({}) as of:
        script = build_script(of.host, base_image(of, "base/python"))
        assert "is not there" in run(script, tmp_path)
        result = (tmp_path / "result").read_text()
        name, _, digest = result.partition("@")
        assert name == f"{of.host}/ml/media"
        check_pushed(of, digest)
        asked = len(of.asked)
        assert "is there: nothing is built" in run(script, tmp_path)
        assert (tmp_path / "result").read_text() == result
        assert not [each for each in of.asked[asked:] if not each.startswith(("GET ", "HEAD "))]


def check_pushed(of: Registry, reference: str) -> None:
    """The registry has the image: of the unprivileged user, and with what its recipe asks apt for."""
    pushed = json.loads(of.held[f"/v2/ml/media/manifests/{reference}"])
    config = json.loads(of.held[f"/v2/ml/media/blobs/{pushed['config']['digest']}"])
    assert config["config"]["User"] == "65532"
    layers = (of.held[f"/v2/ml/media/blobs/{each['digest']}"] for each in pushed["layers"])
    assert "".join(map(_texts, layers)).splitlines()[-2:] == [
        "apt-get update",
        "apt-get install --yes --no-install-recommends ffmpeg sox=1.2",
    ]


FLOW = """
from flowdsl import pipeline, task


@task(image="HOST/base/python@BASE", apt=["ffmpeg", "sox=1.2"], packages_image="HOST/ml/media")
def cut(seconds: float) -> str:
    return f"{seconds} s"


@pipeline
def flow() -> None:
    cut(1.5)
"""


@pytest.fixture(params=["buildah", "podman", "docker"])
def engine(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    asked = subprocess.run([name, "info"], capture_output=True, text=True, check=False, timeout=600)
    if asked.returncode:
        pytest.skip(f"{name} does not work here: {(asked.stderr.splitlines() or ['it says nothing'])[-1]}")
    return name


def test_images_push_from_a_laptop(tmp_path: Path, engine: str) -> None:
    with registry({}) as of:
        (tmp_path / "flow.py").write_text(FLOW.replace("HOST", of.host).replace("BASE", base_image(of, "base/python")))
        env = {**os.environ, **_settings(tmp_path, of.host)}
        command = [sys.executable, "-m", "flowdsl", "images", "push", "flow.py", "--engine", engine]
        for built in (True, False):  # the second time the engine has it
            done = subprocess.run(
                command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=300
            )
            assert done.returncode == 0, done.stdout + done.stderr
            assert (f"building {of.host}/ml/media:" in done.stderr) is built
        (tag,) = {each.rpartition("/")[2] for each in of.asked if each.startswith("PUT /v2/ml/media/manifests/")}
        check_pushed(of, tag)


def _settings(folder: Path, host: str) -> dict[str, str]:
    """Settings of podman and buildah: a store of the test's own, this registry without TLS, no network of containers."""
    policy = folder / ".config" / "containers" / "policy.json"
    policy.parent.mkdir(parents=True)
    policy.write_text('{"default": [{"type": "insecureAcceptAnything"}]}')
    files = {
        "CONTAINERS_STORAGE_CONF": f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/store"\nrunroot = "{folder}/run"\n',
        "CONTAINERS_REGISTRIES_CONF": f'[[registry]]\nlocation = "{host}"\ninsecure = true\n',
        "CONTAINERS_CONF": '[containers]\nnetns = "host"\n',
    }
    for name, text in files.items():
        (folder / f"{name}.conf").write_text(text)
    return {"HOME": str(folder), "BUILDAH_ISOLATION": "chroot", **{name: f"{folder}/{name}.conf" for name in files}}


def _texts(layer: bytes) -> str:
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        names = [each for each in tar.getnames() if each.endswith("installed")]
        files = [tar.extractfile(name) for name in names]
        return "".join(each.read().decode() for each in files if each is not None)
