"""What an API server answers: JSON of a bounded size, depth and time, in the shape that Kubernetes gives it.

Between us and the server may stand a login page, a proxy, another program on the port. Whatever comes from there that
is no answer of Kubernetes ends with words that say so.
"""

from __future__ import annotations

import json
import re
import time
from typing import Any

from flowdsl.diagnostics import ClusterError
from flowdsl.diagnostics.escape import line
from flowdsl.kubeclient.shapes import Each, MisfitError, Named, Shape, fitted, too_deep

MAX_ANSWER = 256 * 1024 * 1024
"""Bytes of one answer: a list of 2,000 runs with all their specs has a third of it."""
MAX_SECONDS = 300.0
"""Of one answer, from its first byte to its last: a list of that size over a slow line."""
_CHUNK = 1 << 16
# Half of a pair, which JSON can write and nothing else can: no header, path or terminal takes it.
_HALF = re.compile(r"\\u[dD][89a-fA-F]")

_SPEC: dict[str, Shape] = {
    "tasks": Each({"name!": "text", "displayName": "text", "onError": "text"}),
    "finally": Each({"name!": "text", "displayName": "text", "onError": "text"}),
}
_STATUS: dict[str, Any] = {
    "conditions": Each({"type": "text", "status": "text", "reason": "text", "message": "text"}),
    "startTime": "time",
    "completionTime": "time",
    "pipelineSpec": _SPEC,
    "skippedTasks": Each({"name!": "text", "reason": "text"}),
    "results": Each({"name!": "text", "value": "any"}),
    "steps": Each(
        {
            "name!": "text",
            "container": "text",
            "running": Named("any"),
            "terminated": {"startedAt": "time"},
        }
    ),
    "podName": "text",
    "containerStatuses": Each({"name!": "text", "state": {"terminated": Named("any")}}),
    "allocatable": Named("any"),
    "allowed": "flag",
}
_STATUS["retriesStatus"] = Each(_STATUS)
_METADATA: dict[str, Shape] = {
    "name": "text",
    "generateName": "text",
    "namespace": "text",
    "uid": "text",
    "resourceVersion": "text",
    "creationTimestamp": "time",
    "labels": Named("text"),
    "annotations": Named("text"),
}
_ANSWER: dict[str, Any] = {
    "kind": "text",
    "apiVersion": "text",
    "metadata": _METADATA,
    "spec": {**_SPEC, "pipelineSpec": _SPEC, "pipelineRef": {"name": "text"}, "status": "text"},
    "status": _STATUS,
    "data": Named("text"),
    "resources": Each({"name!": "text"}),
    "gitVersion": "text",
}
OBJECT: Shape = {**_ANSWER, "metadata!": {**_METADATA, "name!": "text"}}
"""An object that has a name, as all have that are stored."""
ANSWER: Shape = {**_ANSWER, "items": Each(OBJECT)}
"""An object, a list, a review."""
REFUSAL: Shape = {
    "message": "text",
    "reason": "text",
    "code": "number",
    "details": {"causes": Each({"reason": "text", "field": "text", "message": "text"})},
}
"""A Status: what is answered instead of what was asked for."""
EVENT: Shape = {"type!": "text", "object!": Named("any")}
"""A line of a watch."""


class OddAnswerError(ClusterError):
    """An answer that is none of Kubernetes'. It makes no sense to ask again."""


def odd(where: str, what: str, why: str) -> OddAnswerError:
    """The error for an answer; `what` was asked, `why` says what is wrong with it."""
    hint = "is the server of this context in the kubeconfig a Kubernetes API server, or does something stand before it?"
    return OddAnswerError(line(f"{where} answered {what} with what Kubernetes never answers: {why}; {hint}"))


def parsed(text: str, shape: Shape, *, where: str, what: str) -> dict[str, Any]:
    """The data of an answer. Raises OddAnswerError; nothing of the answer is in its message."""
    try:
        data = json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise odd(where, what, "it is no JSON") from error
    if not isinstance(data, dict):
        raise odd(where, what, "it is no object")
    if _HALF.search(text) and not _whole_text(data):
        raise odd(where, what, "it has half a character")
    if too_deep(data):
        raise odd(where, what, "it is nested too deeply")
    return fit(data, shape, where=where, what=what)


def fit(data: dict[str, Any], shape: Shape, *, where: str, what: str) -> dict[str, Any]:
    """The data, held against the shape. Raises OddAnswerError."""
    try:
        found: dict[str, Any] = fitted(data, shape)
    except MisfitError as error:
        raise odd(where, what, str(error)) from error
    return found


def _whole_text(data: Any) -> bool:
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


def _refused(word: str) -> Any:
    raise ValueError(word)


class EndlessError(Exception):
    """An answer that has no end: which, in words."""


def whole(response: Any, most: int) -> bytes:
    """The bytes of a response. Raises EndlessError for one that is too long or takes too long."""
    end = time.monotonic() + MAX_SECONDS
    # Where it is there, what has come is given at once: a server that drips is noticed.
    read = getattr(response, "read1", None) or response.read
    chunks, size = [], 0
    while chunk := read(_CHUNK, decode_content=False):
        chunks.append(chunk)
        size += len(chunk)
        if size > most:
            raise EndlessError(f"it has more than {most // 1024:,} KiB")
        if time.monotonic() > end:
            raise EndlessError(f"it is not over after {MAX_SECONDS:g} s")
    return b"".join(chunks)
