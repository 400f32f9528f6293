"""An API server in this process: what the cluster commands need of one, with faults on demand.

It stores, lists, watches (resource versions, bookmarks, 410 Gone), applies server-side with an owner for each field,
deletes with preconditions, and serves logs. It does not validate documents: the tier `compiler_tests/cluster` has the
real server for that.
"""

from __future__ import annotations

import copy
import gzip
import json
import re
import socket
import threading
import time
import uuid
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml
from fake_apply import Object, RefusedError, applied, merge

KINDS = {
    "tasks": "Task", "pipelines": "Pipeline", "pipelineruns": "PipelineRun", "taskruns": "TaskRun", "secrets": "Secret",
    "stepactions": "StepAction", "serviceaccounts": "ServiceAccount", "configmaps": "ConfigMap", "pods": "Pod",
    "persistentvolumeclaims": "PersistentVolumeClaim", "eventlisteners": "EventListener", "triggers": "Trigger",
    "triggertemplates": "TriggerTemplate", "triggerbindings": "TriggerBinding", "cronjobs": "CronJob",
    "roles": "Role", "rolebindings": "RoleBinding", "ingresses": "Ingress", "httproutes": "HTTPRoute",
    "clusterinterceptors": "ClusterInterceptor", "eventbus": "EventBus", "eventsources": "EventSource",
    "sensors": "Sensor",
}  # fmt: skip
TOKEN = "good"


class DroppedError(Exception):
    """The line breaks."""


