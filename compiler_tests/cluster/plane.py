"""Starts and stops Tekton's control plane as plain processes on loopback.

    with Plane(folder) as plane:
        plane.api.create(...)

etcd, kube-apiserver, our kubelet, Tekton's webhook and controller, in that order, each with a log in `folder/logs`. The
webhook is reached through its Service like in any cluster; the Service is an ExternalName for this machine, which the API
server's own resolver follows. RBAC is on: Tekton's programs run with the rights of its own roles.
"""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from api import Api, wait_for
from build import Tekton, own_programs, tekton
from install import CONTROLLER, NAMESPACE, WEBHOOK, install

ACCOUNTS = {
    "admin": ("admin", "system:masters"),
    "controller": (f"system:serviceaccount:{NAMESPACE}:{CONTROLLER}", f"system:serviceaccounts:{NAMESPACE}"),
    "webhook": (f"system:serviceaccount:{NAMESPACE}:{WEBHOOK}", f"system:serviceaccounts:{NAMESPACE}"),
}

# How much garbage Go lets stand, in per cent of what lives: at its own 100 the API server spends a quarter of its time on it.
# What it has is some hundred megabytes, what the others have some ten.
GARBAGE = {"apiserver": "200"}
LITTLE = "800"
TEKTON_IMAGES = ("entrypoint", "nop", "sidecarlogresults", "workingdirinit", "shell")


