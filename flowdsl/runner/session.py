"""A local run from its folder to its end: services, claims, the engine, and what is written down."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from flowdsl.diagnostics import InternalError, UsageError
from flowdsl.ir.local import LocalRun, Service
from flowdsl.kube.words import word
from flowdsl.machine.catalogue import Catalogue, Equivalent, ImageBuild
from flowdsl.runner.cache import Cache
from flowdsl.runner.cluster import LocalCluster, masker_of
from flowdsl.runner.contract import TaskRunner
from flowdsl.runner.gates import stopped
from flowdsl.runner.inputs import NO_PLAN, inputs_of, without_places
from flowdsl.runner.made_files import made_files
from flowdsl.runner.masking import Masker
from flowdsl.runner.packages import Environments
from flowdsl.runner.pipelinerun.engine import Engine, Settings
from flowdsl.runner.pipelinerun.foreseen import foreseen
from flowdsl.runner.pipelinerun.ledger import Ledger
from flowdsl.runner.pipelinerun.only import only
from flowdsl.runner.pipelinerun.record import Before
from flowdsl.runner.services import Services
from flowdsl.runner.store import FolderRecorder, RunFolder
from flowdsl.view.events import (
    ASKED,
    CANCELLED,
    FAILED,
    NEEDS,
    Event,
    Notice,
    Planned,
    RunFinished,
    RunStarted,
    TaskInfo,
    condition,
)

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


@attrs.define
class Session:
    """One local run. `run` is the PipelineRun among `documents`, with its name, namespace and uid.

    `set_params` puts text values into the run's params; `chosen` are those that the user gave, which go before the
    services' own. `only` names tasks to run with what they need. `resumed` says that the folder holds an earlier part,
    `other_values` that conditions look at other values than in that part; `again` names tasks to run once more.
    `command` and `known_as` are how a person calls flowdsl and names this run: a failed one says how to go on.
    `asked_to_end` is looked at while services start: until the engine is there nobody else could end it.
    """

    folder: RunFolder
    run: shapes.PipelineRun
    documents: Sequence[Mapping[str, object]]
    local: LocalRun
    stand_ins: Mapping[str, Mapping[str, object]]
    task_runner: TaskRunner
    equivalent: Equivalent | None
    image_build: ImageBuild | None
    settings: Settings
    environment: Mapping[str, str]
    set_params: Callable[[Mapping[str, str]], None]
    chosen: frozenset[str] = frozenset()
    only: Sequence[str] = ()
    resumed: bool = False
    other_values: bool = False
    again: Collection[str] = ()
    cache: Cache | None = None
    packages: Environments | None = None
    command: str = "flowdsl"
    known_as: str = ""
    asked_to_end: Callable[[], bool] = lambda: False

    def play(self, emit: Callable[[Event], None], ready: Callable[[Engine], None]) -> shapes.PipelineRun:
        """Run it; the finished PipelineRun. `ready` gets the engine before it starts, to cancel it by.

        Raises UsageError for a service that does not start, KeyboardInterrupt where it is asked to end before all
        have, InternalError for our bug.
        """

        masker = masker_of(self.documents, self.local)
        try:
            return self._play(lambda event: emit(masker.event(event)), ready, masker)
        except Exception as error:
            # It may quote the log of a service, or what a step was given.
            text = masker.text(str(error))
            if text == str(error):
                raise
            raise (UsageError if isinstance(error, UsageError) else InternalError)(text) from None

    def _play(
        self, emit: Callable[[Event], None], ready: Callable[[Engine], None], masker: Masker
    ) -> shapes.PipelineRun:
        def notice(text: str) -> None:
            emit(Notice(text))

        about = self.folder.about()
        folder = self.folder.path / word("services")
        with Services(
            self._services(), folder, self.environment, about.get("ports"), notice, masker, self.asked_to_end
        ) as services:
            known = set(services.params())
            values = {name: value for name, value in services.params().items() if name not in self.chosen}
            if known:
                self.set_params(values)
                self.folder.write_about({**about, "ports": services.ports})
            return self._run(emit, notice, ready, masker, services.places())

    def _services(self) -> list[Service]:
        """The services that are of use: one whose params the user gave other values has nothing to do."""
        return [each for each in self.local.services if not each.params or not self.chosen.issuperset(each.params)]

    def _run(
        self,
        emit: Callable[[Event], None],
        notice: Callable[[str], None],
        ready: Callable[[Engine], None],
        masker: Masker,
        places: Mapping[str, str],
    ) -> shapes.PipelineRun:
        catalogue = Catalogue.of(self.documents, self.stand_ins, self.equivalent, self.image_build)
        run = self._chosen_run(catalogue)
        cluster = LocalCluster(self.folder.path / "claims", self.local, catalogue, notice, masker)
        recorder = FolderRecorder(self.folder, masker, again=self._again(run, catalogue))
        ledger = self._ledger(recorder, cluster, places)
        try:
            emit(
                RunStarted(run["metadata"]["name"], _pipeline(self.run), _tasks(run, catalogue), str(self.folder.path))
            )
            if self.resumed:
                recorder.mark()
                self._foresee(emit, run, catalogue, ledger, recorder)
            engine = Engine(
                run,
                catalogue,
                self.task_runner,
                cluster,
                recorder,
                emit,
                self.settings,
                cache=self.cache,
                ledger=ledger,
            )
            ready(engine)
            if self.packages is not None:
                self.packages.start(notice)
            finished = engine.run()
        finally:
            recorder.close()
        why = stopped(self.folder.task_runs, finished)
        emit(RunFinished(finished, self._hint(finished, why), stopped=why))
        return finished

    def _chosen_run(self, catalogue: Catalogue) -> shapes.PipelineRun:
        spec = (self.run.get("spec") or {}).copy()
        run: shapes.PipelineRun = {**self.run, "metadata": self.run["metadata"].copy(), "spec": spec}
        if self.only:
            chosen = only(_spec(run, catalogue), self.only)
            spec.pop("pipelineRef", None)
            spec["pipelineSpec"] = chosen
            names = {task["name"] for task in (*chosen.get("tasks", ()), *chosen.get("finally", ()))}
            specs = [each for each in spec.get("taskRunSpecs") or () if each.get("pipelineTaskName") in names]
            spec["taskRunSpecs"] = specs
        return run

    def _hint(self, finished: shapes.PipelineRun, why: Mapping[str, str]) -> str:
        files = [f"  {line}" for line in made_files(self.folder, finished)]
        lines = [f"{task} did not run: {value}" for task, value in why.items()]
        lines += [*(["files:", *files] if files else ()), f"everything about it is in {self.folder.path}"]
        failed = condition(finished).get("status") != "True"
        if failed and (finished.get("status") or {}).get("childReferences"):
            name = self.known_as or finished["metadata"]["name"]
            start = f"{self.command} run"
            lines.append(f"look at it: {start}s logs {name}; go on with it: {start} --resume {name}")
        return "\n".join(lines)

    def _foresee(
        self,
        emit: Callable[[Event], None],
        run: shapes.PipelineRun,
        catalogue: Catalogue,
        ledger: Ledger,
        recorder: FolderRecorder,
    ) -> None:
        if tasks := foreseen(run, catalogue, ledger, recorder.uid):
            emit(Planned(tuple(tasks)))

    def _ledger(self, recorder: FolderRecorder, cluster: LocalCluster, places: Mapping[str, str]) -> Ledger:
        plan = self.packages.plan if self.packages is not None else NO_PLAN

        def inputs(document: shapes.TaskRun) -> Mapping[str, str]:
            # Of what holds a Secret no hash is kept, by which it could be guessed.
            masked = without_places(cluster.masker.data(document), places)
            return inputs_of(masked, plan, cluster.config_map, own=True)

        return Ledger(recorder.before, inputs)

    def _again(self, run: shapes.PipelineRun, catalogue: Catalogue) -> Callable[[str, Before], str]:
        """Why a TaskRun that is over runs once more: it was asked for, it was cancelled; it failed, as the run did.

        Of a run whose journal says nothing of inputs, finally runs once more where the run had failed, or where
        conditions look at other values now.
        """
        status = condition(self.folder.pipeline_run()).get("status") if self.resumed else None
        ended, failed = status in ("True", "False"), status == "False"
        final = {task["name"] for task in _spec(run, catalogue).get("finally") or ()}
        other = ended and self.other_values  # what `finally` tells of the run is something else then

        def again(task: str, before: Before) -> str:
            if task in self.again:
                return ASKED
            if before.cancelled:
                return CANCELLED
            if failed and not before.succeeded:
                return FAILED
            return NEEDS if before.basis is None and task in final and (failed or other) else ""

        return again


def _spec(run: shapes.PipelineRun, catalogue: Catalogue) -> shapes.PipelineSpec:
    spec = run.get("spec") or {}
    if spec.get("pipelineSpec"):
        return spec["pipelineSpec"]
    try:
        return catalogue.pipeline(spec.get("pipelineRef") or {}).get("spec") or {}
    except LookupError:
        return {}


def _pipeline(run: shapes.PipelineRun) -> str:
    return str(((run.get("spec") or {}).get("pipelineRef") or {}).get("name") or run["metadata"]["name"])


def _tasks(run: shapes.PipelineRun, catalogue: Catalogue) -> tuple[TaskInfo, ...]:
    spec = _spec(run, catalogue)
    tasks = [(task, False) for task in spec.get("tasks") or ()] + [(task, True) for task in spec.get("finally") or ()]
    return tuple(TaskInfo(task["name"], task.get("displayName") or "", final) for task, final in tasks)
