"""A pipeline as its pictures show it, and Mermaid and DOT of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import attrs

if TYPE_CHECKING:
    from flowdsl.ir.said_starts import SaidStart

NodeKind = Literal["task", "finally", "matrix", "pipeline", "custom"]
EdgeKind = Literal["result", "file", "workspace", "after", "when"]


@attrs.frozen(kw_only=True)
class GraphNode:
    """One task. Text fields are empty where they say nothing; `when` holds the gates as a person reads them."""

    name: str
    display_name: str = ""
    description: str = ""
    kind: NodeKind = "task"
    image: str = ""
    gpu: str = ""
    cpu: str = ""
    memory: str = ""
    when: tuple[str, ...] = ()
    retries: int = 0
    timeout: str = ""
    reference: str = ""
    location: str = ""


@attrs.frozen
class GraphEdge:
    """`target` waits for `source`; `label` is the result or workspace that flows."""

    source: str
    target: str
    kind: EdgeKind
    label: str = ""


@attrs.frozen
class GraphNote:
    """What is worth knowing of a task (or of a result of the pipeline): a sentence, and how a run comes to it."""

    about: str
    text: str
    scenario: tuple[str, ...] = ()


@attrs.frozen
class GraphView:
    """A whole pipeline; `notes` are for a page that has room for them."""

    title: str
    description: str
    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    notes: tuple[GraphNote, ...] = ()
    starts: tuple[SaidStart, ...] = ()

    @property
    def roots(self) -> tuple[str, ...]:
        """The tasks that wait for nothing."""
        waiting = {edge.target for edge in self.edges}
        return tuple(node.name for node in self.nodes if node.kind != "finally" and node.name not in waiting)
