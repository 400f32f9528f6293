"""Options that several commands have, each said once.

A decorator adds its options where it stands among the others; help shows them in that order. Some fold what they read
into one argument of the command: `file` and `files` give `source`, `params` gives `params`, `on_cluster` gives
`target`. Such arguments come by name, as those of options do.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import TypeAlias

import click
from click.core import ParameterSource

from flowdsl.cli.source import Source
from flowdsl.kube.conventions import OPT_INS

Callback: TypeAlias = Callable[..., int]
"""A command's function: click calls it with what was read, by name; it gives the exit code."""


class SourceArgument(click.Argument):
    """The argument that names a pipeline's file; the command line of a pipeline itself goes without."""


def file(function: Callback) -> Callback:
    """The Python file of the pipeline, as `source`: the pipeline at hand, or the one of the file."""

    @click.argument("file", cls=SourceArgument, metavar="FILE[:PIPELINE]")
    @functools.wraps(function)
    @click.pass_obj
    def folded(bound: object, /, *, file: str = "", **read: object) -> int:
        return function(source=Source.of(bound, (file,) if file else ()), **read)

    return folded


def files(function: Callback) -> Callback:
    """A pipeline's Python file, or Tekton YAML, as `source`."""

    @click.argument("files", cls=SourceArgument, nargs=-1, metavar="FILE.py[:PIPELINE]|YAML...")
    @functools.wraps(function)
    @click.pass_obj
    def folded(bound: object, /, *, files: tuple[str, ...] = (), **read: object) -> int:
        return function(source=Source.of(bound, files), **read)

    return folded


def params(function: Callback) -> Callback:
    """Values of params, as `params`: text by name, those of `--set` over those of the file."""

    @click.option("--set", "values", multiple=True, metavar="PARAM=VALUE", help="A param of the PipelineRun.")
    @click.option("--params-file", default="", metavar="FILE", help="Params as a YAML or JSON mapping.")
    @functools.wraps(function)
    def folded(*, values: tuple[str, ...], params_file: str, **read: object) -> int:
        from flowdsl.library.values import assignments

        return function(params=assignments(values, params_file), **read)

    return folded


def on_cluster(function: Callback) -> Callback:
    """Which cluster and namespace, as `target`."""

    @click.option("--context", default="", metavar="NAME", help="The kubeconfig's context. [its current one]")
    @click.option("-n", "--namespace", default="", metavar="NS", help="The namespace. [the context's]")
    @click.option(
        "--kubeconfig", default="", metavar="FILE", help="[KUBECONFIG, ~/.kube/config, or the pod's own account]"
    )
    @click.option(
        "--timeout", type=click.FloatRange(min=0.1), default=15.0, metavar="SECONDS", help="For one answer. [15]"
    )
    @functools.wraps(function)
    def folded(*, context: str, namespace: str, kubeconfig: str, timeout: float, **read: object) -> int:
        from flowdsl.kubeclient.client import Target

        target = Target(context, namespace, os.path.expanduser(kubeconfig), timeout)
        return function(target=target, **read)

    return folded


alpha = click.option(
    "--alpha", multiple=True, metavar="FLAG", type=click.Choice(OPT_INS), help="Opt in to an alpha feature of Tekton."
)


def _named(context: click.Context, option: click.Parameter, value: str) -> str:
    """A name that is given; `--profile "$PROFILE"` with nothing in it would compile for another place."""
    given = context.get_parameter_source(option.name or "") is not ParameterSource.DEFAULT
    if given and not value.strip():
        raise click.BadParameter("it is empty: name a profile, or leave the option out", context, option)
    return value


profile = click.option(
    "--profile",
    default="",
    callback=_named,
    metavar="NAME",
    help="A place that pyproject.toml describes: [tool.flowdsl.profiles.NAME].",
)


def _targets(_context: click.Context, _option: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...] | None:
    """The targets by their names; None where none is given: those of the project."""
    from flowdsl.library.events import targets

    return targets(value) if value else None


events = click.option(
    "--events",
    multiple=True,
    callback=_targets,
    metavar="TARGET",
    help="What starts runs: triggers, cron, pac or argo.",
)
output = click.option("--output", type=click.Choice(["text", "json"]), default="text", help="json: for machines.")
exclude = click.option(
    "--exclude",
    multiple=True,
    metavar="GLOB",
    help="Search folders without these files and folders: vendor, 'old/*.yaml'. Repeatable.",
)
"""For whatever searches folders: what git ignores and folders of tools are left out anyway."""
logs = click.option("--logs/--no-logs", default=True, help="Whether plain output shows what steps print.")
follow = click.option("-f", "--follow", is_flag=True, help="Go on until the run is over.")
newest_run = click.argument("name", default="last", metavar="[RUN]")
tasks = click.argument("tasks", nargs=-1, metavar="[TASK]...")
GRAVE = ("any", "behavioural", "breaking", "never")
"""What `--fail-on` takes of differences."""


def applying(function: Callback) -> Callback:
    """How objects are applied."""

    @click.option("--dry-run", type=click.Choice(["server"]), help="server: the cluster checks all and keeps nothing.")
    @click.option("--force-conflicts", "force", is_flag=True, help="Take over fields that others own.")
    @click.option("--prune/--no-prune", default=True, help="Delete what the pipeline no longer emits. [prune]")
    @functools.wraps(function)
    def folded(*, dry_run: str | None, **read: object) -> int:
        return function(dry_run=dry_run is not None, **read)

    return folded
