"""An integration test beside a real database: a sidecar that is there as long as the steps run."""

from __future__ import annotations

import socket
import time

from flowdsl import Sidecar, pipeline, task


@task(
    image="python:3.12-slim",
    cpu="500m",
    memory="256Mi",
    timeout="10m",
    sidecars=[Sidecar(name="redis", image="redis:7.4", port=6379, cpu="100m", memory="64Mi", security="baseline")],
)
def integration_test() -> str:
    """Say PING to the database and give back its answer."""
    for _ in range(60):
        try:
            with socket.create_connection(("127.0.0.1", 6379), timeout=5) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64).decode().strip()
        except ConnectionRefusedError:
            time.sleep(1)
    raise TimeoutError("the database did not come up")


@pipeline
def sidecar_database() -> dict[str, str]:
    """Test against a database."""
    return {"answer": integration_test()}


if __name__ == "__main__":
    sidecar_database.cli()
