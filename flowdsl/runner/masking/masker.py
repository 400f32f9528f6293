"""Finds the values of Secrets, in whatever form, and puts stars in their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar, cast

import attrs

from flowdsl.view.events import Event, Notice, RunFinished, TaskChanged

MASK = b"***"
T = TypeVar("T")
# So many forms are looked for one by one; of more than that, by how they begin.
_FEW = 1000
_START = 8  # bytes
# Fields of Tekton's objects that hold names, kinds and states, and no text that a step or a person wrote: a Secret
# whose value is an ordinary word must not make a record unreadable.
_STRUCTURE = frozenset(
    {
        *("apiVersion", "kind", "name", "namespace", "uid", "generateName", "type", "status", "reason"),
        *("pipelineTaskName", "container", "podName", "operator", "terminationReason", "startTime", "completionTime"),
        *("lastTransitionTime", "startedAt", "finishedAt", "finallyStartTime"),
    }
)
# What lies below these is a step's, keys and names included.
_FREE = frozenset({"value", "default", "artifacts", "inputs", "outputs"})


class Masker:
    """What one run must not show. Made once, then read by all its threads.

    Masking is as good as knowing the forms: a step that turns a value round, or prints it letter by letter, shows it.
    """

    def __init__(self, values: Iterable[bytes] = ()) -> None:
        found: set[bytes] = set()
        values = [value for value in values if value]
        if values:
            from flowdsl.runner.masking.forms import forms_of

            found = forms_of(values)
        many = len(found) > _FEW
        self._few = sorted((form for form in found if not many or len(form) < _START), key=len, reverse=True)
        self._many: dict[bytes, list[bytes]] = {}
        for form in found if many else ():
            if len(form) >= _START:
                self._many.setdefault(form[:_START], []).append(form)
        self.longest = max(map(len, found), default=0)

    def __bool__(self) -> bool:
        return self.longest > 0

    def spans(self, data: bytes) -> list[tuple[int, int]]:
        """Where the forms stand in it, in order; what overlaps or touches is one."""
        there = [form for form in self._few if form in data]
        found = [(at, at + len(form)) for form in there for at in _places(data, form)]
        if self._many:
            many = self._many
            for at in range(len(data) - _START + 1):
                starts = data[at : at + _START]
                if starts in many:
                    found += [(at, at + len(form)) for form in many[starts] if data.startswith(form, at)]
        return _merged(found)

    def mask(self, data: bytes) -> bytes:
        """The bytes with stars in place of every Secret."""
        spans = self.spans(data)
        if not spans:
            return data
        made, at = [], 0
        for start, end in spans:
            made += [data[at:start], MASK]
            at = end
        return b"".join([*made, data[at:]])

    def text(self, text: str) -> str:
        """The same for text."""
        if not self.longest or not text:
            return text
        data = text.encode("utf-8", "surrogatepass")
        masked = self.mask(data)
        if masked is data:
            return text
        try:
            return masked.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:  # a Secret that is no text began within a character
            return masked.decode("utf-8", "replace")

    def data(self, value: T, *, free: bool = False) -> T:
        """JSON-ready data, a Tekton object or a part of one, masked; the very same where there is nothing to mask.

        `free` says that a step wrote it: then keys and names are masked as well.
        """
        # What is masked has the shape that it had.
        return cast("T", self._data(value, free)) if self.longest else value

    def _data(self, value: object, free: bool) -> object:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            made = {self.text(key) if free else key: self._field(key, item, free) for key, item in value.items()}
            same = len(made) == len(value) and all(made.get(key, made) is item for key, item in value.items())
            return value if same else made
        if isinstance(value, (list, tuple)):
            items = [self._data(item, free) for item in value]
            return value if all(new is old for new, old in zip(items, value, strict=True)) else items
        return value

    def _field(self, key: str, item: object, free: bool) -> object:
        if not free and (key == "labels" or (key in _STRUCTURE and isinstance(item, str))):
            return item
        return self._data(item, free or key in _FREE)

    def event(self, event: Event) -> Event:
        """An event for people or machines. The lines of steps were masked as they were read, in parts."""
        if not self.longest:
            return event
        if isinstance(event, TaskChanged):
            return attrs.evolve(event, message=self.text(event.message)) if event.message else event
        if isinstance(event, Notice):
            return attrs.evolve(event, text=self.text(event.text))
        if isinstance(event, RunFinished):
            stopped = {task: self.text(why) for task, why in event.stopped.items()}
            return attrs.evolve(event, pipeline_run=self.data(event.pipeline_run), stopped=stopped)
        return event


def _places(data: bytes, form: bytes) -> Iterable[int]:
    at = data.find(form)
    while at >= 0:
        yield at
        at = data.find(form, at + 1)


def _merged(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    made: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if made and start <= made[-1][1]:
            made[-1] = (made[-1][0], max(made[-1][1], end))
        else:
            made.append((start, end))
    return made
