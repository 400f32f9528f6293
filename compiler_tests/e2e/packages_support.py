"""An index of tiny wheels made here, so that nothing asks the network, and the environment in which pip finds it."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import forked

ROOT = Path(__file__).parents[2]
PASSWORD = "S3cret-of-the-index"
HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"


def wheel(
    folder: Path,
    name: str,
    version: str,
    requires: Sequence[str] = (),
    tag: str = "py3-none-any",
    python: str = "",
    code: str = "",
) -> str:
    """Make a wheel whose one module says its version, and has `code`; its hash as a lock has it."""
    folder.mkdir(parents=True, exist_ok=True)
    info = f"{name}-{version}.dist-info"
    needs = "".join(f"Requires-Dist: {each}\n" for each in requires)
    needs += f"Requires-Python: {python}\n" if python else ""
    files = {
        f"{name}.py": f'__version__ = "{version}"\n{code}',
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    record = "".join(f"{path},sha256={_digest(text)},{len(text)}\n" for path, text in files.items())
    files[f"{info}/RECORD"] = record + f"{info}/RECORD,,\n"
    place = folder / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(place, "w") as made:
        for path, text in files.items():
            made.writestr(zipfile.ZipInfo(path, (2024, 1, 1, 0, 0, 0)), text)
    return f"sha256:{hashlib.sha256(place.read_bytes()).hexdigest()}"


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def pip_environment(index: Path, home: Path) -> dict[str, str]:
    """Variables with which pip takes wheels from a folder alone; no uv is found."""
    return {
        "PATH": os.path.dirname(sys.executable) + ":/usr/bin:/bin",
        "HOME": str(home),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(index),
        "PIP_CONFIG_FILE": "/dev/null",
    }


@contextmanager
def index(wheels: Path) -> Iterator[str]:
    """A stand-in for a package index on loopback (PEP 503), which lets in `me` with the password; its address."""
    wanted = "Basic " + base64.b64encode(f"me:{PASSWORD}".encode()).decode()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.headers.get("Authorization") != wanted:
                self.answer(401, b"who is there?", {"WWW-Authenticate": 'Basic realm="index"'})
                return
            name = self.path.strip("/").rpartition("/")[2]
            found = wheels / name
            if name.endswith(".whl") and found.is_file():
                self.answer(200, found.read_bytes(), {"Content-Type": "application/octet-stream"})
                return
            links = "".join(f'<a href="/files/{each.name}">{each.name}</a>' for each in wheels.glob(f"{name}-*.whl"))
            self.answer(200 if links else 404, f"<!DOCTYPE html>{links}".encode(), {"Content-Type": "text/html"})

        def answer(self, code: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(code)
            for name, value in {**headers, "Server": "flowdsl-test-stand-in"}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


OTHER = "3.10" if HERE != "3.10" else "3.12"
SOURCE = """
from flowdsl import pipeline, task

@task(image="python:{python}-slim", packages=["alpha"{more}]{options})
def count(n: int = 2) -> str:
    import alpha
    return alpha.__version__ * n

@pipeline
def counting():
    return {{"version": count()}}
"""


class Project:
    """A folder with `mine.py`, and an index with two packages."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.index = folder / "work", folder / "index"
        self.folder.mkdir()
        self.env = pip_environment(self.index, folder) | {
            "PYTHONPATH": str(ROOT),
            "XDG_CACHE_HOME": str(folder / "cache"),
        }
        wheel(self.index, "beta", "2.0")
        wheel(self.index, "gamma", "3.0")
        older, newer = (f"{name}; python_version {sign} '{HERE}'" for name, sign in (("beta", "=="), ("gamma", "!=")))
        wheel(self.index, "alpha", "1.0", [older, newer])
        self.write()

    def write(self, python: str = HERE, more: str = "", options: str = "") -> None:
        (self.folder / "mine.py").write_text(SOURCE.format(python=python, more=more, options=options))

    def flow(self, *words: str) -> subprocess.CompletedProcess[str]:
        return forked.call(words, self.folder, environment=self.env)

    def lock(self, *words: str) -> dict[str, dict[str, str]]:
        """Lock, and give the versions by target."""
        done = self.flow("lock", "mine.py", "--output", "json", *words)
        assert done.returncode == 0, done.stderr
        return {
            each["python"]: {one["name"]: one["version"] for one in each["packages"]}
            for each in json.loads(done.stdout)["resolutions"]
        }
