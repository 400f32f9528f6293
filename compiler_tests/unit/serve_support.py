"""`flowdsl serve` within one process, with runs that do nothing."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flowdsl.library.serve.service import ServeOptions, Service, service

SOURCE = """
from flowdsl import body, event, pipeline, push, schedule, tag, task, webhook

@task(image="python:3.12-slim", cpu="1500m", memory="1Mi")
def greet(branch: str) -> None:
    print("hello", branch)

@pipeline(
    provider="github",
    on=[
        push(["main", "topic"], params={"branch": event.branch}, cancel_in_progress=True),
        tag("v*", params={"branch": event.tag}),
        webhook("model", id=body.id, params={"branch": body.name}),
        webhook("open", verify=False, params={"branch": body.name}),
        schedule("30 2 * * *", timezone="Asia/Shanghai", params={"branch": "nightly"}, overlap="forbid", starting_deadline=7200),
        schedule("0 * * * *", name="asleep", params={"branch": "never"}, suspend=True),
    ],
)
def greeting(branch: str) -> None:
    greet(branch)
"""
KEY = "s3cret-of-greeting"
HERE = {"Host": "127.0.0.1"}


class Launcher:
    """Starts programs that do nothing, and says that they succeeded when `hold` lets them."""

    def __init__(self, real: Any) -> None:
        self.real, self.runs = real, real.runs
        self.started: list[str] = []
        self.most = 0
        self.going: set[str] = set()
        self.hold = threading.Event()
        self.hold.set()

    def start(self, served: object, name: str, run: object) -> subprocess.Popen[bytes]:
        if served is None:
            refused: subprocess.Popen[bytes] = self.real.start(served, name, run)
            return refused
        self.started.append(name)
        self.going.add(name)
        self.most = max(self.most, len(self.going))
        return subprocess.Popen(["true"] if self.hold.is_set() else ["sleep", "600"])

    def became(self, name: str) -> tuple[str, str]:
        self.going.discard(name)
        return "succeeded", ""

    def is_over(self, name: str) -> bool:
        return True

    def clean(self, name: str) -> None:
        pass

    def output_of(self, name: str) -> Path:
        return Path(self.real.output_of(name))


class Site:
    def __init__(self, found: Service, launcher: Launcher, told: list[Mapping[str, object]]) -> None:
        self.service, self.launcher, self.told = found, launcher, told

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str, Mapping[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.service.server.port, timeout=60)
        connection.request(method, path, body, dict(headers or {}))
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text, dict(answer.getheaders())

    def push(self, delivery: str, ref: str = "refs/heads/main", key: str = KEY, **other: object) -> int:
        body = json.dumps({"ref": ref, "deleted": False, "head_commit": {"id": "ab" * 20}, **other}).encode()
        signature = hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-GitHub-Event": "push",
            "X-GitHub-Delivery": delivery,
            "X-Hub-Signature-256": f"sha256={signature}",
        }
        return self.ask("POST", "/greeting", body, headers)[0]

    def state(self, query: str = "") -> dict[str, Any]:
        status, text, _ = self.ask("GET", f"/-/state{query}")
        assert status == 200, text
        found: dict[str, Any] = json.loads(text)
        return found

    def token(self) -> str:
        found = re.search(r'name="token" content="([^"]+)"', self.ask("GET", "/")[1])
        assert found
        return found[1]

    def until(self, holds: Callable[[], object]) -> None:
        for _ in range(1200):
            if holds():
                return
            time.sleep(0.05)
        raise AssertionError(self.state())


@contextmanager
def serving(folder: Path, clock: Callable[[], float] = time.time, **options: Any) -> Iterator[Site]:
    told: list[Mapping[str, object]] = []
    mistakes: list[Exception] = []
    files = (f"greeting-webhook={folder / 'secret'}",)
    chosen = ServeOptions(
        **{"port": 0, "state": str(folder / "state"), "secret_files": files, "environment": {}, **options}
    )
    with service([str(folder / "flow.py")], chosen, told.append, mistakes.append, clock) as found:
        launcher = Launcher(found.queue.launcher)
        found.queue.launcher = launcher  # type: ignore[assignment]
        thread = threading.Thread(target=found.run, args=(lambda: False, lambda: True))
        thread.start()
        try:
            yield Site(found, launcher, told)
        finally:
            found.stop()
            thread.join(60)
            assert not thread.is_alive()
    assert mistakes == []


def prepare(folder: Path) -> None:
    """A pipeline with all that starts one, and its secret."""
    (folder / "flow.py").write_text(SOURCE)
    (folder / "secret").write_text(KEY + "\n")
