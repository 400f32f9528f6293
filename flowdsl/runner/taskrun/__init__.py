"""Running one TaskRun on this machine: the half of the local runner below `flowdsl.runner.contract.TaskRunner`."""

from __future__ import annotations

from flowdsl.runner.taskrun.executor import ProcessExecutor
from flowdsl.runner.taskrun.output import LOG_LIMIT
from flowdsl.runner.taskrun.run import Runner

__all__ = ["Runner", "process_runner"]


def process_runner(*, namespace: bool = True, extra_path: str = "", log_limit: int = LOG_LIMIT) -> Runner:
    """A TaskRunner that runs each step as a process of this machine; needs nothing but this Python.

    `namespace=False` does without mount namespaces even where they could be had: paths are then replaced by the real
    ones. `extra_path` is added to the end of the steps' PATH, folders with colons between; the steps see nothing else
    of the user's environment. `log_limit` is how many bytes of one step's output are kept.

    Use it as a context manager, or call `close()`: its supervisor process ends then (and by itself when this process
    dies), and whatever is still running of any step is killed. `describe()` says in a line how steps are run.
    """
    return Runner(ProcessExecutor(namespace, extra_path), log_limit)
