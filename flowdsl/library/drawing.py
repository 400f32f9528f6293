"""Pictures of a pipeline: Mermaid, DOT, SVG, or a page for a browser."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from flowdsl.compiler import CompileOptions
from flowdsl.diagnostics import FlowError
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.library.compiling import compile_to_look

if TYPE_CHECKING:
    from flowdsl.compiler import Compilation
    from flowdsl.graph.view import GraphNote

_ENDINGS = {".md": "mermaid", ".mmd": "mermaid", ".dot": "dot", ".gv": "dot", ".svg": "svg", ".html": "html"}


def format_of(file: str | None) -> str:
    """The format that a file's ending names: mermaid where it names none."""
    return _ENDINGS.get(Path(file).suffix, "mermaid") if file else "mermaid"


def draw(
    pipeline: Pipeline,
    format_: str,
    *,
    alpha: Collection[str] = (),
    profile: str = "",
    tell: Callable[[str], None] = lambda _: None,
) -> str:
    """The text of a picture: `mermaid`, `dot`, `svg` or `html`. `tell` is told of packages that no
    lock has. Raises FlowError for what does not compile.
    """
    compiled = compile_to_look(pipeline, CompileOptions(alpha=frozenset(alpha)), profile, tell)
    view = compiled.graph
    if format_ in ("mermaid", "dot"):
        from flowdsl.graph import render_text

        return render_text.render_mermaid(view) if format_ == "mermaid" else render_text.render_dot(view)
    if format_ == "svg":
        from flowdsl.graph.render_svg import render_svg

        return render_svg(view)
    from flowdsl.graph.render_html import render_html

    return render_html(attrs.evolve(view, notes=_notes(compiled)))


def drawn_html(pipeline: Pipeline) -> str:
    """The pipeline in a notebook: its picture, or what is wrong with it. Raises nothing for the user's mistakes."""
    from flowdsl.graph.render_svg import svg_element
    from flowdsl.view.html import text_html

    try:
        compiled = compile_to_look(pipeline, CompileOptions(), "", lambda _: None)
    except FlowError as error:
        return text_html(str(error))
    return f'<div style="max-width:100%;overflow:auto">{svg_element(compiled.graph)}</div>'


def _notes(compiled: Compilation) -> tuple[GraphNote, ...]:
    """What a simulation finds."""
    from flowdsl.graph.view import GraphNote
    from flowdsl.library.simulating import simulate

    found = simulate(compiled, pipeline=compiled.pipeline.name).found
    return tuple(GraphNote(each.about, each.finding.message, each.scenario) for each in found)
