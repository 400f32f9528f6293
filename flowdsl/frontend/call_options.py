"""What `.with_options(...)` sets for one use of a task or of a pipeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

import attrs

from flowdsl.diagnostics import Collector, Location
from flowdsl.diagnostics.frozen import frozen
from flowdsl.frontend.conditions import as_conditions
from flowdsl.frontend.handles import nodes_of
from flowdsl.frontend.options_check import read_options
from flowdsl.frontend.refusal import refuse
from flowdsl.ir.nodes import Condition
from flowdsl.ir.options import Build, OnError, mappings, requirements
from flowdsl.ir.types import NOTHING, Data
from flowdsl.ir.uses import IN_THE_RUN, IN_THE_TASK
from flowdsl.ir.volumes import EnvValue, texts
from flowdsl.kube import is_duration


@frozen(kw_only=True)
class CallOptions:
    """See Tekton's PipelineTask in docs/pipelines.md. `after` names tasks; `retries` of None are those of the task.

    `extra` takes any further field of the PipelineTask as it is, and stands for the field of that name.
    """

    name: str = ""
    retries: int | None = None
    timeout: str = ""
    on_error: OnError = ""
    display_name: str = ""
    extra: Mapping[str, object] = NOTHING
    after: tuple[str, ...] = ()
    when: tuple[Condition, ...] = ()

    @property
    def said(self) -> tuple[str, ...]:
        """Those of `retries` and `timeout` that are given: a task has them, too."""
        if self.retries is None and not self.timeout:  # as nearly all calls
            return ()
        return (*(("retries",) if self.retries is not None else ()), *(("timeout",) if self.timeout else ()))


AS_DECLARED = CallOptions()


@frozen(kw_only=True)
class UseOptions(CallOptions):
    """The same for a task, with what one use of it may ask for in place of what the task does."""

    image: str = ""
    cpu: str = ""
    memory: str = ""
    gpu: int | None = None
    gpu_resource: str = ""
    env: Mapping[str, EnvValue] = NOTHING
    node_selector: Mapping[str, str] = NOTHING
    tolerations: tuple[Mapping[str, Data], ...] = attrs.field(default=(), converter=mappings)
    service_account: str = ""
    requires: tuple[str, ...] = attrs.field(default=(), converter=texts)
    packages: str | tuple[str, ...] = attrs.field(default=(), converter=requirements)
    packages_cache: str = ""
    packages_image: str | Build = ""
    apt: tuple[str, ...] = attrs.field(default=(), converter=texts)
    python: str = ""
    labels: Mapping[str, str] = NOTHING
    annotations: Mapping[str, str] = NOTHING
    variant: str = ""


OF_A_TASK = frozenset((*IN_THE_TASK, *IN_THE_RUN, "variant"))
"""What a use of a task may ask for, and that of a pipeline may not."""


def call_options(given: Mapping[str, object], before: CallOptions) -> CallOptions:
    """What `.with_options(...)` was given, over what an earlier one was. Refuses the first thing that is wrong."""
    return _over(before, _read(CallOptions, given), given)


def use_options(given: Mapping[str, object], before: CallOptions) -> tuple[CallOptions, dict[str, object]]:
    """The same of a task: what it says of the call, and what it asks for over the task's own options."""
    read = _read(UseOptions, given)
    asked = {name: getattr(read, name) for name in given if name in OF_A_TASK}
    of_call = {name: value for name, value in given.items() if name not in asked}
    # What is given counts, also where it is empty; None alone says nothing.
    return _over(before, read, of_call), {name: value for name, value in asked.items() if value is not None}


C = TypeVar("C", bound=CallOptions)


def _read(cls: type[C], given: Mapping[str, object]) -> C:
    plain = {name: value for name, value in given.items() if name not in ("when", "after")}
    collector = Collector()
    read = read_options(cls, plain, Location("", 1), collector)
    for found in collector.items:
        refuse(found.code, found.message, found.hint)
    if read.timeout and not is_duration(read.timeout):
        refuse("FLOW014", f"timeout={read.timeout!r} is no duration", 'write it as "30m" or "1h30m"')
    if read.retries is not None and read.retries < 0:
        refuse("FLOW014", f"retries={read.retries}", "retry 0 or more times")
    return read


def _over(before: CallOptions, read: CallOptions, given: Mapping[str, object]) -> CallOptions:
    evolve: Callable[..., CallOptions] = attrs.evolve
    plain = {name: getattr(read, name) for name in given if name not in ("when", "after")}
    return evolve(before, **plain, **_edges(given))


def _edges(given: Mapping[str, object]) -> dict[str, object]:
    """What `when=` and `after=` were given, as the IR has it."""
    found: dict[str, object] = {}
    if "when" in given:
        found["when"] = as_conditions(given["when"])
    if "after" in given:
        after = given["after"]
        several = after if isinstance(after, (list, tuple)) else (after,)
        found["after"] = tuple(node.name for each in several for node in nodes_of(each, "after"))
    return found
