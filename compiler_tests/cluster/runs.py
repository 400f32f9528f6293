"""Waits for runs and says what came of them."""

from __future__ import annotations

from typing import Any

from api import Api, wait_for

V1 = "tekton.dev/v1"


def finished(api: Api, kind: str, name: str, namespace: str = "default", seconds: float = 120) -> dict[str, Any]:
    """The TaskRun or PipelineRun once it is done. Raises TimeoutError."""

    def done() -> dict[str, Any] | None:
        found: dict[str, Any] = api.get(V1, kind, name, namespace)
        conditions = found.get("status", {}).get("conditions", [])
        return found if conditions and conditions[0]["status"] in ("True", "False") else None

    result: dict[str, Any] = wait_for(f"{kind} {name} is done", done, seconds)
    return result
