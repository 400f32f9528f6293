"""Which triggers of Sensors a request starts, and the runs that come out: what Argo Events' Sensor does with it.

Follows pkg/sensors/listener.go, dependencies and triggers/params.go of v1.9.11, for dependencies whose scripts
flowdsl wrote. Filters of other hands are left undecided.
"""

from __future__ import annotations

import copy
import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from flowdsl.events.matching import FAILED, STARTS, STOPPED, UNDECIDED, Event, Verdict
from flowdsl.events.sensor.scripts import ForeignScriptError, Script, read
from flowdsl.events.sensor.sources import Fields, Heard, as_cel, heard
from flowdsl.events.sink.interceptors import Request, Secrets, Stopped, Undecided, called
from flowdsl.kinds.table import SENSOR

_COUNTS = {"data": [{"path": "flow.starts", "type": "bool", "value": ["true"]}]}
"""What a dependency of ours asks of what its script says."""
_STEP = re.compile(r"(?:\\.|[^.\\])+")
_GIVEN = re.compile(r"flow\.v([0-9]{1,4})")
_INDEX = re.compile(r"[0-9]{1,9}")
_CONDITION = re.compile(r"\s*(\(|\)|&&|\|\||[^\s()&|]+)")


class _WrongError(Exception):
    """The Sensor fails here."""


@attrs.frozen
class _Counted:
    """What a dependency says of the event: what its script gives, or why it does not count."""

    values: tuple[str, ...] = ()
    outcome: str = STARTS
    reason: str = ""


def match(documents: Sequence[Fields], event: Event, secrets: Secrets) -> list[Verdict]:
    """What becomes of a request at each trigger of each Sensor. Raises PayloadError."""
    return [
        verdict
        for sensor in documents
        if SENSOR.is_of(sensor)
        for verdict in _of_sensor(sensor, documents, event, secrets)
    ]


def _of_sensor(sensor: Fields, documents: Sequence[Fields], event: Event, secrets: Secrets) -> Iterator[Verdict]:
    spec = sensor.get("spec") or {}
    waiting: dict[str, Fields] = {str(each.get("name")): each for each in spec.get("dependencies") or ()}
    counted = {name: _counted(each, documents, event, secrets) for name, each in waiting.items()}
    for trigger in spec.get("triggers") or ():
        template = trigger.get("template") or {}
        name = str((sensor.get("metadata") or {}).get("name", ""))
        yield _decided(Verdict(name, str(template.get("name", "")), STARTS), template, counted)


def _counted(dependency: Fields, documents: Sequence[Fields], event: Event, secrets: Secrets) -> _Counted:
    try:
        source, name = str(dependency.get("eventSourceName")), str(dependency.get("eventName"))
        found = heard(documents, source, name, event, secrets)
        return _Counted(_asked(dependency, found, secrets))
    except Stopped as stopped:
        return _Counted(outcome=STOPPED, reason=str(stopped))
    except Undecided as unknown:
        return _Counted(outcome=UNDECIDED, reason=str(unknown))
    except RecursionError:
        return _Counted(outcome=UNDECIDED, reason="the event nests too deep to be decided here")


def _asked(dependency: Fields, found: Heard, secrets: Secrets) -> tuple[str, ...]:
    """What the script of a dependency gives. Raises Stopped, Undecided."""
    filters = dependency.get("filters")
    transform = dependency.get("transform") or {}
    if not filters and not transform:
        return ()
    script = _script(str(transform.get("script") or "")) if filters == _COUNTS and [*transform] == ["script"] else None
    if script is None:
        raise Undecided("its filters are not of flowdsl's making, and those of others are not played here")
    request = as_cel(found, secrets)
    called("cel", {"filter": script.condition}, request)
    return tuple(_text(each, request) for each in script.values)


def _script(text: str) -> Script | None:
    try:
        return read(text)
    except ForeignScriptError:
        return None


def _text(expression: str, request: Request) -> str:
    """A text that a script gives. Raises Stopped where it gives none: then nothing starts."""
    made = called("cel", {"overlays": [{"key": "value", "expression": expression}]}, request)["value"]
    if not isinstance(made, str):
        raise Stopped(f"what the run is given is no text: {expression}")
    return made


def _decided(verdict: Verdict, template: Fields, counted: Mapping[str, _Counted]) -> Verdict:
    words = _CONDITION.findall(str(template.get("conditions") or " && ".join(counted)))
    names = [each for each in words if each in counted]
    try:
        holds = _Condition(words, {name: each.outcome == STARTS for name, each in counted.items()}).whole()
        if not holds:
            return _stopped(verdict, names, counted)
        documents, params = _made(template, counted)
    except _WrongError as error:
        return attrs.evolve(verdict, outcome=FAILED, reason=str(error))
    except Undecided as unknown:
        return attrs.evolve(verdict, outcome=UNDECIDED, reason=str(unknown))
    except RecursionError:
        return attrs.evolve(verdict, outcome=UNDECIDED, reason="it nests too deep to be decided here")
    return attrs.evolve(verdict, params=params, documents=documents)


