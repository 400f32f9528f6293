"""Files are paths, workspaces take what a run can bind, and objects of classes carry values of the run."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel

from flowdsl import (
    PVC,
    ConfigMap,
    Directory,
    EmptyDir,
    File,
    Secret,
    VolumeClaim,
    Workspace,
    pipeline,
    task,
)


class Made(NamedTuple):
    video: File
    frames: Directory


@dataclass
class Rates:
    first: float
    steps: int = 3


@dataclass(frozen=True)
class Config:
    rates: Rates
    names: list[str] = field(default_factory=list)


class Limits(BaseModel):
    low: float = 0.5
    title: str = ""


@task(image="python:3.12-slim")
def render(
    portrait: File,
    scratch: Workspace = Workspace.auto(),
    assets: Workspace = Workspace(read_only=True),
    token: Secret = Secret("hf", key="token"),
    mode: ConfigMap = ConfigMap("modes", key="mode"),
) -> Made:
    (scratch / "notes.txt").write_text(token.strip() + mode.upper())
    frames = Path("frames")
    frames.mkdir()
    return Made(portrait.with_suffix(".mp4"), frames)


@task(image="python:3.12-slim")
def length(video: File) -> float:
    return float(video.stat().st_size)


@task(image="python:3.12-slim")
def train(config: Config, rates: Rates = Rates(0.1)) -> float:
    return config.rates.first * rates.steps


@task(image="python:3.12-slim", requires=["pydantic"])
def held(limits: Limits) -> bool:
    return limits.low < 1


@pipeline(files=PVC("data", sub_path="runs"))
def right(
    assets: Workspace = PVC("data", sub_path="assets"),
    claim: Workspace = VolumeClaim("1Gi"),
    secret: Workspace = Secret("tls"),
    settings: Workspace = ConfigMap("settings"),
    scratch: Workspace = EmptyDir("Memory"),
    limit: float = 0.5,
) -> dict[str, Path]:
    made = render(assets / "portrait.png", assets=assets.sub_path("v1"))
    seconds = length(made.video)
    train(Config(Rates(limit)), Rates(seconds, steps=4))
    held(Limits.model_construct(low=limit, title="x"))
    return {"video": made.video}


@pipeline
def wrong(assets: Workspace = PVC("data"), text: str = "x") -> None:
    render(text)  # mypy: arg-type; pyright: reportArgumentType
    length(made := render(assets / "a.png"))  # mypy: arg-type; pyright: reportArgumentType
    train(Rates(1.0))  # mypy: arg-type; pyright: reportArgumentType
    train(Config(Rates(text)))  # mypy: arg-type; pyright: reportArgumentType
    length(made.vido)  # mypy: attr-defined; pyright: reportAttributeAccessIssue


def wrong_defaults() -> None:
    Workspace(readonly=True)  # mypy: call-arg; pyright: reportCallIssue
    Secret(5)  # mypy: arg-type; pyright: reportArgumentType


def wrong_default(assets: Workspace = "data") -> None:  # mypy: assignment; pyright: reportArgumentType
    print(assets)
