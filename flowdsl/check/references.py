"""The grammar of `$(...)`, read as Tekton's validation reads it (pkg/substitution, pkg/apis/pipeline/v1/resultref.go).

Tekton reads references with several overlapping regular expressions; what a string means depends on which of them
looks. They are kept apart here for the same reason, each with the question it answers.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache

import attrs

_NAME = r".*?(?:\[\*\])?"
_INDEX = re.compile(r"\[[0-9]*\*?\]")
_VARIABLE = re.compile(r"\$\(([_a-zA-Z0-9.-]+(?:\[(?:[0-9]+|\*)\])?)\)")
_WHOLE = re.compile(
    r"\$\(params(?:\.[_a-zA-Z0-9.-]+\[\*\]|\[\"[_a-zA-Z0-9.-]+\[\*\]\"\]|\['[_a-zA-Z0-9.-]+\[\*\]'\])\)"
)
_STEP_RESULT = re.compile(r"\$\(steps\..*?\.results\..*?\)")
_STEP_ARTIFACT = re.compile(r"\$\(steps\.([^.]+)\.(?:inputs|outputs)\.([^.)]+)\)")
_TASK_ARTIFACT = re.compile(r"\$\(tasks\.([^.]+)\.(?:inputs|outputs)\.([^.)]+)\)")

PREFIXES = frozenset({"params", "tasks", "finally", "context", "workspaces", "results"})
"""What a reference in a pipeline task's params and when may start with."""


@lru_cache(maxsize=512)
def _pattern(prefix: str) -> re.Pattern[str] | None:
    try:
        return re.compile(rf"\$\({prefix}(?:\.({_NAME})|\[\"({_NAME})\"\]|\['({_NAME})'\])\)")
    except re.error:
        # A name that is no regular expression: Tekton's own reader gives up too, and its name rule reports it.
        return None


@attrs.frozen
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
    pattern = _pattern(prefix)
    matches = list(pattern.finditer(text)) if pattern else []
    if not matches:
        return _NONE
    names = []
    for match in matches:
        dotted, double, single = match.groups("")
        if "." in dotted:
            if dotted.count(".") > 1:
                return Found((), matches[0][0], too_deep=True)
            names.append(dotted.split(".", 1)[0])
        else:
            names.append(dotted or double or single)
    return Found(tuple(names), matches[0][0])


def entire(text: str, prefix: str) -> list[str]:
    """The names with all their dots: `$(params.object.key)` gives `object.key`."""
    pattern = _pattern(prefix)
    return ["".join(match.groups("")) for match in pattern.finditer(text)] if pattern else []


def isolated_expressions(text: str, prefix: str) -> list[str]:
    """Every reference with this prefix, as written."""
    pattern = _pattern(prefix)
    return [match[0] for match in pattern.finditer(text)] if pattern else []


def without_index(name: str) -> str:
    """A name without its `[0]` and `[*]`."""
    return _INDEX.sub("", name)


def unknown(text: str, prefix: str, known: Container[str]) -> str | None:
    """The first variable that is not known; the whole text stands for a malformed reference; None if all is well."""
    found = variables(text, prefix)
    if found.too_deep:
        return found.first
    for name in found.names:
        plain = without_index(name)
        if plain not in known:
            return plain
    return None


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
    return "$(steps." in text and _STEP_RESULT.search(text) is not None


def has_step_artifact(text: str) -> bool:
    """Whether the text refers to an artifact of a step."""
    return "$(step" in text and (_STEP_ARTIFACT.search(text) is not None or "$(step.artifacts.path)" in text)


def has_task_artifact(text: str, *, path: bool = True) -> bool:
    """Whether the text refers to an artifact of a task; `path` counts `$(artifacts.path)` too."""
    found = "$(tasks." in text and _TASK_ARTIFACT.search(text) is not None
    return found or (path and "$(artifacts.path)" in text)
