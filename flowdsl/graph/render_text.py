"""Mermaid and Graphviz DOT."""

from __future__ import annotations

from flowdsl.diagnostics.escape import dot, mermaid
from flowdsl.graph.view import GraphEdge, GraphNode, GraphView

_ARROWS = {"result": "-->", "file": "==>", "workspace": "==>", "after": "-.->", "when": "-.->"}
_STYLES = {"result": "solid", "file": "bold", "workspace": "bold", "after": "dashed", "when": "dotted"}


def render_mermaid(view: GraphView) -> str:
    """A Mermaid flowchart: GitHub and GitLab show it in Markdown."""
    ids = {node.name: f"n{index}" for index, node in enumerate(view.nodes)}
    lines = ["flowchart LR"]
    lines += [f"  {ids[node.name]}{_shape(node)}" for node in view.nodes if node.kind != "finally"]
    final = [node for node in view.nodes if node.kind == "finally"]
    if final:
        lines += ["  subgraph finally"] + [f"    {ids[node.name]}{_shape(node)}" for node in final] + ["  end"]
    lines += [_mermaid_edge(edge, ids) for edge in view.edges]
    lines += _mermaid_starts(view, ids)
    gpus = [ids[node.name] for node in view.nodes if node.gpu]
    if gpus:
        lines += ["  classDef gpu fill:#e6f4ea,stroke:#188038,color:#0b3d1e", f"  class {','.join(gpus)} gpu"]
    return "\n".join(lines) + "\n"


def render_dot(view: GraphView) -> str:
    """A Graphviz digraph."""
    lines = [
        "digraph pipeline {",
        "  rankdir=LR;",
        f"  label={_quoted(view.title)};",
        '  node [shape=box, style="rounded"];',
    ]
    for node in view.nodes:
        extra = ', style="rounded,filled", fillcolor="#e6f4ea"' if node.gpu else ""
        shape = ", peripheries=2" if node.kind == "matrix" else ""
        lines.append(f"  {_quoted(node.name)} [label={_quoted(*_label(node))}{extra}{shape}];")
    final = [node.name for node in view.nodes if node.kind == "finally"]
    if final:
        names = " ".join(f"{_quoted(name)};" for name in final)
        lines.append(f'  subgraph cluster_finally {{ label="finally"; {names} }}')
    for edge in view.edges:
        lines.append(
            f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [label={_quoted(edge.label)}, style={_STYLES[edge.kind]}];"
        )
    lines += _dot_starts(view)
    return "\n".join([*lines, "}"]) + "\n"


def _mermaid_starts(view: GraphView, ids: dict[str, str]) -> list[str]:
    """What starts a run, before the tasks that wait for nothing."""
    if not view.starts:
        return []
    texts = ["<br/>".join(map(mermaid, (each.what, *each.only))) for each in view.starts]
    lines = ["  subgraph starts"] + [f'    s{index}(["{text}"])' for index, text in enumerate(texts)] + ["  end"]
    return lines + [f"  starts -.-> {ids[name]}" for name in view.roots]


def _dot_starts(view: GraphView) -> list[str]:
    lines = []
    for index, each in enumerate(view.starts):
        label = _quoted(each.what, *each.only)
        lines.append(f'  {_quoted(f"start/{index}")} [label={label}, shape=oval, style="dashed"];')
        lines += [f"  {_quoted(f'start/{index}')} -> {_quoted(name)} [style=dashed];" for name in view.roots]
    return lines


def _shape(node: GraphNode) -> str:
    text = f'"{"<br/>".join(map(mermaid, _label(node)))}"'
    if node.kind == "matrix":
        return f"[[{text}]]"
    return f"{{{{{text}}}}}" if node.when else f"[{text}]"


def _label(node: GraphNode) -> list[str]:
    """The lines of a card."""
    parts = [node.name]
    if node.gpu:
        parts.append(node.gpu)
    if node.reference:
        parts.append(node.reference)
    return [*parts, *(f"when {gate}" for gate in node.when)]


def _mermaid_edge(edge: GraphEdge, ids: dict[str, str]) -> str:
    label = f'|"{mermaid(edge.label)}"|' if edge.label else ""
    return f"  {ids[edge.source]} {_ARROWS[edge.kind]}{label} {ids[edge.target]}"


def _quoted(*lines: str) -> str:
    """A string of Graphviz."""
    return '"' + "\\n".join(map(dot, lines)) + '"'
