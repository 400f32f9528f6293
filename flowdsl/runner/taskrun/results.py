"""What a step hands on: its termination message as Tekton's entrypoint writes it, and what is read from it.

pkg/entrypoint, pkg/termination, pkg/pod/status.go: results travel in the container's termination message, which
Kubernetes limits to 4096 bytes. Every step reports all results of the Task that are there when it ends.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import attrs

from flowdsl.kinds.values import Value, kind_of
from flowdsl.kube.conventions import MESSAGE_MOST
from flowdsl.machine.params import declared_kind
from flowdsl.runner import beneath
from flowdsl.runner.taskrun.params import USER_ERROR

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

TASK_RESULT, INTERNAL, STEP_RESULT, STEP_ARTIFACTS, TASK_ARTIFACTS = 1, 3, 4, 5, 6
TOO_LONG = f"Termination message is above max allowed size {MESSAGE_MOST}, caused by large task result."
# What JSON of a string, an array, an object or null begins with, white space included.
_MAY_BE_JSON = frozenset('"[{n \t\r\n')
_SURROGATE = re.compile("[\ud800-\udfff]")
_STEP_VALUE = re.compile(r"\$\(steps\.([^.()]+)\.results\.([^.()]+)\)")


class TooLongError(Exception):
    """The termination message would be longer than Kubernetes keeps."""


class Entry(TypedDict):
    """One entry of a termination message; `type` is one of the numbers above."""

    key: str
    value: str
    type: int


def go_json(value: object) -> str:
    """JSON as Go's encoder writes it: that is what counts against the limit."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign, code in (("<", "3c"), (">", "3e"), ("&", "26"), ("\u2028", "2028"), ("\u2029", "2029")):
        if sign in text:
            text = text.replace(sign, f"\\u{code.zfill(4)}")
    return text


@attrs.define
class Message:
    """A termination message: entries, and the refusal to grow beyond the limit."""

    entries: list[Entry] = attrs.field(factory=list)

    def add(self, entries: Iterable[Entry]) -> None:
        """Write more into it. Raises TooLongError, and then it stays as it was."""
        grown = [*self.entries, *entries]
        size = sum(len(one["value"]) for one in grown)
        if size > MESSAGE_MOST or len(go_json(grown).encode("utf-8", "replace")) > MESSAGE_MOST:
            raise TooLongError
        self.entries = grown

    def parsed(self) -> list[Entry]:
        """As the controller reads it: of entries with one key the last, sorted by key."""
        latest = {one["key"]: one for one in self.entries}
        return [latest[key] for key in sorted(latest)]


def entry(key: str, value: str, kind: int) -> Entry:
    """One entry of a termination message."""
    return {"key": key, "value": value, "type": kind}


def read_files(root: Path, folder: str, names: Iterable[str], kind: int) -> list[Entry]:
    """The results that are there, in a folder below the root.

    Raises TooLongError for a file that alone is beyond the limit, OSError for what is no file or can't be read.
    """
    found = []
    for name in names:
        try:
            data = beneath.read(root, f"{folder}/{name}", MESSAGE_MOST)
        except FileNotFoundError:
            continue
        except beneath.LongError:
            raise TooLongError from None
        found.append(entry(name, go_text(data), kind))
    return found


def go_text(data: bytes | str) -> str:
    """Text as Go's JSON package makes it: each byte that is no UTF-8, and half a surrogate pair, is U+FFFD."""
    text = data.decode("utf-8", "surrogateescape") if isinstance(data, bytes) else data
    return _SURROGATE.sub("\ufffd", text)


def parse_value(text: str) -> Value:
    """A value as Tekton reads a result's text: an array or object of strings where it is one, else a string."""
    if text[:1] not in _MAY_BE_JSON:
        return text
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        # What is nested so deep that Python gives up is no array of strings either.
        return text
    if isinstance(value, str) or value is None:
        return go_text(value or "")
    if text[:1] == "[" and isinstance(value, list) and _are_texts(value):
        return [go_text(one or "") for one in value]
    if text[:1] == "{" and isinstance(value, dict) and _are_texts(value.values()):
        return {go_text(key): go_text(one or "") for key, one in value.items()}
    return text


def _are_texts(values: Iterable[object]) -> bool:
    return all(one is None or isinstance(one, str) for one in values)


def taken(
    entries: Iterable[Entry], kind: int, declared: Iterable[shapes.TaskResult | shapes.StepResult]
) -> list[shapes.TaskRunResult]:
    """The results among a message's entries, with the type that they have."""
    kinds = {one["name"]: declared_kind(one) for one in declared}
    made: list[shapes.TaskRunResult] = []
    for one in entries:
        if one["type"] == kind:
            value = one["value"] if kinds.get(one["key"]) == "string" else parse_value(one["value"])
            made.append({"name": one["key"], "type": kind_of(value), "value": value})
    return made


def from_steps(
    step: str, step_results: Sequence[shapes.TaskRunResult], declared: Iterable[shapes.TaskResult]
) -> list[shapes.TaskRunResult]:
    """The Task's results that are a step's: `value: $(steps.NAME.results.RESULT)`."""
    wanted = {}
    for one in declared:
        match = _STEP_VALUE.fullmatch(str(one.get("value") or ""))
        if match and match[1] == step:
            wanted[match[2]] = one["name"]
    return [{**one, "name": wanted[one["name"]]} for one in step_results if one["name"] in wanted]


def check_results(
    results: list[shapes.TaskRunResult], declared: Sequence[shapes.TaskResult]
) -> tuple[list[shapes.TaskRunResult], str]:
    """The results without those of the wrong type, and what is wrong with them (empty when nothing is)."""
    kinds = {one["name"]: declared_kind(one) for one in declared}
    wrong = {
        one["name"]: f'task result is expected to be "{kinds[one["name"]]}" type but was initialized to a different '
        f'type "{one["type"]}"'
        for one in results
        if one["name"] in kinds and one["type"] != kinds[one["name"]]
    }
    kept = [one for one in results if one["name"] not in wrong]
    if wrong:
        listed = ",".join(sorted(f' "{name}": {text}' for name, text in wrong.items()))
        start = "Provided results don't match declared results; may be invalid JSON or missing result declaration: "
        return kept, f"{USER_ERROR}{start}{listed}"
    lacking = {}
    for spec in declared:
        given = next((one["value"] for one in kept if one["name"] == spec["name"]), None)
        if isinstance(given, dict) and declared_kind(spec) == "object":
            missing = [key for key in spec.get("properties") or () if key not in given]
            if missing:
                lacking[spec["name"]] = missing
    if lacking:
        text = " ".join(f"{name}:[{' '.join(keys)}]" for name, keys in sorted(lacking.items()))
        start = "missing keys for these results which are required in TaskResult's properties "
        return kept, f"{USER_ERROR}{start}map[{text}]"
    return kept, ""
