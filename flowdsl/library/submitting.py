"""`flowdsl.submit`: a run on a cluster, started once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.diagnostics import ClusterError, UsageError
from flowdsl.kubeclient import submit as submitting
from flowdsl.kubeclient.apply import Change
from flowdsl.kubeclient.client import Client, Target, connect
from flowdsl.kubeclient.control import task_runs
from flowdsl.kubeclient.follow import follow_run
from flowdsl.kubeclient.printed import PATIENCE
from flowdsl.library.applying import apply_all
from flowdsl.library.documents import Documents, name_of
from flowdsl.library.inputs import Values, to_apply
from flowdsl.library.lengths import check_lengths
from flowdsl.library.records import RunRecord, record_of
from flowdsl.library.run_inputs import Inputs, choose_run, lacking
from flowdsl.view.events import Event

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import PipelineRun, TaskRun


@attrs.frozen
class Submitted:
    """A run that was started on a cluster. `new` is False where the same request had made it before.

    `changes` are what was applied for it.
    """

    name: str
    namespace: str
    new: bool
    changes: tuple[Change, ...]
    _target: Target = attrs.field(repr=False)

    def wait(self) -> RunRecord:
        """Wait until the run is over; its record. Raises ClusterError where the cluster can't be reached for long."""
        return self.follow(lambda _: None, logs=False)

    def follow(self, show: Callable[[Event], None], *, logs: bool = True) -> RunRecord:
        """The same; `show` gets what goes on, and what steps print where `logs` (`flowdsl.view.events`)."""
        client = connect(attrs.evolve(self._target, namespace=self.namespace))
        client.patience = PATIENCE
        run = follow_run(client, self.name, show, logs=logs)
        found = task_runs(client, self.name)
        return record_of(cast("PipelineRun", run), [cast("TaskRun", each) for each in found])


def submit(
    documents: Documents,
    *,
    params: Mapping[str, str] | None = None,
    name: str = "",
    request_id: str = "",
    alpha: Collection[str] = (),
    profile: str = "",
    context: str = "",
    namespace: str = "",
    kubeconfig: str = "",
    timeout: float = 15.0,
    check: bool = True,
    force: bool = False,
    prune: bool = True,
) -> Submitted:
    """Apply documents as `apply` does, and start their one PipelineRun: `flowdsl.submit(churn, namespace="ml").wait()`.

    The run is called `name`, or as its documents say. Sent twice, after an answer that was lost, it still makes one
    run; for two calls, the same `request_id` says that they mean the same run. With `check`, claims, Secrets,
    ConfigMaps and service accounts that it names must exist. The other arguments are those of `apply`.

    Raises FlowError for what Tekton would not admit, UsageError for a wrong call (a param without a value), and
    ClusterError where the cluster refuses or can't be reached.
    """
    inputs = to_apply(documents, Values.given(params, namespace, alpha, profile))
    target = inputs.at(Target(context, namespace, kubeconfig, timeout))
    client = connect(target)
    run = choose_run(inputs)
    if missing := [each["name"] for each in lacking(run, inputs.documents)]:
        raise UsageError(f"the run has no value for {', '.join(missing)}; give it in params=")
    changes: list[Change] = []
    start = Start(name=name, request=request_id, check=check, force=force, prune=prune)
    created, new = start_run(client, inputs, start, changes.append)
    metadata = created.get("metadata") or {}
    space = metadata.get("namespace") or client.namespace
    return Submitted(metadata.get("name", ""), space, new, tuple(changes), target)


@attrs.frozen(kw_only=True)
class Start:
    """How a run is started: see `submit`."""

    name: str = ""
    request: str = ""
    check: bool = True
    dry_run: bool = False
    force: bool = False
    prune: bool = True


def start_run(client: Client, inputs: Inputs, start: Start, tell: Callable[[Change], None]) -> tuple[PipelineRun, bool]:
    """Apply, and create the run once; the object, and whether it is new. `tell` gets what was applied before that.

    Raises FlowError for a value that is too long for a process, UsageError, ClusterError.
    """
    chosen = choose_run(inputs)
    if start.name:
        chosen.setdefault("metadata", {})["name"] = start.name
    check_lengths(chosen, inputs.documents)
    run = submitting.named(cast("Mapping[str, object]", chosen), start.request)
    if start.check:
        _check_references(client, run, inputs)
    for change in apply_all(client, inputs.documents, dry_run=start.dry_run, force=start.force, prune=start.prune):
        tell(change)
    created, new = submitting.create(client, run, dry_run=start.dry_run)
    return cast("PipelineRun", created), new


def _check_references(client: Client, run: Mapping[str, object], inputs: Inputs) -> None:
    made = {(str(each.get("kind")), name_of(each)) for each in inputs.documents}
    wanted = submitting.references(run, inputs.documents)
    # What we may not read is not told: the run may still work.
    absent = submitting.looked_for(client, wanted, client.namespace, made).absent
    if absent:
        lines = "\n".join(f"  - {each}" for each in absent)
        raise ClusterError(
            f"the run needs what does not exist in namespace {client.namespace} of {client.where}:\n{lines}\n"
            "  make it first, or submit without the check (--no-check; a program: check=False)"
        )
