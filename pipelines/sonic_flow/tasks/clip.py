"""Make a talking clip with the Sonic service, and measure it: the tasks `run-inference` and `evaluate`.

What they ask of the services is written down in `SERVICE.md`. They share their helpers, and so this module.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import math
import os
import resource
import shutil
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
import wave
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, NoReturn

from flowdsl import EmptyDir, File, Workspace, task

TOLERANCE = 0.5  # seconds that the asked duration may differ from the speech
RANGES = {"min_resolution": (256, 2048), "expand_ratio": (0, 1), "inference_steps": (1, 200),
          "dynamic_scale": (0.1, 3), "motion_scale": (0.1, 3)}  # fmt: skip
# A measure counts under these names only when the network that defines it made it.
DEFINED_BY = {"lse_d": "syncnet", "lse_c": "syncnet", "fid": "inception-v3"}
OPEN = urllib.request.build_opener(urllib.request.ProxyHandler({})).open  # the services are near: no proxy between
ATTEMPTS, PATIENCE = 5, 1100.0  # seconds to wait for a byte: below the tasks' timeouts, so that the log says why
SHARED_MEMORY = EmptyDir(medium="Memory", size="2Gi").mount("/dev/shm", read_only=False)  # PyTorch's workers need it


class Inference(NamedTuple):
    """The clip, the parameters it was made with, and what it took."""

    video: File
    parameters: dict
    speech_seconds: float
    elapsed_seconds: float
    peak_memory_bytes: int | None


class Scores(NamedTuple):
    """The measures; those that the evaluator did not make are empty. `metrics` has all, with their methods."""

    lse_d: float | None
    lse_c: float | None
    fid: float | None
    duration_error: float
    metrics: dict
    elapsed_seconds: float


@task(image="$(params.model)", gpu=1, cpu="4..8", memory="8Gi..16Gi", timeout="30m", retries=1, env={"HOME": "/tmp"},
      volumes=[SHARED_MEMORY])  # fmt: skip
def run_inference(
    model: str,
    portrait: File,
    speech: File,
    *,
    duration: float | None = None,
    min_resolution: int = 1024,
    expand_ratio: float = 0.18,
    inference_steps: int = 25,
    dynamic_scale: float = 1.1,
    motion_scale: float = 1.05,
    lip_sync_align: bool = True,
    smooth_motion: bool = True,
    endpoint: str = "",
    module: str = "sonic.service",
    startup_seconds: float = 600.0,
    record: Workspace = Workspace.auto(),
) -> Inference:
    """Animate the portrait with the speech.

    The step runs in the model's own image, holds the GPU, and starts the service there: one container, one GPU, both
    gone with the step (a sidecar would need a second container that holds the GPU). With `endpoint` a service that
    runs already is asked instead. Without `duration` the clip is as long as the speech.
    """
    speech_seconds = wav_seconds(speech)
    parameters = {
        "duration": speech_seconds if duration is None else duration, "min_resolution": min_resolution,
        "expand_ratio": expand_ratio, "inference_steps": inference_steps, "dynamic_scale": dynamic_scale,
        "motion_scale": motion_scale, "lip_sync_align": lip_sync_align, "smooth_motion": smooth_motion,
    }  # fmt: skip
    warnings = check(parameters, speech_seconds, image_size(portrait))
    for warning in warnings:
        print(f"warning: {warning}")
    notes = {"model": model, "parameters": parameters, "warnings": warnings, "speech_seconds": speech_seconds}
    notes["sha256"] = hashes = {"portrait": sha256(portrait), "speech": sha256(speech)}
    write_json(record / "inference.json", notes)  # before the long part: the report has it even if that fails

    video, started = Path("output.mp4").resolve(), time.monotonic()
    with service(endpoint, module, startup_seconds) as base:
        headers = post(base + "/v1/generate", {"portrait": portrait, "speech": speech}, parameters, video)
    elapsed = round(time.monotonic() - started, 3)
    used: int | None = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024  # the service as our own child
    if endpoint:
        said = headers.get("x-sonic-peak-memory-bytes", "")
        used = int(said) if said.isdecimal() else None
    print(f"made {clip_seconds(video)[0]:.2f} s of video, {video.stat().st_size} bytes, in {elapsed:.1f} s")
    notes.update(elapsed_seconds=elapsed, peak_memory_bytes=used, service=headers.get("x-sonic-version", "unknown"))
    hashes["video"] = sha256(video)
    shutil.copyfile(video, record / "clip.mp4")  # for the report, which can't ask for the result of a task
    write_json(record / "inference.json", notes)
    return Inference(video, parameters, speech_seconds, elapsed, used)


@task(image="$(params.evaluator)", cpu="2..4", memory="4Gi..8Gi", timeout="20m", retries=1, env={"HOME": "/tmp"},
      volumes=[SHARED_MEMORY])  # fmt: skip
def evaluate(
    evaluator: str,
    video: File,
    portrait: File,
    speech: File,
    record: Workspace,
    *,
    endpoint: str = "",
    module: str = "sonic.evaluator",
    startup_seconds: float = 600.0,
) -> Scores:
    """Measure the clip.

    LSE-D, LSE-C and FID come from the evaluator (its image, or `endpoint`); the duration error is read here, from the
    clip's own container. Measures of other methods are kept under their own names, never taken for LSE or FID.
    """
    wanted = wav_seconds(speech)
    error = round(max(abs(seconds - wanted) for seconds in clip_seconds(video)), 3)
    answer, started = record / "evaluation.json", time.monotonic()  # the report shows more of it than the measures
    with service(endpoint, module, startup_seconds) as base:
        post(base + "/v1/evaluate", {"video": video, "portrait": portrait, "speech": speech}, {}, answer)
    elapsed, metrics = round(time.monotonic() - started, 3), read_metrics(answer)
    metrics["duration_error"] = {"value": error, "method": "container"}
    write_json(record / "metrics.json", {"evaluator": evaluator, "metrics": metrics, "elapsed_seconds": elapsed})
    for name, metric in metrics.items():
        print(f"{name} = {metric['value']} ({metric['method']})")
    return Scores(*(metrics.get(name, {}).get("value") for name in DEFINED_BY), error, metrics, elapsed)


def check(parameters: Mapping[str, Any], speech_seconds: float, size: tuple[int, int]) -> list[str]:
    """Stop on parameters that Sonic can't take; give back warnings for those that rarely end well."""
    for name, (low, high) in RANGES.items():
        if not low <= parameters[name] <= high:
            stop(f"{name}={parameters[name]} is outside {low}..{high}")
    duration = parameters["duration"]
    if not abs(duration - speech_seconds) <= TOLERANCE:  # also catches NaN
        stop(f"duration={duration} s, but the speech lasts {speech_seconds} s; they may differ by {TOLERANCE} s")
    steps, scale, least = (parameters[name] for name in ("inference_steps", "dynamic_scale", "min_resolution"))
    rarely = {
        f"inference_steps={steps}: below 20 faces come out blurred": steps < 20,
        f"dynamic_scale={scale}: above 1.2 mouths come out exaggerated": scale > 1.2,
        f"the portrait is {size[0]}x{size[1]}: below min_resolution, so it is enlarged": min(size) < least,
    }  # fmt: skip
    return [warning for warning, seen in rarely.items() if seen]