class Plane:
    """A running control plane; every file it writes is below `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.own: Path = own_programs()
        self.tekton: Tekton = tekton()
        names = ("etcd", "peer", "api", "kubelet", "webhook", "webhook-probes", "controller-probes")
        self.ports = dict(zip(names, free_ports(len(names)), strict=True))
        self.tokens = {name: secrets.token_hex(16) for name in ACCOUNTS}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.ports['api']}"

    @property
    def certificate(self) -> Path:
        return self.folder / "apiserver" / "apiserver.crt"

    @functools.cached_property
    def api(self) -> Api:
        """What the cluster's administrator may do."""
        return Api(self.address, self.certificate, self.tokens["admin"])

    def kubeconfig(self, user: str = "admin") -> Path:
        """A kubeconfig file for one of ACCOUNTS."""
        path = self.folder / f"{user}.kubeconfig"
        cluster = {"server": self.address, "certificate-authority": str(self.certificate)}
        document = {
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": user, "user": {"token": self.tokens[user]}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": user}}],
        }  # fmt: skip
        path.write_text(yaml.safe_dump(document))
        return path

    def __enter__(self) -> Plane:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _start(self) -> None:
        for name in ("apiserver", "logs", "node"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "tokens.csv").write_text(
            "".join(f'{self.tokens[name]},{user},{name},"{group}"\n' for name, (user, group) in ACCOUNTS.items())
        )
        self.start_etcd()
        self.start_apiserver()
        self.start_node()
        install(self.api, self.tekton.config, self.ports["webhook"])
        self.start_webhook()
        self.start_controller()

    def start_etcd(self) -> None:
        client, peer = (f"http://127.0.0.1:{self.ports[name]}" for name in ("etcd", "peer"))
        data = self.folder / "etcd"
        self.run("etcd", self.own / "controlplane", "etcd", "-data", data, "-client", client, "-peer", peer)

    def start_apiserver(self) -> None:
        """Start kube-apiserver and wait until it is ready."""
        key = self.folder / "accounts.key"
        if not key.exists():
            subprocess.run([str(self.own / "controlplane"), "key", str(key)], check=True, timeout=600)
        issuer = "https://kubernetes.default.svc"
        self.run(
            "apiserver", self.own / "controlplane", "apiserver",
            f"--etcd-servers=http://127.0.0.1:{self.ports['etcd']}",
            "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", f"--secure-port={self.ports['api']}",
            f"--cert-dir={self.folder / 'apiserver'}", "--endpoint-reconciler-type=none",
            "--service-cluster-ip-range=10.96.0.0/16", "--authorization-mode=RBAC",
            f"--token-auth-file={self.folder / 'tokens.csv'}", f"--service-account-issuer={issuer}",
            f"--service-account-key-file={key}", f"--service-account-signing-key-file={key}",
            "--kubelet-preferred-address-types=InternalIP", "--allow-privileged", "--v=1",
        )  # fmt: skip
        self._until("apiserver", "the API server is ready", lambda: self.api.call("GET", "/readyz") == "ok", 120)

    def start_node(self) -> None:
        self.run(
            "node", self.own / "node", "-kubeconfig", self.kubeconfig(), "-dir", self.folder / "node",
            "-binaries", self.tekton.binaries, "-root-certificate", self.certificate,
            "-port", str(self.ports["kubelet"]),
        )  # fmt: skip
        ready = lambda: self.api.get("v1", "ServiceAccount", "default")  # noqa: E731
        self._until("node", "the default account exists", ready, 60)

    def start_webhook(self) -> None:
        """Start Tekton's webhook and wait until it answers the API server."""
        self.run(
            "webhook", self.tekton.binaries / "webhook", "-kubeconfig", self.kubeconfig("webhook"),
            environment=self._tekton_environment("webhook") | {"WEBHOOK_PORT": str(self.ports["webhook"])},
        )  # fmt: skip
        probe = {"apiVersion": "tekton.dev/v1", "kind": "Task", "metadata": {"name": "probe"}}
        probe["spec"] = {"steps": [{"image": "none", "script": "true"}]}

        def answers() -> bool:
            # Defaulting is the webhook's, so that it shows proves the call went through; the same for validation.
            hooks = self.api.get("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration")["items"]
            served = all(hook["clientConfig"].get("caBundle") for each in hooks for hook in each["webhooks"])
            return served and bool(self.api.create(probe, dry_run=True))

        self._until("webhook", "Tekton's webhook answers", answers, 120)

    def start_controller(self) -> None:
        images = [f"-{name}-image=flowdsl.test/{name}" for name in TEKTON_IMAGES]
        self.run(
            "controller", self.tekton.binaries / "controller", "-kubeconfig", self.kubeconfig("controller"),
            "-disable-ha", "-kube-api-qps=200", "-kube-api-burst=400", *images, "-shell-image-win=flowdsl.test/shell-win",
            environment=self._tekton_environment("controller"),
        )  # fmt: skip
        probe = f"http://127.0.0.1:{self.ports['controller-probes']}/readiness"
        self._until("controller", "Tekton's controller is ready", lambda: _answers(probe), 60)

    def _tekton_environment(self, name: str) -> dict[str, str]:
        return {
            "SYSTEM_NAMESPACE": NAMESPACE,
            "POD_NAME": f"tekton-pipelines-{name}-0",
            "PROBES_PORT": str(self.ports[f"{name}-probes"]),
            "METRICS_DOMAIN": "tekton.dev/pipeline",
            "CONFIG_LOGGING_NAME": "config-logging",
            "CONFIG_OBSERVABILITY_NAME": "config-observability",
            "CONFIG_FEATURE_FLAGS_NAME": "feature-flags",
            "CONFIG_LEADERELECTION_NAME": f"config-leader-election-{name}",
            "WEBHOOK_SERVICE_NAME": WEBHOOK,
            "WEBHOOK_SECRET_NAME": "webhook-certs",
            "WEBHOOK_ADMISSION_CONTROLLER_NAME": "webhook.pipeline.tekton.dev",
        }

    def run(self, name: str, *command: Any, environment: dict[str, str] | None = None) -> None:
        """Start a program under `name`; what it prints is added to its log."""
        with (self.folder / "logs" / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=os.environ | {"GOGC": GARBAGE.get(name, LITTLE)} | (environment or {}), start_new_session=True,
            )  # fmt: skip

    def _until(self, name: str, what: str, ready: Any, seconds: float) -> None:
        def alive_and_ready() -> Any:
            if (code := self.processes[name].poll()) is not None:
                raise RuntimeError(f"{name} ended with {code}:\n{self.log_end(name)}")
            return ready()

        try:
            wait_for(what, alive_and_ready, seconds)
        except TimeoutError as late:
            raise RuntimeError(f"{late}\n{self.log_end(name)}") from late

    def log_end(self, name: str, size: int = 4000) -> str:
        return (self.folder / "logs" / f"{name}.log").read_text(errors="replace")[-size:]

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End one program, and wait until it is gone."""
        process = self.processes.pop(name)
        process.send_signal(how)
        process.wait(30)

    def stop(self) -> None:
        """End everything, the youngest first; the data goes, the logs stay."""
        for name in reversed(list(self.processes)):
            process = self.processes[name]
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
        self.processes.clear()
        shutil.rmtree(self.folder / "etcd", ignore_errors=True)
        shutil.rmtree(self.folder / "node", ignore_errors=True)


def _answers(url: str) -> bool:
    import urllib.request

    with urllib.request.urlopen(url, timeout=5) as answer:
        return bool(answer.status == 200)


def free_ports(count: int) -> Iterator[int]:
    """Ports nobody listens on now."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        yield from [each.getsockname()[1] for each in sockets]
