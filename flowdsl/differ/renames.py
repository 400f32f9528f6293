"""Tasks of a pipeline under a new name: what refers to them follows, so that the rename is told once."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TypeAlias, cast

import attrs

from flowdsl.kinds.table import named

_REFERENCE = re.compile(r"(\$\(\s*tasks\.)([^.()\s]+)(?=[.)])")
_WORD = re.compile(r"[\w-]+")
_MOST_LOOKS = 100_000
"""How often tasks are looked at: each once, and again when one that it reads has another name."""


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


Marks: TypeAlias = tuple[str, ...]
Task: TypeAlias = dict[str, object]


def _marks(name: str, task: Mapping[str, object]) -> Marks:
    """The content as text: as it is, and with a mark for its own name within it, or in all of it but the taskRef."""
    others = {key: value for key, value in task.items() if key != "name"}
    text = _text(others)
    reference = _text(others.pop("taskRef", None))
    kept = _text(others)
    if name not in text and name.replace("-", "_") not in text:
        return text, text, kept + reference
    return text, _unnamed(name, text), _unnamed(name, kept) + reference


def _text(content: object) -> str:
    return json.dumps(content, sort_keys=True, default=str)


def _unnamed(name: str, text: str) -> str:
    """The text with a mark where the name stands by itself."""
    spellings = {name, name.replace("-", "_")}
    if not _WORD.fullmatch(name):
        either = "|".join(sorted(map(re.escape, spellings)))
        return re.sub(rf"(?<![\w-])(?:{either})(?![\w-])", "\0", text)
    return _WORD.sub(lambda word: "\0" if word[0] in spellings else word[0], text)


def renamed_tasks(before: dict[str, object], after: Mapping[str, object]) -> tuple[dict[str, object], dict[str, str]]:
    """The spec with its renamed tasks under their new names, references included, and old to new name.

    A task that reads another that was renamed is the same only after the first is: so whoever reads one is looked at
    again, until nothing moves. Only tasks with a text for a name, which no other has, take part.
    """
    fields = [_Field.of(before, after, name) for name in ("tasks", "finally")]
    users: dict[str, list[tuple[_Field, str]]] = {}
    for field in fields:
        for name, task in field.old.items():
            for other in _mentioned(task):
                users.setdefault(other, []).append((field, name))
    moved: dict[str, Task] = {}
    names: dict[str, str] = {}
    waiting = [(field, name) for field in fields for name in field.old]
    looks = 0
    while waiting and looks < _MOST_LOOKS:
        looks += len(waiting)
        fresh = {name: same for field, name in waiting if (same := field.match(name)) is not None}
        moved |= fresh
        names |= {old: str(task["name"]) for old, task in fresh.items()}
        waiting = list(dict.fromkeys(each for name in fresh for each in users.get(name, ())))
        change = _following(names)
        for field, name in waiting:
            field.old[name] = cast("Task", _each_text(field.old[name], change))
    return (_follow(before, moved, names) if moved else before), names


@attrs.define(eq=False)
class _Field:
    """The tasks of `tasks` or of `finally` by their names, those of `old` as they are once names have moved."""

    old: dict[str, Task]
    new: Mapping[str, Task]
    marks: dict[tuple[int, str], list[str]] = attrs.field(factory=dict)
    """The new names by what marks their tasks."""
    taken: set[str] = attrs.field(factory=set)

    @classmethod
    def of(cls, before: Mapping[str, object], after: Mapping[str, object], name: str) -> _Field:
        old, new = _named(before, name), _named(after, name)
        found = cls({each: task for each, task in old.items() if each not in new}, new)
        for each, task in reversed(new.items()) if found.old else ():
            if each not in old:
                for key in enumerate(_marks(each, task)):
                    found.marks.setdefault(key, []).append(each)
        return found

    def match(self, name: str) -> Task | None:
        """The task of after that this one is under another name; each is given once."""
        if name in self.taken:
            return None
        for key in enumerate(_marks(name, self.old[name])) if self.marks else ():
            same = self.marks.get(key, [])
            while same and same[-1] in self.taken:
                same.pop()
            if same:
                self.taken |= {name, same[-1]}
                return self.new[same[-1]]
        return None


def _mentioned(task: Mapping[str, object]) -> set[str]:
    """What may be names of tasks in a task: those that a rename would change."""
    found: set[str] = set()

    def note(value: str, field: str) -> str:
        found.update(match[2] for match in _REFERENCE.finditer(value))
        if field in ("runAfter", "subPath"):
            found.update((value,) if field == "runAfter" else value.split("/"))
        return value

    _each_text(task, note)
    return found


def _named(spec: Mapping[str, object], field: str) -> dict[str, dict[str, object]]:
    """The tasks of a field by their names."""
    tasks = tasks_of(spec, field)
    names = Counter(str(task.get("name")) for each in ("tasks", "finally") for task in tasks_of(spec, each))
    return {name: task for task in tasks if isinstance(name := task.get("name"), str) and name and names[name] == 1}


def _follow(spec: Mapping[str, object], moved: Mapping[str, Task], names: Mapping[str, str]) -> dict[str, object]:
    """The spec with tasks as their renamed selves, which say the same, and what refers to them changed alike."""
    change = _following(names)
    changed = {key: _each_text(item, change, key) for key, item in spec.items()}
    for field in ("tasks", "finally"):
        items = changed.get(field)
        if isinstance(items, list):
            changed[field] = [_moved(item, moved) for item in items]
    return changed


def _following(names: Mapping[str, str]) -> Callable[[str, str], str]:
    """What makes of a text in a field the one with new names for old ones."""

    def text(value: str, field: str) -> str:
        value = _REFERENCE.sub(lambda match: match[1] + names.get(match[2], match[2]), value)
        if field == "runAfter":
            return names.get(value, value)
        return "/".join(names.get(part, part) for part in value.split("/")) if field == "subPath" else value

    return text


def _moved(item: object, moved: Mapping[str, dict[str, object]]) -> object:
    name = item.get("name") if isinstance(item, dict) else None
    return moved[name] if isinstance(name, str) and name in moved else item


def _each_text(value: object, change: Callable[[str, str], str], field: str = "") -> object:
    if isinstance(value, dict):
        return {key: _each_text(item, change, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_each_text(item, change, field) for item in value]
    return change(value, field) if isinstance(value, str) else value
