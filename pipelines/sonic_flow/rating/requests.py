"""A CustomRun of the kind Rating as a request to raters: what it asks for, read as hostile input."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import NamedTuple

from sonic_flow.rating.opinion import Opinion

GROUP, KIND = "rating.flowdsl.dev", "Rating"
HOURS_MOST = 24 * 30.0
_KEY = re.compile(r"[A-Za-z0-9._-]{1,255}(?:/[A-Za-z0-9._-]{1,255}){0,15}")
_UNIT = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_DURATION = re.compile(r"(?:\d{1,12}(?:\.\d{0,12})?(?:h|ms|us|µs|ns|m|s))+")
_PART = re.compile(r"(\d+(?:\.\d*)?)(h|ms|us|µs|ns|m|s)")
DEFAULT_TIMEOUT = 3600.0
"""Seconds: `GetTimeout` in pkg/apis/pipeline/v1beta1/customrun_types.go."""


class WrongError(Exception):
    """The CustomRun asks for what can't be had."""


class Wanted(NamedTuple):
    """What a Rating asks: `least` raters at least, over with `wanted` of them or after `seconds`."""

    title: str
    backend: str
    key: str
    sha256: str
    least: int
    wanted: int
    seconds: float


def is_rating(run: Mapping[str, object]) -> bool:
    """Whether a CustomRun is for this controller."""
    reference = part(part(run, "spec"), "customRef")
    return str(reference.get("apiVersion", "")).partition("/")[0] == GROUP and reference.get("kind") == KIND


def wanted_of(run: Mapping[str, object]) -> Wanted:
    """What it asks for. Raises WrongError."""
    params = part(run, "spec").get("params")
    given = (
        {str(each.get("name")): each.get("value") for each in params if isinstance(each, dict)}
        if isinstance(params, list)
        else {}
    )
    texts = {name: str(given.get(name, "")) for name in ("title", "backend", "key", "sha256")}
    if not _KEY.fullmatch(texts["key"]) or ".." in texts["key"].split("/"):
        raise WrongError("key is no key of an object")
    if not re.fullmatch(r"[0-9a-f]{64}", texts["sha256"]):
        raise WrongError("sha256 is no SHA-256")
    try:
        least, wanted = int(str(given.get("least"))), int(str(given.get("wanted")))
        hours = float(str(given.get("hours")))
    except ValueError:
        raise WrongError("least, wanted and hours are numbers") from None
    if not 1 <= least <= wanted <= 1000:
        raise WrongError("least is 1 or more, and wanted no less than least")
    if not (math.isfinite(hours) and 0 < hours <= HOURS_MOST):
        raise WrongError(f"hours is above 0 and at most {HOURS_MOST:g}")
    return Wanted(texts["title"][:200], texts["backend"], texts["key"], texts["sha256"], least, wanted, hours * 3600)


def timeout_of(run: Mapping[str, object]) -> float:
    """Its timeout in seconds, 0 for none."""
    given = part(run, "spec").get("timeout")
    if given is None:
        return DEFAULT_TIMEOUT
    text = str(given)
    if text == "0":
        return 0.0
    if not _DURATION.fullmatch(text):
        return DEFAULT_TIMEOUT
    return sum(float(number) * _UNIT[unit] for number, unit in _PART.findall(text))


def is_over(run: Mapping[str, object]) -> bool:
    """Whether its condition is decided."""
    conditions = part(run, "status").get("conditions")
    found = [each for each in conditions if isinstance(each, dict)] if isinstance(conditions, list) else []
    return any(each.get("type") == "Succeeded" and each.get("status") in ("True", "False") for each in found)


def started_at(run: Mapping[str, object]) -> float | None:
    """When it began, in seconds since the epoch."""
    try:
        return datetime.fromisoformat(str(part(run, "status").get("startTime")).replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None


def status_of(state: str, reason: str, message: str, *, now: float, found: Opinion | None = None) -> dict[str, object]:
    """The status to patch: the condition, with the time that Tekton asks of it, and the results at the end."""
    moment = stamp(now)
    condition = {
        "type": "Succeeded",
        "status": state,
        "reason": reason,
        "message": message,
        "lastTransitionTime": moment,
    }
    made: dict[str, object] = {"conditions": [condition]}
    if state == "Unknown":
        return {**made, "startTime": moment}
    if found is not None:
        values = {name: f"{getattr(found, name):.4f}" for name in ("mos", "low", "high")}
        results = {**values, "raters": str(found.raters)}
        made["results"] = [{"name": name, "value": value} for name, value in results.items()]
    return {**made, "completionTime": moment}


def stamp(now: float | None = None) -> str:
    """A time as Kubernetes writes it."""
    return datetime.fromtimestamp(time.time() if now is None else now, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def part(holder: Mapping[str, object], name: str) -> Mapping[str, object]:
    """An object in an object; empty where it is none."""
    found = holder.get(name)
    return found if isinstance(found, dict) else {}
