"""Running one TaskRun on this machine: the half of the local runner below `flowdsl.runner.contract.TaskRunner`."""

from __future__ import annotations

from collections.abc import Mapping

from flowdsl.runner.taskrun.executor import ProcessExecutor
from flowdsl.runner.taskrun.images import ImageExecutor, find_program
from flowdsl.runner.taskrun.output import LOG_LIMIT
from flowdsl.runner.taskrun.run import Runner
from flowdsl.runner.taskrun.sight import Sight

__all__ = ["Runner", "Sight", "image_runner", "process_runner"]

DEFAULT_SIGHT = Sight()


def process_runner(
    *, namespace: bool = True, extra_path: str = "", log_limit: int = LOG_LIMIT, sight: Sight | None = DEFAULT_SIGHT
) -> Runner:
    """A TaskRunner that runs each step as a process of this machine; needs nothing but this Python.

    `namespace=False` does without mount namespaces even where they could be had: paths are then replaced by the real
    ones. `extra_path` is added to the end of the steps' PATH, folders with colons between; the steps see nothing else
    of the user's environment. `log_limit` is how many bytes of one step's output are kept.

    `sight` says what a step sees of the machine's `/tmp` and homes, where it has none but its own; None leaves steps
    unconfined: they can do whatever this process may. Where the machine lets no step be confined they are not either,
    and `describe()` says so.

    Use it as a context manager, or call `close()`: its supervisor process ends then (and by itself when this process
    dies), and whatever is still running of any step is killed. `describe()` says in a line how steps are run.
    """
    return Runner(ProcessExecutor(namespace, extra_path, sight), log_limit)


def image_runner(program: str, environ: Mapping[str, str], *, log_limit: int = LOG_LIMIT) -> Runner:
    """A TaskRunner that runs each step in a container of its image.

    `program` is `docker` or `podman`, or a path to one; its service must be on this machine, since folders are mounted.
    `environ` is the environment that the program itself gets (PATH, HOME, DOCKER_HOST...): the user's own. Of the
    container's variables only the names are on the program's command line.

    Raises LookupError where the program is not found. Close it as one of `process_runner`.
    """
    return Runner(ImageExecutor(find_program(program, environ.get("PATH", "")), environ), log_limit)
