"""`Outcome`: what `flowdsl.run` gives, the record of a run on this machine with what only that one has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Generic, TypeVar, cast

import attrs

from flowdsl.library.failures import failure_of
from flowdsl.library.kept_runs import log_files, new_lines
from flowdsl.library.records import RunRecord, record_of, told
from flowdsl.library.run_session import Played
from flowdsl.runner.gates import stopped
from flowdsl.runner.made_files import files_by_name
from flowdsl.runner.store import RunFolder

R_co = TypeVar("R_co", covariant=True)


@attrs.frozen(kw_only=True, repr=False)
class Outcome(RunRecord, Generic[R_co]):
    """A run that was played here. Beside what each record has:

    `files` are the files and folders that the run made, by the name of the pipeline's result or as `TASK.RESULT`;
    `logs` has what each task printed, by its name in the pipeline, secrets masked; `folder` holds all of it.
    """

    files: Mapping[str, Path] = attrs.field(factory=dict)
    logs: Mapping[str, str] = attrs.field(factory=dict)
    lacks: str = attrs.field(default="", repr=False)
    """Why there is no value; "" where there is one."""
    _returned: R_co | None = attrs.field(default=None, repr=False)

    @property
    def value(self) -> R_co:
        """What the pipeline's function returns, of this run: its results, typed as the function declares.

        A `File` is the path where it lies now. Raises LookupError where the run has no such value: it failed, a branch
        that would have given one did not run, or it was of documents.
        """
        if self.lacks:
            raise LookupError(f"run {self.name} has no value: {self.lacks}")
        return cast("R_co", self._returned)

    def _repr_html_(self) -> str:
        """The outcome in a notebook: a table of the tasks, results and files below it."""
        from flowdsl.view.html import TaskRow, run_html
        from flowdsl.view.progress import duration

        rows = [
            TaskRow(each.name, each.status, "" if each.seconds is None else duration(each.seconds), told(each))
            for each in self.tasks
        ]
        return run_html(self.name, self.reason or self.status, rows, {**self.results, **self.files})


def outcome_of(played: Played) -> Outcome[object]:
    """The outcome of a run that was played."""
    folder, document = played.folder, played.pipeline_run
    task_runs = folder.task_runs()
    found = record_of(document, task_runs, folder.path.absolute())
    failed = {each.run for each in found.tasks if each.status == "Failed"}
    why = {name: failure_of(folder, each) for each in task_runs if (name := each["metadata"]["name"]) in failed}
    gates = stopped(lambda: task_runs, document)
    tasks = tuple(
        attrs.evolve(each, why=why.get(each.run, "") if each.run else gates.get(each.name, "")) for each in found.tasks
    )
    files = {name: path.absolute() for name, path in files_by_name(folder, document).items()}
    value, lacks = _returned(played, found, files)
    fields = {each.name: getattr(found, each.name) for each in attrs.fields(RunRecord)}
    logs = _Logs(folder, found.ran, {each.run: each.name for each in tasks if each.run})
    return Outcome(**{**fields, "tasks": tasks}, files=files, logs=logs, lacks=lacks, returned=value)


def _returned(played: Played, record: RunRecord, files: Mapping[str, Path]) -> tuple[object, str]:
    if not record.succeeded:
        return None, f"{record.reason}: {record.message}"
    if played.traced is None:
        return None, "it is not one of a pipeline in Python that was begun here; its results are text"
    from flowdsl.library.returned import returned

    return returned(*played.traced, record.results, files)


@attrs.frozen(repr=False)
class _Logs(Mapping[str, str]):
    """What the tasks printed, each run of a fan-out and each attempt in its turn; read when it is asked for."""

    folder: RunFolder
    tasks: tuple[str, ...]
    runs: Mapping[str, str]

    def __getitem__(self, task: str) -> str:
        if task not in self.tasks:
            raise KeyError(f"{task!r} did not run; these did: {', '.join(self.tasks) or 'none'}")
        lines: list[str] = []
        for path in log_files(self.folder):
            if self.runs.get(path.relative_to(self.folder.path / "work").parts[0]) == task:
                lines += new_lines(self.folder, path, {})
        return "".join(f"{line}\n" for line in lines)

    def __iter__(self) -> Iterator[str]:
        return iter(self.tasks)

    def __len__(self) -> int:
        return len(self.tasks)

    def __repr__(self) -> str:
        return f"<logs of {', '.join(self.tasks)}>"