def _stopped(verdict: Verdict, names: Sequence[str], counted: Mapping[str, _Counted]) -> Verdict:
    """Why nothing starts, by the dependencies that it waits for."""
    missing = [(name, counted[name]) for name in names if counted[name].outcome != STARTS]
    outcome = UNDECIDED if any(each.outcome == UNDECIDED for _, each in missing) else STOPPED
    if len(names) == 1:
        return attrs.evolve(verdict, outcome=outcome, reason=missing[0][1].reason)
    said = [f"{name}: {each.reason}" for name, each in missing]
    came = [name for name in names if counted[name].outcome == STARTS]
    waits = f"of what it waits for, {', '.join(came)} came alone; " if came else ""
    return attrs.evolve(verdict, outcome=outcome, reason=waits + "; ".join(said))


class _Condition:
    """`a && (b || c)` of dependencies."""

    def __init__(self, words: Sequence[str], holds: Mapping[str, bool]) -> None:
        self.words, self.holds, self.at = words, holds, 0

    def whole(self) -> bool:
        """Whether it holds. Raises _WrongError."""
        found = self.some()
        if self.at < len(self.words):
            raise _WrongError(f"its conditions can't be read at {self.words[self.at]}")
        return found

    def some(self) -> bool:
        found = self.every()
        while self.words[self.at : self.at + 1] == ["||"]:
            self.at += 1
            found = self.every() or found
        return found

    def every(self) -> bool:
        found = self.one()
        while self.words[self.at : self.at + 1] == ["&&"]:
            self.at += 1
            found = self.one() and found
        return found

    def one(self) -> bool:
        word = self.words[self.at] if self.at < len(self.words) else ""
        self.at += 1
        if word == "(":
            found = self.some()
            if self.words[self.at : self.at + 1] != [")"]:
                raise _WrongError("its conditions lack a `)`")
            self.at += 1
            return found
        if word not in self.holds:
            raise _WrongError(f"its conditions name {word or 'nothing'}, which is no dependency")
        return self.holds[word]


def _made(template: Fields, counted: Mapping[str, _Counted]) -> tuple[tuple[dict[str, Any], ...], dict[str, str]]:
    """What is created, and its params. Raises _WrongError, Undecided."""
    k8s = template.get("k8s")
    resource = ((k8s or {}).get("source") or {}).get("resource")
    if not isinstance(resource, Mapping):
        raise Undecided("it creates nothing of Kubernetes that stands in it")
    made = copy.deepcopy(dict(resource))
    for each in (k8s or {}).get("parameters") or ():
        _put(made, str(each.get("dest") or ""), _value(each, counted))
    return (made,), _params_of(made)


def _params_of(made: Mapping[str, Any]) -> dict[str, str]:
    """The params of a run; nothing of what has none."""
    spec = made.get("spec")
    listed = spec.get("params") if isinstance(spec, Mapping) else None
    params = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    values = {str(each.get("name")): each.get("value") for each in params}
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}


def _value(parameter: Fields, counted: Mapping[str, _Counted]) -> str:
    source = parameter.get("src") or {}
    found = _GIVEN.fullmatch(str(source.get("dataKey") or ""))
    if (
        found is None
        or parameter.get("operation") not in (None, "", "overwrite")
        or {*source} - {"dependencyName", "dataKey"}
    ):
        raise Undecided(f"what goes to {parameter.get('dest')} is not of flowdsl's making, and is not made here")
    name = str(source.get("dependencyName"))
    if name not in counted:
        raise _WrongError(f"a parameter names {name}, which is no dependency")
    values = counted[name].values
    if int(found[1]) >= len(values):
        raise _WrongError(f"{name} gives no {source['dataKey']}")
    return values[int(found[1])]


def _put(made: dict[str, Any], place: str, value: str) -> None:
    """Put a text at a path with dots, as sjson does. Raises _WrongError."""
    steps = [each.replace("\\", "") for each in _STEP.findall(place)]
    holder: Any = made
    if not steps:
        raise _WrongError("a parameter says nothing of where it goes")
    for step, following in itertools.zip_longest(steps, steps[1:]):
        if isinstance(holder, list):
            key: Any = int(step) if _INDEX.fullmatch(step) and int(step) < len(holder) else None
        else:
            key = step if isinstance(holder, dict) else None
        if key is None:
            raise _WrongError(f"a parameter goes to {place}, where nothing can be put")
        if following is None:
            holder[key] = value
        elif isinstance(holder, dict):
            holder = holder.setdefault(key, {})
        else:
            holder = holder[key]
