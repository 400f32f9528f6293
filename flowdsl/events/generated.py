"""Tasks that nobody wrote: what Tekton has no field for, a program of ours does in a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources import files

from flowdsl.diagnostics import Location
from flowdsl.ir.nodes import Node, ParamDecl, PipelineDef, TaskDef, Text
from flowdsl.ir.options import TaskOptions
from flowdsl.ir.types import NOTHING, STRING
from flowdsl.ir.volumes import EnvValue


def free_name(pipeline: PipelineDef, wanted: str) -> str:
    """The name, or one like it, that no task of the pipeline has."""
    names = {node.name for node in pipeline.nodes}
    return next(each for each in (wanted, *(f"{wanted}-{number}" for number in range(2, 99))) if each not in names)


def generated(
    name: str,
    program: str,
    params: Iterable[str],
    place: Location,
    *,
    image: str,
    account: str,
    description: str,
    timeout: str,
    env: Mapping[str, EnvValue] = NOTHING,
    inline: bool = True,
) -> TaskDef:
    """The task that runs a program of `flowdsl/events/programs`; its params come as `PARAM_NAME`, empty by default."""
    script = files("flowdsl.events").joinpath("programs").joinpath(program).read_text(encoding="utf-8")
    options = TaskOptions(
        image=image,
        script=script,
        service_account=account,
        env=env,
        cpu="50m",
        memory="64Mi..128Mi",
        timeout=timeout,
        retries=2,
        inline=inline,
    )
    declared = tuple(ParamDecl(each, STRING, place, None if inline else "") for each in params)
    return TaskDef(name=name, location=place, params=declared, description=description, options=options)


def use_of(task: TaskDef, name: str, arguments: Mapping[str, Text], *, final: bool = False) -> Node:
    """A use of it in the pipeline."""
    own = task.options
    return Node(name, task, task.location, arguments, retries=own.retries, timeout=own.timeout, final=final)
