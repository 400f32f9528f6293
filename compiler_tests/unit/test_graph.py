"""The graph and its pictures."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET

from flowdsl.graph.dag import find_cycle
from flowdsl.graph.edges import Edge
from flowdsl.graph.layout import lay_out
from flowdsl.graph.render_html import render_html
from flowdsl.graph.render_svg import render_svg
from flowdsl.graph.render_text import render_dot, render_mermaid
from flowdsl.graph.view import GraphEdge, GraphNode, GraphView

NASTY = '<b>"x" & y</b>'
VIEW = GraphView(
    NASTY,
    "d",
    (
        GraphNode(name="a", gpu="1 × nvidia.com/gpu", image="i:1"),
        GraphNode(name="b", kind="matrix", when=("a.ok in true",)),
        GraphNode(name="c", display_name=NASTY),
        GraphNode(name="z", kind="finally"),
    ),
    (
        GraphEdge("a", "b", "when", "ok"),
        GraphEdge("a", "c", "file", NASTY),
        GraphEdge("b", "c", "after"),
        GraphEdge("a", "z", "result", "r"),
    ),
)


def test_cycles() -> None:
    assert find_cycle("abc", [Edge("a", "b", "after"), Edge("b", "c", "result")]) == []
    assert find_cycle("abc", [Edge("b", "a", "after"), Edge("c", "b", "after")]) == []
    cycle = find_cycle("abc", [Edge("a", "b", "after"), Edge("b", "c", "result"), Edge("c", "a", "when")])
    assert cycle[0] == cycle[-1]
    assert set(cycle) == {"a", "b", "c"}


def test_layers_follow_the_edges_and_finally_is_last() -> None:
    boxes = lay_out(VIEW).boxes
    assert boxes["a"].x < boxes["b"].x < boxes["c"].x < boxes["z"].x


def test_no_two_cards_overlap_in_a_wide_fan_out() -> None:
    nodes = (GraphNode(name="root"), *(GraphNode(name=f"n{i}", when=("x",) * (i % 3)) for i in range(150)))
    view = GraphView("t", "", nodes, tuple(GraphEdge("root", f"n{i}", "result") for i in range(150)))
    boxes = sorted(lay_out(view).boxes.values(), key=lambda box: (box.x, box.y))
    for one, other in itertools.pairwise(boxes):
        assert one.x != other.x or one.y + one.height <= other.y


def test_svg_is_well_formed_and_complete() -> None:
    root = ET.fromstring(render_svg(VIEW).encode())
    space = {"s": "http://www.w3.org/2000/svg"}
    assert len(root.findall(".//s:g[@class='card']", space)) == 4
    assert len([path for path in root.iter("{http://www.w3.org/2000/svg}path") if "edge" in path.get("class", "")]) == 4
    assert any(text.text == "1 × nvidia.com/gpu" for text in root.iter("{http://www.w3.org/2000/svg}text"))


def test_nothing_of_the_user_is_markup() -> None:
    for text in (render_svg(VIEW), render_html(VIEW), render_mermaid(VIEW)):
        assert "<b>" not in text
    assert '\\"x\\"' in render_dot(VIEW)


def test_pictures_are_the_same_every_time() -> None:
    assert render_html(VIEW) == render_html(VIEW)
    assert render_mermaid(VIEW).splitlines()[0] == "flowchart LR"
