"""What a compile takes and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from flowdsl.diagnostics import Finding
from flowdsl.diagnostics.frozen import frozen
from flowdsl.ir.nodes import PipelineDef
from flowdsl.ir.settings import NO_SETTINGS, Settings

if TYPE_CHECKING:
    import networkx

    from flowdsl.graph.view import GraphView


@frozen
class CompileOptions:
    """How to compile. `params` are the `--set` values as text; `alpha` adds to the pipeline's own opt-ins.

    `settings` are those of the project, with the profile where one was asked for. `unlocked` is for what is only looked
    at: packages that no lock has are warnings. `events` names the targets that are given what starts the pipeline, in
    place of a run; None leaves it to the settings. `playing` is for this machine, no cluster: a start that the
    targets can't do is left out, and a note says so.
    """

    namespace: str | None = None
    inline: bool = False
    params: Mapping[str, str] = attrs.field(factory=dict)
    alpha: frozenset[str] = frozenset()
    settings: Settings = NO_SETTINGS
    unlocked: bool = False
    events: tuple[str, ...] | None = ()
    playing: bool = False

    @property
    def targets(self) -> tuple[str, ...]:
        """What documents are made for, of what starts the pipeline: as asked for, or as the settings say."""
        return self.settings.events.targets if self.events is None else self.events

    @property
    def place(self) -> str:
        """The namespace of every object, empty for none: what was asked for, else the profile's."""
        return self.namespace or self.settings.profile.namespace


@frozen
class Compilation:
    """What a compile gives: documents in the order a cluster wants them, warnings, and the pipeline itself.

    `namespace` is that of every object, empty where none was said.
    """

    documents: tuple[Mapping[str, Any], ...]
    diagnostics: tuple[Finding, ...]
    pipeline: PipelineDef
    namespace: str = ""

    @property
    def graph(self) -> GraphView:
        """The pipeline as a picture shows it."""
        from flowdsl.compiler.picture import graph_view

        return graph_view(self.pipeline)

    @property
    def dag(self) -> networkx.DiGraph[str]:
        """The tasks as a `networkx.DiGraph`, a new one each time; `flowdsl.graph.dag` says what stands on it."""
        from flowdsl.graph.dag import build

        return build(self.pipeline)
