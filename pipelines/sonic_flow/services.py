"""Start a service of the image, or find one that runs already, and ask it: `SERVICE.md` says what it must offer."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from sonic_flow.files import BLOCK, stop
from sonic_flow.notes import clean

OPEN = urllib.request.build_opener(urllib.request.ProxyHandler({})).open  # the services are near: no proxy between
ATTEMPTS = 5
AGAIN = (502, 503)  # what a service says that is busy or restarting
ANSWER_MOST = 4 << 30
"""Bytes of an answer that are kept: more than any clip has, and less than would fill a node's disk."""
PATIENCE = 1100.0  # seconds to wait for a byte: below the tasks' timeouts, so that the log says why


@contextmanager
def service(endpoint: str, module: str, startup_seconds: float) -> Iterator[str]:
    """The base address of a service that is ready: the one at `endpoint`, else one started from this image."""
    process: subprocess.Popen[bytes] | None = None
    base = endpoint.rstrip("/")
    if base and not base.startswith(("http://", "https://")):
        stop(f"endpoint {endpoint!r} is no http:// or https:// address")
    if not base:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        base = f"http://127.0.0.1:{port}"
        process = subprocess.Popen([sys.executable, "-m", module, "--host", "127.0.0.1", "--port", str(port)])
    try:
        wait_until_ready(base, startup_seconds, process)
        yield base
    finally:
        if process is not None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()  # does nothing to one that has ended
            process.wait()


def wait_until_ready(base: str, seconds: float, process: subprocess.Popen[bytes] | None = None) -> None:
    """Ask `GET /health` until it answers 200. Stops when the service dies or the time is up."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with OPEN(base + "/health", timeout=10):
                return
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = explain(error)
        if process is not None and process.poll() is not None:
            stop(f"the service ended with exit code {process.returncode} before it was ready; see its log above")
        if time.monotonic() >= deadline:
            stop(f"{base} was not ready within {seconds:g} s: {reason}")
        time.sleep(min(1.0, seconds / 20))


def post(url: str, files: Mapping[str, Path], fields: Mapping[str, object], target: Path) -> dict[str, str]:
    """POST a multipart form, and stream the answer to `target`: whole or not at all. Gives the answer's headers."""
    return fetch(url, *form(files, fields), target)


def fetch(url: str, body: bytes, headers: Mapping[str, str], target: Path) -> dict[str, str]:
    """POST a body, as `post` does it.

    A service that is busy or restarting (502, 503) is asked again, after as long as it says or 1, 2, 4... seconds.
    """
    for attempt in range(ATTEMPTS):
        try:
            with OPEN(urllib.request.Request(url, body, dict(headers)), timeout=PATIENCE) as response:
                save(response, target)
                return {name.lower(): value for name, value in response.headers.items()}
        except urllib.error.HTTPError as error:
            if error.code not in AGAIN or attempt == ATTEMPTS - 1:
                stop(f"POST {url}: {explain(error)}")
            after = error.headers.get("Retry-After", "")
            pause = min(float(after), 60.0) if after.isdecimal() else 2.0**attempt
            print(f"{url} answered {error.code}; asking again in {pause:g} s")
            time.sleep(pause)
        except (OSError, http.client.HTTPException, ValueError) as error:
            stop(f"POST {url}: {explain(error)}")
    raise AssertionError("the last attempt returns or stops")


def form(files: Mapping[str, Path], fields: Mapping[str, object]) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of a multipart/form-data request."""
    edge, body = uuid.uuid4().hex, b""
    parts = [('name="parameters"', "application/json", json.dumps(fields).encode())]
    for name, path in files.items():
        parts.append((f'name="{name}"; filename="{path.name}"', "application/octet-stream", path.read_bytes()))
    for name, kind, content in parts:
        head = f"--{edge}\r\nContent-Disposition: form-data; {name}\r\nContent-Type: {kind}\r\n\r\n"
        body += head.encode() + content + b"\r\n"
    return body + f"--{edge}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={edge}"}


def save(response: http.client.HTTPResponse, target: Path) -> None:
    """Write a response to a file that appears only when it is whole. ValueError where too short or long."""
    part, held = target.with_name(target.name + ".part"), 0
    try:
        with part.open("wb") as file:
            for block in iter(lambda: response.read(BLOCK), b""):
                held += len(block)
                if held > ANSWER_MOST:
                    raise ValueError(f"the answer has more than {ANSWER_MOST} bytes")
                file.write(block)
        promised = response.headers.get("Content-Length")
        if promised is not None and held != int(promised):
            raise ValueError(f"the answer is cut off: {held} of {promised} bytes")
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def explain(error: Exception) -> str:
    """One printable line for a failed request: the status and what the service says of it, or what went wrong."""
    if not isinstance(error, urllib.error.HTTPError):
        return str(clean(" ".join(str(getattr(error, "reason", error)).split()))) or type(error).__name__
    with error:
        text = error.read(2000).decode("utf-8", "replace")
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        text = str(json.loads(text)["error"])
    return str(clean(" ".join(f"{error.code} {error.reason}: {text}".split())[:300]))
