"""One step, from its start to its termination message: what Tekton's entrypoint does (pkg/entrypoint)."""

from __future__ import annotations

import contextlib
import os
import posixpath
import select
import signal
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from flowdsl.kube.conventions import MESSAGE_MOST, TEKTON_PATH
from flowdsl.kube.durations import parse_duration
from flowdsl.runner import beneath
from flowdsl.runner.contract import Observer, Stop
from flowdsl.runner.packages import Environments, InstallError
from flowdsl.runner.taskrun import results as made
from flowdsl.runner.taskrun import stepvalues
from flowdsl.runner.taskrun.container import Ready, with_shebang
from flowdsl.runner.taskrun.executor import Executor
from flowdsl.runner.taskrun.launch import Ended, Process
from flowdsl.runner.taskrun.output import Log, Stream
from flowdsl.runner.taskrun.pod import Pod

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

GRACE = 5.0  # seconds between asking a process to end and ending it; a pod's is 30 by default
TICK = 0.1  # seconds: how soon a request to stop is seen


def now() -> datetime:
    """The time, as Kubernetes writes it."""
    return datetime.now(timezone.utc)


@attrs.define
class Outcome:
    """How a container ended. `reason` is Tekton's terminationReason, `state_reason` Kubernetes' own."""

    ready: Ready
    exit_code: int
    started: datetime
    finished: datetime
    reason: str = ""
    state_reason: str = ""
    message: made.Message = attrs.field(factory=made.Message)
    # The exit code that `onError: continue` passed over.
    passed_over: int | None = None
    interrupted: bool = False
    # What the next step goes by: results that are too long come after the word to it.
    command_succeeded: bool = True


@attrs.frozen
class Limits:
    """When a TaskRun must end: by the clock (time.monotonic, None for never), or because it was asked to."""

    deadline: float | None
    stop: Stop

    @property
    def over(self) -> bool:
        """Whether it must end now."""
        return self.stop.requested or (self.deadline is not None and time.monotonic() >= self.deadline)


@attrs.frozen
class Surroundings:
    """What all steps of an attempt share."""

    pod: Pod
    executor: Executor
    observer: Observer
    task_run: str
    limits: Limits
    folder: Path
    results: Sequence[shapes.TaskResult]
    log_limit: int
    packages: Environments | None = None


