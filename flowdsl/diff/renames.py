"""Tasks of a pipeline under a new name: what refers to them follows, so that the rename is told once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

_PLACES = {"Pipeline": ("spec",), "PipelineRun": ("spec", "pipelineSpec")}


def follow(before: dict[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The document with its renamed tasks under their new names, references included, and old to new name."""
    place = _PLACES.get(str(before.get("kind")), ())
    old, new = _at(before, place), _at(after, place)
    if not place or not isinstance(old, dict) or not isinstance(new, dict):
        return before, {}
    moved, names = renamed_tasks(old, new)
    return _put(before, place, moved), names


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _put(document: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    head, *rest = path
    return {**document, head: _put(document[head], tuple(rest), value) if rest else value}


def tasks_of(spec: Mapping[str, Any], field: str) -> list[dict[str, Any]]:
    """The well-formed tasks in a field of a pipeline's spec."""
    items = spec.get(field)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _marks(name: str, content: Mapping[str, Any]) -> tuple[str, ...]:
    """The content as text: as it is, and with a mark for its own name within it, or in all of it but the taskRef."""
    others = {key: value for key, value in content.items() if key != "name"}
    text = _text(others)
    if not name:
        return (text,)
    own = _own_name(name)
    kept = {key: value for key, value in others.items() if key != "taskRef"}
    return text, own.sub("\0", text), own.sub("\0", _text(kept)) + _text(others.get("taskRef"))


def _alike(one: tuple[str, ...], two: tuple[str, ...]) -> bool:
    return any(mark == other for mark, other in zip(one, two, strict=False))


def _text(content: Any) -> str:
    return json.dumps(content, sort_keys=True, default=str)


def _own_name(name: str) -> re.Pattern[str]:
    spellings = {re.escape(name), re.escape(name.replace("-", "_"))}
    return re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(spellings))})(?![\w-])")


def renamed_tasks(before: dict[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The spec with its renamed tasks under their new names, references included, and old to new name.

    A task that reads another that was renamed is the same only after the first is: so it is tried until nothing moves.
    """
    found: dict[str, str] = {}
    while True:
        pair = _one_rename(before, after)
        if pair is None:
            return before, found
        old, task = pair
        found[old] = str(task["name"])
        before = _follow(before, old, task)


def _one_rename(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    for field in ("tasks", "finally"):
        old = {str(task.get("name")): task for task in tasks_of(before, field)}
        new = {str(task.get("name")): task for task in tasks_of(after, field)}
        marks = {name: _marks(name, task) for name, task in new.items() if name not in old}
        for name, task in old.items():
            if name not in new:
                own = _marks(name, task)
                match = next((each for each, other in marks.items() if _alike(own, other)), None)
                if match is not None:
                    return name, new[match]
    return None


def _follow(spec: dict[str, Any], old: str, task: dict[str, Any]) -> dict[str, Any]:
    """The spec with one task as its renamed self, which says the same, and what refers to it changed alike."""
    new = str(task["name"])
    reference = re.compile(rf"(\$\(\s*tasks\.){re.escape(old)}(?=[.)])")
    segment = re.compile(rf"(?<![^/]){re.escape(old)}(?![^/])")

    def text(value: str, field: str) -> str:
        value = reference.sub(lambda match: match[1] + new, value)
        if field == "runAfter":
            return new if value == old else value
        return segment.sub(lambda _: new, value) if field == "subPath" else value

    moved: dict[str, Any] = _each_text(spec, text)
    for field in ("tasks", "finally"):
        if field in moved and isinstance(moved[field], list):
            moved[field] = [
                task if isinstance(item, dict) and item.get("name") == old else item for item in moved[field]
            ]
    return moved


def _each_text(value: Any, change: Callable[[str, str], str], field: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _each_text(item, change, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_each_text(item, change, field) for item in value]
    return change(value, field) if isinstance(value, str) else value
