"""`flow_run`: a run for a test, with fakes and failures where the test wants them."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import ParamSpec, TypeVar, cast, overload

import attrs

from flowdsl.diagnostics import FlowError, UsageError
from flowdsl.library.arguments import words
from flowdsl.library.documents import Documents
from flowdsl.library.inputs import Values
from flowdsl.library.outcomes import Outcome, outcome_of
from flowdsl.library.rules import FAKE_RESULT
from flowdsl.library.run_options import RunOptions
from flowdsl.library.run_session import Played
from flowdsl.library.running import Returning, run_to_end
from flowdsl.library.typed_params import texts_of
from flowdsl.testing.faked_runs import FakedRuns, FakeResultError
from flowdsl.testing.fakes import Fakes, place_of

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)
_Functions = Mapping[str, Callable[..., object]]


@attrs.define
class FlowRun:
    """Runs pipelines for one test; each run is kept in a folder of its own below `folder`.

    `played` is told of each run that is over.
    """

    folder: Path
    played: Callable[[Played], None] = lambda _: None
    _count: int = attrs.field(default=0, init=False)

    @overload
    def __call__(
        self,
        what: Returning[P, R_co],
        *,
        tasks: _Functions | None = None,
        fail: Mapping[str, int] | None = None,
        params: Mapping[str, object] | None = None,
        secrets: Mapping[str, Mapping[str, str]] | None = None,
        only: Collection[str] = (),
        profile: str = "",
        **values: object,
    ) -> Outcome[R_co]: ...
    @overload
    def __call__(
        self,
        what: Documents,
        *,
        tasks: _Functions | None = None,
        fail: Mapping[str, int] | None = None,
        params: Mapping[str, object] | None = None,
        secrets: Mapping[str, Mapping[str, str]] | None = None,
        only: Collection[str] = (),
        profile: str = "",
        **values: object,
    ) -> Outcome[object]: ...
    def __call__(
        self,
        what: Documents | Returning[P, R_co],
        *,
        tasks: _Functions | None = None,
        fail: Mapping[str, int] | None = None,
        params: Mapping[str, object] | None = None,
        secrets: Mapping[str, Mapping[str, str]] | None = None,
        only: Collection[str] = (),
        profile: str = "",
        **values: object,
    ) -> Outcome[R_co] | Outcome[object]:
        """Run a pipeline to its end, as `flowdsl.run` does, and give its outcome.

        `tasks` are functions by the name of a task in the pipeline, called in this process in place of the task, with
        the values that it would get; what they return becomes its results. One that raises is a task that failed;
        an assertion that fails in one fails the test. `fail` says how many first attempts of a task fail, also of one
        that is no fake. Retries, timeouts, conditions, `onError` and `finally` are Tekton's.

        Other names are values of the pipeline's params; `params`, `secrets`, `only` and `profile` are those of
        `flowdsl.run`. Nothing is taken from the cache. Where every task has a fake, no process is started and the
        services of the pipeline's LocalRun are left out.

        Raises FlowError for fakes that fit no task (FLOW453 to FLOW455), and what `flowdsl.run` raises.
        """
        __tracebackhide__ = True  # pytest shows the test's own line
        fakes = Fakes({} if tasks is None else tasks, _counts(fail))
        self._count += 1
        given = cast("Documents", what)
        try:
            options = RunOptions(
                values=Values.given(texts_of(given, params, values), "", (), profile),
                secrets={} if secrets is None else secrets,
                only=words("only", only),
                folder=str(self.folder / f"run-{self._count}"),
                cache=False,
                environment=os.environ,
                instead=fakes,
            )
            done = run_to_end(given, options, lambda _: None)
            if fakes.runs is not None:
                _raise_broken(fakes.runs)
        except (FlowError, UsageError) as error:
            raise error.with_traceback(None) from None
        self.played(done)
        return outcome_of(done)


def _counts(fail: Mapping[str, int] | None) -> Mapping[str, int]:
    found = {} if fail is None else fail
    for name, number in found.items():
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise UsageError(f"fail= takes how many first attempts of a task fail, got {name!r}: {number!r}")
    return found


def _raise_broken(runs: FakedRuns) -> None:
    """Raise what was wrong with a fake, or asserted in it."""
    for task, error in runs.broken[:1]:
        if isinstance(error, FakeResultError):
            results = ", ".join(f"{name}: {kind}" for name, kind, _ in runs.contracts[task].results) or "nothing"
            message = f"the fake for {task!r} does not give what the task gives: {error}"
            where = place_of(runs.functions[task])
            raise FlowError((FAKE_RESULT.finding(message, where, hint=f"{task} gives {results}"),))
        raise error
