"""What a version that serves is asked: how its answers to real requests went, and some of them, to be measured.

`SERVICE.md`, "What a version that serves keeps".
"""

from __future__ import annotations

import http.client
import json
import re
import string
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from sonic_flow.baseline import Baseline
from sonic_flow.files import stop
from sonic_flow.judging import judge
from sonic_flow.measures import WORDS, Measure, Rule
from sonic_flow.media import clip_seconds, speech_seconds
from sonic_flow.notes import load, mapping
from sonic_flow.services import OPEN, explain, post, save

PARTS = {"video": "clip.mp4", "portrait": "portrait.png", "speech": "speech.wav"}
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")
ANSWER = 1 << 20
MOST = 100
"""Samples of an account that are looked at: the newest."""
REASON = 200  # characters of a reason that are kept
PLACES = ("name", "port", "namespace")
"""What an address of a version may leave open."""


class Served(NamedTuple):
    """Since it started: requests that were answered, those of them that failed, and the samples that are kept."""

    requests: int
    failures: int
    samples: list[str]


class Stage(NamedTuple):
    """What a version did since an earlier account: requests, those of them that failed, and new samples.

    `restarted` is true where it began to count anew: what it served before that, nobody knows.
    """

    requests: int
    failures: int
    samples: list[str]
    restarted: bool


class Measured(NamedTuple):
    """The means of measures over samples, with those not made, and why."""

    metrics: dict[str, Measure]
    not_made: dict[str, str]


def address_problem(backend: str) -> str:
    """What is wrong with a pattern of the versions' addresses; empty where nothing is."""
    try:
        parts = [(name, spec, how) for _, name, spec, how in string.Formatter().parse(backend) if name is not None]
    except ValueError as error:
        return str(error)
    unknown = [name for name, spec, how in parts if name not in PLACES or spec or how]
    if unknown:
        return f"{{{unknown[0]}}} stands for nothing: write {', '.join(f'{{{name}}}' for name in PLACES)} as they are"
    if "name" not in [name for name, _, _ in parts]:
        return "without {name} both versions have one address"
    return "" if backend.startswith(("http://", "https://")) else "it is no http:// or https:// address"


def served(address: str) -> Served:
    """What a version has served. OSError where it does not answer, ValueError where the answer is none."""
    try:
        with OPEN(address + "/v1/served", timeout=10) as response:
            found = json.loads(response.read(ANSWER))
        samples = [str(each["id"]) for each in found["samples"]]
        requests, failures = found["requests"], found["failures"]
    except (http.client.HTTPException, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{address}/v1/served answers with no account ({type(error).__name__})") from None
    if not all(isinstance(each, int) and not isinstance(each, bool) and each >= 0 for each in (requests, failures)):
        raise ValueError(f"{address}/v1/served answers with no account (requests and failures are whole numbers)")
    return Served(requests, failures, [each for each in samples if IDENTIFIER.fullmatch(each)][-MOST:])


def measured(address: str, samples: list[str], evaluator: str) -> Measured:
    """Measure samples, and take the mean of each measure; of those that are best at 0, of how far they are from it.

    Stops where the evaluator's answer is none.
    """
    values: dict[str, list[Measure]] = {}
    not_made: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        # All are fetched first: measuring takes time, and a version keeps its samples for some seconds only.
        for files in [files_of(address, sample, Path(folder) / sample) for sample in samples]:
            post(evaluator + "/v1/evaluate", files, {}, Path(folder) / "answer.json")
            made, methods, others = evaluation(Path(folder) / "answer.json")
            for name, value in made.items():
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    method = str(methods.get(name, ""))
                    values.setdefault(name, []).append(Measure(value=float(value), method=method))
            for name, why in others.items():
                not_made[name] = " ".join(str(why).split())[:REASON] or "no reason given"
            error = max(abs(each - speech_seconds(files["speech"])) for each in clip_seconds(files["video"]))
            values.setdefault("duration_error", []).append(Measure(value=error, method="container"))
    whole = {name: each for name, each in values.items() if len(each) == len(samples)}
    return Measured({name: mean(name, each) for name, each in whole.items()}, not_made)


def evaluation(path: Path) -> tuple[dict[str, object], dict[str, object], dict[str, object]]:
    """The measures, methods and reasons of an evaluator's answer. Stops where it is none."""
    found, problem = load(path)
    for part in ("metrics", "methods", "not_made"):
        if not problem and not isinstance(found.get(part, {}), dict):
            problem = f"{part} is not an object"
    if problem:
        stop(f"the evaluator's answer is no evaluation ({problem}); see SERVICE.md")
    metrics, methods, not_made = (mapping(found.get(part)) for part in ("metrics", "methods", "not_made"))
    return metrics, methods, not_made


def files_of(address: str, sample: str, folder: Path) -> dict[str, Path]:
    """Fetch the files of a sample."""
    folder.mkdir()
    return {part: fetched(f"{address}/v1/served/{sample}/{part}", folder / name) for part, name in PARTS.items()}


def mean(name: str, values: list[Measure]) -> Measure:
    """The mean of one measure over samples."""
    far = "offset" in name
    numbers = [abs(each["value"]) if far else each["value"] for each in values]
    return Measure(value=sum(numbers) / len(numbers), method=values[0]["method"])


def fetched(url: str, target: Path) -> Path:
    """Fetch a file. Stops where it can't be."""
    try:
        with OPEN(url, timeout=60) as response:
            save(response, target)
    except (OSError, http.client.HTTPException, ValueError) as error:
        stop(f"GET {url}: {explain(error)}")
    return target


def objection(now: Measured, before: Measured | None, rules: Mapping[str, Rule]) -> str:
    """Why what is served is not good enough, by the gate's rules; empty where it is. `before` is what the version that
    has the rest of the traffic makes of the same."""
    known = Baseline(before.metrics, before.not_made, {}) if before else None
    not_made = {WORDS: "nobody listens to what is served", **now.not_made}
    reasons = judge(now.metrics, rules, known, not_made).reasons
    return reasons[0] if reasons else ""


def enough(address: str, since: Served, wanted: int, seconds: float) -> Stage:
    """Wait until a version has served and kept so many more samples, or has failed at a request, or starts anew; what
    it did till then, with fewer samples than wanted where the time was up."""
    deadline, last = time.monotonic() + seconds, since
    while True:
        now = last
        try:
            now = served(address)
        except (OSError, ValueError) as error:
            print(f"{address}: {explain(error)}")
        if now.requests < last.requests or now.failures < last.failures:
            return Stage(last.requests - since.requests, last.failures - since.failures, [], restarted=True)
        last = now
        new = [each for each in last.samples if each not in since.samples]
        if len(new) >= wanted or last.failures > since.failures or time.monotonic() >= deadline:
            counts = last.requests - since.requests, last.failures - since.failures
            return Stage(*counts, new[-wanted:], restarted=False)  # the newest samples are kept longest
        time.sleep(0.5)
