"""Tasks of a pipeline under a new name: what refers to them follows, so that the rename is told once."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache

from flowdsl.kinds.table import named

_REFERENCE = re.compile(r"(\$\(\s*tasks\.)([^.()\s]+)(?=[.)])")
_MOST_LOOKS = 100_000
"""Tasks that are looked at, round by round. A pipeline has as many rounds as levels of renamed tasks."""


def follow(before: dict[str, object], after: Mapping[str, object]) -> tuple[dict[str, object], dict[str, str]]:
    """The document with its renamed tasks under their new names, references included, and old to new name."""
    kind = named(before.get("kind"))
    place = kind.pipeline if kind is not None else ()
    old, new = _at(before, place), _at(after, place)
    if not place or not isinstance(old, dict) or not isinstance(new, dict):
        return before, {}
    moved, names = renamed_tasks(old, new)
    return _put(before, place, moved), names


def _at(value: object, path: tuple[str, ...]) -> object:
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _put(document: dict[str, object], path: tuple[str, ...], value: object) -> dict[str, object]:
    head, *rest = path
    inner = document.get(head)
    return {**document, head: _put(inner, tuple(rest), value) if rest and isinstance(inner, dict) else value}


def tasks_of(spec: Mapping[str, object], field: str) -> list[dict[str, object]]:
    """The well-formed tasks in a field of a pipeline's spec."""
    items = spec.get(field)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


Marks = tuple[str, ...]


def _marked(name: str, task: Mapping[str, object], marks_of: Callable[[str, str, str], Marks]) -> Marks:
    others = {key: value for key, value in task.items() if key != "name"}
    kept = {key: value for key, value in others.items() if key != "taskRef"}
    return marks_of(name, _text(others), _text(kept) + "\0" + _text(others.get("taskRef")))


def _marks(name: str, text: str, parted: str) -> Marks:
    """The content as text: as it is, and with a mark for its own name within it, or in all of it but the taskRef."""
    kept, _, reference = parted.partition("\0")
    if name not in text and name.replace("-", "_") not in text:
        return text, text, kept + reference
    own = _own_name(name)
    return text, own.sub("\0", text), own.sub("\0", kept) + reference


def _text(content: object) -> str:
    return json.dumps(content, sort_keys=True, default=str)


def _own_name(name: str) -> re.Pattern[str]:
    spellings = {re.escape(name), re.escape(name.replace("-", "_"))}
    return re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(spellings))})(?![\w-])")


def renamed_tasks(before: dict[str, object], after: Mapping[str, object]) -> tuple[dict[str, object], dict[str, str]]:
    """The spec with its renamed tasks under their new names, references included, and old to new name.

    A task that reads another that was renamed is the same only after the first is: so it is tried until nothing moves.
    Only tasks with a text for a name, which no other has, take part.
    """
    found: dict[str, str] = {}
    marks = cache(_marks)
    looks = 0
    while looks < _MOST_LOOKS:
        looks += sum(len(tasks_of(before, field)) for field in ("tasks", "finally")) + 1
        moved = _renames(before, after, {*found.values()}, marks)
        if not moved:
            break
        found |= {old: str(task["name"]) for old, task in moved.items()}
        before = _follow(before, moved)
    return before, found


def _renames(
    before: Mapping[str, object],
    after: Mapping[str, object],
    taken: set[str],
    marks_of: Callable[[str, str, str], Marks],
) -> dict[str, dict[str, object]]:
    """The tasks of before that are another of after under its own name: old name to the task of after, each once."""
    found: dict[str, dict[str, object]] = {}
    for field in ("tasks", "finally"):
        old, new = _named(before, field), _named(after, field)
        marks: dict[tuple[int, str], str] = {}
        for name, task in new.items():
            if name not in old and name not in taken:
                for place, mark in enumerate(_marked(name, task, marks_of)):
                    marks.setdefault((place, mark), name)
        for name, task in old.items():
            if name not in new and name not in found and marks:
                own = enumerate(_marked(name, task, marks_of))
                match = next((marks[each] for each in own if marks.get(each) not in (None, *taken)), None)
                if match is not None:
                    taken = {*taken, match}
                    found[name] = new[match]
    return found


def _named(spec: Mapping[str, object], field: str) -> dict[str, dict[str, object]]:
    """The tasks of a field by their names."""
    tasks = tasks_of(spec, field)
    names = Counter(str(task.get("name")) for each in ("tasks", "finally") for task in tasks_of(spec, each))
    return {name: task for task in tasks if isinstance(name := task.get("name"), str) and name and names[name] == 1}


def _follow(spec: dict[str, object], moved: Mapping[str, dict[str, object]]) -> dict[str, object]:
    """The spec with tasks as their renamed selves, which say the same, and what refers to them changed alike."""
    names = {old: str(task["name"]) for old, task in moved.items()}

    def text(value: str, field: str) -> str:
        value = _REFERENCE.sub(lambda match: match[1] + names.get(match[2], match[2]), value)
        if field == "runAfter":
            return names.get(value, value)
        return "/".join(names.get(part, part) for part in value.split("/")) if field == "subPath" else value

    changed = {key: _each_text(item, text, key) for key, item in spec.items()}
    for field in ("tasks", "finally"):
        items = changed.get(field)
        if isinstance(items, list):
            changed[field] = [_moved(item, moved) for item in items]
    return changed


def _moved(item: object, moved: Mapping[str, dict[str, object]]) -> object:
    name = item.get("name") if isinstance(item, dict) else None
    return moved[name] if isinstance(name, str) and name in moved else item


def _each_text(value: object, change: Callable[[str, str], str], field: str = "") -> object:
    if isinstance(value, dict):
        return {key: _each_text(item, change, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_each_text(item, change, field) for item in value]
    return change(value, field) if isinstance(value, str) else value
