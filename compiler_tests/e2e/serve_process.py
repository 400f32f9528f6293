"""`flowdsl serve` as a process that tests talk to, end and start again."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import json
import os
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

SOURCE = """
import uuid

from flowdsl import event, pipeline, push, task

@task(image="python:3.12-slim")
def draw() -> str:
    return uuid.uuid4().hex

@task(image="python:3.12-slim")
def greet(branch: str, drawn: str) -> None:
    import socket, time
    print("begun", branch, drawn, flush=True)
    while branch.startswith("slow"):
        with socket.socket() as go:
            if not go.connect_ex(("127.0.0.1", PORT)):
                break
        time.sleep(0.05)
    print("hello", branch, drawn)

@pipeline(on=[push(["main", "slow*"], params={"branch": event.branch})], provider="github")
def greeting(branch: str) -> None:
    greet(branch, draw())
"""
KEY = "the-key"


@contextlib.contextmanager
def prepared(folder: Path) -> Iterator[Callable[[], None]]:
    """A pipeline that a push starts; runs for a branch `slow` end once what this gives was called."""
    with socket.socket() as go:
        go.bind(("127.0.0.1", 0))  # nobody is answered there before it listens
        (folder / "flow.py").write_text(SOURCE.replace("PORT", str(go.getsockname()[1])))
        yield lambda: go.listen(64)


class Server:
    """A process of `flowdsl serve`, and what it has said."""

    def __init__(self, folder: Path, *words: str) -> None:
        # What it says of runs is not read while it works: a file takes all.
        self.output = folder / f"said-{time.monotonic_ns()}"
        named = words if words and not words[0].startswith("-") else ("flow.py", *words)
        command = [sys.executable, "-m", "flowdsl", "serve", *named, "--port", "0", "--output", "json"]
        with open(self.output, "wb") as file:
            self.process = subprocess.Popen(
                [*command, "--secret-env", "greeting-webhook=HOOK"],
                cwd=folder,
                env={**os.environ, "HOOK": KEY},
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        self.until(lambda: self.said("serving"))
        self.port = urllib.parse.urlsplit(self.said("serving")[0]["url"]).port or 0

    def said(self, event: str) -> list[dict[str, Any]]:
        lines = self.output.read_text().splitlines(keepends=True)
        found = [json.loads(each) for each in lines if each.startswith("{") and each.endswith("\n")]
        return [each for each in found if each["event"] == event]

    def until(self, holds: Callable[[], object]) -> None:
        for _ in range(2400):
            if holds():
                return
            assert self.process.poll() is None, self.output.read_text()
            time.sleep(0.05)
        raise AssertionError(self.output.read_text())

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        with contextlib.closing(connection):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def push(self, delivery: str, branch: str) -> int:
        body = json.dumps({"ref": f"refs/heads/{branch}", "deleted": False, "head_commit": {"id": "ab" * 20}}).encode()
        signed = {"X-Hub-Signature-256": "sha256=" + hmac.new(KEY.encode(), body, hashlib.sha256).hexdigest()}
        named = {"X-GitHub-Event": "push", "X-GitHub-Delivery": delivery, "Content-Type": "application/json"}
        return self.ask("POST", "/greeting", body, **signed, **named)[0]

    def states(self) -> dict[str, str]:
        found = json.loads(self.ask("GET", "/-/state?limit=500")[1])
        return {each["name"]: each["state"] for came in found["deliveries"] for each in came["runs"]}

    def log(self, name: str) -> list[str]:
        """What the run's steps have printed, a line each."""
        return self.ask("GET", f"/-/runs/{name}/log")[1].decode().splitlines()

    def drawn(self, name: str, word: str = "begun") -> list[str]:
        """What the run's second task was given by its first, once for each time that it said a word."""
        return [line.split()[-1] for line in self.log(name) if line.startswith(f"{word} ")]

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(600)


@contextlib.contextmanager
def serving(folder: Path, *words: str) -> Iterator[Server]:
    server = Server(folder, *words)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.kill()
            server.process.wait(600)
