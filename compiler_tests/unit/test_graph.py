"""The graph and its pictures."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET

import networkx
import pytest

from flowdsl import on_finish, pipeline, task, when
from flowdsl.compiler import compile_pipeline
from flowdsl.compiler.picture import graph_view
from flowdsl.graph.dag import critical_path, find_cycle, layers, redundant_order
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


def digraph(*pairs: tuple[str, str]) -> networkx.DiGraph[str]:
    return networkx.DiGraph(list(pairs))


def test_cycles() -> None:
    assert find_cycle(digraph(("a", "b"), ("b", "c"))) == []
    assert find_cycle(digraph(("b", "a"), ("c", "b"))) == []
    cycle = find_cycle(digraph(("a", "b"), ("b", "c"), ("c", "a")))
    assert cycle[0] == cycle[-1]
    assert set(cycle) == {"a", "b", "c"}


def test_layers_keep_the_order_of_the_tasks_and_refuse_a_cycle() -> None:
    assert layers(["d", "a", "b", "c"], [("a", "b"), ("a", "c"), ("d", "c")]) == [["d", "a"], ["b", "c"]]
    with pytest.raises(ValueError, match="wait for each other"):
        layers("ab", [("a", "b"), ("b", "a")])


@task(image="alpine:3", script="true", timeout="10m", retries=1)
def make(name: str) -> str: ...


@task(image="alpine:3", script="true", timeout="5m", gpu=1, memory="2Gi")
def train(name: str) -> str: ...


@task(image="alpine:3", script="true")
def say(name: str = "") -> None: ...


@pipeline
def three() -> None:
    made = make("x")
    with when(made == "good"):
        trained = train(made)
    say.with_options(after=[made])(trained)
    with on_finish():
        say.with_options(name="goodbye")()


def test_the_dag_of_a_compilation() -> None:
    dag = compile_pipeline(three).dag
    assert list(dag) == ["make", "train", "say", "goodbye"]
    assert dag.nodes["train"] == {
        "task": "train",
        "final": False,
        "guards": ("make.result in good",),
        "resources": {"image": "alpine:3", "memory": "2Gi", "gpu": 1, "gpu_resource": "nvidia.com/gpu"},
        "seconds": 300,
    }
    assert dag.nodes["make"]["seconds"] == 1200, "a retry has the timeout again"
    assert dag.edges["make", "train"] == {"kinds": {"result": ("result",), "when": ("result",)}, "guard": True}
    assert dag.edges["make", "say"] == {"kinds": {"after": ("",)}, "guard": False}
    assert redundant_order(dag) == {("make", "say")}
    # A task that says nothing has Tekton's 60 minutes; finally comes after all others.
    assert critical_path(dag) == (["make", "train", "say", "goodbye"], 1200 + 300 + 3600 + 3600)
    dag.clear()
    assert len(compile_pipeline(three).dag) == 4, "the graph is the caller's own"


def test_the_critical_path_goes_by_time_and_not_by_number() -> None:
    @pipeline
    def two_ways() -> None:
        say(train.with_options(name="quick", timeout="1s")(train.with_options(name="quicker", timeout="1s")("x")))
        make.with_options(timeout="3h", name="long")("y")

    assert critical_path(compile_pipeline(two_ways).dag) == (["long"], 2 * 3 * 3600)


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


def test_what_flows_between_two_tasks_is_one_label() -> None:
    nodes = (GraphNode(name="a"), GraphNode(name="b"))
    kept = GraphEdge("a", "b", "result", "score"), GraphEdge("a", "b", "file", "video"), GraphEdge("a", "b", "after")
    texts = [text.text for text in ET.fromstring(render_svg(GraphView("t", "", nodes, kept)).encode()).iter()]
    assert "score, video" in texts
    assert not {"score", "video"} & set(texts)


def test_no_label_lies_behind_a_card_or_on_another() -> None:
    """Also of lines that lead far: five tasks in a row, of which the last takes something of each."""
    names = "abcde"
    edges = [GraphEdge(one, other, "result", "r") for one, other in itertools.pairwise(names)]
    edges += [GraphEdge(each, "e", "file", f"video of {each}") for each in "abc"]
    view = GraphView("t", "", tuple(GraphNode(name=each, image="i") for each in names), tuple(edges))
    root = ET.fromstring(render_svg(view).encode())
    labels = [each for each in root.iter("{http://www.w3.org/2000/svg}text") if "halo" in each.get("class", "")]
    places = [(float(each.get("x", "")), float(each.get("y", ""))) for each in labels]
    assert len(places) == 7
    for x, y in places:
        behind = [
            box
            for box in lay_out(view).boxes.values()
            if box.x < x < box.x + box.width and box.y < y < box.y + box.height
        ]
        assert behind == []
    assert all(
        abs(y - other) > 10 or abs(x - beside) > 20 for (x, y), (beside, other) in itertools.combinations(places, 2)
    )


def test_a_line_end_of_a_docstring_is_none_of_the_pictures() -> None:
    @pipeline
    def told() -> None:
        """Title.

        What it does stands
        on two lines.
        """
        make("x")

    definition = told.trace().definition
    assert definition is not None
    view = graph_view(definition)
    assert view.description == "What it does stands on two lines."
    assert "\\n" not in render_html(view)
