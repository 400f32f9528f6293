"""Times of a CronJob, as Kubernetes reads them.

https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax; the reader is robfig/cron v3,
`ParseStandard` (parser.go).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flowdsl.diagnostics.frozen import frozen

_MONTHS = {name: number for number, name in enumerate(str.split("jan feb mar apr may jun jul aug sep oct nov dec"), 1)}
_DAYS = {name: number for number, name in enumerate(str.split("sun mon tue wed thu fri sat"))}
WORDS: Mapping[str, str] = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
"""Words, and the five fields that each stands for."""


@frozen
class Field:
    """One of the five parts: its bounds, and the names that stand for numbers."""

    name: str
    least: int
    most: int
    names: Mapping[str, int] = {}

    def number(self, text: str) -> int | None:
        """A number or a name; None for what is none."""
        if text.lower() in self.names:
            return self.names[text.lower()]
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of the month", 1, 31),
    Field("month", 1, 12, _MONTHS),
    Field("day of the week", 0, 6, _DAYS),
)


def cron_problem(text: str) -> str:
    """What is wrong with the times; empty where nothing is."""
    if text.startswith("@"):
        return "" if text in WORDS else f"{text!r} is none of {', '.join(WORDS)}"
    if "TZ=" in text:
        return "the time zone stands beside the times, not in them"
    parts = text.split()
    if len(parts) != len(FIELDS):
        names = ", ".join(field.name for field in FIELDS)
        return f"there are {len(parts)} fields, and times have five: {names}"
    return next((each for part, field in zip(parts, FIELDS, strict=True) for each in _problems(part, field)), "")


def _problems(text: str, field: Field) -> Iterator[str]:
    for each in text.split(","):
        problem = _of_range(each, field)
        if problem:
            yield f"{field.name} {text!r}: {problem}"


def _of_range(text: str, field: Field) -> str:
    span, slash, step = text.partition("/")
    if slash and (field.number(step) is None or step.lower() in field.names or int(step) == 0):
        return f"the step {step!r} is not a number from 1"
    if span in ("*", "?"):
        return ""
    low, dash, high = span.partition("-")
    numbers = [field.number(low), *([field.number(high)] if dash else [])]
    for number, said in zip(numbers, (low, high), strict=False):
        if number is None:
            return f"{said!r} is no number"
        if not field.least <= number <= field.most:
            return f"{said} is not within {field.least} and {field.most}"
    if dash and numbers[0] > numbers[1]:  # type: ignore[operator]  # None has returned
        return f"{low} is after {high}"
    return ""