class FakeApi:
    """The server's state, and its faults. `fault(method, path)` is asked before each request: None, or an action."""

    def __init__(self) -> None:
        self.objects: dict[str, Object] = {}
        self.events: list[tuple[int, str, str, Object]] = []
        self.version = 100
        self.compacted = 0
        self.logs: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self.ended: set[tuple[str, str]] = set()
        self.requests: list[tuple[str, str]] = []
        self.fault: Callable[[str, str], str | tuple[int, str] | None] = lambda method, path: None
        # What is sent instead of a good answer: data, or a status, headers and bytes.
        self.twist: Callable[[str, Any], Any] = lambda path, answer: answer
        self.accepted: set[str | None] = {f"Bearer {TOKEN}"}
        self.headers: list[list[tuple[str, str]]] = []
        self.forbidden: set[tuple[str, str]] = set()
        self.denied: dict[str, str] = {}
        self.tekton = True
        self.groups: dict[str, list[str]] = {}
        self.no_namespaces: set[str] = set()
        self.sent = 0
        self.page = 1 << 30
        self.changed = threading.Condition(threading.RLock())
        self.sockets: set[socket.socket] = set()
        self.port = 0
        self.server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        handler = type("Handler", (_Handler,), {"api": self})
        self.server = _Server(("127.0.0.1", self.port), handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """As if killed: it listens no more and every line breaks."""
        server, self.server = self.server, None
        if server:
            server.shutdown()
            server.server_close()
        self.cut()

    def cut(self) -> None:
        """Break every open line."""
        with self.changed:
            for each in list(self.sockets):
                try:
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue
            self.changed.notify_all()

    def compact(self) -> None:
        """Forget the events so far: watches from before get 410."""
        with self.changed:
            self.compacted = self.version
            self.changed.notify_all()

    def kubeconfig(self, folder: Path, token: str = TOKEN) -> Path:
        path = folder / "kubeconfig"
        path.write_text(yaml.safe_dump({
            "apiVersion": "v1", "kind": "Config", "current-context": "fake",
            "clusters": [{"name": "fake", "cluster": {"server": f"http://127.0.0.1:{self.port}"}}],
            "users": [{"name": "me", "user": {"token": token}}],
            "contexts": [{"name": "fake", "context": {"cluster": "fake", "user": "me", "namespace": "ml"}}],
        }))  # fmt: skip
        return path

    def put(self, path: str, item: Object) -> Object:
        """Store an object, new or changed, and tell the watches."""
        with self.changed:
            before = self.objects.get(path)
            self.version += 1
            metadata = item.setdefault("metadata", {})
            metadata["resourceVersion"] = str(self.version)
            metadata.setdefault("name", path.rpartition("/")[2])
            metadata.setdefault("uid", (before or {}).get("metadata", {}).get("uid") or str(uuid.uuid4()))
            metadata.setdefault("creationTimestamp", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
            self.objects[path] = item
            self.events.append((self.version, "MODIFIED" if before else "ADDED", path, copy.deepcopy(item)))
            self.changed.notify_all()
            return item

    def remove(self, path: str) -> None:
        with self.changed:
            item = self.objects.pop(path)
            self.version += 1
            item["metadata"]["resourceVersion"] = str(self.version)
            self.events.append((self.version, "DELETED", path, item))
            self.changed.notify_all()

    def names(self, kind: str, space: str = "ml") -> list[str]:
        found = (path for path in self.objects if f"/namespaces/{space}/{kind}/" in path)
        return sorted(path.rpartition("/")[2] for path in found)

    def log(self, pod: str, container: str, stamp: str, text: str) -> None:
        with self.changed:
            self.logs.setdefault((pod, container), []).append((stamp, text))
            self.changed.notify_all()

    def end_log(self, pod: str, container: str) -> None:
        """The container is over, in the pod's status too."""
        path = f"/api/v1/namespaces/ml/pods/{pod}"
        with self.changed:
            item = copy.deepcopy(self.objects.get(path) or {"kind": "Pod", "metadata": {"name": pod}, "status": {}})
            held = item["status"].setdefault("containerStatuses", [])
            held.append({"name": container, "state": {"terminated": {"exitCode": 0}}})
            self.put(path, item)
            self.ended.add((pod, container))
            self.changed.notify_all()

    def apply(self, path: str, body: Object, manager: str, *, force: bool, dry: bool) -> Object:
        before = self.objects.get(path)
        item = applied(before, body, manager, force=force)
        if dry or item == before:
            item["metadata"].setdefault("name", path.rpartition("/")[2])
            return item
        return self.put(path, item)


def _selected(item: Object, query: dict[str, str]) -> bool:
    labels = item["metadata"].get("labels") or {}
    for wanted in query.get("labelSelector", "").split(","):
        label, equals, value = wanted.partition("=")
        if label and (label not in labels or (equals and labels[label] != value)):
            return False
    name = query.get("fieldSelector", "").partition("metadata.name=")[2]
    return not name or item["metadata"]["name"] == name


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A broken line is what the tests are about."""


class _Handler(BaseHTTPRequestHandler):
    api: FakeApi
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        pass

    def setup(self) -> None:
        super().setup()
        self.api.sockets.add(self.connection)

    def finish(self) -> None:
        self.api.sockets.discard(self.connection)
        super().finish()

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "null")
        self.api.requests.append((self.command, self.path))
        self.api.headers.append(self.headers.items())
        fault = self.api.fault(self.command, self.path)
        try:
            if fault == "drop":
                raise DroppedError
            if fault == "hang":
                time.sleep(1.5)
                raise DroppedError
            if isinstance(fault, tuple):
                raise RefusedError(fault[0], "", fault[1])
            self._check(parts.path)
            if query.get("watch"):
                self._watch(parts.path, query)
            elif parts.path.endswith("/log"):
                self._log(parts.path, query)
            else:
                with self.api.changed:
                    code, answer = self._answer(parts.path, query, body)
                if fault == "lose answer":
                    raise DroppedError
                self._send(code, answer)
        except RefusedError as error:
            self._send(error.code, error.status)
        except (DroppedError, OSError):
            self.close_connection = True

    do_GET = do_POST = do_PATCH = do_DELETE = _serve

    def _check(self, path: str) -> None:
        if self.headers.get("Authorization") not in self.api.accepted:
            raise RefusedError(401, "Unauthorized", "Unauthorized")
        verb = {"GET": "get", "POST": "create", "PATCH": "patch", "DELETE": "delete"}[self.command]
        plural = next((each for each in path.split("/") if each in KINDS), "")
        if (verb, plural) in self.api.forbidden:
            message = f'{plural}.tekton.dev is forbidden: User "me" cannot {verb} resource "{plural}" in API group "tekton.dev"'
            raise RefusedError(403, "Forbidden", message)

    def _answer(self, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        api, dry = self.api, query.get("dryRun") == "All"
        if "/apis/tekton.dev/" in path and not api.tekton:
            return 404, "404 page not found\n"
        if path == "/version":
            return 200, {"gitVersion": "v1.30.0"}
        if path == "/apis/tekton.dev/v1":
            return 200, {"resources": [{"name": name} for name in KINDS]}
        if path.startswith("/api/v1/namespaces/") and path.count("/") == 4:
            if path.rpartition("/")[2] in api.no_namespaces:
                raise RefusedError(404, "NotFound", "namespaces not found")
            return 200, {"kind": "Namespace", "metadata": {"name": path.rpartition("/")[2]}}
        if path.startswith("/apis/") and path.count("/") == 3 and path.split("/")[2] in api.groups:
            return 200, {"resources": [{"name": name} for name in api.groups[path.split("/")[2]]]}
        if path.endswith("selfsubjectaccessreviews"):
            asked = body["spec"]["resourceAttributes"]
            return 201, {"status": {"allowed": (asked["verb"], asked["resource"]) not in api.forbidden}}
        plural = path.rpartition("/")[2]
        if plural in KINDS or plural == "nodes":
            return self._collection(path, plural, query, body, dry=dry)
        if self.command == "PATCH":
            for word, why in api.denied.items():
                if word in json.dumps(body):
                    raise RefusedError(
                        400, "BadRequest", f'admission webhook "validation.test" denied the request: {why}'
                    )
            if "apply-patch" in self.headers["Content-Type"]:
                return 200, api.apply(path, body, query["fieldManager"], force=query.get("force") == "true", dry=dry)
        if path not in api.objects:
            raise RefusedError(404, "NotFound", f'"{plural}" not found')
        if self.command == "PATCH":
            item = copy.deepcopy(api.objects[path])
            merge(item, body)
            return 200, api.put(path, item)
        if self.command == "DELETE":
            # With a body the real server does not look at the query.
            if (body or {}).get("preconditions", {}).get("uid") not in (None, api.objects[path]["metadata"]["uid"]):
                raise RefusedError(409, "Conflict", "the UID in the precondition does not match")
            if not ("All" in body.get("dryRun", ()) if body else dry):
                api.remove(path)
            return 200, {"status": "Success"}
        return 200, api.objects[path]

    def _collection(self, path: str, plural: str, query: dict[str, str], body: Any, *, dry: bool) -> tuple[int, Any]:
        if self.command == "POST":
            place = f"{path}/{body['metadata']['name']}"
            if place in self.api.objects:
                raise RefusedError(409, "AlreadyExists", f'{plural} "{body["metadata"]["name"]}" already exists')
            return 201, body if dry else self.api.put(place, body)
        below = [(at.rpartition("/")[0], each) for at, each in self.api.objects.items()]
        items = [
            each
            for at, each in below
            if (at == path or re.sub("/namespaces/[^/]*", "", at) == path) and _selected(each, query)
        ]
        metadata = {"resourceVersion": str(self.api.version)}
        first, most = int(query.get("continue", 0)), min(int(query.get("limit", 1 << 30)), self.api.page)
        if first + most < len(items):
            metadata["continue"] = str(first + most)
        return 200, {"metadata": metadata, "apiVersion": "v1", "items": items[first : first + most]}

    def _watch(self, path: str, query: dict[str, str]) -> None:
        api, last = self.api, int(query["resourceVersion"])
        self._begin()
        end = time.monotonic() + float(query["timeoutSeconds"])
        while time.monotonic() < end:
            with api.changed:
                if last < api.compacted:
                    gone = {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old resource version"}
                    self._chunk(json.dumps({"type": "ERROR", "object": gone}) + "\n")
                    break
                fresh = [each for each in api.events if each[0] > last]
                if not fresh:
                    api.changed.wait(0.2)
                    if self.connection not in api.sockets or api.server is None:
                        raise DroppedError
            for version, kind, at, item in fresh:
                last = version
                if at.rpartition("/")[0] == path and _selected(item, query):
                    self._chunk(json.dumps({"type": kind, "object": item}) + "\n")
                else:
                    mark = {"kind": "x", "metadata": {"resourceVersion": str(version)}}
                    self._chunk(json.dumps({"type": "BOOKMARK", "object": mark}) + "\n")
        self._chunk("")

    def _log(self, path: str, query: dict[str, str]) -> None:
        found = re.search(r"/pods/([^/]+)/log$", path)
        key = (found[1] if found else "", query["container"])
        api, sent = self.api, 0
        since = query.get("sinceTime", "").rstrip("Z")
        self._begin()
        while True:
            with api.changed:
                held, over = list(api.logs.get(key, ())), key in api.ended
                if len(held) == sent and not over and query["follow"] == "true":
                    api.changed.wait(0.2)
                    if api.server is None:
                        raise DroppedError
                    continue
            for stamp, text in held[sent:]:
                if stamp[: len(since)] >= since:
                    self._chunk(f"{stamp} {text}\n")
            sent = len(held)
            if over or query["follow"] != "true":
                break
        self._chunk("")

    def _begin(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _chunk(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _send(self, code: int, answer: Any) -> None:
        headers: dict[str, str] = {}
        answer = self.api.twist(f"{self.command} {self.path}", answer) if code < 300 else answer
        if isinstance(answer, tuple):
            code, headers, answer = answer
        data = answer if isinstance(answer, bytes) else answer if isinstance(answer, str) else json.dumps(answer)
        data = data.encode() if isinstance(data, str) else data
        if self.headers.get("Accept-Encoding") == "gzip" and len(data) > 1024 and not headers:
            data, headers = gzip.compress(data, 4), {"Content-Encoding": "gzip"}
        self.api.sent += len(data)
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
