"""An API server for one HTTPRoute and two Deployments, as far as a release asks one. A Deployment is up at once."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

from sonic_flow.route import NOTE, PROMOTING, RISING

NAMES = ("sonic-a", "sonic-b")
ROUTE = "sonic"
FIRST = "the version before"
"""The image of the Deployment that has all traffic at the very start."""
Document = dict[str, Any]


class Objects:
    """The objects, by path below a namespace; kept in one file."""

    def __init__(self, folder: Path) -> None:
        self.lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / "objects.json"
        self.held: dict[str, Document] = fresh()
        if self.file.exists():
            self.held = json.loads(self.file.read_text("utf-8"))
        self.before = {name: self.image(name) for name in NAMES}

    def asked(self, method: str, path: str, body: bytes, kind: str) -> tuple[int, Document]:
        """Answer a request: a status, and the object or a Status."""
        parts = path.partition("?")[0].strip("/").split("/")
        key = "/".join([*parts[1:3], *parts[5:]]) if len(parts) == 7 and parts[3] == "namespaces" else ""
        with self.lock:
            found = self.held.get(key)
            if found is None:
                return 404, status(404, f"{path[:200]} not found")
            if method == "GET":
                return 200, found
            if method != "PATCH":
                return 405, status(405, f"{method} is not for this stand-in")
            return self.patched(key, found, body, kind)

    def patched(self, key: str, found: Document, body: bytes, kind: str) -> tuple[int, Document]:
        """The object after a merge patch, or a strategic one; 409 where it was changed since it was read."""
        try:
            change = json.loads(body)
            wanted = change.get("metadata", {}).pop("resourceVersion", None)
        except (ValueError, AttributeError, RecursionError):
            return 400, status(400, "the patch is no object")
        version = found["metadata"]["resourceVersion"]
        if wanted not in (None, version):
            return 409, status(409, "the object has been modified; please apply your changes to the latest version")
        made: Document = merged(found, change, by_name="strategic" in kind)
        made["metadata"]["resourceVersion"] = str(int(version) + 1)
        self.held[key] = made
        part = self.file.with_name(".objects.json")
        part.write_text(json.dumps(self.held, indent=1), "utf-8")
        os.replace(part, self.file)
        return 200, made

    @property
    def route(self) -> Document:
        """The HTTPRoute."""
        return self.held[f"gateway.networking.k8s.io/v1/httproutes/{ROUTE}"]

    def weights(self) -> dict[str, int]:
        """The versions' shares of the traffic."""
        return {each["name"]: int(each["weight"]) for each in self.route["spec"]["rules"][0]["backendRefs"]}

    def rising(self) -> bool:
        """Whether a release goes on."""
        noted = json.loads(self.route["metadata"].get("annotations", {}).get(NOTE, "{}"))
        return noted.get("state") in (RISING, PROMOTING)

    def image(self, name: str) -> str:
        """What a version's Deployment runs."""
        pods = self.held[f"apps/v1/deployments/{name}"]["spec"]["template"]["spec"]
        return str(pods["containers"][0]["image"])

    def age(self, name: str) -> str:
        """Which version that is: the first of all, one that was kept from an earlier run, or this run's candidate."""
        image = self.image(name)
        if image == FIRST:
            return "first"
        return "kept" if image == self.before[name] else "candidate"


def fresh() -> dict[str, Document]:
    """What is there before the first release: one version has all traffic."""
    backends = [{"name": NAMES[0], "port": 8080, "weight": 100}, {"name": NAMES[1], "port": 8080, "weight": 0}]
    route = {"metadata": {"name": ROUTE, "resourceVersion": "1"}, "spec": {"rules": [{"backendRefs": backends}]}}
    held = {f"gateway.networking.k8s.io/v1/httproutes/{ROUTE}": route}
    up = {"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}
    for name in NAMES:
        pods = {"containers": [{"name": "model", "image": FIRST}]}
        spec = {"replicas": 1, "template": {"spec": pods}}
        metadata = {"name": name, "generation": 1, "resourceVersion": "1"}
        held[f"apps/v1/deployments/{name}"] = {"metadata": metadata, "spec": spec, "status": up}
    return held


def merged(old: Any, change: Any, *, by_name: bool) -> Any:
    """RFC 7396; `by_name`: lists of objects with names are merged by these, as a strategic merge patch does."""
    if isinstance(change, dict):
        kept = dict(old) if isinstance(old, dict) else {}
        for key, value in change.items():
            if value is None:
                kept.pop(key, None)
            else:
                kept[key] = merged(kept.get(key), value, by_name=by_name)
        return kept
    if by_name and isinstance(change, list) and isinstance(old, list) and all("name" in each for each in change):
        new = {each["name"]: each for each in change}
        return [merged(each, new.get(each["name"], {}), by_name=True) for each in old]
    return change


def status(code: int, message: str) -> Document:
    """What an API server refuses with."""
    return {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "message": message}
