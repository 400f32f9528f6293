"""MLflow servers for the tests: the stand-in, in this process, and the real one where it is installed.

The real one has its own environment, `.cache/mlflow` (850 MB; FLOWDSL_MLFLOW names another, and with
FLOWDSL_INSTALL_MLFLOW=1 it is installed by pip, in some minutes):

    python -m venv .cache/mlflow && .cache/mlflow/bin/pip install mlflow==3.17.2
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sonic_flow.local.tracking import handler
from sonic_flow.local.tracking_store import Store
from sonic_flow.tests.fakes import PIPELINES, served

VERSION = "3.17.2"
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "MLFLOW_TRACKING_URI": ""}


@contextmanager
def stand_in(folder: Path) -> Iterator[str]:
    """The stand-in; gives its address."""
    store = Store(folder)
    with served(handler(store)) as address:
        yield address
    store.base.close()


@contextmanager
def real(folder: Path) -> Iterator[str]:
    """MLflow's own server; gives its address. Skips where it is not installed."""
    home = installed()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    folder.mkdir(parents=True, exist_ok=True)
    places = ["--backend-store-uri", f"sqlite:///{folder / 'm.db'}", "--artifacts-destination", str(folder / "files")]
    command = [str(home / "bin" / "mlflow"), "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    path = f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, *places],
            cwd=folder,
            env={**os.environ, **QUIET, "PATH": path},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        until_up(address, process, folder / "log")
        yield address
    finally:
        os.killpg(process.pid, 15)
        process.wait(30)


def until_up(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until it answers; fails with the end of its log."""
    deadline = time.monotonic() + 180
    while True:
        try:
            with urllib.request.urlopen(address + "/health", timeout=5):
                return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"MLflow's server did not start:\n{log.read_text('utf-8', 'replace')[-2000:]}")
            time.sleep(0.5)


def installed() -> Path:
    """The environment that has MLflow."""
    home = Path(os.environ.get("FLOWDSL_MLFLOW") or PIPELINES.parent / ".cache" / "mlflow")
    if (home / "bin" / "mlflow").exists():
        return home
    if os.environ.get("FLOWDSL_INSTALL_MLFLOW") != "1":
        pytest.skip(f"MLflow's server is not installed in {home} (FLOWDSL_INSTALL_MLFLOW=1 installs it)")
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    subprocess.run([str(home / "bin" / "pip"), "install", "--quiet", f"mlflow=={VERSION}"], check=True)
    return home
