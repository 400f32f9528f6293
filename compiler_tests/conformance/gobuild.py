"""Builds the Go programs of this directory once per machine and hands out their paths.

A program is built in a cache directory named after its sources, the Go version and the platform, under a lock, so that
parallel test workers build it once and an edit builds it anew. The work tree is never written to.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
BUILD_SECONDS = 900

# What Go prints when a module or a toolchain cannot be had, as against code that does not compile.
_OUT_OF_REACH = re.compile(
    r"reading https?://|dial tcp|no such host|i/o timeout|connection refused|TLS handshake|module lookup disabled"
    r"|running go 1\.\d+(\.\d+)?; GOTOOLCHAIN=local|toolchain not available"
)


class UnavailableError(Exception):
    """Go, or a module the program needs, cannot be had on this machine; the text says which and why."""


class BuildError(Exception):
    """The program's own code does not compile."""


@functools.cache
def program(name: str) -> Path:
    """The path of the built program of directory `name`. Raises UnavailableError or BuildError."""
    go = shutil.which("go")
    if go is None:
        raise UnavailableError("Go is not installed (no `go` on PATH)")
    sources = sorted(path for path in (HERE / name).iterdir() if path.suffix in {".go", ".mod", ".sum"})
    return made_once(_digest(go, sources), name, lambda binary: _build(go, sources, binary))


def is_built(name: str) -> bool:
    """Whether the program of directory `name` is in the cache already."""
    go = shutil.which("go")
    sources = sorted(path for path in (HERE / name).iterdir() if path.suffix in {".go", ".mod", ".sum"})
    return go is not None and (cache() / _digest(go, sources) / name).exists()


def made_once(digest: str, name: str, make: Callable[[Path], None]) -> Path:
    """The path `name` in the cache's folder `digest`; `make` is called for it, under a lock, if it isn't there."""
    folder = cache() / digest
    made = folder / name
    if made.exists():
        return made
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            make(made)
    return made


def cache() -> Path:
    """Where built programs are kept from run to run."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "flowdsl-conformance"


def go_version(go: str) -> bytes:
    """What `go version` prints."""
    return subprocess.run([go, "version"], capture_output=True, check=True, timeout=600).stdout


def _digest(go: str, sources: list[Path]) -> str:
    digest = hashlib.sha256(go_version(go))
    for source in sources:
        content = source.read_bytes()
        digest.update(f"{source.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:20]


def _build(go: str, sources: list[Path], binary: Path) -> None:
    """Build in a copy of the sources, since Go completes go.mod and go.sum, and move the result in place."""
    with tempfile.TemporaryDirectory(dir=binary.parent) as scratch:
        for source in sources:
            shutil.copy(source, scratch)
        built = Path(scratch) / "built"
        # -mod=mod lets Go add the sums that go.sum lacks, checked against the public sum database as always.
        run_go([go, "build", "-mod=mod", "-buildvcs=false", "-trimpath", "-o", str(built), "."], Path(scratch))
        os.replace(built, binary)


# A compiler that lets more garbage stand takes a fifth less time (client-go: 274 s of CPU, 217 s), and half as much memory again;
# one that writes nothing for debuggers a seventh less.
_QUICK = {"GOGC": "400"}
_BARE = "-gcflags=all=-dwarf=false"


def run_go(command: list[str], folder: Path, seconds: int = BUILD_SECONDS) -> str:
    """What the go command prints, run in `folder`. Raises UnavailableError or BuildError."""
    environment = {**os.environ, **_QUICK, "GOFLAGS": f"{os.environ.get('GOFLAGS', '')} {_BARE}".strip()}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=seconds
        )
    except subprocess.TimeoutExpired as late:
        raise UnavailableError(f"{' '.join(command[:2])} did not end within {seconds} s") from late
    if done.returncode != 0:
        raise _failure(done.stderr)
    return done.stdout


def _failure(text: str) -> Exception:
    lines = text.strip().splitlines()
    for number, line in enumerate(lines):
        if _OUT_OF_REACH.search(line):
            return UnavailableError(" ".join(part.strip() for part in lines[number : number + 2]))
    return BuildError(text)
