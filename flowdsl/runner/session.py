"""A local run from its folder to its end: services, claims, the engine, and what is written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from flowdsl.diagnostics import InternalError, UsageError
from flowdsl.ir.local import LocalRun, Service
from flowdsl.machine.catalogue import Catalogue, Equivalent, ImageBuild
from flowdsl.runner.cache import Cache
from flowdsl.runner.cluster import LocalCluster, masker_of
from flowdsl.runner.contract import TaskRunner
from flowdsl.runner.made_files import made_files
from flowdsl.runner.masking import Masker
from flowdsl.runner.packages import Environments
from flowdsl.runner.pipelinerun.engine import Engine, Settings
from flowdsl.runner.pipelinerun.only import only
from flowdsl.runner.services import Services
from flowdsl.runner.store import FolderRecorder, RunFolder
from flowdsl.runner.store.recorder import did_not_succeed, was_cancelled
from flowdsl.view.events import Event, Notice, RunFinished, RunStarted, TaskInfo, condition

if TYPE_CHECKING:
    from flowdsl.kinds import shapes


@attrs.define
class Session:
    """One local run. `run` is the PipelineRun among `documents`, with its name, namespace and uid.

    `set_params` puts text values into the run's params; `chosen` are those that the user gave, which go before the
    services' own. `only` names tasks to run with what they need. `resumed` says that the folder holds an earlier part.
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
        folder = self.folder.path / "services"
        with Services(
            self._services(), folder, self.environment, about.get("ports"), notice, masker, self.asked_to_end
        ) as services:
            known = set(services.params())
            values = {name: value for name, value in services.params().items() if name not in self.chosen}
            if known:
                self.set_params(values)
                self.folder.write_about({**about, "ports": services.ports})
            return self._run(emit, notice, ready, masker)

    def _services(self) -> list[Service]:
        """The services that are of use: one whose params the user gave other values has nothing to do."""
        return [each for each in self.local.services if not each.params or not self.chosen.issuperset(each.params)]

    def _run(
        self,
        emit: Callable[[Event], None],
        notice: Callable[[str], None],
        ready: Callable[[Engine], None],
        masker: Masker,
    ) -> shapes.PipelineRun:
        catalogue = Catalogue.of(self.documents, self.stand_ins, self.equivalent, self.image_build)
        run = self._chosen_run(catalogue)
        cluster = LocalCluster(self.folder.path / "claims", self.local, catalogue, notice, masker)
        recorder = FolderRecorder(self.folder, masker, again=self._again(run, catalogue))
        try:
            emit(
                RunStarted(run["metadata"]["name"], _pipeline(self.run), _tasks(run, catalogue), str(self.folder.path))
            )
            engine = Engine(run, catalogue, self.task_runner, cluster, recorder, emit, self.settings, cache=self.cache)
            ready(engine)
            if self.packages is not None:
                self.packages.start(notice)
            finished = engine.run()
        finally:
            recorder.close()
        emit(RunFinished(finished, self._hint(finished)))
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

    def _hint(self, finished: shapes.PipelineRun) -> str:
        files = [f"  {line}" for line in made_files(self.folder, finished)]
        lines = [*(["files:", *files] if files else ()), f"everything about it is in {self.folder.path}"]
        failed = condition(finished).get("status") != "True"
        if failed and (finished.get("status") or {}).get("childReferences"):
            name = self.known_as or finished["metadata"]["name"]
            start = f"{self.command} run"
            lines.append(f"look at it: {start}s logs {name}; go on with it: {start} --resume {name}")
        return "\n".join(lines)

    def _again(self, run: shapes.PipelineRun, catalogue: Catalogue) -> Callable[[str, shapes.TaskRunStatus], bool]:
        """Which finished TaskRuns run once more: those named; of a run that had ended, what failed, and finally."""
        ended = self.resumed and condition(self.folder.pipeline_run()).get("status") in ("True", "False")
        failed = ended and condition(self.folder.pipeline_run()).get("status") == "False"
        final = {task["name"] for task in _spec(run, catalogue).get("finally") or ()}

        def again(task: str, status: shapes.TaskRunStatus) -> bool:
            if task in self.only or was_cancelled(status):
                return True
            return failed and (task in final or did_not_succeed(status))

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
