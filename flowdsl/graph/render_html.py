"""A page to open in a browser: the SVG, and what a task is when one points at it. No network, one file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.diagnostics.escape import markup
from flowdsl.graph.render_svg import svg_element
from flowdsl.graph.view import GraphNode, GraphNote, GraphView

if TYPE_CHECKING:
    from flowdsl.ir.said_starts import SaidStart

_SCRIPT = """
const svg=document.querySelector('svg.flow'),cards=[...svg.querySelectorAll('.card')],edges=[...svg.querySelectorAll('.edge')];
function reach(name,from,to){const seen=new Set([name]);let grew=true;while(grew){grew=false;for(const e of edges)
if(seen.has(e.dataset[from])&&!seen.has(e.dataset[to])){seen.add(e.dataset[to]);grew=true}}return seen}
function show(name){const on=name?new Set([...reach(name,'from','to'),...reach(name,'to','from')]):null;
for(const c of cards){c.classList.toggle('dim',!!on&&!on.has(c.dataset.name));c.classList.toggle('lit',c.dataset.name===name)}
for(const e of edges)e.classList.toggle('dim',!!on&&!(on.has(e.dataset.from)&&on.has(e.dataset.to)));
for(const s of document.querySelectorAll('section'))s.hidden=s.dataset.name!==name;
document.querySelector('.hint').hidden=!!name}
let kept=null;for(const c of cards){c.addEventListener('mouseenter',()=>show(c.dataset.name));
c.addEventListener('mouseleave',()=>show(kept));c.addEventListener('focus',()=>show(c.dataset.name));
c.addEventListener('click',()=>{kept=kept===c.dataset.name?null:c.dataset.name;show(kept)})}
"""
_STYLE = """
body{margin:0;font:14px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;color:#1d2330;background:#fbfbfd}
main{overflow-x:auto}aside{padding:14px 40px 40px;min-height:9em}h2{margin:.2em 0;font-size:16px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 18px;margin:.4em 0}dt{color:#667085}dd{margin:0}
.hint{color:#667085}@media (prefers-color-scheme:dark){body{color:#eef1f6;background:#14171f}dt,.hint{color:#9aa4b5}}
"""


def render_html(view: GraphView) -> str:
    """The page's text."""
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{markup(view.title)}</title>
<style>{_STYLE}</style>
<main>
{svg_element(view)}
</main>
<aside>
<p>{markup(view.description)}</p>
<p class="hint">Point at a task to see what it waits for and what waits for it; click to keep it.</p>
{"".join(_details(node) for node in view.nodes)}
{_started(view.starts)}{_noted(view.notes)}</aside>
<script>{_SCRIPT}</script>
</html>
"""


def _started(starts: tuple[SaidStart, ...]) -> str:
    """What starts a run, below the picture; nothing where only people do."""
    items = "".join(f"<dt>{markup(each.what)}</dt><dd>{_about(each)}</dd>" for each in starts)
    return f'<div class="starts"><h2>What starts a run</h2>\n<dl>{items}</dl></div>\n' if items else ""


def _about(start: SaidStart) -> str:
    params = ", ".join(f"{name} = {value}" for name, value in start.params.items())
    lines = [*start.only, *([params] if params else []), start.location]
    return "<br>".join(map(markup, lines))


def _noted(notes: tuple[GraphNote, ...]) -> str:
    """What a run can come to, below the picture; nothing where there is nothing to say."""
    items = "".join(
        f'<li data-task="{markup(note.about)}">{markup(note.text)}'
        + (f"<br><small>{markup(' → '.join(note.scenario))}</small>" if note.scenario else "")
        + "</li>\n"
        for note in notes
    )
    return f'<div class="can"><h2>What a run can come to</h2>\n<ul>\n{items}</ul></div>\n' if items else ""


def _details(node: GraphNode) -> str:
    rows = {
        "task": node.name,
        "kind": node.kind,
        "image": node.image,
        "from": node.reference,
        "gpu": node.gpu,
        "cpu": node.cpu,
        "memory": node.memory,
        "when": "; ".join(node.when),
        "retries": str(node.retries or ""),
        "timeout": node.timeout,
        "defined at": node.location,
    }
    body = "".join(f"<dt>{name}</dt><dd>{markup(value)}</dd>" for name, value in rows.items() if value)
    name = markup(node.name)
    title = markup(node.display_name or node.name)
    return f'<section data-name="{name}" hidden><h2>{title}</h2><p>{markup(node.description)}</p><dl>{body}</dl></section>\n'
