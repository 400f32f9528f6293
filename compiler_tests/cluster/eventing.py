"""Tekton Triggers beside a running control plane: its webhook, controller and interceptors, and a sink on request.

    with Triggers(plane) as triggers, triggers.sink("listener") as sink:
        sink.post(b"{}", {"X-GitHub-Event": "push"})

What differs from a cluster: programs instead of deployments, a sink started with the arguments that the controller would
put into its Deployment (nothing here makes pods of Deployments), and each program with a token of the account that it
has there, so that RBAC holds. The sink names the interceptors by their Service: it has a hosts file of its own; and it is
more patient than by default (PATIENCE).
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import signal
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
import yaml
from api import Api, RefusedError, path_of, wait_for
from build import Tekton, triggers
from install import NAMESPACE, install_folders
from plane import Plane, free_ports

API = "triggers.tekton.dev/v1beta1"
INTERCEPTORS = "tekton-triggers-core-interceptors"
WEBHOOK = "tekton-triggers-webhook"
CONTROLLER = "tekton-triggers-controller"
# cmd/interceptors/main.go: a constant of Triggers, so that one set of interceptors runs on a machine at a time.
INTERCEPTORS_PORT = 8443
# Seconds, by the sink's own flags (pkg/sink/initialization.go). A call to an interceptor has 10 s by default, and no second
# try: on a machine that does all other tests beside it events were lost by that.
PATIENCE = {
    "httpclient-tlshandshaketimeout": 60,
    "httpclient-responseheadertimeout": 60,
    "readtimeout": 20,
    "timeouthandler": 20,
}


class Triggers:
    """Triggers' programs, running beside `plane`; what they have written goes with the plane's folder."""

    def __init__(self, plane: Plane) -> None:
        self.plane = plane
        self.built: Tekton = triggers()
        self.started: list[str] = []

    def __enter__(self) -> Triggers:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        # They wait out what Kubernetes gives a pod for its readers; nobody reads here any more.
        for name in reversed(self.started):
            if name in self.plane.processes:
                self.plane.kill(name)
        self.started.clear()

    def _start(self) -> None:
        (webhook_port,) = free_ports(1)
        config = self.built.config
        install_folders(self.plane.api, [config, config / "interceptors"], webhook_port)
        self._webhook(webhook_port)
        self._interceptors()
        self._controller()

    def _webhook(self, port: int) -> None:
        self.run("triggers-webhook", "webhook", WEBHOOK, WEBHOOK_PORT=str(port))
        probe = {"apiVersion": API, "kind": "TriggerBinding", "metadata": {"name": "probe"}, "spec": {"params": []}}
        self.plane._until("triggers-webhook", "Triggers' webhook answers", lambda: self._checked(probe), 120)

    def _checked(self, probe: Mapping[str, Any]) -> bool:
        """Whether it refuses what only it refuses: that it takes something would show nothing."""
        twice = [{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]
        try:
            self.plane.api.create({**probe, "spec": {"params": twice}}, dry_run=True)
        except RefusedError as refused:
            return "validation.webhook.triggers.tekton.dev" in str(refused)
        return False

    def _interceptors(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", INTERCEPTORS_PORT))
        self.run("triggers-interceptors", "interceptors", INTERCEPTORS)
        name = "triggers-interceptors"
        self.plane._until(name, "the interceptors are known by their certificates", self._trusted, 120)
        self.plane._until(name, "the interceptors listen", lambda: _listens(INTERCEPTORS_PORT), 60)

    def _trusted(self) -> bool:
        known = self.plane.api.get("triggers.tekton.dev/v1alpha1", "ClusterInterceptor")["items"]
        return bool(known) and all(each["spec"]["clientConfig"].get("caBundle") for each in known)

    def _controller(self) -> None:
        self.run("triggers-controller", "controller", CONTROLLER, "-el-image", "flowdsl.test/sink")

    def run(self, name: str, program: str, account: str, *words: str, **environment: str) -> None:
        """Start one of the programs as `account`."""
        profiling, metrics = free_ports(2)
        self.plane.run(
            name, self.built.binaries / program, "-kubeconfig", self._kubeconfig(account, NAMESPACE), *words,
            environment={
                "SYSTEM_NAMESPACE": NAMESPACE,
                "POD_NAME": f"{account}-0",
                "METRICS_DOMAIN": "tekton.dev/triggers",
                "CONFIG_LOGGING_NAME": "config-logging-triggers",
                "CONFIG_OBSERVABILITY_NAME": "config-observability-triggers",
                "CONFIG_DEFAULTS_NAME": "config-defaults-triggers",
                "CONFIG_LEADERELECTION_NAME": f"config-leader-election-triggers-{program}",
                "WEBHOOK_SERVICE_NAME": WEBHOOK,
                "WEBHOOK_SECRET_NAME": "triggers-webhook-certs",
                "INTERCEPTOR_TLS_SVC_NAME": INTERCEPTORS,
                "INTERCEPTOR_TLS_SECRET_NAME": f"{INTERCEPTORS}-certs",
                "METRICS_PROMETHEUS_PORT": str(metrics),
                "PROFILING_PORT": str(profiling),
                **environment,
            },
        )  # fmt: skip
        self.started.append(name)

    def _kubeconfig(self, account: str, namespace: str) -> Path:
        """A kubeconfig with a token of the account, as Kubernetes mounts one into its pods."""
        api = self.plane.api
        path = path_of("v1", "ServiceAccount", account, namespace) + "/token"
        asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
        token = wait_for(f"an account {account}", lambda: api.call("POST", path, asked), 30)["status"]["token"]
        document = yaml.safe_load(self.plane.kubeconfig().read_text())
        document["users"][0]["user"] = {"token": token}
        made = self.plane.folder / f"{namespace}-{account}.kubeconfig"
        made.write_text(yaml.safe_dump(document))
        return made

    @contextlib.contextmanager
    def sink(self, listener: str, account: str = "", namespace: str = "default") -> Iterator[Sink]:
        """The sink of an EventListener that has been applied, as the controller would have it started."""
        api = self.plane.api
        ready = lambda: _pod_of(api, f"el-{listener}", namespace)  # noqa: E731
        pod = wait_for(f"a Deployment for EventListener {listener}", ready, 60)
        words = _argued(pod, self._mounted(pod, listener, namespace))
        spec = api.get(API, "EventListener", listener, namespace)["spec"]
        sink = Sink(self, listener, namespace, account or spec.get("serviceAccountName", "default"), words)
        sink.start()
        try:
            yield sink
        finally:
            sink.kill()

    def _mounted(self, pod: Mapping[str, Any], listener: str, namespace: str) -> dict[str, Path]:
        """Its Secrets as a kubelet mounts them, each in a folder here, by the path in the container."""
        (container,) = pod["containers"]
        paths = {each["name"]: each["mountPath"] for each in container.get("volumeMounts", ())}
        found = {}
        for volume in pod.get("volumes", ()):
            if "secret" in volume:
                folder = self.plane.folder / f"{namespace}-{listener}-{volume['name']}"
                folder.mkdir(exist_ok=True)
                secret = self.plane.api.get("v1", "Secret", volume["secret"]["secretName"], namespace)
                for name, value in secret["data"].items():
                    (folder / name).write_bytes(base64.b64decode(value))
                found[paths[volume["name"]]] = folder
        return found


@attrs.define
class Sink:
    """One running eventlistenersink."""

    triggers: Triggers
    listener: str
    namespace: str
    account: str
    words: list[str]
    port: int = 0

    @property
    def name(self) -> str:
        return f"sink-{self.namespace}-{self.listener}"

    def start(self) -> None:
        """Start it (again), on a free port, and wait until it serves."""
        plane = self.triggers.plane
        self.port, profiling, metrics = free_ports(3)
        hosts = plane.folder / "hosts"
        hosts.write_text(f"127.0.0.1 localhost\n127.0.0.1 {INTERCEPTORS}.{NAMESPACE}.svc\n")
        words = [word for word in self.words if not word.startswith("--port")]
        plane.run(
            self.name, "unshare", "--mount", "sh", "-c", f'mount --bind {hosts} /etc/hosts && exec "$@"', "sh",
            self.triggers.built.binaries / "eventlistenersink",
            "-kubeconfig", self.triggers._kubeconfig(self.account, self.namespace), *words, *_patient(), f"--port={self.port}",
            "-kube-api-qps=200", "-kube-api-burst=400",
            environment={
                "SYSTEM_NAMESPACE": NAMESPACE, "NAMESPACE": self.namespace, "NAME": self.listener,
                "EL_EVENT": "disable", "K_LOGGING_CONFIG": "{}", "K_METRICS_CONFIG": "{}", "K_SINK_TIMEOUT": "30",
                "METRICS_PROMETHEUS_PORT": str(metrics), "PROFILING_PORT": str(profiling),
            },
        )  # fmt: skip
        plane._until(self.name, f"the sink of {self.listener} serves", lambda: _listens(self.port), 90)

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self.name in self.triggers.plane.processes:
            self.triggers.plane.kill(self.name, how)

    def post(self, body: bytes, headers: Mapping[str, str], path: str = "/") -> tuple[int, dict[str, Any]]:
        """What the sink answers to one request: its status, and its JSON or nothing."""
        with contextlib.closing(self._connection()) as connection:
            connection.request("POST", path, body, dict(headers))
            answer = connection.getresponse()
            text = answer.read()
        return answer.status, json.loads(text) if text[:1] == b"{" else {}

    def _connection(self) -> http.client.HTTPConnection:
        certificate = next((word.partition("=")[2] for word in self.words if word.startswith("--tls-cert=")), "")
        if not certificate:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        trusted = ssl.create_default_context(cafile=certificate)
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=60, context=trusted)

    def runs_of(self, event: str, kind: str = "PipelineRun") -> list[dict[str, Any]]:
        """What has been created for one event by now."""
        found = self.triggers.plane.api.get(
            "tekton.dev/v1",
            kind,
            "",
            self.namespace,
            f"?labelSelector=triggers.tekton.dev%2Ftriggers-eventid%3D{event}",
        )
        items: list[dict[str, Any]] = found["items"]
        return items

    def log(self) -> list[dict[str, Any]]:
        """What it has written so far, one entry a line."""
        text = (self.triggers.plane.folder / "logs" / f"{self.name}.log").read_text(errors="replace")
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    def until_idle(self, seconds: float = 1.0) -> None:
        """Wait until it writes no more; it answers before it has created anything."""
        path = self.triggers.plane.folder / "logs" / f"{self.name}.log"
        size = -1
        while (now := path.stat().st_size) != size:
            size = now
            time.sleep(seconds)


def _pod_of(api: Api, deployment: str, namespace: str) -> dict[str, Any]:
    """The pods that the controller wants for the sink."""
    found: dict[str, Any] = api.get("apps/v1", "Deployment", deployment, namespace)["spec"]["template"]["spec"]
    return found


def _argued(pod: Mapping[str, Any], mounted: Mapping[str, Path]) -> list[str]:
    """The arguments that the controller gives the sink's container, with the folders here of what it mounts."""
    (container,) = pod["containers"]
    words: list[str] = container["args"]
    for path, folder in mounted.items():
        words = [word.replace(f"={path}/", f"={folder}/") for word in words]
    return words


def _patient() -> list[str]:
    return [f"-{name}={seconds}" for name, seconds in PATIENCE.items()]


def _listens(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), 5):
        return True
