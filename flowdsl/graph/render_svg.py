"""A pipeline as one SVG: cards for tasks, badges for GPUs and gates, lines by kind, finally set apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flowdsl.diagnostics.escape import markup
from flowdsl.graph.layout import CARD_GAP_X, Box, Layout, lay_out, lines_of
from flowdsl.graph.view import GraphEdge, GraphView

_NAMES = {"result": "result", "file": "file", "workspace": "workspace", "after": "order only", "when": "gate"}
_WIDEST = 30
"""Characters of a line that fit on a card."""

STYLE = """
.flow{font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;--bg:#fbfbfd;--card:#fff;--ink:#1d2330;
--soft:#667085;--line:#8a94a6;--edge:#d0d5dd;--gpu:#0e7a4b;--gate:#b54708;--many:#6941c6;--file:#1d5fd1}
@media (prefers-color-scheme:dark){.flow{--bg:#14171f;--card:#1e232e;--ink:#eef1f6;--soft:#9aa4b5;--line:#7d889b;
--edge:#39404f;--gpu:#3ddc97;--gate:#fdb022;--many:#b692f6;--file:#7ab0ff}}
.flow .back{fill:var(--bg)}.flow .card rect.body{fill:var(--card);stroke:var(--edge);stroke-width:1.2}
.flow .card:focus rect.body,.flow .card.lit rect.body{stroke:var(--file);stroke-width:2.5}
.flow .dim{opacity:.22}.flow text{fill:var(--ink);font-size:12px}.flow .name{font-size:14px;font-weight:600}
.flow .soft{fill:var(--soft);font-size:11px}.flow .title{font-size:20px;font-weight:650}
.flow .badge rect{fill:none;stroke-width:1.2}.flow .badge text{font-size:11px;font-weight:600}
.flow .gpu rect{stroke:var(--gpu)}.flow .gpu text{fill:var(--gpu)}.flow .gate polygon{fill:none;stroke:var(--gate)}
.flow .gate text{fill:var(--gate);font-size:11px}.flow .many rect{stroke:var(--many)}.flow .many text{fill:var(--many)}
.flow path{fill:none;stroke:var(--line);stroke-width:1.6}.flow path.file,.flow path.workspace{stroke:var(--file);
stroke-width:2.6}.flow path.after{stroke-dasharray:7 5}.flow path.when{stroke:var(--gate);stroke-dasharray:2 4}
.flow .tip{fill:var(--line);stroke:none}.flow .halo{stroke:var(--bg);stroke-width:4;paint-order:stroke}
.flow .final{fill:none;stroke:var(--edge);stroke-dasharray:4 5}
"""


def render_svg(view: GraphView) -> str:
    """The SVG text; it stands alone, in a browser or an `<img>`."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{svg_element(view)}\n'


def svg_element(view: GraphView) -> str:
    """The `<svg>` element, for a page."""
    layout = lay_out(view)
    width, height = max(layout.width, 560), layout.height + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="flow" role="img" viewBox="0 0 {width:g} {height:g}" '
        f'width="{width:g}" height="{height:g}" aria-label="{markup(view.title)}">',
        f"<title>{markup(view.title)}</title><desc>{markup(view.description)}</desc><style>{STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerUnits="userSpaceOnUse" markerWidth="11" markerHeight="11" orient="auto">'
        '<path class="tip" d="M0 0L10 5L0 10z"/></marker></defs>',
        f'<rect class="back" width="{width:g}" height="{height:g}"/>',
        f'<text class="title" x="40" y="44">{markup(view.title)}</text>',
        *_starts(view, width),
        *_final_frame(layout),
        *(_edge(edge, layout) for edge in view.edges),
        *_labels(view.edges, layout),
        *(_card(box) for box in layout.boxes.values()),
        _legend(view, height),
        "</svg>",
    ]
    return "\n".join(parts)


def _starts(view: GraphView, width: float) -> list[str]:
    """What starts a run: one line below the title, whole where one points at it."""
    if not view.starts:
        return []
    whole = "\n".join(markup("; ".join([each.what, *each.only])) for each in view.starts)
    line = "starts on " + " · ".join(each.what for each in view.starts)
    most = int((width - 80) / 6.2)
    return [f'<text class="soft" x="40" y="66"><title>{whole}</title>{markup(_cut(line, most))}</text>']


def _final_frame(layout: Layout) -> list[str]:
    if not layout.final_x:
        return []
    boxes = [box for box in layout.boxes.values() if box.node.kind == "finally"]
    top, bottom = min(box.y for box in boxes) - 34, max(box.y + box.height for box in boxes) + 14
    x, width = layout.final_x - 14, boxes[0].width + 28
    return [
        f'<rect class="final" x="{x:g}" y="{top:g}" width="{width:g}" height="{bottom - top:g}" rx="14"/>',
        f'<text class="soft" x="{x + 14:g}" y="{top + 20:g}">finally: runs whatever happened</text>',
    ]


def _card(box: Box) -> str:
    node = box.node
    parts = [
        f'<g class="card" tabindex="0" data-name="{markup(node.name)}" transform="translate({box.x:g} {box.y:g})">',
        f"<title>{_about(box)}</title>",
        f'<rect class="body" width="{box.width:g}" height="{box.height:g}" rx="10"/>',
        f'<text class="name" x="14" y="25">{markup(_cut(node.name, 25))}</text>',
    ]
    y = 25
    for line in lines_of(node):
        y += 18
        parts.append(f'<text class="soft" x="14" y="{y}">{markup(_cut(line, _WIDEST + 4))}</text>')
    y += 10
    badge, kind = (node.gpu, "gpu") if node.gpu else (node.kind, "many")
    if node.gpu or node.kind in ("matrix", "pipeline", "custom"):
        text = {"matrix": "matrix: fans out", "pipeline": "pipeline", "custom": "custom task"}.get(badge, badge)
        parts.append(
            f'<g class="badge {kind}"><rect x="14" y="{y}" width="{8 * len(text) + 10}" height="19" rx="9.5"/>'
            f'<text x="21" y="{y + 13.5}">{markup(text)}</text></g>'
        )
        y += 26
    for gate in node.when:
        parts.append(
            f'<g class="gate"><polygon points="14,{y + 10} 22,{y + 2} 30,{y + 10} 22,{y + 18}"/>'
            f'<text x="36" y="{y + 14}">{markup(_cut(gate, _WIDEST))}</text></g>'
        )
        y += 26
    return "".join(parts) + "</g>"


def _about(box: Box) -> str:
    node = box.node
    lines = [
        node.name,
        node.description,
        *lines_of(node),
        node.gpu,
        *(f"when {gate}" for gate in node.when),
        node.location,
    ]
    return "\n".join(markup(line) for line in lines if line)


def _ends(edge: GraphEdge, layout: Layout) -> tuple[float, float, float, float]:
    source, target = layout.boxes[edge.source], layout.boxes[edge.target]
    return source.x + source.width, source.y + source.height / 2, target.x, target.y + target.height / 2


def _edge(edge: GraphEdge, layout: Layout) -> str:
    return (
        f'<path class="edge {edge.kind}" data-from="{markup(edge.source)}" '
        f'data-to="{markup(edge.target)}" marker-end="url(#tip)" '
        f'd="{_way(edge, layout)}"/>'
    )


def _way(edge: GraphEdge, layout: Layout) -> str:
    """The line's path: straight over where nothing is between, above the cards that are."""
    x1, y1, x2, y2 = _ends(edge, layout)
    crossed = _crossed(edge, layout)
    if not crossed:
        bend = max((x2 - x1) / 2, 40)
        return f"M{x1:g} {y1:g}C{x1 + bend:g} {y1:g} {x2 - bend:g} {y2:g} {x2:g} {y2:g}"
    over = _over(crossed)
    left, right = min(box.x for box in crossed), max(box.x + box.width for box in crossed)
    return (
        f"M{x1:g} {y1:g}C{(x1 + left) / 2:g} {y1:g} {(x1 + left) / 2:g} {over:g} {left:g} {over:g}"
        f"L{right:g} {over:g}C{(right + x2) / 2:g} {over:g} {(right + x2) / 2:g} {y2:g} {x2:g} {y2:g}"
    )


def _crossed(edge: GraphEdge, layout: Layout) -> list[Box]:
    """The cards that a straight line would run through."""
    x1, y1, x2, y2 = _ends(edge, layout)
    return [box for box in layout.between(x1, x2) if box.y - 10 < max(y1, y2) and box.y + box.height + 10 > min(y1, y2)]


def _over(crossed: Sequence[Box]) -> float:
    """How high a line runs that goes above cards."""
    return min(box.y for box in crossed) - 22


def _labels(edges: Sequence[GraphEdge], layout: Layout) -> Iterator[str]:
    """One label for all that flows from a task to another: their lines lie upon each other."""
    found: dict[tuple[str, str], tuple[GraphEdge, list[str]]] = {}
    for edge in edges:
        # The card at the end says its conditions, too; beside a line that is far from its start they would be in the way.
        if edge.label and not (edge.kind == "when" and _far(edge, layout)):
            found.setdefault((edge.source, edge.target), (edge, []))[1].append(edge.label)
    placed: list[tuple[float, float, int]] = []
    for edge, labels in found.values():
        text = _cut(", ".join(dict.fromkeys(labels)), 18)
        x, y = _beside(edge, layout, text)
        while any(abs(y - at) < 11 and abs(x - beside) < 3.2 * (len(text) + size) for beside, at, size in placed):
            y -= 12
        placed.append((x, y, len(text)))
        yield f'<text class="soft halo" text-anchor="middle" x="{x:g}" y="{y:g}">{markup(text)}</text>'


def _far(edge: GraphEdge, layout: Layout) -> bool:
    """Whether other cards stand between the two."""
    x1, _, x2, _ = _ends(edge, layout)
    return x2 - x1 > CARD_GAP_X


def _beside(edge: GraphEdge, layout: Layout, text: str) -> tuple[float, float]:
    """Where a label stands: near the target, where lines from one source have parted, and no card is."""
    x1, y1, x2, y2 = _ends(edge, layout)
    if crossed := _crossed(edge, layout):
        y1 = _over(crossed)
    elif _far(edge, layout):
        y1 += (y2 - y1) * (x2 - CARD_GAP_X - x1) / (x2 - x1)
    x1 = max(x1, x2 - CARD_GAP_X)
    # A long one needs all the room between the cards.
    return x1 + (x2 - x1) * (0.62 if len(text) < 12 else 0.5), y1 + (y2 - y1) * 0.72 - 5


def _legend(view: GraphView, height: float) -> str:
    x, parts = 40, []
    for kind in sorted({edge.kind for edge in view.edges}):
        parts.append(
            f'<path class="{kind}" d="M{x} {height - 18:g}h34"/><text class="soft" x="{x + 42}" y="{height - 14:g}">'
            f"{_NAMES[kind]}</text>"
        )
        x += 60 + 7 * len(_NAMES[kind])
    return "".join(parts)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
