"""Names of Tekton objects from Python names."""

from __future__ import annotations

import re

from flowdsl.diagnostics import Collector, Location
from flowdsl.kube.object_names import LABEL, SUBDOMAIN


def dashed(name: str) -> str:
    """A Python name as a Kubernetes name would be written: `run_inference` → `run-inference`."""
    return name.strip("_").replace("_", "-")


def kube_name(name: str) -> str:
    """A parameter's name as a pipeline's workspace: `layer_cache` → `layer-cache`."""
    return name.replace("_", "-")


def task_name(explicit: str, function_name: str, location: Location, collector: Collector) -> str:
    """The name of a task or pipeline; FLOW013 where Kubernetes would not take it."""
    name = explicit or dashed(function_name)
    # Names of objects may have dots; what is named after a function has none.
    if (SUBDOMAIN if explicit else LABEL).fullmatch(name):
        return name
    fixed = re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()).strip("-") or "task"
    collector.error(
        "FLOW013",
        f"{name!r} is no Kubernetes name: only lower-case letters, digits and '-'",
        location,
        hint=f"rename the function to `{fixed.replace('-', '_')}` or set name={fixed!r}",
    )
    return fixed
