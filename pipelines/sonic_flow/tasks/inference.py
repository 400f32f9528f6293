"""Make a talking clip: the task `run-inference`. `SERVICE.md` says what it asks of the model's service."""

from __future__ import annotations

import resource
import shutil
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import NamedTuple

from flowdsl import EmptyDir, File, Workspace, task
from sonic_flow.files import sha256, stop, write_json
from sonic_flow.media import clip_seconds, image_size, speech_seconds
from sonic_flow.services import post, service
from sonic_flow.settings import Settings

SHARED_MEMORY = EmptyDir(medium="Memory", size="2Gi").mount("/dev/shm", read_only=False)  # PyTorch's workers need it


class Inference(NamedTuple):
    """The clip, the settings it was made with, and what it took."""

    video: File
    settings: Settings
    speech_seconds: float
    elapsed_seconds: float
    peak_memory_bytes: int | None


@task(
    image="$(params.model)",
    gpu=1,
    cpu="4..8",
    memory="8Gi..16Gi",
    timeout="30m",
    retries=1,
    env={"HOME": "/tmp"},
    volumes=[SHARED_MEMORY],
)
def run_inference(
    model: str,
    portrait: File,
    speech: File,
    settings: Settings = Settings(),
    *,
    endpoint: str = "",
    module: str = "sonic.service",
    startup_seconds: float = 600.0,
    record: Workspace = Workspace.auto(),
) -> Inference:
    """Animate the portrait with the speech.

    The step runs in the model's own image, holds the GPU, and starts the service there: one container, one GPU, both
    gone with the step (a sidecar would need a second container that holds the GPU). With `endpoint` a service that
    runs already is asked instead.
    """
    lasts = speech_seconds(speech)
    try:
        used = replace(settings, duration=settings.seconds(lasts))
    except ValueError as error:
        stop(str(error))
    warnings = used.warnings(image_size(portrait))
    for warning in warnings:
        print(f"warning: {warning}")
    hashes = {"portrait": sha256(portrait), "speech": sha256(speech)}
    notes = {"model": model, "settings": asdict(used), "warnings": warnings, "speech_seconds": lasts}
    # Before the long part: the report has it even if that fails.
    write_json(record / "inference.json", {**notes, "sha256": hashes})

    video, started = Path("output.mp4").resolve(), time.monotonic()
    with service(endpoint, module, startup_seconds) as base:
        headers = post(base + "/v1/generate", {"portrait": portrait, "speech": speech}, asdict(used), video)
    elapsed = round(time.monotonic() - started, 3)
    memory = stated_memory(headers) if endpoint else childrens_memory()
    print(f"made {clip_seconds(video)[0]:.2f} s of video, {video.stat().st_size} bytes, in {elapsed:.1f} s")
    shutil.copyfile(video, record / "clip.mp4")  # for the report, which can't ask for the result of a task
    took = {"elapsed_seconds": elapsed, "peak_memory_bytes": memory}
    made_by = {"service": headers.get("x-sonic-version", "unknown"), "sha256": {**hashes, "video": sha256(video)}}
    write_json(record / "inference.json", {**notes, **took, **made_by})
    return Inference(video, used, lasts, elapsed, memory)


def childrens_memory() -> int:
    """The most memory, in bytes, that a child of this process held: the service that it started."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


def stated_memory(headers: dict[str, str]) -> int | None:
    """The same as a service elsewhere says it; None where it doesn't."""
    said = headers.get("x-sonic-peak-memory-bytes", "")
    return int(said) if said.isdecimal() else None
