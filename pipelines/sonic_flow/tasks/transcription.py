"""Hear what the clip says: the task `transcribe`. `SERVICE.md` says what it asks of the service."""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import NamedTuple

from flowdsl import File, Workspace, task
from sonic_flow.files import stop, write_json
from sonic_flow.measures import WORDS, Measure
from sonic_flow.media import clip_seconds, waveform
from sonic_flow.notes import clean, load
from sonic_flow.services import fetch, service
from sonic_flow.settings import PYTHON
from sonic_flow.words import (
    LONGEST,
    MOST,
    Step,
    Word,
    error_rate,
    plain,
    spoken,
    srt,
    steps,
    subtitles,
    webvtt,
    words_of,
)

NO_SERVICE = "no speech recognition: transcription_endpoint"


class Heard(NamedTuple):
    """The subtitles in two forms; the word error rate as a measure, or the reason why there is none."""

    vtt: File
    srt: File
    metrics: dict[str, Measure]
    not_made: dict[str, str]


@task(image=PYTHON, cpu="100m..1", memory="128Mi..512Mi", timeout="20m", retries=1)
def transcribe(
    video: File,
    speech: File,
    *,
    transcript: str = "speech.txt",
    endpoint: str = "",
    model: str = "whisper-1",
    startup_seconds: float = 600.0,
    assets: Workspace = Workspace(read_only=True),
    record: Workspace = Workspace(),
) -> Heard:
    """Write what is heard in the clip, word by word, and count how many words differ from the known text.

    The service is asked what it hears, and not told what it ought to: a text that is given to a recogniser is found in
    any sound. Without `endpoint`, and without the known text among the assets, the rate is not made, with that reason.
    """
    words: list[Word] = []
    heard_by, way, why = "", list[Step](), NO_SERVICE if not endpoint else ""
    if endpoint:
        with service(endpoint, "", startup_seconds) as base:
            words, heard_by = ask(base, video, model)
        known = known_words(assets / transcript)
        why = "" if known else f"the known text is not there: {transcript} among the assets"
        way = steps(known, words) if known else []
    metrics: dict[str, Measure] = {}
    if not why:
        rate = round(error_rate(way), 4)
        metrics[WORDS] = {"value": rate, "method": f"words that differ from the known text, heard by {heard_by}"}
        print(f"{WORDS} = {rate:g}: {told(way)}")
    else:
        print(f"not made: {WORDS} ({why})")
    not_made = {WORDS: why} if why else {}
    lines = subtitles(words)
    vtt, subrip = Path("clip.vtt").resolve(), Path("clip.srt").resolve()
    vtt.write_text(webvtt(lines), "utf-8")
    subrip.write_text(srt(lines), "utf-8")
    noted = {
        "words": words,
        "steps": [step._asdict() for step in way],
        "seconds": clip_seconds(video)[0],
        "heard_by": heard_by,
        "wave": waveform(speech),
        "metrics": metrics,
        "not_made": not_made,
    }
    write_json(record / "words.json", noted)
    return Heard(vtt, subrip, metrics, not_made)


def ask(base: str, video: Path, model: str) -> tuple[list[Word], str]:
    """The words that the service hears, and what it calls itself. Stops where the answer is no transcription."""
    edge, answer = uuid.uuid4().hex, Path("transcription.json").resolve()
    fields = {"model": model, "response_format": "verbose_json", "timestamp_granularities[]": "word"}
    parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    parts.append(b'name="file"; filename="clip.mp4"\r\nContent-Type: video/mp4\r\n\r\n' + video.read_bytes())
    start = f"--{edge}\r\nContent-Disposition: form-data; ".encode()
    body = b"".join(start + part + b"\r\n" for part in parts) + f"--{edge}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
    began = time.monotonic()
    fetch(base + "/v1/audio/transcriptions", body, kind, answer)
    found, problem = load(answer)
    if problem or not isinstance(found.get("text"), str):
        stop(f"the service's answer is no transcription ({problem or 'it has no text'}); see SERVICE.md")
    words = words_of(found, clip_seconds(video)[0])
    if found["text"] and not words:
        stop("the service gave a text and no words with times; it must know timestamp_granularities: see SERVICE.md")
    if len(words) > MOST or len(spoken(words)) > MOST:
        stop(f"the service heard more than {MOST} words")
    print(f"heard {len(words)} words in {time.monotonic() - began:.1f} s: {' '.join(each['word'] for each in words)}")
    return words, str(clean(" ".join(str(found.get("version") or model).split())))[:LONGEST]


def known_words(path: Path) -> list[str]:
    """The words of the known text; none where there is no such file."""
    try:
        found = plain(path.read_text("utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        stop(f"{path.name} can't be read: {error}")
    if not found or len(found) > MOST:
        stop(f"{path.name} has {len(found)} words; the known text has 1 to {MOST}")
    return found


def told(way: list[Step]) -> str:
    """How many words are as they should be, and what the others are, in one line."""
    known = [step for step in way if step.kind != "added"]
    wrong = [step for step in way if step.kind != "same"]
    listed = ", ".join(
        {"other": f"{step.known} was heard as {step.heard}", "missing": f"{step.known} was not heard"}.get(
            step.kind, f"{step.heard} was heard as well"
        )
        for step in wrong[:8]
    )
    same = sum(step.kind == "same" for step in known)
    return f"{same} of {len(known)} words" + (f"; {listed}{', ...' if wrong[8:] else ''}" if wrong else "")
