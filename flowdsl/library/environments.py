"""The packages of a run on this machine: the lock that is missing is made, and each step has its environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from flowdsl.diagnostics import FlowError
from flowdsl.kinds.table import TASK
from flowdsl.library.documents import name_of
from flowdsl.library.inputs import target_in
from flowdsl.library.pins import python_file, shown

if TYPE_CHECKING:
    from flowdsl.ir.local import LocalRun
    from flowdsl.library.run_inputs import Inputs
    from flowdsl.library.run_settings import RunSettings
    from flowdsl.runner.packages import Environments


def locked(
    given: object,
    inputs: Callable[[], Inputs],
    environment: Mapping[str, str],
    tell: Callable[[str], None],
    profile: str = "",
) -> Inputs:
    """What is to run; of a pipeline or manifest a lock is made first where there is none, and that is noted.

    `tell` is told of each resolution, which may take a while. Raises FlowError.
    """
    target = target_in(given)
    if target is None:
        return inputs()
    try:
        found = inputs()
    except FlowError as error:
        from flowdsl.library.run_packages import lacks_lock

        if not lacks_lock(error):
            raise
        # Not at the top: a run loads neither the compiler for YAML nor what locks for a lock that is there.
        from flowdsl.emit import write_files
        from flowdsl.library.locking import lock

        made = lock(target, environment, tell, profile=profile)
        write_files({made.path: made.text.encode()})
        found = inputs()
        found.notices.append(
            f"packages: there was no lock file; made {shown(made.path)} with {made.packages}: commit it"
        )
    found.locked_by.append(python_file(target))
    return found


def environments_of(
    inputs: Inputs,
    stand_ins: Mapping[str, Mapping[str, object]],
    settings: RunSettings,
    executor: str,
    environment: Mapping[str, str],
) -> Environments | None:
    """The environments that the run's scripts ask for; None where none does, or where images run them.

    Raises FlowError where packages are not locked for this machine. What is to be said before the run is noted.
    """
    if executor not in ("", "process"):
        return None
    from flowdsl.library.run_packages import notices, plan_for
    from flowdsl.runner.packages import scripts_in

    replaced = [each for each in inputs.documents if not TASK.is_of(each) or name_of(each) not in stand_ins]
    documents = [*replaced, *map(dict, stand_ins.values())]
    scripts = [*scripts_in(documents)]
    plan = plan_for(scripts, [*inputs.source, *inputs.locked_by, *_files(inputs.local, settings)])
    inputs.notices += notices(scripts)
    if not plan:
        return None
    from flowdsl.runner.packages import Environments

    return Environments(folder_of(environment), plan, environment)


def folder_of(environment: Mapping[str, str]) -> Path:
    """Where the environments of this Python are: another one of its version, PyPy or 3.13t, can't use them."""
    own = f"{sys.implementation.name}{getattr(sys, 'abiflags', '')}"
    return cache_folder(environment) / "packages" / ("" if own == "cpython" else own)


def _files(local: LocalRun, settings: RunSettings) -> Iterator[str]:
    """The files of the tasks that stand in for others: their locks lie beside them."""
    if local.tasks:
        from flowdsl.compiler.packages import file_of
        from flowdsl.frontend.task import Task

        yield from (file_of(each.function) for each in local.tasks.values() if isinstance(each, Task))
    yield from (str(settings.folder / each) for each in settings.tasks.values())


def cache_folder(environ: Mapping[str, str]) -> Path:
    """flowdsl's folder in the user's cache: below XDG_CACHE_HOME where that is set to an absolute path."""
    named = environ.get("XDG_CACHE_HOME", "")
    return (Path(named) if os.path.isabs(named) else Path.home() / ".cache") / "flowdsl"
