"""What is served: the listeners and schedules of the files that are named, and how their runs are called here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from flowdsl.compiler.rules import NOT_PLAYED
from flowdsl.diagnostics import Finding, FlowError, Location
from flowdsl.diagnostics.escape import line
from flowdsl.events.cron import RUN_FILE
from flowdsl.events.matching import Cluster, Fields
from flowdsl.events.newest import most_at_once, without_first_task
from flowdsl.kinds.table import (
    BATCH,
    CONFIG_MAP,
    CRON_JOB,
    EVENT_LISTENER,
    GATEWAY,
    NETWORKING,
    PIPELINE,
    PIPELINE_RUN,
    RBAC,
    TASK,
    TRIGGERS,
    in_group,
)
from flowdsl.library.documents import name_of
from flowdsl.library.rules import NO_PIPELINE, NOTHING_TO_SERVE, SERVED_TWICE
from flowdsl.library.serve.room import peak
from flowdsl.library.triggering import kept
from flowdsl.runner.pipelinerun.budget import Resources

if TYPE_CHECKING:
    from flowdsl.frontend.pipeline import Pipeline

_BESIDE = (TRIGGERS, RBAC, NETWORKING, GATEWAY, BATCH)
"""What starts a run, and its rights: none of it is for the run itself."""


@attrs.frozen(kw_only=True)
class Schedule:
    """The times of a CronJob that `compile --events cron` wrote, and the run that it creates."""

    name: str
    cron: str
    zone: str
    deadline: float | None
    suspend: bool
    overlap: str
    run: Fields


@attrs.frozen(kw_only=True)
class Served:
    """What one file, or the YAML of one folder, has: `words` name it to `flowdsl run`, `notes` say what is left out."""

    words: tuple[str, ...]
    documents: Sequence[Fields]
    is_python: bool
    notes: Sequence[Finding] = ()

    def listeners(self) -> list[Fields]:
        """Its EventListeners."""
        return Cluster(self.documents).listeners()

    def schedules(self) -> list[Schedule]:
        """Its schedules."""
        jobs = [each for each in self.documents if CRON_JOB.is_of(each)]
        return [found for each in jobs if (found := _schedule(each, self.documents)) is not None]

    def names(self) -> list[str]:
        """The names of its listeners and schedules."""
        return [name_of(each) for each in self.documents if _is_start(each)]

    def needs(self, run: Fields) -> Resources:
        """What a run of it may ask for at once."""
        spec = (run.get("spec") or {}).get("pipelineSpec") or self._spec(run)
        tasks = {name_of(each): each.get("spec") or {} for each in self.documents if TASK.is_of(each)}
        return peak(spec, tasks)

    def most_at_once(self, run: Fields) -> int:
        """How many runs of its pipeline may go on at once; 0 where it does not say."""
        return most_at_once(self._pipeline(run))

    def _spec(self, run: Fields) -> Fields:
        return self._pipeline(run).get("spec") or {}

    def _pipeline(self, run: Fields) -> Fields:
        name = ((run.get("spec") or {}).get("pipelineRef") or {}).get("name")
        return next((each for each in self.documents if PIPELINE.is_of(each) and name_of(each) == name), {})

    def to_run(self) -> list[dict[str, object]]:
        """The documents that a run on this machine takes: the queue here ends older runs, no task has to."""
        left = [each for each in self.documents if not in_group(each.get("apiVersion"), *_BESIDE)]
        return [without_first_task(each) if PIPELINE.is_of(each) else dict(each) for each in left]


def served(words: Sequence[str], *, namespace: str = "", profile: str = "") -> list[Served]:
    """What files and folders have that an event or a time starts.

    Raises FlowError for what does not compile, for two listeners or schedules of one name (FLOW398), and where nothing
    is started by anything (FLOW397); UsageError for a path that is not there.
    """
    named = [each for word in words for each in _of_word(word, namespace, profile)]
    found = [each for each in named if each.listeners() or each.schedules() or each.notes]
    if not any(each.listeners() or each.schedules() for each in found):
        message = "nothing here is started by an event or a time"
        hint = "say what starts a pipeline, `@pipeline(on=[push(...)])`, or name what `compile --events` wrote"
        left_out = [note for each in found for note in each.notes]
        raise FlowError((*left_out, NOTHING_TO_SERVE.finding(message, Location(words[0], 1), hint=hint)))
    _check_names(found)
    return found


def _of_word(word: str, namespace: str, profile: str) -> list[Served]:
    from flowdsl.library.targets import is_python

    if is_python(word):
        return _python(word, namespace, profile)
    if not Path(word).is_dir():
        return [Served(words=(word,), documents=kept((word,)), is_python=False)]
    return _of_folder(Path(word), namespace, profile)


def _of_folder(folder: Path, namespace: str, profile: str) -> list[Served]:
    """Its Python files, and what YAML has that they have not: what they compile to may lie beside them."""
    found: list[Served] = []
    for file in sorted(folder.glob("*.py")):
        try:
            found += _python(str(file), namespace, profile)
        except FlowError as error:
            if any(each.code != NO_PIPELINE.code for each in error.diagnostics):
                raise
    files = tuple(str(each) for each in sorted(folder.iterdir()) if each.suffix in (".yaml", ".yml"))
    written = Served(words=files, documents=kept(files), is_python=False)
    known = {name for each in found for name in each.names()}
    rest = [each for each in written.documents if not (_is_start(each) and name_of(each) in known)]
    if any(map(_is_start, rest)):
        found.append(attrs.evolve(written, documents=rest))
    if not found:
        raise FlowError(
            (NOTHING_TO_SERVE.finding("no pipeline, and no YAML, is in this folder", Location(str(folder), 1)),)
        )
    return found


def _python(word: str, namespace: str, profile: str) -> list[Served]:
    from flowdsl.frontend.pipeline import Pipeline
    from flowdsl.library.loading import load_targets

    targets = load_targets(word)
    found = [_compiled(word, each, namespace, profile) for each in targets if isinstance(each, Pipeline)]
    return [each for each in found if each.documents]


def _compiled(word: str, target: Pipeline, namespace: str, profile: str) -> Served:
    from flowdsl.compiler import CompileOptions
    from flowdsl.library.compiling import compile_target
    from flowdsl.library.profiles import settings_for

    named = f"{word}:{target.name}" if word.endswith(".py") else word
    place = namespace or settings_for(target, profile).profile.namespace or "default"
    # One that nothing starts is compiled, too: its mistakes are told.
    events = ("triggers", "cron") if target.options.on else ()
    asked = CompileOptions(events=events, namespace=place, unlocked=True, playing=True)
    compiled = compile_target(target, asked, profile)
    notes = [each for each in compiled.diagnostics if each.code == NOT_PLAYED.code]
    return Served(words=(named,), documents=compiled.documents if events else (), is_python=True, notes=notes)


def _schedule(job: Fields, documents: Sequence[Fields]) -> Schedule | None:
    """A CronJob of ours as a schedule; None for anybody else's, which is no run of a pipeline."""
    spec = job.get("spec") or {}
    pod = (((spec.get("jobTemplate") or {}).get("spec") or {}).get("template") or {}).get("spec") or {}
    command = [str(each) for box in pod.get("containers") or () for each in box.get("command") or ()]
    if len(command) < 3 or command[-2] != PIPELINE_RUN.plural:
        return None
    maps = [(each.get("configMap") or {}).get("name") for each in pod.get("volumes") or ()]
    texts = [
        (each.get("data") or {}).get(RUN_FILE) for each in documents if CONFIG_MAP.is_of(each) and name_of(each) in maps
    ]
    if not texts or not isinstance(texts[0], str):
        return None
    deadline = spec.get("startingDeadlineSeconds")
    return Schedule(
        name=name_of(job),
        cron=str(spec.get("schedule")),
        zone=str(spec.get("timeZone") or "Etc/UTC"),
        deadline=None if deadline is None else float(deadline),
        suspend=bool(spec.get("suspend")),
        overlap=command[-1],
        run=json.loads(texts[0]),
    )


def _check_names(found: Sequence[Served]) -> None:
    """Each listener has a path of its own, and each schedule its times."""
    seen: dict[str, Served] = {}
    for each in found:
        for name in each.names():
            if name in seen:
                where = ", ".join(map(line, seen[name].words))
                message = f"{name!r} is in {where}, too: one path can't be for both"
                hint = "name one of the files, or rename a pipeline"
                raise FlowError((SERVED_TWICE.finding(message, Location(each.words[0], 1), hint=hint),))
            seen[name] = each


def _is_start(document: Fields) -> bool:
    return EVENT_LISTENER.is_of(document) or CRON_JOB.is_of(document)
