"""Pipelines compiled with settings of a project, and what of them is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowdsl import pipeline, task
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.ir.settings import NO_PROFILE, Profile, Settings

Found = dict[tuple[str, str], dict[str, Any]]


def by_name(documents: Any) -> Found:
    found = {}
    for each in documents:
        meta = each["metadata"]
        found[each["kind"], meta.get("name") or meta["generateName"]] = dict(each)
    return found


def made(flow: Any, *, defaults: Mapping[str, object] | None = None, **profile: Any) -> Found:
    chosen = Profile(name="prod", **profile) if profile else NO_PROFILE
    settings = Settings(task=defaults or {}, profile=chosen, file="pyproject.toml")
    return by_name(compile_pipeline(flow, CompileOptions(settings=settings)).documents)


def flow_of(**options: Any) -> Any:
    @task(**{"image": "python:3.12-slim", **options})
    def train() -> None:
        print("trained")

    @pipeline
    def flow() -> None:
        train()

    return flow


def step(found: Found, name: str = "train") -> dict[str, Any]:
    step: dict[str, Any] = found["Task", name]["spec"]["steps"][-1]
    return step


def memory(found: Found) -> str:
    text: str = step(found).get("computeResources", {}).get("limits", {}).get("memory", "")
    return text
