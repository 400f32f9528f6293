"""What is replaced only when a step starts: results and artifacts of earlier steps (pkg/entrypoint)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flowdsl.check.references import step_results
from flowdsl.machine.when import CelError, evaluate
from flowdsl.runner import beneath
from flowdsl.runner.taskrun.provenance import parse_artifacts
from flowdsl.runner.taskrun.results import go_json, go_text, parse_value

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

# Bytes. What is put in for a reference goes into a command line or a variable, and Linux takes 128 KiB of one.
LONGEST = 1 << 20
_ARTIFACT = re.compile(r"\$\(steps\.([^.]+)\.(inputs|outputs)\.([^.)]+)\)")
_INDEX = re.compile(r"\[([0-9])*\*?\]")


class StepValueError(Exception):
    """A step's result or artifact that is referred to and is not there."""


def find(reference: str, steps: Path) -> str | list[str]:
    """The value of `$(steps.NAME.results.RESULT...)`. Raises StepValueError."""
    parts = reference[2:-1].split(".")
    if len(parts) not in {4, 5}:
        raise StepValueError(f"{reference} is no reference to a step's result")
    index = _INDEX.search(parts[3])
    name = _INDEX.sub("", parts[3])
    try:
        value = parse_value(_text(steps, f"step-{parts[1]}/results/{name}"))
    except FileNotFoundError:
        raise StepValueError(f"step {parts[1]} has written no result {name}") from None
    except OSError as problem:
        raise StepValueError(f"result {name} of step {parts[1]} can't be read: {problem.strerror}") from None
    if len(parts) == 5:
        return value.get(parts[4], "") if isinstance(value, dict) else ""
    if index is None:
        return value if isinstance(value, str) else ""
    items = value if isinstance(value, list) else []
    inside = index[0][1:-1]
    if inside == "*":
        return list(items)
    if not (inside.isascii() and inside.isdigit()) or len(inside) > 9 or int(inside) >= len(items):
        raise StepValueError(f"{reference}: the array has {len(items)} elements")
    return items[int(inside)]


def _text(steps: Path, path: str) -> str:
    return go_text(beneath.read(steps, path, LONGEST))


def words(command: Sequence[str], steps: Path) -> list[str]:
    """A command with the results of steps in it; a whole array becomes its elements. Raises StepValueError."""
    made: list[str] = []
    for word in command:
        text: str | None = word
        for reference, _, _ in step_results(word):
            value = find(reference, steps)
            if isinstance(value, list):
                if word != reference:
                    raise StepValueError(f"{reference} gives an array and must stand alone")
                made += value
                text = None
                break
            text = (text or "").replace(reference, value)
        if text is not None:
            made.append(text)
    return made


def text(value: str, steps: Path) -> str:
    """A text with the results of steps in it. Raises StepValueError."""
    if "$(steps." in value:
        for reference, _, _ in step_results(value):
            one = find(reference, steps)
            value = value.replace(reference, "" if isinstance(one, list) else one)
    return value


def when(expression: shapes.WhenExpression, steps: Path) -> shapes.WhenExpression:
    """A `when` expression with the results of steps in it. Raises StepValueError."""
    made = expression.copy()
    if "values" in made:
        made["values"] = words(made["values"] or [], steps)
    if made.get("input"):
        made["input"] = text(made["input"], steps)
    if made.get("cel"):
        made["cel"] = text(made["cel"], steps)
    return made


def artifacts(value: str, steps: Path) -> str:
    """A text with the artifacts of steps in it, as JSON. Raises StepValueError."""
    if "$(steps." not in value:
        return value

    def values(match: re.Match[str]) -> str:
        try:
            told = parse_artifacts(_text(steps, f"step-{match[1]}/artifacts/provenance.json"))
            found = told.get("inputs") if match[2] == "inputs" else told.get("outputs")
            return next(go_json(one["values"]) for one in found or () if one["name"] == match[3])
        except (OSError, KeyError, StopIteration):
            raise StepValueError(f"values for template {match[0]} not found") from None

    return _ARTIFACT.sub(values, value)


def allows(expressions: Sequence[shapes.WhenExpression]) -> bool:
    """Whether a step may run. Raises StepValueError for CEL that can't be evaluated here."""
    for one in expressions:
        inside = one.get("input", "") in (one.get("values") or ())
        if inside != (one.get("operator") == "in"):
            return False
        if one.get("cel") and not _cel(one["cel"]):
            return False
    return True


def _cel(expression: str) -> bool:
    try:
        return evaluate(expression)
    except CelError as problem:
        raise StepValueError(f"the CEL expression {expression!r} can't be evaluated: {problem}") from None