def wav_seconds(path: Path) -> float:
    """The length of a PCM WAV in seconds, by the samples it holds (a header may promise more)."""
    try:
        with wave.open(str(path), "rb") as reader:
            rate, promised = reader.getframerate(), reader.getnframes()
            held = sum(len(block) for block in iter(lambda: reader.readframes(1 << 16), b""))
            held //= reader.getnchannels() * reader.getsampwidth()
    except (wave.Error, EOFError, OSError) as error:
        stop(f"{path.name} is no PCM WAV: {str(error) or 'it ends early'}")
    if held < promised or not held:
        stop(f"{path.name} is cut off: {held} of {promised} samples")
    return round(held / rate, 3)


def image_size(path: Path) -> tuple[int, int]:
    """Width and height of a PNG, JPEG or WebP, whose structure is checked to its end."""
    try:
        data = path.read_bytes()
        for start, read in ((b"\x89PNG\r\n\x1a\n", png_size), (b"\xff\xd8\xff", jpeg_size), (b"RIFF", webp_size)):
            if data.startswith(start):
                return read(data)
        raise ValueError(f"no PNG, JPEG or WebP starts with {data[:8]!r}")
    except (OSError, struct.error, LookupError, ValueError) as error:
        stop(f"{path.name} is no image, corrupt or cut off: {error}")


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height; ValueError where a chunk's checksum is wrong or the last chunk is missing."""
    at, kind = 8, b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">I4s", data, at)
        if zlib.crc32(data[at + 4 : at + 8 + length]) != struct.unpack_from(">I", data, at + 8 + length)[0]:
            raise ValueError("checksum")
        at += 12 + length
    return struct.unpack_from(">II", data, 16)


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height from the start-of-frame segment; ValueError where the end-of-image marker is missing."""
    if b"\xff\xd9" not in data[-64:]:
        raise ValueError("no end")
    at = 2
    while True:
        marker, length = struct.unpack_from(">HH", data, at)
        if 0xFFC0 <= marker <= 0xFFCF and marker not in (0xFFC4, 0xFFC8, 0xFFCC):
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        if marker < 0xFF01 or marker == 0xFFDA:
            raise ValueError("no frame")
        at += 2 + length


def webp_size(data: bytes) -> tuple[int, int]:
    """Width and height of the lossy, lossless or extended form; ValueError where the file is shorter than it says."""
    if struct.unpack_from("<I", data, 4)[0] + 8 > len(data):
        raise ValueError("short")
    read = {
        b"VP8 ": lambda: [side & 0x3FFF for side in struct.unpack_from("<HH", data, 26)],
        b"VP8L": lambda: [(struct.unpack_from("<I", data, 21)[0] >> shift & 0x3FFF) + 1 for shift in (0, 14)],
        b"VP8X": lambda: [int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27)],
    }[data[12:16]]
    return tuple(read())


def boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The boxes of an MP4 between two offsets: kind, start and end of the content. ValueError where one runs over."""
    while start < end:
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        body = start + 8
        if size == 1:
            size, body = struct.unpack(">Q", file.read(8))[0], start + 16
        until = start + size if size else end
        if not body <= until <= end:
            raise ValueError(f"box {kind!r} is cut off")
        yield kind, body, until
        start = until


