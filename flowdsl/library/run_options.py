"""How a run on this machine is to be: what the command's options, or the arguments of `flowdsl.run`, say."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from flowdsl.library.inputs import Values


@attrs.frozen(kw_only=True)
class RunOptions:
    """How to run. What is empty is the project's setting, and where that is none, a default.

    `secrets` are data by name, over those of the pipeline's LocalRun. `environment` is that of the user: steps get its
    PATH, services and containers' programs all of it. `jobs` are TaskRuns at once.
    """

    values: Values = attrs.field(factory=Values)
    secrets: Mapping[str, Mapping[str, str]] = attrs.field(factory=dict, repr=False)
    name: str = ""
    folder: str = ""
    resume: str = ""
    only: tuple[str, ...] = ()
    jobs: int | None = None
    gpu: str = ""
    executor: str = ""
    cache: bool = True
    unconfined: bool = False
    environment: Mapping[str, str] = attrs.field(factory=dict, repr=False)
