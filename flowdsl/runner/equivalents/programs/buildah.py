"""buildah on this machine: the real one where it is, else an OCI image layout of what the Dockerfile copies.

Arguments are NAME=VALUE, then after `--` the build args. Runs with the standard library alone.
"""

from __future__ import annotations

import fnmatch
import gzip
import hashlib
import io
import json
import pathlib
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from typing import Any

from flowdsl.runner.removal import remove

MEDIA = "application/vnd.oci.image"
words = sys.argv[1:]
end = words.index("--") if "--" in words else len(words)
given = dict(word.partition("=")[::2] for word in words[:end])
build_args = words[end + 1 :]


def say(text: str) -> None:
    """A line of the log."""
    print(text, flush=True)


def write_results(digest: str) -> None:
    """The task's results."""
    for name, value in (("IMAGE_DIGEST", digest), ("IMAGE_URL", given["IMAGE"])):
        pathlib.Path(given[f"result.{name}"]).write_text(value, encoding="utf-8")


def with_buildah(source: pathlib.Path) -> None:
    """Build and push with the real buildah."""
    driver = f"--storage-driver={given['STORAGE_DRIVER']}"
    verify = f"--tls-verify={given['TLSVERIFY']}"
    build = ["buildah", driver, "bud", *shlex.split(given["BUILD_EXTRA_ARGS"]), f"--format={given['FORMAT']}", verify]
    build += [f"--build-arg={one}" for one in build_args]
    build += ["--no-cache", "-f", given["DOCKERFILE"], "-t", given["IMAGE"], given["CONTEXT"]]
    digests = pathlib.Path.home() / "image-digest"
    push = ["buildah", driver, "push", *shlex.split(given["PUSH_EXTRA_ARGS"]), verify, "--digestfile", str(digests)]
    push += [given["IMAGE"], f"docker://{given['IMAGE']}"]
    for command in [build] if given["SKIP_PUSH"] == "true" else [build, push]:
        say("+ " + shlex.join(command))
        if code := subprocess.run(command, cwd=source, check=False).returncode:
            sys.exit(code)
    if given["SKIP_PUSH"] != "true":
        write_results(digests.read_text(encoding="utf-8").strip())


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """The Dockerfile's instructions: comments gone, continued lines joined."""
    joined = re.sub(r"\\[ \t]*\n(?:[ \t]*#.*\n)*", " ", text)
    for line in (each.strip() for each in joined.splitlines()):
        if line and not line.startswith("#"):
            name, _, rest = line.partition(" ")
            yield name.upper(), rest.strip()


class Image:
    """An image in the making: its config, and the files that were copied into it."""

    def __init__(self, context: pathlib.Path) -> None:
        self.context = context
        self.base = ""
        self.config: dict[str, Any] = {}
        self.args = dict(one.partition("=")[::2] for one in build_args)
        self.files: dict[str, pathlib.Path] = {}
        self.skipped: list[str] = []
        ignore = context / ".dockerignore"
        lines = ignore.read_text(encoding="utf-8").splitlines() if ignore.is_file() else []
        self.ignored = [line.strip().strip("/") for line in lines if line.strip() and line[0] not in "#!"]

    def expand(self, text: str) -> str:
        """`$NAME`, `${NAME}` and `${NAME:-default}` from ENV and ARG."""
        values = {**self.args, **dict(one.partition("=")[::2] for one in self.config.get("Env", []))}
        pattern = re.compile(r"\$(?:(\w+)|\{(\w+)(?::-([^}]*))?\})")
        return pattern.sub(lambda m: values.get(m[1] or m[2]) or m[3] or "", text)

    def apply(self, name: str, rest: str) -> None:
        """One instruction."""
        if name == "FROM":
            self.base = self.expand(rest.split(maxsplit=1)[0])
            self.config, self.files = {}, {}  # of several stages the last one is the image
        elif name == "ARG":
            key, _, default = rest.partition("=")
            self.args.setdefault(key, self.expand(default.strip("\"'")))
        elif name in {"ENV", "LABEL"}:
            self._pairs(name, rest)
        elif name in {"CMD", "ENTRYPOINT"}:
            key = "Cmd" if name == "CMD" else "Entrypoint"
            self.config[key] = json.loads(rest) if rest.startswith("[") else ["/bin/sh", "-c", rest]
        elif name == "WORKDIR":
            self.config["WorkingDir"] = str(
                pathlib.PurePosixPath(self.config.get("WorkingDir", "/"), self.expand(rest))
            )
        elif name in {"USER", "STOPSIGNAL"}:
            self.config[name.capitalize() if name == "USER" else "StopSignal"] = self.expand(rest)
        elif name in {"EXPOSE", "VOLUME"}:
            key = "ExposedPorts" if name == "EXPOSE" else "Volumes"
            listed = json.loads(rest) if rest.startswith("[") else self.expand(rest).split()
            for one in listed:
                full = one if name == "VOLUME" or "/" in one else f"{one}/tcp"
                self.config.setdefault(key, {})[full] = {}
        elif name in {"COPY", "ADD"}:
            self._copy(name, rest)
        else:
            self.skipped.append(f"{name} {rest}")

    def _pairs(self, name: str, rest: str) -> None:
        parts = shlex.split(rest)
        if "=" not in parts[0]:
            parts = [f"{parts[0]}={' '.join(parts[1:])}"]
        for one in parts:
            key, _, value = one.partition("=")
            if name == "LABEL":
                self.config.setdefault("Labels", {})[key] = self.expand(value)
            else:
                kept = [old for old in self.config.get("Env", []) if not old.startswith(f"{key}=")]
                self.config["Env"] = [*kept, f"{key}={self.expand(value)}"]

    def _copy(self, name: str, rest: str) -> None:
        listed = json.loads(rest) if rest.startswith("[") else shlex.split(rest)
        options = [one for one in listed if one.startswith("--")]
        places = [self.expand(one) for one in listed if not one.startswith("--")]
        remote = any(one.startswith(("http://", "https://", "git@")) for one in places)
        if remote or any(one.startswith("--from") for one in options):
            self.skipped.append(f"{name} {rest}")
            return
        *sources, target = places
        into = str(pathlib.PurePosixPath(self.config.get("WorkingDir", "/"), target))
        several = len(sources) > 1 or target.endswith(("/", "/.")) or target in {".", "./"}
        for source in sources:
            pattern = source.lstrip("/").removeprefix("./") or "."
            found = [self.context] if pattern in {".", ""} else sorted(self.context.glob(pattern.rstrip("/")))
            if not found:
                sys.exit(f"{name} {rest}: the context {self.context} has no {source}")
            for path in found:
                if not path.resolve().is_relative_to(self.context.resolve()):
                    sys.exit(f"{name} {rest}: {source} is outside of the context")
                self._add(path, into, several or len(found) > 1)

    def _add(self, path: pathlib.Path, into: str, several: bool) -> None:
        if path.is_dir():
            for one in sorted(path.rglob("*")):
                if (one.is_file() or one.is_symlink()) and not self._is_ignored(one):
                    self.files[str(pathlib.PurePosixPath(into, one.relative_to(path).as_posix()))] = one
        elif not self._is_ignored(path):
            self.files[f"{into.rstrip('/')}/{path.name}" if several else into] = path

    def _is_ignored(self, path: pathlib.Path) -> bool:
        name = path.relative_to(self.context).as_posix()
        parents = [name, *(str(one) for one in pathlib.PurePosixPath(name).parents)]
        return any(fnmatch.fnmatch(one, pattern) for pattern in self.ignored for one in parents if one != ".")

    def layer(self) -> bytes:
        """The copied files as one layer; the same files give the same bytes."""
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for name, path in sorted(self.files.items()):
                info = archive.gettarinfo(str(path), arcname=name.lstrip("/"))
                info.uid = info.gid = 0
                info.uname = info.gname = ""
                info.mtime = 0
                if info.isreg():
                    with path.open("rb") as file:
                        archive.addfile(info, file)
                else:
                    archive.addfile(info)
        return data.getvalue()


