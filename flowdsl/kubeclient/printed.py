"""What the steps of a run printed: of one that is over, or as it comes."""

from __future__ import annotations

from collections.abc import Callable, Collection

from flowdsl.diagnostics import UsageError
from flowdsl.kubeclient.client import Client
from flowdsl.kubeclient.control import task_runs
from flowdsl.kubeclient.follow import follow_run
from flowdsl.kubeclient.logs import Source, read_container
from flowdsl.kubeclient.objects import Object
from flowdsl.kubeclient.states import is_over, sources_of, task_of
from flowdsl.view.events import Event, LogLine

PATIENCE = 600.0
"""For how many seconds a cluster may be away from who watches a run."""


def print_logs(
    client: Client,
    run: Object,
    tasks: Collection[str],
    show: Callable[[str, str, str], None],
    goes_on: Callable[[], None],
    *,
    follow: bool,
) -> None:
    """Call `show` with task, step and text of each line; `goes_on` for whatever else happens meanwhile.

    With `follow`, until the run is over. Raises UsageError for a task of `tasks` that has not run, ClusterError.
    """

    def take(event: Event) -> None:
        if isinstance(event, LogLine):
            show(event.task, event.step, event.text)
        goes_on()

    if follow and not is_over(run):
        client.patience = PATIENCE
        follow_run(client, run["metadata"]["name"], take)
        return
    found = task_runs(client, run["metadata"]["name"])
    known = {task_of(each) for each in found}
    if unknown := [each for each in tasks if each not in known]:
        raise UsageError(f"no task {', '.join(unknown)} has run; there is {', '.join(sorted(known)) or 'none'}")

    def tell(source: Source, moment: float, text: str) -> None:
        show(source.task, source.step, text)

    for each in sorted(found, key=lambda one: str((one.get("status") or {}).get("startTime"))):
        for source in sources_of(each):
            if not tasks or source.task in tasks:
                read_container(client, source, tell, follow=False)
