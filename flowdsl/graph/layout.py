"""A layered layout: each task in the column after the last one it waits for, few crossings, the same every time."""

from __future__ import annotations

import bisect

import attrs

from flowdsl.graph.dag import layers
from flowdsl.graph.view import GraphNode, GraphView

CARD_WIDTH, CARD_GAP_X, CARD_GAP_Y = 230, 110, 34
MARGIN = 40
_LINE = 18
_SWEEPS = 6


@attrs.frozen
class Box:
    """Where a card is drawn, in pixels from the top left corner."""

    node: GraphNode
    x: float
    y: float
    width: float
    height: float


@attrs.frozen
class Layout:
    """All cards by name, and the size of the whole. `final_x` is where the finally column begins; 0: there is none.

    `columns` are the cards from left to right.
    """

    boxes: dict[str, Box]
    width: float
    height: float
    final_x: float
    columns: tuple[tuple[Box, ...], ...] = ()

    def between(self, left: float, right: float) -> list[Box]:
        """The cards that lie between two places, both in pixels from the left."""
        edges = [column[0].x for column in self.columns]
        first, last = bisect.bisect_right(edges, left), bisect.bisect_left(edges, right - CARD_WIDTH)
        return [box for column in self.columns[first:last] for box in column]


def lines_of(node: GraphNode) -> list[str]:
    """The lines under a card's name."""
    found = [node.display_name] if node.display_name else []
    if node.reference or node.image:
        found.append(node.reference or node.image)
    if node.cpu or node.memory:
        found.append(" · ".join(part for part in (f"cpu {node.cpu}" if node.cpu else "", node.memory) if part))
    extras = [f"timeout {node.timeout}" if node.timeout else "", f"{node.retries} retries" if node.retries else ""]
    if any(extras):
        found.append(" · ".join(part for part in extras if part))
    return found


def height_of(node: GraphNode) -> float:
    """A card's height: its name, its lines, its GPU badge and a badge for each gate."""
    badges = (1 if node.gpu or node.kind in ("matrix", "pipeline", "custom") else 0) + len(node.when)
    return 40 + _LINE * len(lines_of(node)) + 26 * badges


def lay_out(view: GraphView) -> Layout:
    """Place every card. Tasks in finally get the last column, since they wait for everything."""
    columns = _columns(view)
    _untangle(columns, view)
    heights = {node.name: height_of(node) for node in view.nodes}
    nodes = {node.name: node for node in view.nodes}
    tallest = max((_tall(column, heights) for column in columns), default=0)
    boxes: dict[str, Box] = {}
    for index, column in enumerate(columns):
        y = MARGIN + 60 + (tallest - _tall(column, heights)) / 2
        for name in column:
            x = MARGIN + index * (CARD_WIDTH + CARD_GAP_X)
            boxes[name] = Box(nodes[name], x, y, CARD_WIDTH, heights[name])
            y += heights[name] + CARD_GAP_Y
    width = 2 * MARGIN + max(len(columns), 1) * (CARD_WIDTH + CARD_GAP_X) - CARD_GAP_X
    final = [box.x for box in boxes.values() if box.node.kind == "finally"]
    placed = tuple(tuple(boxes[name] for name in column) for column in columns)
    return Layout(boxes, width, tallest + 2 * MARGIN + 60, min(final, default=0), placed)


def _tall(column: list[str], heights: dict[str, float]) -> float:
    return sum(heights[name] + CARD_GAP_Y for name in column) - CARD_GAP_Y if column else 0


def _columns(view: GraphView) -> list[list[str]]:
    final = [node.name for node in view.nodes if node.kind == "finally"]
    apart = set(final)
    body = [node.name for node in view.nodes if node.name not in apart]
    pairs = [(edge.source, edge.target) for edge in view.edges if not {edge.source, edge.target} & apart]
    return [*layers(body, pairs), *([final] if final else [])]


def _untangle(columns: list[list[str]], view: GraphView) -> None:
    """Order each column by the mean place of its neighbours, forth and back (the barycentre heuristic)."""
    beside: dict[str, list[str]] = {node.name: [] for node in view.nodes}
    for edge in view.edges:
        beside[edge.source].append(edge.target)
        beside[edge.target].append(edge.source)
    for sweep in range(_SWEEPS):
        place = {name: index / max(len(column), 1) for column in columns for index, name in enumerate(column)}
        for column in columns if sweep % 2 == 0 else reversed(columns):
            column.sort(
                key=lambda name: (
                    sum(place[other] for other in beside[name]) / len(beside[name]) if beside[name] else place[name]
                )
            )
            place.update({name: index / max(len(column), 1) for index, name in enumerate(column)})
