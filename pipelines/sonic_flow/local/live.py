"""Two versions of the model that serve, on loopback: `python -m sonic_flow.local.live --folder FOLDER --port PORT`.

A stand-in for what a release needs of a cluster, and the real thing in small: an API server for one HTTPRoute and two
Deployments (`live_cluster`), the gateway that splits requests between two services by the route's weights, the services
themselves, and, while a release goes on, people who ask for clips. The route is kept in FOLDER from run to run.
"""

from __future__ import annotations

import argparse
import http.client
import io
import json
import signal
import threading
import time
import wave
from collections.abc import Mapping
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sonic_flow.local import service, web
from sonic_flow.local.live_cluster import NAMES, Objects
from sonic_flow.local.served import Kept
from sonic_flow.local.weights import MODELS, NEWEST
from sonic_flow.services import form

ASSETS = Path(__file__).resolve().parents[2] / "assets"
HEARD = 2.0  # seconds of the speech that people send: a clip of them is made fast
SMALL = {"min_resolution": 256, "inference_steps": 20}
PAUSE = 0.1  # seconds between requests
PREFIX = "/backends/"


class Gateway:
    """Splits requests by weight: of every 100, each version gets as many as its weight says, evenly spread."""

    def __init__(self, objects: Objects) -> None:
        self.objects, self.lock = objects, threading.Lock()
        self.due: dict[str, int] = dict.fromkeys(NAMES, 0)

    def next(self) -> str:
        """The version that the next request goes to (smooth weighted round robin)."""
        weights = self.objects.weights()
        with self.lock:
            for name, weight in weights.items():
                self.due[name] += weight
            chosen = max(weights, key=lambda name: (self.due[name] if weights[name] else float("-inf"), name))
            self.due[chosen] -= sum(weights.values())
        return chosen


class Live:
    """The whole: cluster, gateway, versions."""

    def __init__(self, folder: Path, versions: Mapping[str, web.Work]) -> None:
        self.objects = Objects(folder)
        self.gateway = Gateway(self.objects)
        self.kept = {name: Kept() for name in NAMES}
        self.servers: dict[str, ThreadingHTTPServer] = {}
        for name in NAMES:
            work = partial(self.by_image, name, versions)
            server = ThreadingHTTPServer(("127.0.0.1", 0), web.handler("/v1/generate", work, self.kept[name]))
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
            self.servers[name] = server

    def by_image(
        self, name: str, versions: Mapping[str, web.Work], fields: Mapping[str, Any], files: Mapping[str, bytes]
    ) -> web.Answer:
        """A clip by the version that the Deployment's image is."""
        return versions[self.objects.age(name)](fields, files)

    def forward(self, name: str, method: str, path: str, body: bytes, kind: str) -> tuple[int, str, bytes]:
        """Ask a version by HTTP, as the gateway and the release do."""
        client = http.client.HTTPConnection("127.0.0.1", self.servers[name].server_address[1], timeout=120)
        try:
            client.request(method, path, body or None, {"Content-Type": kind} if body else {})
            answer = client.getresponse()
            return answer.status, answer.getheader("Content-Type", ""), answer.read()
        finally:
            client.close()

    def close(self) -> None:
        """End the versions."""
        for server in self.servers.values():
            server.shutdown()
            server.server_close()


