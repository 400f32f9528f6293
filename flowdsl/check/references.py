"""The grammar of `$(...)`, read as Tekton's validation reads it (pkg/substitution, pkg/apis/pipeline/v1/resultref.go).

Tekton reads references with several overlapping regular expressions; what a string means depends on which of them
looks. They are kept apart here for the same reason, each with the question it answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import attrs

from flowdsl.diagnostics.frozen import frozen

_INDEX = re.compile(r"\[[0-9]*\*?\]")
_VARIABLE = re.compile(r"\$\(([_a-zA-Z0-9.-]+(?:\[(?:[0-9]+|\*)\])?)\)")
_WHOLE = re.compile(
    r"\$\(params(?:\.[_a-zA-Z0-9.-]+\[\*\]|\[\"[_a-zA-Z0-9.-]+\[\*\]\"\]|\['[_a-zA-Z0-9.-]+\[\*\]'\])\)"
)
_STEP_ARTIFACT = re.compile(r"\$\(steps\.([^.]+)\.(?:inputs|outputs)\.([^.)]+)\)")
_TASK_ARTIFACT = re.compile(r"\$\(tasks\.([^.]+)\.(?:inputs|outputs)\.([^.)]+)\)")

PREFIXES = frozenset({"params", "tasks", "finally", "context", "workspaces", "results"})
"""What a reference in a pipeline task's params and when may start with."""


# What a reference is closed by, by what stands before its name: `$(params.x)`, `$(params["x"])`.
_ENDS = {".": ")", '["': '"])', "['": "'])"}


@lru_cache(maxsize=512)
def _start(prefix: str) -> re.Pattern[str] | None:
    try:
        return re.compile(rf"\$\({prefix}(?P<opening>\.|\[\"|\[')")
    except re.error:
        # A name that is no regular expression: Tekton's own reader gives up too, and its name rule reports it.
        return None


def _references(text: str, prefix: str) -> Iterator[tuple[str, str, str]]:
    r"""Every reference with a prefix: as written, what stands before its name, and the name.

    Tekton's expression is `\$\(PREFIX(?:\.(.*?)|\["(.*?)"\]|\['(.*?)'\])\)`. Go's engine reads it in linear time and
    Python's does not: a long line of references without an end would take minutes.
    """
    start = _start(prefix)
    at, line_end, open_until = 0, -1, dict.fromkeys(_ENDS, -1)
    while start is not None and (begun := start.search(text, at)):
        at, opening = begun.end(), begun["opening"] or "."
        if at > line_end:
            found = text.find("\n", at)
            line_end = found if found >= 0 else len(text)
        if at <= open_until[opening]:
            continue
        end = text.find(_ENDS[opening], at, line_end)
        if end < 0:
            open_until[opening] = line_end
            continue
        name, at = text[at:end], end + len(_ENDS[opening])
        yield text[begun.start() : at], opening, name


@frozen
class Found:
    """The variables of one prefix in a text: their names as written, the first reference, whether one is malformed."""

    names: tuple[str, ...]
    first: str = ""
    too_deep: bool = False


_NONE = Found(())


@lru_cache(maxsize=512)
def variables(text: str, prefix: str) -> Found:
    """The variables of a prefix (a regular expression, `params` or `context\\.task`) that a text refers to.

    With dots only the first part counts as the name, and at most two parts are allowed (`$(params.object.key)`).
    """
    found = list(_references(text, prefix))
    if not found:
        return _NONE
    first = found[0][0]
    if any(opening == "." and name.count(".") > 1 for _, opening, name in found):
        return Found((), first, too_deep=True)
    return Found(tuple(name.split(".", 1)[0] if opening == "." else name for _, opening, name in found), first)


def entire(text: str, prefix: str) -> list[str]:
    """The names with all their dots: `$(params.object.key)` gives `object.key`."""
    return [name for _, _, name in _references(text, prefix)]


