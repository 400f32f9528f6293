"""`flowdsl.simulate`'s answer: what every run of a pipeline can come to, and questions about it for tests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property

import attrs

from flowdsl.diagnostics import Finding, Location, Severity, UsageError
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.worlds.explore import BOUND, Witness
from flowdsl.worlds.findings import Found, find_all
from flowdsl.worlds.longest import Longest, longest
from flowdsl.worlds.model import Model
from flowdsl.worlds.questions import Asked, Source
from flowdsl.worlds.scenario import tell

_SOME = "in the runs that were looked at"


@attrs.frozen
class Verdict:
    """The answer to a question about all runs: true or false, in a sentence, with the shortest scenario for it.

    `exhaustive` is false where only some of the runs were looked at: what is said never to happen was not seen then.
    """

    holds: bool
    statement: str
    scenario: tuple[str, ...] = ()
    exhaustive: bool = True

    def __bool__(self) -> bool:
        return self.holds

    def __str__(self) -> str:
        some = "" if self.exhaustive else f" ({_SOME})"
        return f"{self.statement}{some}{': ' if self.scenario else ''}{' → '.join(self.scenario)}"

    # What pytest shows of an assertion that fails.
    __repr__ = __str__


class Simulation:
    """Every run that a pipeline can have. Questions are answered with a `Verdict`, which is true or false:

        assert simulate(sonic).never("upload", without="gate")

    Where there are more runs than can be looked at, `exhaustive` is false: then some were played, chosen by a fixed
    seed.
    """

    def __init__(self, model: Model, places: Mapping[str, Location] | None = None, *, bound: int = BOUND) -> None:
        self._model = model
        self._places = places or {}
        self._asked = Asked(model, bound)

    @property
    def pipeline(self) -> str:
        """The Pipeline's name."""
        return self._model.name

    @property
    def exhaustive(self) -> bool:
        """Whether what was said until now holds for all runs."""
        return not self._asked.sampled

    @property
    def worlds(self) -> int:
        """How many runs were looked at, those included that come out alike."""
        return self._asked.number

    @property
    def tasks(self) -> tuple[str, ...]:
        """The names of the tasks, those of `finally` last."""
        spec = self._model.spec
        return tuple(task["name"] for task in (*(spec.get("tasks") or ()), *(spec.get("finally") or ())))

    @cached_property
    def longest(self) -> Longest:
        """The chain of tasks that may take longest, by the timeouts that they declare."""
        return longest(self._model)

    @cached_property
    def found(self) -> tuple[Found, ...]:
        """What is worth a look, each with its shortest scenario."""
        self._asked.begin()
        return tuple(find_all(self._asked, self.longest, self._places))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The same as findings of flowdsl, with codes and places."""
        return tuple(each.finding for each in self.found)

    @property
    def clean(self) -> bool:
        """Whether nothing was found but notes."""
        return all(each.severity is Severity.NOTE for each in self.findings)

    def never(self, task: str, *, without: str | Collection[str] = ()) -> Verdict:
        """Whether no run starts a task at all or, with `without`, none in which another did not succeed.

        Of several in `without` each must have succeeded. Raises UsageError for a task that is not there.
        """
        gates = self._names(without)
        for gate in gates or [""]:
            witness = self._ask(lambda source, gate=gate: source.runs(self._name(task), gate))  # type: ignore[misc]
            if witness is not None:
                what = f"{task} can run without {gate}" if gate else f"{task} can run"
                return self._verdict(what, witness, task, gate, holds=False)
        return self._verdict(f"{task} never runs{_without(gates)}", None, holds=True)

    def possible(self, task: str, *, without: str | Collection[str] = ()) -> Verdict:
        """Whether some run starts a task or, with `without`, one in which one of these did not succeed: not `never`."""
        never = self.never(task, without=without)
        return attrs.evolve(never, holds=not never.holds)

    def always(self, task: str) -> Verdict:
        """Whether every run starts a task that is not stopped from outside (cancelled, or at the run's own timeout).

        A task that is not of `finally` is not started once another has failed. Raises UsageError.
        """
        witness = self._ask(lambda source: source.misses(self._name(task)))
        if witness is None:
            return self._verdict(f"{task} always runs", None, holds=True)
        return self._verdict(f"{task} does not always run", witness, task, holds=False)

    def _verdict(self, statement: str, witness: Witness | None, *about: str, holds: bool) -> Verdict:
        return Verdict(holds, statement, self._tell(witness, about) if witness else (), self.exhaustive)

    def _tell(self, witness: Witness, about: Collection[str]) -> tuple[str, ...]:
        return tell(self._model, self._asked.known, witness.world, witness.played, [each for each in about if each])

    def _ask(self, question: Callable[[Source], Witness | None]) -> Witness | None:
        self._asked.begin()
        return self._asked.ask(question)

    def _names(self, given: str | Collection[str]) -> list[str]:
        return [self._name(each) for each in ([given] if isinstance(given, str) else given) if each]

    def _name(self, name: str) -> str:
        if name not in self._model.tasks:
            hint = did_you_mean(str(name), self.tasks, f"there are {', '.join(self.tasks)}")
            raise UsageError(f"the pipeline has no task {name!r}; {hint}")
        return name


def _without(gates: Collection[str]) -> str:
    return f" without {' and '.join(gates)}" if gates else ""