def clip_seconds(path: Path) -> list[float]:
    """The lengths an MP4 states, in seconds: the movie's (mvhd), then each track's (mdhd)."""

    def walk(start: int, end: int) -> Iterator[float]:
        for kind, body, until in boxes(file, start, end):
            if kind in (b"moov", b"trak", b"mdia"):
                yield from walk(body, until)
            elif kind in (b"mvhd", b"mdhd"):
                file.seek(body)
                layout = ">QQIQ" if file.read(4)[:1] == b"\x01" else ">IIII"
                _, _, scale, length = struct.unpack(layout, file.read(struct.calcsize(layout)))
                yield length / scale

    try:
        with path.open("rb") as file:
            head, size = file.read(12), path.stat().st_size
            if head[4:8] != b"ftyp":
                raise ValueError(f"it starts with {head!r}")
            kinds = [kind for kind, _, _ in boxes(file, 0, size)]
            found = list(walk(0, size))
        if b"mdat" not in kinds or len(found) < 2 or min(found) <= 0:
            raise ValueError("it holds no media of a stated length")
    except (ValueError, struct.error, ZeroDivisionError) as error:
        stop(f"{path.name} is no whole MP4: {error}")
    return [round(seconds, 3) for seconds in found]


def read_metrics(path: Path) -> dict[str, dict[str, Any]]:
    """The evaluator's measures. A measure under LSE's or FID's name that another method made stops the task."""
    try:
        answer = json.loads(path.read_text("utf-8"))
        values, methods = answer["metrics"], answer["methods"]
        # NaN and infinity are no measures, and JSON has no notation for them: they become null.
        finite = {name: float(v) if v is not None and math.isfinite(v) else None for name, v in values.items()}
        metrics = {name: {"value": value, "method": methods[name]} for name, value in finite.items()}
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        stop(f"the evaluator's answer is no evaluation ({type(error).__name__}: {error}); see SERVICE.md")
    for name, metric in metrics.items():
        network = DEFINED_BY.get(name, "")
        if not str(metric["method"]).lower().startswith(network):
            stop(f"the evaluator measured {name} by {metric['method']!r}, but {name} is defined by {network}")
    return metrics


