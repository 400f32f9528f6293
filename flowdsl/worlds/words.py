"""A simulation as text for people, and as plain data for machines."""

from __future__ import annotations

import math
from collections.abc import Iterable

from flowdsl.diagnostics.render import as_data as finding_data
from flowdsl.machine.times import span
from flowdsl.worlds.simulation import Simulation, Verdict


def as_text(simulation: Simulation) -> str:
    """What was found, each with its scenario, and how much was looked at."""
    found = simulation.found
    lines = [f"{simulation.pipeline}: {_looked(simulation)}"]
    for each in found:
        place = f"  ({each.finding.location})" if each.finding.location else ""
        lines += ["", f"{each.finding.severity}[{each.finding.code}]: {each.finding.message}{place}"]
        if each.scenario:
            lines.append(f"  {' → '.join(each.scenario)}")
        lines.append(f"  hint: {each.finding.hint}")
    path = simulation.longest
    if path.tasks and path.seconds:
        rest = f"; without a timeout: {', '.join(path.open)}" if path.open else ""
        lines += ["", f"longest path by declared timeouts: {' → '.join(path.tasks)}, {span(path.seconds)}{rest}"]
    return "\n".join(lines) + "\n"


def _looked(simulation: Simulation) -> str:
    number = len(simulation.found)
    findings = f"{number or 'no'} finding{'' if number == 1 else 's'}"
    tasks = f"{len(simulation.tasks)} task{'' if len(simulation.tasks) == 1 else 's'}"
    if simulation.exhaustive:
        return f"{tasks}, every one of {_count(simulation.worlds)} runs looked at: {findings}"
    return f"{tasks}, too many runs to look at all; {_count(simulation.worlds)} played: {findings}"


def _count(number: int) -> str:
    """A number of runs: `1,024`, or `more than 10^20`."""
    # Not by its text: Python writes no number of more than 4,300 digits.
    return f"{number:,}" if number < 10**9 else f"more than 10^{int((number.bit_length() - 1) * math.log10(2))}"


def as_data(simulations: Iterable[Simulation], broken: Iterable[Verdict] = ()) -> dict[str, object]:
    """The same as data, and what was asked for and does not hold."""
    answers = [{"statement": each.statement, "scenario": list(each.scenario)} for each in broken]
    return {"simulated": [_one(each) for each in simulations], "broken": answers}


def _one(simulation: Simulation) -> dict[str, object]:
    path = simulation.longest
    found = [
        {**finding_data(each.finding), "about": each.about, "scenario": list(each.scenario)}
        for each in simulation.found
    ]
    return {
        "pipeline": simulation.pipeline,
        "tasks": list(simulation.tasks),
        "exhaustive": simulation.exhaustive,
        "runs": str(simulation.worlds) if simulation.worlds < 10**100 else _count(simulation.worlds),
        "findings": found,
        "longestPath": {
            "tasks": list(path.tasks),
            "seconds": path.seconds,
            "withoutTimeout": list(path.open),
            "limit": path.limit,
        },
    }