def write_layout(image: Image, folder: pathlib.Path) -> str:
    """An OCI image layout, the digest of its manifest."""
    # Neither may be a link to another folder: what is there goes.
    if folder.parent.is_symlink() or not remove(folder):
        sys.exit(f"buildah can't write its image to {folder}")
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def blob(data: bytes, kind: str) -> dict[str, Any]:
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return {"mediaType": f"{MEDIA}.{kind}", "digest": f"sha256:{digest}", "size": len(data)}

    def document(value: dict[str, Any]) -> bytes:
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()

    plain = image.layer()
    machine = platform.machine()
    config = {
        "architecture": {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine),
        "os": "linux",
        "config": image.config,
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(plain).hexdigest()}"]},
        "history": [{"created_by": "flowdsl local stand-in for buildah"}],
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{MEDIA}.manifest.v1+json",
        "config": blob(document(config), "config.v1+json"),
        "layers": [blob(gzip.compress(plain, mtime=0), "layer.v1.tar+gzip")],
        "annotations": {"org.opencontainers.image.base.name": image.base},
    }
    entry = blob(document(manifest), "manifest.v1+json")
    digest = str(entry["digest"])
    entry["annotations"] = {"org.opencontainers.image.ref.name": given["IMAGE"]}
    index = {"schemaVersion": 2, "mediaType": f"{MEDIA}.index.v1+json", "manifests": [entry]}
    (folder / "index.json").write_bytes(document(index))
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}', encoding="utf-8")
    return digest


def main() -> None:
    """Build, and write the results."""
    source = pathlib.Path(given["workspace.source"])
    if not given["IMAGE"]:
        sys.exit("buildah needs the param IMAGE")
    if shutil.which("buildah"):
        with_buildah(source)
        return
    say("flowdsl: there is no buildah on this machine. This is a stand-in: an OCI image of what the Dockerfile copies,")
    say("flowdsl: without the base image's layers and without what RUN would make. It is not pushed anywhere.")
    context, file = source / given["CONTEXT"], source / given["DOCKERFILE"]
    if not file.is_file():
        sys.exit(f"there is no {given['DOCKERFILE']} in {source}")
    image = Image(context)
    for name, rest in instructions(file.read_text(encoding="utf-8")):
        image.apply(name, rest)
    for one in image.skipped:
        say(f"flowdsl: left out: {one}")
    folder = source / ".images" / re.sub(r"[^\w.-]+|^[.]+", "_", given["IMAGE"])
    digest = write_layout(image, folder)
    write_results(digest)
    say(f"{given['IMAGE']}@{digest}: {len(image.files)} files in {folder}")


if __name__ == "__main__":
    main()