def stop(message: str) -> NoReturn:
    """Fail the task with one line in its log."""
    raise SystemExit(f"error: {message}")


def sha256(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_json(path: Path, content: Any) -> None:
    """Write data for the tasks that come later, and for people."""
    path.write_text(json.dumps(content, indent=2, sort_keys=True), "utf-8")


@contextmanager
def service(endpoint: str, module: str, startup_seconds: float) -> Iterator[str]:
    """The base address of a service that is ready: the one at `endpoint`, else one started from this image."""
    process, base = None, endpoint.rstrip("/")
    if base and not base.startswith(("http://", "https://")):
        stop(f"endpoint {endpoint!r} is no http:// or https:// address")
    if not base:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        base = f"http://127.0.0.1:{port}"
        process = subprocess.Popen([sys.executable, "-m", module, "--host", "127.0.0.1", "--port", str(port)])
    try:
        wait_until_ready(base, startup_seconds, process)
        yield base
    finally:
        if process is not None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()  # does nothing to one that has ended
            process.wait()


def wait_until_ready(base: str, seconds: float, process: Any = None) -> None:
    """Ask `GET /health` until it answers 200. Stops when the service dies or the time is up."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with OPEN(base + "/health", timeout=10):
                return
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = explain(error)
        if process is not None and process.poll() is not None:
            stop(f"the service ended with exit code {process.returncode} before it was ready; see its log above")
        if time.monotonic() >= deadline:
            stop(f"{base} was not ready within {seconds:g} s: {reason}")
        time.sleep(min(1.0, seconds / 20))


def post(url: str, files: Mapping[str, Path], fields: Mapping[str, Any], target: Path) -> dict[str, str]:
    """POST a multipart form, and stream the answer to `target`: whole or not at all. Gives the answer's headers.

    A service that is busy or restarting (502, 503) is asked again, after as long as it says or 1, 2, 4... seconds.
    """
    body, headers = form(files, fields)
    for attempt in range(ATTEMPTS):
        try:
            with OPEN(urllib.request.Request(url, body, headers), timeout=PATIENCE) as response:
                save(response, target)
                return {name.lower(): value for name, value in response.headers.items()}
        except (OSError, http.client.HTTPException, ValueError) as error:
            code = getattr(error, "code", 0)
            if code not in (502, 503) or attempt == ATTEMPTS - 1:
                stop(f"POST {url}: {explain(error)}")
            after = error.headers.get("Retry-After", "")
            pause = min(float(after), 60.0) if after.isdecimal() else 2.0**attempt
            print(f"{url} answered {code}; asking again in {pause:g} s")
            time.sleep(pause)
    raise AssertionError("the last attempt returns or stops")


def form(files: Mapping[str, Path], fields: Mapping[str, Any]) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of a multipart/form-data request."""
    edge, body = uuid.uuid4().hex, b""
    parts = [('name="parameters"', "application/json", json.dumps(fields).encode())]
    for name, path in files.items():
        parts.append((f'name="{name}"; filename="{path.name}"', "application/octet-stream", path.read_bytes()))
    for name, kind, content in parts:
        head = f"--{edge}\r\nContent-Disposition: form-data; {name}\r\nContent-Type: {kind}\r\n\r\n"
        body += head.encode() + content + b"\r\n"
    return body + f"--{edge}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={edge}"}


def save(response: Any, target: Path) -> None:
    """Write a response to a file that appears only when it is whole. ValueError where the body is too short."""
    part = target.with_name(target.name + ".part")
    with part.open("wb") as file:
        for block in iter(lambda: response.read(1 << 20), b""):
            file.write(block)
        held = file.tell()
    promised = response.headers.get("Content-Length")
    if promised is not None and held != int(promised):
        part.unlink()
        raise ValueError(f"the answer is cut off: {held} of {promised} bytes")
    os.replace(part, target)


def explain(error: Exception) -> str:
    """One line for a failed request: the status and what the service says of it, or what went wrong on the way."""
    if not isinstance(error, urllib.error.HTTPError):
        return " ".join(str(getattr(error, "reason", error)).split()) or type(error).__name__
    with error:
        text = error.read(2000).decode("utf-8", "replace")
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        text = str(json.loads(text)["error"])
    return " ".join(f"{error.code} {error.reason}: {text}".split())[:300]
