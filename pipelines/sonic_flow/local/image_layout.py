"""Build the model's image without a container engine: the task that a local run has in place of `build-image`.

It makes a real OCI image layout (github.com/opencontainers/image-spec) of what the Dockerfile copies, by its digest.
What needs an engine is told, not pretended: the base image is only named, and RUN is not run.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shlex
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from flowdsl import Workspace, task
from sonic_flow.settings import PYTHON

IMAGE = "application/vnd.oci.image"
NOTHING: list[str] = []


class Built(NamedTuple):
    """The image by its digest (`name@sha256:...`), and the digest alone."""

    image: str
    digest: str


@task(image=PYTHON, cpu="500m..2", memory="256Mi..1Gi", timeout="5m")
def build_image(
    image: str,
    revision: str = "",
    context: str = ".",
    dockerfile: str = "Dockerfile",
    *,
    build_args: list[str] = NOTHING,
    storage_driver: str = "overlay",
    tls_verify: bool = True,
    cache_limit_gib: int = 60,
    cache: Workspace = Workspace(optional=True),
    registry: Workspace = Workspace(optional=True, read_only=True),
    source: Workspace = Workspace(),
) -> Built:
    """Write the image as an OCI layout: below `cache`, else beside the source.

    Its one layer holds what COPY and ADD take from the context; ENV, USER, WORKDIR, CMD, ENTRYPOINT and LABEL are in
    its configuration. The same source gives the same digest.
    """
    root = (source / context).resolve()
    recipe = root / dockerfile
    if not recipe.is_file():
        raise SystemExit(f"error: there is no {dockerfile} in the source")
    arguments = {name: value for name, _, value in (entry.partition("=") for entry in build_args)}
    steps = list(instructions(recipe.read_text("utf-8"), arguments))
    base = next((rest for word, rest in steps if word == "FROM"), "scratch")
    for word, rest in steps:
        if word == "RUN":
            print(f"not run, there is no container engine: RUN {rest}")
    print(f"not pulled, only named as the base: {base}")

    name, _, tag = image.rpartition(":")
    folder = (cache or source / ".image") / "oci" / name.replace("/", "_")
    (folder / "blobs" / "sha256").mkdir(parents=True, exist_ok=True)
    plain = layer(root, steps)
    packed = gzip.compress(plain, mtime=0)
    config = {
        "architecture": {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine),
        "os": "linux",
        "config": settings(steps, revision),
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(plain).hexdigest()}"]},
        "history": [
            {"created_by": f"{word} {rest}", "empty_layer": word not in ("COPY", "ADD")} for word, rest in steps
        ],
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{IMAGE}.manifest.v1+json",
        "config": blob(folder, as_json(config), f"{IMAGE}.config.v1+json"),
        "layers": [blob(folder, packed, f"{IMAGE}.layer.v1.tar+gzip")],
        "annotations": {"org.opencontainers.image.base.name": base, "org.opencontainers.image.revision": revision},
    }
    found = blob(folder, as_json(manifest), f"{IMAGE}.manifest.v1+json")
    entry = {**found, "annotations": {"org.opencontainers.image.ref.name": tag}}
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (folder / "index.json").write_bytes(as_json({"schemaVersion": 2, "manifests": [entry]}))
    print(f"built {name}@{found['digest']}, an OCI layout of {len(packed)} bytes in {folder}")
    return Built(f"{name}@{found['digest']}", found["digest"])


def instructions(text: str, arguments: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The instructions of a Dockerfile: the word and the rest, lines joined, comments left out, ARGs filled in."""
    known: dict[str, str] = {}
    for line in text.replace("\\\n", " ").splitlines():
        word, _, rest = line.strip().partition(" ")
        if not word or word.startswith("#"):
            continue
        word, rest = word.upper(), rest.strip()
        for name, value in known.items():
            rest = rest.replace("${" + name + "}", value)
        if word == "ARG":
            name, _, default = rest.partition("=")
            known[name] = arguments.get(name, default)
        yield word, rest


def settings(steps: list[tuple[str, str]], revision: str) -> dict[str, Any]:
    """The image's configuration from the instructions that change it."""
    found: dict[str, Any] = {"Env": [], "Labels": {"org.opencontainers.image.revision": revision}}
    for word, rest in steps:
        if word == "ENV":
            found["Env"] += shlex.split(rest) if "=" in rest else ["=".join(rest.split(None, 1))]
        elif word == "LABEL":
            found["Labels"].update(entry.partition("=")[::2] for entry in shlex.split(rest))
        elif word in ("CMD", "ENTRYPOINT"):
            found[word.capitalize()] = json.loads(rest) if rest.startswith("[") else ["/bin/sh", "-c", rest]
        elif word in ("USER", "WORKDIR"):
            found["User" if word == "USER" else "WorkingDir"] = rest
    return found


def layer(root: Path, steps: list[tuple[str, str]]) -> bytes:
    """A tar of what is copied, each file once and without what differs from one machine to the next."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.PAX_FORMAT) as archive:
        seen: set[str] = set()
        for path, target in copied(root, steps):
            name = str(target).lstrip("/")
            if name in seen:
                continue
            seen.add(name)
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = path.stat().st_size, 0o755 if os.access(path, os.X_OK) else 0o644
            with path.open("rb") as file:
                archive.addfile(entry, file)
    return held.getvalue()


def copied(root: Path, steps: list[tuple[str, str]]) -> Iterator[tuple[Path, PurePosixPath]]:
    """The files that COPY and ADD take, with their places in the image. Stops where one is not in the context."""
    folder = PurePosixPath("/")
    for word, rest in steps:
        if word == "WORKDIR":
            folder /= rest
        if word not in ("COPY", "ADD"):
            continue
        *sources, last = [entry for entry in shlex.split(rest) if not entry.startswith("--")]
        for source in sources:
            found = (root / source.lstrip("/")).resolve()
            if not found.exists() or not found.is_relative_to(root):
                raise SystemExit(f"error: {word} {rest}: {source} is not in the context")
            target = folder / last
            if found.is_file():
                yield found, target / found.name if last.endswith(("/", ".")) or len(sources) > 1 else target
                continue
            for path in sorted(path for path in found.rglob("*") if path.is_file() and ".git" not in path.parts):
                yield path, target / path.relative_to(found).as_posix()


def blob(folder: Path, content: bytes, kind: str) -> dict[str, Any]:
    """Keep content under its digest; the descriptor of it."""
    digest = hashlib.sha256(content).hexdigest()
    (folder / "blobs" / "sha256" / digest).write_bytes(content)
    return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(content)}


def as_json(content: object) -> bytes:
    """Data as JSON whose bytes depend on nothing else."""
    return json.dumps(content, indent=2, sort_keys=True).encode()
