"""Tasks that exist already: by name in the cluster, or through one of Tekton's resolvers (docs/resolution.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ParamSpec, TypeVar

from flowdsl.frontend.decorators import make_task
from flowdsl.frontend.opaque import named as say
from flowdsl.frontend.options_check import accept, only
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.shown import options_of, runs
from flowdsl.frontend.task import Task
from flowdsl.ir.nodes import Reference
from flowdsl.ir.texts import as_text
from flowdsl.ir.types import NOTHING, Data

P = ParamSpec("P")
R = TypeVar("R")


def named(name: str, *, kind: str = "", api_version: str = "") -> Reference:
    """A Task of the run's namespace; with `api_version` and `kind` a custom task."""
    for said, value in (("name", name), ("kind", kind), ("api_version", api_version)):
        accept(value, str, said)
    return Reference(name=name, kind=kind, api_version=api_version)


def hub(name: str, *, version: str, catalog: str = "", kind: str = "task", type_: str = "artifact") -> Reference:
    """A task of a hub: docs/hub-resolver.md. `type_` is "artifact" (Artifact Hub) or "tekton"."""
    params = [("catalog", catalog), ("type", type_), ("kind", kind), ("name", name), ("version", version)]
    return _resolver("hub", params)


def git(url: str, path: str, *, revision: str) -> Reference:
    """A task in a git repository: docs/git-resolver.md. Pin `revision` to a commit for runs that can be repeated."""
    return _resolver("git", [("url", url), ("revision", revision), ("pathInRepo", path)])


def bundle(image: str, name: str, *, kind: str = "task", service_account: str = "") -> Reference:
    """A task of a Tekton bundle: docs/bundle-resolver.md."""
    params = [("bundle", image), ("name", name), ("kind", kind), ("serviceAccount", service_account)]
    return _resolver("bundles", params)


def cluster(name: str, *, namespace: str = "", kind: str = "task") -> Reference:
    """A task of another namespace: docs/cluster-resolver.md."""
    return _resolver("cluster", [("kind", kind), ("name", name), ("namespace", namespace)])


def http(url: str) -> Reference:
    """A task behind a URL: docs/http-resolver.md."""
    return _resolver("http", [("url", url)])


def resolver(name: str, params: Mapping[str, object]) -> Reference:
    """A task through any other resolver, or with params that the functions above do not have, as Tekton takes them."""
    accept(name, str, "name")
    accept(params, Mapping[str, object], "params")
    for key, value in params.items():
        try:
            as_text(value)
        except ValueError as error:
            refuse("FLOW002", f"the resolver's param {key!r}: {error}", "give a text, or a list of them")
    accept(params, Mapping[str, Data], "params")
    return Reference(resolver=name, params=tuple(params.items()))


def _resolver(resolver: str, params: list[tuple[str, str]]) -> Reference:
    for name, value in params:
        accept(value, str, name)
    return Reference(resolver=resolver, params=tuple((name, value) for name, value in params if value))


def _task_ref(reference: object, **options: object) -> Callable[[Callable[P, R]], Task[P, R]]:
    found = named(reference) if isinstance(reference, str) else reference
    if not isinstance(found, Reference):
        refuse("FLOW002", f"task_ref takes a reference, got {say(reference)}", 'name it: @task_ref(named("build"))')
    only(options_of(task_ref), options, "task_ref")
    return lambda function: make_task(function, options, found)


@runs(_task_ref)
def task_ref(
    reference: Reference | str,
    *,
    name: str = "",
    retries: int = 0,
    timeout: str = "",
    node_selector: Mapping[str, str] = NOTHING,
    tolerations: Sequence[Mapping[str, object]] = (),
    service_account: str = "",
) -> Callable[[Callable[P, R]], Task[P, R]]:
    """Give an existing Task a typed signature; the decorated function's body is `...`.

    Args:
        reference: Where the Task is: `named("build")` or its name alone, `hub(...)`, `git(...)`, `resolver(...)`.
        name: What its calls are named in a pipeline, where it is not the function's name with dashes.
        retries: How often a failed task is tried again.
        timeout: How long the task may take, as a duration such as `"1h30m"`.
        node_selector: The labels of the nodes on which this task's pod may run.
        tolerations: The taints of nodes that this task's pod tolerates, as Kubernetes has them.
        service_account: The account of this task's pod in the emitted run.
    """
    raise NotImplementedError
