"""Sound, mouth, words and pictures of a clip over one axis of time, to listen along: a part of the report's page."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence

from sonic_flow.markup import safe
from sonic_flow.notes import listing, mapping, numbers
from sonic_flow.words import Word, subtitles, webvtt, words_of

COLUMNS, FRAMES = 3000, 16
"""How many values of a curve and pictures are shown, whatever a note holds."""
LOUD, QUIET, OPEN, CLOSED, TOGETHER = 0.6, 0.05, 0.35, 0.08, 0.12
"""Voice and mouth part where one is above its first value and the other below its second, for that many seconds."""

STYLE = """
.axis { position: relative; min-width: 44rem; padding-bottom: 1.4rem; cursor: pointer; } .axis svg { height: 7.5rem; }
.axis .words { position: relative; height: 2rem; } .axis button { position: absolute; top: .2rem; height: 1.6rem;
  padding: 0; border: 1px solid var(--line); border-radius: 3px; background: var(--soft); color: inherit;
  font: .8rem system-ui, sans-serif; overflow: hidden; white-space: nowrap; cursor: pointer; }
.axis button.wrong { border-color: var(--bad); color: var(--bad); } .axis button.on { background: #d9a40066; }
.axis .shots { position: relative; height: 4.4rem; } .axis .shots img { position: absolute; width: 4rem; height: 4rem;
  object-fit: cover; border-radius: 3px; } .axis .tick { position: absolute; bottom: 0; font-size: .75rem;
  color: var(--none); } .axis .now { position: absolute; top: 0; bottom: 1.2rem; left: 0; width: 2px;
  background: #d9a400; pointer-events: none; }
.text del { color: var(--bad); } .text ins { color: var(--bad); text-decoration: underline dotted; }
"""
SCRIPT = """
(() => {
  const clip = document.querySelector("video"), axis = document.querySelector(".axis");
  if (!clip || !axis) return;
  const now = axis.querySelector(".now"), words = [...axis.querySelectorAll("button")];
  const total = Number(axis.dataset.seconds);
  const go = (at) => { clip.currentTime = at; clip.play().catch(() => {}); };
  axis.addEventListener("click", (event) => {
    const word = event.target.closest("button"), box = axis.getBoundingClientRect();
    go(word ? Number(word.dataset.at) : total * (event.clientX - box.left) / box.width);
  });
  const draw = () => {
    const at = clip.currentTime;
    now.style.left = `${Math.min(100, 100 * at / total)}%`;
    for (const word of words)
      word.classList.toggle("on", at >= Number(word.dataset.at) && at < Number(word.dataset.end));
    requestAnimationFrame(draw);
  };
  draw();
})();
"""


def track(note: Mapping[str, object]) -> str:
    """The subtitles for the page's `<video>`; nothing where no word was heard."""
    words = words_of(note, _seconds(note))
    data = base64.b64encode(webvtt(subtitles(words)).encode()).decode()
    return f'<track kind=captions label=heard srclang=en default src="data:text/vtt;base64,{data}">' if words else ""


def timeline(note: Mapping[str, object], evaluation: Mapping[str, object]) -> str:
    """The section: `note` is what `transcribe` has left (`words.json`). Nothing where it heard nothing."""
    seconds, curves = _seconds(note), mapping(evaluation.get("curves"))
    words = words_of(note, seconds)
    if not words or seconds < 0.1:
        return ""
    fps = (numbers([curves.get("fps")]) or [0.0])[0]
    mouth, voice = (numbers(listing(curves.get(name)))[:COLUMNS] for name in ("mouth", "sound"))
    apart = list(parted(mouth, voice, fps)) if fps > 1e-3 else []
    drawn = _wave(numbers(listing(note.get("wave")))[:COLUMNS]) + _mouth(mouth, fps, seconds)
    bands = "".join(
        f"<rect x={_at(start, seconds, 1000)} width={_at(end - start, seconds, 1000)} y=0 height=120 fill=#cf222e33 />"
        for start, end in apart
    )
    ticks = "".join(
        f"<span class=tick style='left:{_at(at, seconds)}%'>{at} s</span>"
        for at in range(0, min(int(seconds), 3600) + 1, max(1, round(seconds / 10)))
    )
    body = f"<svg viewBox='0 0 1000 120' preserveAspectRatio=none role=img>{bands}{drawn}</svg>"
    body += f"<div class=words>{''.join(_buttons(words, note, seconds))}</div>"
    body += f"<div class=shots>{''.join(_shots(listing(evaluation.get('frames')), seconds))}</div>{ticks}"
    return (
        f"<h2>What is heard</h2><div class=scroll><div class=axis data-seconds={seconds:.3f}>{body}"
        f"<i class=now></i></div></div>{_key(apart)}{_text(note)}<script>{SCRIPT}</script>"
    )


def parted(mouth: Sequence[float], voice: Sequence[float], fps: float) -> Iterator[tuple[float, float]]:
    """From when to when mouth and voice part: loud with a closed mouth, or an open one in silence."""
    start: int | None = None
    pairs = list(zip(mouth, voice, strict=False))
    for at, pair in enumerate([*pairs, (0.0, 0.0)]):
        apart = at < len(pairs) and ((pair[1] > LOUD and pair[0] < CLOSED) or (pair[0] > OPEN and pair[1] < QUIET))
        if apart and start is None:
            start = at
        elif not apart and start is not None:
            if (at - start) / fps >= TOGETHER:
                yield start / fps, at / fps
            start = None


def _seconds(note: Mapping[str, object]) -> float:
    found = numbers([note.get("seconds")])
    return found[0] if found and 0 < found[0] < 1e5 else 0.0


def _at(seconds: float, whole: float, scale: float = 100) -> str:
    """A place on the axis: a number of ours, whatever was noted."""
    return f"{scale * min(max(seconds / whole, 0.0), 1.0):.2f}"


def _wave(peaks: Sequence[float]) -> str:
    if len(peaks) < 2:
        return ""
    across = 1000 / (len(peaks) - 1)
    high = [f"{at * across:.1f},{60 - 56 * min(max(peak, 0), 1):.1f}" for at, peak in enumerate(peaks)]
    low = [f"{at * across:.1f},{60 + 56 * min(max(peak, 0), 1):.1f}" for at, peak in enumerate(peaks)]
    return f'<polygon fill="var(--sound)" opacity=.55 points="{" ".join([*high, *reversed(low)])}"/>'


def _mouth(values: Sequence[float], fps: float, seconds: float) -> str:
    if len(values) < 2 or fps < 1e-3:
        return ""
    points = (
        f"{_at((at + 0.5) / fps, seconds, 1000)},{116 - 110 * min(max(value, 0), 1):.1f}"
        for at, value in enumerate(values)
    )
    line = 'fill=none stroke="var(--mouth)" stroke-width=2 vector-effect=non-scaling-stroke'
    return f'<polyline {line} points="{" ".join(points)}"/>'


def _buttons(words: Sequence[Word], note: Mapping[str, object], seconds: float) -> Iterator[str]:
    """The words, each a button that the keyboard reaches; one that the known text has not is marked."""
    wrong = {mapping(step).get("word") for step in listing(note.get("steps")) if mapping(step).get("kind") != "same"}
    for number, word in enumerate(words):
        look = " class=wrong" if number in wrong else ""
        wide = max(word["end"] - word["start"], 0.02)
        place = f"style='left:{_at(word['start'], seconds)}%;width:{_at(wide, seconds)}%'"
        shown = f"{word['word']}, {word['start']:.2f} s"
        times = f"data-at={word['start']:.3f} data-end={word['end']:.3f}"
        yield f'<button type=button{look} {place} {times} title="{safe(shown)}">{safe(word["word"])}</button>'


def _shots(frames: list[object], seconds: float) -> Iterator[str]:
    for frame in map(mapping, frames[:FRAMES]):
        jpeg, at = str(frame.get("jpeg")), numbers([frame.get("seconds")])
        try:
            base64.b64decode(jpeg, validate=True)
        except ValueError:
            continue
        if at:
            place = f"max(0px, min(100% - 4rem, {_at(at[0], seconds)}% - 2rem))"
            yield f'<img alt="" style="left:{place}" src="data:image/jpeg;base64,{safe(jpeg)}"/>'


def _key(apart: Sequence[tuple[float, float]]) -> str:
    said = ", ".join(f"{start:.2f}\u2013{end:.2f} s" for start, end in apart[:20])
    where = f"<span>mouth and voice part at {said}</span>" if said else "<span>mouth and voice part nowhere</span>"
    names = (f"<span><i style='background:var(--{name})'></i>{name}</span>" for name in ("sound", "mouth"))
    return f"<p class=key>{''.join(names)}<span><i style='background:#cf222e55'></i></span>{where}</p>"


def _text(note: Mapping[str, object]) -> str:
    """The known text with what was heard otherwise; nothing where there is no known text."""
    parts = []
    for step in map(mapping, listing(note.get("steps"))):
        known, heard = safe(step.get("known")), safe(step.get("heard"))
        if step.get("kind") == "same":
            parts.append(known)
            continue
        parts.append(f"<del>{known}</del> " * bool(known) + f"<ins>{heard}</ins>" * bool(heard))
    return f"<p class=text>{' '.join(parts)}</p>" if parts else ""