def handler(live: Live) -> type:
    """The class that answers requests: the cluster's API, the versions by name, and people's through the gateway."""

    class Handler(BaseHTTPRequestHandler):
        timeout = web.PATIENCE

        def do_GET(self) -> None:
            try:
                self.answer()
            except web.RefusedError as error:
                told = json.dumps({"error": web.line(str(error))}).encode()
                self.reply(error.status, web.Answer("application/json", told))
            except (ConnectionError, TimeoutError, http.client.HTTPException):
                self.close_connection = True

        do_POST = do_PATCH = do_GET  # noqa: N815 - the names of http.server

        def answer(self) -> None:
            path = self.path
            if path == "/health":
                return self.reply(200, web.Answer("application/json", b'{"status": "ready"}'))
            if path.startswith("/apis/"):
                body = web.read_body(self.headers, self.rfile, web.LARGEST) if self.command == "PATCH" else b""
                status, document = live.objects.asked(self.command, path, body, self.headers.get("Content-Type", ""))
                return self.reply(status, web.Answer("application/json", json.dumps(document).encode()))
            name, asked = live.gateway.next() if self.command == "POST" else "", path
            if path.startswith(PREFIX):
                name, _, rest = path.removeprefix(PREFIX).partition("/")
                asked = "/" + rest
            if name not in NAMES:
                raise web.RefusedError(404, "there are /apis/, /backends/NAME/ and POST /v1/generate")
            body = web.read_body(self.headers, self.rfile, web.LARGEST) if self.command == "POST" else b""
            status, kind, content = live.forward(name, self.command, asked, body, self.headers.get("Content-Type", ""))
            return self.reply(status, web.Answer(kind, content, {"X-Served-By": name}))

        def reply(self, status: int, answer: web.Answer) -> None:
            self.send_response(status)
            length = str(len(answer.content))
            for name, value in {"Content-Type": answer.kind, "Content-Length": length, **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: object, **named: object) -> None:
            """The release says itself what it moves."""

    return Handler


def people(live: Live, address: str, done: threading.Event) -> None:
    """Ask for clips through the gateway, for as long as a release goes on."""
    portrait, speech = (ASSETS / "portrait.png").read_bytes(), beginning(ASSETS / "speech.wav", HEARD)
    host, _, port = address.removeprefix("http://").partition(":")
    files: Any = {"portrait": _Held("portrait.png", portrait), "speech": _Held("speech.wav", speech)}
    while not done.wait(PAUSE):
        if not live.objects.rising():
            continue
        body, headers = form(files, SMALL)
        client = http.client.HTTPConnection(host, int(port), timeout=120)
        try:
            client.request("POST", "/v1/generate", body, headers)
            client.getresponse().read()
        except (OSError, http.client.HTTPException):
            time.sleep(PAUSE)
        finally:
            client.close()


class _Held:
    """A file's name and content, as `form` asks for them."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name, self.content = name, content

    def read_bytes(self) -> bytes:
        return self.content


def beginning(path: Path, seconds: float) -> bytes:
    """The first seconds of a WAV, as one."""
    target = io.BytesIO()
    with wave.open(str(path), "rb") as whole, wave.open(target, "wb") as part:
        part.setparams(whole.getparams())
        part.writeframes(whole.readframes(round(seconds * whole.getframerate())))
    return target.getvalue()


def short_fails(fields: Mapping[str, Any], files: Mapping[str, bytes], work: web.Work) -> web.Answer:
    """A version that is fine on the test input, and fails at what people send: a short speech."""
    if len(files.get("speech", b"")) < (ASSETS / "speech.wav").stat().st_size:
        raise web.RefusedError(500, "this version fails at a short speech (SONIC_LIVE_FLAW=short)")
    return work(fields, files)


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description="two versions that serve")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--model", choices=[*MODELS], default=NEWEST.name)
    parser.add_argument("--flaw", choices=["", "short"], default="")
    options = parser.parse_args()
    new: web.Work = partial(service.generate, weights=MODELS[options.model])
    candidate: web.Work = partial(short_fails, work=new) if options.flaw else new
    first: web.Work = partial(service.generate, weights=MODELS["0.9"])
    live = Live(options.folder, {"first": first, "kept": new, "candidate": candidate})
    server = ThreadingHTTPServer(("127.0.0.1", options.port), handler(live))
    server.daemon_threads = True
    done = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=people, args=(live, address, done), daemon=True).start()
    print(f"two versions of a stand-in for the model, behind a gateway at {address}", flush=True)
    server.serve_forever(poll_interval=0.1)
    done.set()
    live.close()


if __name__ == "__main__":
    main()
