"""Builds what the tier starts, once per machine, into the cache the conformance tier uses.

Three sets: `own_programs` (the module in `programs/`: etcd and kube-apiserver as `controlplane`, our kubelet as `node`),
`tekton` (controller, webhook and the programs of Tekton's own images) and `triggers` (those of Tekton Triggers), the last
two straight from the published modules. All raise `gobuild.UnavailableError` where Go, the network or a module is missing.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs

HERE = Path(__file__).parent
CONFORMANCE = HERE.parent / "conformance"
sys.path.insert(0, str(CONFORMANCE))

from gobuild import UnavailableError, go_version, made_once, run_go  # noqa: E402  (found by the line above)

# Nothing built on two cores takes longer; a machine that does is told so.
BUILD_SECONDS = 1800
MODULE = "github.com/tektoncd/pipeline"
TEKTON_PROGRAMS = ("controller", "webhook", "entrypoint", "nop", "workingdirinit", "sidecarlogresults")
TRIGGERS = "github.com/tektoncd/triggers"
# The newest release that names the release of Tekton above in its go.mod.
TRIGGERS_RELEASE = "v0.37.0"
TRIGGERS_PROGRAMS = ("controller", "webhook", "interceptors", "eventlistenersink")
_FLAGS = ["-buildvcs=false", "-trimpath"]
_SMALL = "-s -w"


@attrs.frozen
class Tekton:
    """One release: the folder of its built programs, and that of its YAML."""

    release: str
    binaries: Path
    config: Path


def own_programs() -> Path:
    """The folder with `controlplane` and `node`."""
    go = _go()
    source = HERE / "programs"
    files = sorted(path for path in source.rglob("*") if path.suffix in {".go", ".mod", ".sum"})
    digest = hashlib.sha256(go_version(go))
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(source)} {len(content)}\n".encode() + content)

    release = _required(source / "go.mod", "k8s.io/kubernetes")
    # The module does not know its own release: Kubernetes' build tells it, and clients ask for it.
    told = f"-ldflags={_SMALL} -X k8s.io/component-base/version.gitVersion={release}"
    command = [go, "build", "-mod=mod", *_FLAGS, told]
    digest.update(repr(command).encode())

    def build(target: Path) -> None:
        # In a copy, since Go completes go.mod and go.sum.
        copy = target / "source"
        shutil.copytree(source, copy)
        run_go([*command, "-o", f"{target}/", "./controlplane", "./node"], copy, BUILD_SECONDS)
        shutil.rmtree(copy)

    return made_once(digest.hexdigest()[:20], "bin", _folder(build))


def tekton() -> Tekton:
    """The release that the conformance tier's go.mod names, built."""
    return _published(MODULE, tekton_release(), TEKTON_PROGRAMS)


def triggers() -> Tekton:
    """Tekton Triggers, built."""
    return _published(TRIGGERS, TRIGGERS_RELEASE, TRIGGERS_PROGRAMS)


def _published(name: str, release: str, programs: Sequence[str]) -> Tekton:
    go = _go()
    answer = run_go([go, "mod", "download", "-json", f"{name}@{release}"], HERE / "programs", BUILD_SECONDS)
    module = Path(json.loads(answer)["Dir"])
    command = [go, "build", *_FLAGS, f"-ldflags={_SMALL}"]
    named = (release, command, programs) if name == MODULE else (name, release, command, programs)
    digest = hashlib.sha256(go_version(go) + repr(named).encode())

    def build(target: Path) -> None:
        run_go([*command, "-o", f"{target}/", *(f"./cmd/{each}" for each in programs)], module, BUILD_SECONDS)

    return Tekton(release, made_once(digest.hexdigest()[:20], "bin", _folder(build)), module / "config")


def tekton_release() -> str:
    """The release of Tekton that everything here is held to."""
    return _required(CONFORMANCE / "admission" / "go.mod", MODULE)


def _required(go_mod: Path, module: str) -> str:
    found = re.search(rf"^\s+{re.escape(module)} (v\S+)", go_mod.read_text(), re.MULTILINE)
    if found is None:
        raise RuntimeError(f"{go_mod} does not name {module}")
    return found.group(1)


def _go() -> str:
    go = shutil.which("go")
    if go is None:
        raise UnavailableError("Go is not installed (no `go` on PATH)")
    return go


def _folder(build: Callable[[Path], None]) -> Callable[[Path], None]:
    """A maker of a whole folder: built beside and moved in place, so that it is there completely or not at all."""

    def make(made: Path) -> None:
        with tempfile.TemporaryDirectory(dir=made.parent) as scratch:
            target = Path(scratch) / "bin"
            target.mkdir()
            build(target)
            os.replace(target, made)

    return make


if __name__ == "__main__":
    # CI calls this early, so that building overlaps with all that needs no Go.
    try:
        own_programs()
        tekton()
        triggers()
    except UnavailableError as problem:
        sys.exit(str(problem))