class StepRun:
    """Runs one step."""

    def __init__(self, ready: Ready, around: Surroundings) -> None:
        self.ready = ready
        self.around = around
        self.steps = around.pod.tekton / "steps"
        self.log = Log(around.folder / f"{ready.name}.log", around.log_limit)
        self.streams: list[Stream] = []
        self.timed_out = False
        self.interrupted = False

    def say(self, text: str) -> None:
        """A line of the runner's own in the step's log, which may quote a command."""
        text = self.around.pod.masker.text(text)
        self.log.write(text.encode("utf-8", "replace") + b"\n")
        self._tell(text)

    def _tell(self, text: str) -> None:
        self.around.observer.line(self.around.task_run, self.ready.name, text)

    def skip(self) -> Outcome:
        """A step before this one failed."""
        moment = now()
        self.say("Skipping step because a previous step failed")
        self.log.close()
        message = made.Message([_started(moment), made.entry("Reason", "Skipped", made.INTERNAL)])
        outcome = Outcome(self.ready, 1, moment, moment, "Skipped", "Error", message)
        self.around.observer.step_finished(self.around.task_run, self.ready.name, 1, "Skipped")
        return outcome

    def run(self) -> Outcome:
        """Run it to its end. Raises RefusedError where its working folder can't be made."""
        outcome = Outcome(self.ready, 0, now(), now())
        entries = [_started(outcome.started)]
        try:
            if self._allowed():
                self._finish(outcome, self._execute(), entries)
            else:
                self.say("Step was skipped due to when expressions were evaluated to false.")
                entries.append(made.entry("Reason", "Skipped", made.INTERNAL))
                outcome.reason = "Skipped"
                self._exit_file("0")
        except stepvalues.StepValueError as problem:
            self.say(f"Error executing command: {problem}")
            outcome.exit_code = 1
            outcome.command_succeeded = False
        self._close_message(outcome, entries)
        notice = self.log.close()
        if notice:
            self._tell(notice)
        outcome.finished = now()
        outcome.state_reason = "Completed" if outcome.exit_code == 0 else "Error"
        outcome.interrupted = self.interrupted
        if outcome.passed_over is not None:
            outcome.reason = outcome.reason or "Continued"
        outcome.reason = outcome.reason or outcome.state_reason
        shown = outcome.exit_code if outcome.passed_over is None else outcome.passed_over
        self.around.observer.step_finished(self.around.task_run, self.ready.name, shown, outcome.reason)
        return outcome

    def _allowed(self) -> bool:
        expressions = self.ready.step.get("when") or ()
        return stepvalues.allows([stepvalues.when(one, self.steps) for one in expressions])

    def _command(self) -> tuple[list[str], dict[str, str]]:
        """The command and environment with what earlier steps gave; what can't be had is told and left as it is."""
        argv, env = list(self.ready.argv), dict(self.ready.env)
        try:
            env = {key: stepvalues.text(one, self.steps) for key, one in env.items()}
            argv = stepvalues.words(argv, self.steps)
        except stepvalues.StepValueError as problem:
            self.say(f"Error while substituting step results: {problem}")
        try:
            argv = [stepvalues.artifacts(one, self.steps) for one in argv]
            env = {key: stepvalues.artifacts(one, self.steps) for key, one in env.items()}
            if self.ready.step.get("script"):
                self._script_artifacts()
        except stepvalues.StepValueError as problem:
            self.say(f"Error while substituting step artifacts: {problem}")
        return argv, env

    def _script_artifacts(self) -> None:
        script = self.ready.step["script"]
        if "$(steps." in script:
            place = next(one for one in self.ready.argv if "/scripts/script-" in one)
            script = stepvalues.artifacts(with_shebang(self.ready.rewrite(script)), self.steps)
            self.around.pod.place_script(place.rpartition("/")[2], script)

    def _packages_missing(self) -> Ended | None:
        """Wait for the packages of the step; how it ends where they don't come."""
        given, packages = self.ready.packages, self.around.packages
        if given is None or packages is None:
            return None
        told = False
        try:
            while not packages.is_ready(given):
                if not told:
                    told = True
                    self.say(f"waiting for its packages: {given.what}")
                if self.around.limits.over:
                    self.interrupted = True
                    return Ended(-1, signal.SIGTERM)
                self.around.limits.stop.wait(TICK)
        except InstallError as problem:
            for line in str(problem).splitlines():
                self.say(line)
            return Ended(-1, 0, f"{given.what} can't be installed")
        return None

    def _execute(self) -> Ended:
        if (ended := self._packages_missing()) is not None:
            return ended
        argv, env = self._command()
        copies = {}
        step = self.ready.step
        for key, wanted in (("stdoutConfig", step.get("stdoutConfig")), ("stderrConfig", step.get("stderrConfig"))):
            if path := (wanted or {}).get("path"):
                try:
                    copies[key] = self._open_copy(path)
                except OSError as problem:
                    return Ended(-1, 0, f"error opening {path}: {problem.strerror}")
        separate = bool(copies)
        out_read, out_write = os.pipe()
        err_read, err_write = os.pipe() if separate else (-1, out_write)
        self._stream(out_read, copies.get("stdoutConfig", -1))
        if separate:
            self._stream(err_read, copies.get("stderrConfig", -1))
        try:
            process = self.around.executor.start(self.ready.launch(argv, env, self.around.pod), out_write, err_write)
        finally:
            os.close(out_write)
            if separate:
                os.close(err_write)
        try:
            return self._follow(process)
        finally:
            for stream in self.streams:
                stream.finish()
            process.close()

    def _open_copy(self, path: str) -> int:
        """The file that a stream is copied to; -1 for one outside all volumes: nobody but the container would see it.

        What a step before may have left there is not written through.
        """
        volume = self.around.pod.volume_of(posixpath.normpath(path), self.ready.mounts)
        if volume is None:
            return -1
        root, below = volume if volume[1] else (volume[0].parent, volume[0].name)
        folder = beneath.real_path(root, posixpath.dirname(below), make=True)
        name = f"{folder}/{posixpath.basename(below)}".lstrip("/")
        return beneath.open_file(root, name, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def _stream(self, source: int, copy: int) -> None:
        self.streams.append(Stream(source, self.log, self.around.pod.masker, self._tell, copy))

    def _follow(self, process: Process) -> Ended:
        poll = select.poll()
        poll.register(process.fileno(), select.POLLIN)
        by_source = {one.source: one for one in self.streams}
        for source in by_source:
            poll.register(source, select.POLLIN)
        timeout = self.ready.step.get("timeout")
        seconds = parse_duration(str(timeout)) / 1e9 if timeout else 0.0
        step_end = time.monotonic() + seconds if seconds > 0 else None
        kill_at: float | None = None
        told = False
        while True:
            for descriptor, _ in poll.poll(TICK * 1000):
                stream = by_source.get(descriptor)
                if stream is not None:
                    stream.pump()
                    if not stream.open:
                        poll.unregister(descriptor)
            ended = process.poll()
            if process.started and not told:
                told = True
                self.around.observer.step_started(self.around.task_run, self.ready.name)
            if ended is not None:
                return ended
            moment = time.monotonic()
            if step_end is not None and moment >= step_end:
                self.timed_out, step_end = True, None
                process.kill()
            if kill_at is None and not self.timed_out and self.around.limits.over:
                self.interrupted, kill_at = True, moment + GRACE
                process.terminate()
            elif kill_at is not None and moment >= kill_at:
                process.kill()

    def _finish(self, outcome: Outcome, ended: Ended, entries: list[made.Entry]) -> None:
        """What the entrypoint makes of the command's end."""
        failed = bool(ended.problem) or ended.code != 0
        if self.timed_out and failed:
            outcome.exit_code, outcome.reason = 1, "TimeoutExceeded"
            entries.append(made.entry("Reason", "TimeoutExceeded", made.INTERNAL))
            self.say("context deadline exceeded")
        elif ended.problem:
            outcome.exit_code = 1
            self.say(f"Error executing command: {ended.problem}")
        elif failed and self.ready.step.get("onError") == "continue":
            outcome.passed_over = ended.code
            entries.append(made.entry("ExitCode", str(ended.code), made.INTERNAL))
            self._exit_file(str(ended.code))
        elif failed:
            # A signal's end has no exit code in Go: the entrypoint exits with -1, which is 255.
            outcome.exit_code = ended.code & 0xFF
            if ended.signal:
                self.say(f"the step was ended by signal {ended.signal}")
        else:
            self._exit_file("0")
        outcome.command_succeeded = outcome.exit_code == 0
        tekton = self.around.pod.tekton
        names = [one["name"] for one in self.around.results if not one.get("value")]
        step_names = [one["name"] for one in self.ready.step.get("results") or ()]
        try:
            if names:
                outcome.message.add(made.read_files(tekton, "results", names, made.TASK_RESULT))
            if step_names:
                folder = f"steps/{self.ready.container}/results"
                outcome.message.add(made.read_files(tekton, folder, step_names, made.STEP_RESULT))
        except made.TooLongError:
            self._unreported(outcome, made.TOO_LONG)
        except OSError as problem:
            self._unreported(
                outcome, f"Error executing command: reading {TEKTON_PATH}/{problem.filename}: {problem.strerror}"
            )
        self._artifacts(outcome, entries)

    def _unreported(self, outcome: Outcome, text: str) -> None:
        """What the step made can't be handed on: it fails for that, whatever its command came to."""
        outcome.exit_code = 1
        outcome.passed_over = None
        self.say(text)

    def _artifacts(self, outcome: Outcome, entries: list[made.Entry]) -> None:
        for folder, kind in (
            (f"steps/{self.ready.container}/artifacts", made.STEP_ARTIFACTS),
            ("artifacts", made.TASK_ARTIFACTS),
        ):
            file = f"{folder}/provenance.json"
            try:
                data = beneath.read(self.around.pod.tekton, file, MESSAGE_MOST)
            except FileNotFoundError:
                continue
            except beneath.LongError:
                self._unreported(outcome, f"Error while writing message: {made.TOO_LONG}")
                return
            except OSError as problem:
                what = "step" if kind == made.STEP_ARTIFACTS else "task"
                self._unreported(outcome, f"Error while handling {what} artifacts: {problem.strerror}")
                return
            entries.append(made.entry(f"{TEKTON_PATH}/{file}", made.go_text(data), kind))

    def _close_message(self, outcome: Outcome, entries: list[made.Entry]) -> None:
        try:
            outcome.message.add(entries)
        except made.TooLongError:
            self._unreported(outcome, f"Error while writing message: {made.TOO_LONG}")

    def _exit_file(self, content: str) -> None:
        with contextlib.suppress(OSError):
            beneath.write(self.around.pod.tekton, f"steps/{self.ready.container}/exitCode", content.encode("ascii"))


def _started(moment: datetime) -> made.Entry:
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
    return made.entry("StartedAt", stamp, made.INTERNAL)
