"""Two runs as one HTML page: their clips side by side and in step, and in tables what they share and where they differ.

Nothing is from elsewhere, and nothing that a run wrote is markup or program: a browser is told by the page's policy to
run the one program below and no other.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping

from flowdsl.diagnostics.escape import markup

STYLE = """
:root { color-scheme: light dark; --line: #d0d7de; --soft: #f6f8fa; --grey: #57606a; --mark: #fff8c5; }
@media (prefers-color-scheme: dark) { :root { --line: #3d444d; --soft: #151b23; --grey: #9198a1; --mark: #3a2f0b; } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 1.6rem 0 .4rem; }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: 1rem; }
.two > div { border: 1px solid var(--line); border-radius: 8px; padding: .7rem; min-width: 0; overflow-wrap: anywhere; }
.two h3 { margin: 0; font-size: 1rem; } .two p { margin: .2rem 0; color: var(--grey); font-size: .9rem; }
video { width: 100%; border-radius: 6px; background: #000; display: block; margin-top: .5rem; }
.bar { display: flex; gap: .8rem; align-items: center; margin: .8rem 0; flex-wrap: wrap; }
.bar input { flex: 1 1 12rem; }
button { font: inherit; padding: .3rem 1rem; } .scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; } th, td { padding: .3rem .6rem; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; min-width: 6rem; } th { white-space: nowrap; }
td:first-child { width: 28%; }
tr.other td { background: var(--mark); } .none { color: var(--grey); } .change { white-space: nowrap; }
details { margin-top: .4rem; } summary { cursor: pointer; color: var(--grey); }
"""
PROGRAM = """
const clips = [...document.querySelectorAll('video')];
const [play, at, time] = ['#play', '#at', '#time'].map(each => document.querySelector(each));
if (clips.length && play) {
  const length = () => Math.max(...clips.map(clip => clip.duration || 0));
  const show = seconds => { at.value = length() ? seconds / length() : 0;
    time.textContent = seconds.toFixed(2) + ' s'; };
  const jump = seconds => { for (const clip of clips) clip.currentTime = Math.min(seconds, clip.duration || 0);
    show(seconds); };
  const step = () => {
    if (play.dataset.on !== 'yes') return;
    const lead = clips.reduce((one, other) => (other.duration || 0) > (one.duration || 0) ? other : one);
    for (const clip of clips)
      if (clip !== lead && !clip.ended && Math.abs(clip.currentTime - lead.currentTime) > 0.05)
        clip.currentTime = Math.min(lead.currentTime, clip.duration || 0);
    show(lead.currentTime);
    if (lead.ended) stop(); else requestAnimationFrame(step);
  };
  const stop = () => { play.dataset.on = 'no'; play.textContent = 'Play both'; clips.forEach(clip => clip.pause()); };
  const start = () => {
    if (clips.every(clip => clip.ended || clip.currentTime >= (clip.duration || 0))) jump(0);
    play.dataset.on = 'yes'; play.textContent = 'Pause'; clips.forEach(clip => clip.play().catch(() => {}));
    requestAnimationFrame(step);
  };
  play.addEventListener('click', () => play.dataset.on === 'yes' ? stop() : start());
  at.addEventListener('input', () => { stop(); jump(at.value * length()); });
  document.addEventListener('keydown', event => {
    const by = {ArrowLeft: -0.04, ArrowRight: 0.04}[event.key];
    if (by && event.target !== at) { stop(); jump(Math.max(0, clips[0].currentTime + by)); }
  });
}
"""


def page(
    sides: Iterable[Mapping[str, object]],
    clips: Iterable[tuple[str, str, bytes, str]],
    sections: Mapping[str, Iterable[tuple[str, str | None, str | None, str]]],
    left_out: Mapping[str, str],
) -> str:
    """The page. `sides` has name, state, message and began (as text) of each run; `clips` the kind, name, content and,
    where there is none, the reason, of each; a section's rows are name, first, second and change, and `left_out` says
    by its title what it has not, "" where it has all."""
    shown = [*sides]
    names = [str(each["name"]) for each in shown]
    cards = [_card(side, clip) for side, clip in zip(shown, clips, strict=True)]
    both = "".join(cards)
    bar = "<div class=bar><button id=play data-on=no>Play both</button>"
    bar += "<input id=at type=range min=0 max=1 step=any value=0 aria-label=Time><span id=time>0.00 s</span></div>"
    tables = "".join(_section(title, names, [*rows], left_out[title]) for title, rows in sections.items())
    title = " and ".join(map(markup, names))
    policy = f"default-src 'none'; media-src data:; style-src '{_hash(STYLE)}'; script-src '{_hash(PROGRAM)}'"
    head = f'<meta http-equiv="Content-Security-Policy" content="{policy}"><title>{title}</title>'
    head += f"<meta name=viewport content='width=device-width'><style>{STYLE}</style>"
    body = f"<h1>{title}</h1><div class=two>{both}</div>{bar if '<video' in both else ''}{tables}"
    return f"<!doctype html><html lang=en><meta charset=utf-8>{head}{body}<script>{PROGRAM}</script></html>\n"


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _card(side: Mapping[str, object], clip: tuple[str, str, bytes, str]) -> str:
    kind, name, content, lacking = clip
    words = f"<h3>{markup(side['name'])}</h3><p>{markup(side['state'])}: {markup(side['message'])}</p>"
    words += f"<p>{markup(side['began'])}</p>"
    if not content:
        return f"<div>{words}<p>{markup(lacking)}</p></div>"
    data = base64.b64encode(content).decode()
    video = f'<video preload=auto playsinline src="data:{markup(kind)};base64,{data}"></video>'
    return f"<div>{words}{video}<p>{markup(name)}</p></div>"


def _section(title: str, names: list[str], rows: list[tuple[str, str | None, str | None, str]], left_out: str) -> str:
    """What differs as a table, what is the same folded below it."""
    if not rows:
        return ""
    other = [each for each in rows if each[1] != each[2]]
    same = [each for each in rows if each[1] == each[2]]
    shown = _table(names, other) if other else "<p class=none>The same in both.</p>"
    folded = f"<details><summary>{len(same)} the same</summary>{_table(names, same)}</details>" if same else ""
    rest = f"<p class=none>{markup(left_out)}</p>" if left_out else ""
    return f"<h2>{markup(title)}</h2>{shown}{folded}{rest}"


def _table(names: list[str], rows: list[tuple[str, str | None, str | None, str]]) -> str:
    changes = any(change for _, _, _, change in rows)
    head = "".join(f"<th>{markup(each)}</th>" for each in ["", *names, *(["Change"] if changes else [])])
    lines = []
    for name, first, second, change in rows:
        cells = f"<td>{_name(name)}</td>{_cell(first)}{_cell(second)}"
        cells += f"<td class=change>{markup(change)}</td>" if changes else ""
        lines.append(f"<tr{' class=other' if first != second else ''}>{cells}</tr>")
    return f"<div class=scroll><table><tr>{head}</tr>{''.join(lines)}</table></div>"


def _name(name: str) -> str:
    """A name such as `evaluate.metrics.sync_distance`, which a narrow column breaks between its words only."""
    return markup(name).replace(".", ".<wbr>").replace("_", "_<wbr>")


def _cell(value: str | None) -> str:
    if value is None:
        return "<td class=none>–</td>"
    return f"<td>{markup(value if len(value) <= 1000 else f'{value[:1000]}…')}</td>"