def isolated_expressions(text: str, prefix: str) -> list[str]:
    """Every reference with this prefix, as written."""
    return [written for written, _, _ in _references(text, prefix)]


def is_within(index: str, length: int) -> bool:
    """Whether the digits of an index name one of so many items; they may be more than Python makes a number of."""
    digits = index.lstrip("0") or "0"
    return len(digits) <= len(str(length)) and int(digits) < length


def without_index(name: str) -> str:
    """A name without its `[0]` and `[*]`."""
    return _INDEX.sub("", name)


def is_whole_param(text: str) -> bool:
    """Whether the text is one reference to a whole array or object and nothing else: `$(params.list[*])`."""
    return _WHOLE.fullmatch(text) is not None


def whole_array_name(text: str) -> str:
    """`list` of `$(params.list[*])`; the text itself otherwise."""
    return text.removeprefix("$(params.").removesuffix("[*])")


@lru_cache(maxsize=512)
def expressions(text: str) -> tuple[str, ...]:
    """What stands between `$(` and `)` in every reference of the plain form."""
    return tuple(_VARIABLE.findall(text)) if "$(" in text else ()


@attrs.define
class ResultReference:
    """`tasks.TASK.results.RESULT`, with the index or the key where it has one."""

    task: str
    result: str
    index: str = ""
    key: str = ""
    section: str = "tasks"


def looks_like_result(expression: str) -> bool:
    """Whether an expression starts as a reference to a task's result."""
    return _is_result(expression.split("."))


def _is_result(parts: list[str]) -> bool:
    return len(parts) >= 4 and parts[0] in ("tasks", "finally") and parts[2] == "results"


def result_reference(expression: str) -> ResultReference | None:
    """The result an expression refers to, or None if it is another expression or has too many parts."""
    parts = expression.split(".")
    if not _is_result(parts) or len(parts) > 5:
        return None
    if len(parts) == 5:
        return ResultReference(parts[1], parts[3], key=parts[4], section=parts[0])
    index = _INDEX.search(parts[3])
    if index is None:
        return ResultReference(parts[1], parts[3], section=parts[0])
    return ResultReference(parts[1], without_index(parts[3]), index=index[0][1:-1], section=parts[0])


def result_references(found: Iterable[str]) -> Iterator[ResultReference]:
    """The results that expressions refer to."""
    for expression in found:
        reference = result_reference(expression)
        if reference:
            yield reference


def is_status(expression: str) -> bool:
    """Whether it is `tasks.TASK.status`, `tasks.TASK.reason` or `tasks.status`."""
    return expression.startswith("tasks.") and expression.endswith((".status", ".reason"))


def has_step_result(text: str) -> bool:
    """Whether the text refers to a result of another step."""
    return next(step_results(text), None) is not None


def step_results(text: str) -> Iterator[tuple[str, str, str]]:
    r"""Every match of Tekton's `\$\(steps\.(.*?)\.results\.(.*?)\)`: as written, the step, the result."""
    for line in text.split("\n") if "$(steps." in text else ():
        at = 0
        while (
            (start := line.find("$(steps.", at)) >= 0
            and (middle := line.find(".results.", start + 8)) >= 0
            and (end := line.find(")", middle + 9)) >= 0
        ):
            at = end + 1
            yield line[start:at], line[start + 8 : middle], line[middle + 9 : end]


def has_step_artifact(text: str) -> bool:
    """Whether the text refers to an artifact of a step."""
    return "$(step" in text and (_STEP_ARTIFACT.search(text) is not None or "$(step.artifacts.path)" in text)


def has_task_artifact(text: str, *, path: bool = True) -> bool:
    """Whether the text refers to an artifact of a task; `path` counts `$(artifacts.path)` too."""
    found = "$(tasks." in text and _TASK_ARTIFACT.search(text) is not None
    return found or (path and "$(artifacts.path)" in text)
