"""How a run on this machine is to be: what the command's options, or the arguments of `flowdsl.run`, say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import attrs

from flowdsl.library.inputs import Values

if TYPE_CHECKING:
    from flowdsl.library.run_inputs import Inputs
    from flowdsl.runner.contract import TaskRunner


class Instead(Protocol):
    """What tests put in the place of tasks (`flowdsl.testing`)."""

    @property
    def whole(self) -> bool:
        """Whether no task is left that would start a process; known once it has begun."""

    def begin(self, inputs: Inputs) -> None:
        """Look at what is to run, and change what stands for these tasks. Raises FlowError for what does not fit."""

    def around(self, inner: TaskRunner) -> TaskRunner:
        """What runs the TaskRuns, the others by `inner`."""


@attrs.frozen(kw_only=True)
class RunOptions:
    """How to run. What is empty is the project's setting, and where that is none, a default.

    `secrets` are data by name, over those of the pipeline's LocalRun. `environment` is that of the user: steps get its
    PATH, services and containers' programs all of it. `jobs` are TaskRuns at once. `resume` names a run to go on with;
    `frozen` says with the documents that it recorded, `again` which tasks run once more, with what needs them.
    `instead` is for tests.
    """

    values: Values = attrs.field(factory=Values)
    secrets: Mapping[str, Mapping[str, str]] = attrs.field(factory=dict, repr=False)
    name: str = ""
    folder: str = ""
    resume: str = ""
    frozen: bool = False
    again: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    jobs: int | None = None
    gpu: str = ""
    executor: str = ""
    cache: bool = True
    unconfined: bool = False
    environment: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    instead: Instead | None = None
