"""What a pipeline needs to run on a laptop: given with `@pipeline(local=...)`, used by `run`, ignored by `compile`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import attrs

from flowdsl.diagnostics.frozen import frozen


@frozen
class Service:
    """A process that is started before the run and stopped after it, such as a model server or an object store.

    `command` may hold `{port}` (a free loopback port) and `{folder}` (a folder of its own); `{python}` is the
    interpreter that runs flowdsl. It is up when `ready` (a URL path such as `/health`) answers 200, within `patience`
    seconds. `params` are values for the pipeline's params while it runs, which may hold `{url}`.
    """

    name: str
    command: tuple[str, ...]
    ready: str = "/"
    params: Mapping[str, str] = attrs.field(factory=dict)
    env: Mapping[str, str] = attrs.field(factory=dict)
    patience: float = 60.0


@frozen
class LocalRun:
    """The stand-ins of a local run.

    `params`: values for the run, below what the command line gives. `claims`: by name of the PersistentVolumeClaim, a
    folder to copy into a fresh one, or a function that fills the folder it is given. `secrets` and `config_maps`: data
    by name (secrets never reach a record of the run). `tasks`: by name of a Task or of a resolver's reference, or by
    `apiVersion/Kind` of a custom task, what to run instead of it on this machine: a `@task`, or a TaskSpec. `services`
    are started all at once.
    """

    params: Mapping[str, str] = attrs.field(factory=dict)
    claims: Mapping[str, Path | Callable[[Path], None]] = attrs.field(factory=dict)
    secrets: Mapping[str, Mapping[str, str]] = attrs.field(factory=dict, repr=False, metadata={"secret": True})
    config_maps: Mapping[str, Mapping[str, str]] = attrs.field(factory=dict)
    tasks: Mapping[str, object] = attrs.field(factory=dict)
    services: tuple[Service, ...] = ()
