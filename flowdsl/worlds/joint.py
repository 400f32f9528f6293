"""What the conditions that tasks decide can come to together: `x < 1` and `x > 2` never hold both.

A decided condition is a text to Tekton, "true" or "false", and two of them are two texts. What they look at stands in
the Tasks (`flowdsl.decide.wire`): a number compared in several of them is one number.
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, cast

from flowdsl.decide.numbers import Compared, Side, compared, ways_of
from flowdsl.decide.wire import Decision, Json, decisions_of, number_of
from flowdsl.diagnostics.frozen import frozen
from flowdsl.kinds.table import TASK
from flowdsl.kube.result_lines import whole_numbers

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

_MOST_WAYS = 4096
_MOST_ROWS = 64
_MOST_DEEP = 60
_Way = Mapping[str, "bool | None"]
_PATH = re.compile(r"\$\(results\.(.+)\.path\)")


@frozen
class Joint:
    """Texts that several conditions are decided as, and what they can be together; the first row is the usual one."""

    texts: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@frozen
class _Condition:
    """A decided condition: its text, its test, and the comparisons in it by their JSON."""

    text: str
    test: Json
    atoms: Mapping[str, Compared]


def joints_of(spec: shapes.PipelineSpec, documents: Iterable[Mapping[str, object]]) -> tuple[Joint, ...]:
    """What conditions that a pipeline's tasks decide exclude; its Tasks are among the documents.

    What anybody may have written is looked at within bounds, and what can't be read is taken to be of any value.
    """
    tasks = {
        str(task.get("metadata", {}).get("name")): task.get("spec") or {}
        for each in documents
        if TASK.is_of(each)
        for task in [cast("shapes.Task", each)]
    }
    every = [(task, _inner(task, tasks)) for task in (*(spec.get("tasks") or ()), *(spec.get("finally") or ()))]
    found = [each for task, inner in every if inner is not None for each in _of(task, inner)]
    groups = _groups(found)
    sure = _sure(every) if groups else frozenset()
    return tuple(joint for group in groups if (joint := _joint(group, sure)) is not None)


def _inner(task: shapes.PipelineTask, tasks: Mapping[str, shapes.TaskSpec]) -> shapes.TaskSpec | None:
    return task.get("taskSpec") or tasks.get((task.get("taskRef") or {}).get("name") or "")


def _sure(tasks: Iterable[tuple[shapes.PipelineTask, shapes.TaskSpec | None]]) -> frozenset[str]:
    """What comparisons call the whole numbers that are there, and are numbers, in every run that goes on.

    Our scripts write all results of their task, each of its type, or fail; that ends the run unless it is ignored.
    """
    found: set[str] = set()
    for task, inner in tasks:
        steps = (inner or {}).get("steps") or ()
        if len(steps) != 1 or steps[0].get("onError") or task.get("onError") or task.get("matrix"):
            continue
        numbers = whole_numbers(str(steps[0].get("script") or ""))
        for variable in steps[0].get("env") or ():
            path = _PATH.fullmatch(str(variable.get("value") or ""))
            if path is not None and variable.get("name") in numbers:
                found.add(json.dumps(["value", f"$(tasks.{task['name']}.results.{path[1]})", "int"]))
    return frozenset(found)


def _of(task: shapes.PipelineTask, inner: shapes.TaskSpec) -> Iterator[_Condition]:
    if task.get("matrix"):
        return
    decisions = decisions_of(inner)
    if not decisions:
        return
    name = task["name"]
    given = {f"param.{each['name']}": each.get("value") for each in task.get("params") or ()}
    for each in decisions:
        if (made := _condition(name, each, given)) is not None:
            yield made


def _condition(task: str, decision: Decision, given: Mapping[str, object]) -> _Condition | None:
    try:
        test = _placed(decision.test, task, given, 0)
        atoms = {json.dumps(part): atom for part in _tests(test) if (atom := _atom(part)) is not None}
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError):
        return None
    return _Condition(f"$(tasks.{task}.results.{decision.name})", test, atoms) if atoms else None


def _placed(part: Json, task: str, given: Mapping[str, object], deep: int) -> Json:
    """A condition with its values by what they are in the pipeline: the text of a result or param, or a number."""
    if deep > _MOST_DEEP:
        raise ValueError("deeper than any of ours")
    if part[0] == "is":
        return part
    if part[0] != "value":
        return [part[0], *(_placed(each, task, given, deep + 1) for each in part[1:])]
    name, kind = str(part[1]), str(part[2])
    if name.startswith("result."):
        return ["value", f"$(tasks.{task}.results.{name.removeprefix('result.')})", kind]
    text = given[name]
    number = number_of(text, kind) if isinstance(text, str) and "$(" not in text else None
    return ["is", number] if number is not None else ["value", text, kind]


def _tests(part: Json) -> Iterator[Json]:
    if part[0] in ("and", "or", "not"):
        for each in part[1:]:
            yield from _tests(each)
    else:
        yield part


def _atom(test: Json) -> Compared | None:
    """A comparison with a number, or of two values with each other: then of their difference with nothing."""
    return compared(test[0], *map(_side, test[1:])) if len(test) == 3 else None


def _side(operand: Json) -> Side:
    if operand[0] == "is":
        return Side(operand[1], constant=True)
    return Side(json.dumps(operand), whole=operand[0] == "value" and operand[2] == "int")


def _groups(conditions: Iterable[_Condition]) -> list[list[_Condition]]:
    """Those that look at one value, or have one between them that looks at both of theirs."""
    found: list[tuple[set[object], list[_Condition]]] = []
    for each in conditions:
        values, group = {atom.of for atom in each.atoms.values()}, [each]
        apart = []
        for others, members in found:
            if others & values:
                values, group = values | others, [*members, *group]
            else:
                apart.append((others, members))
        found = [*apart, (values, group)]
    return [group for _, group in found if len(group) > 1]


def _joint(group: list[_Condition], sure: frozenset[str]) -> Joint | None:
    """What a group can come to; None where all is possible, or too much to look at."""
    atoms = {key: atom for each in group for key, atom in each.atoms.items()}
    others = dict.fromkeys(json.dumps(part) for each in group for part in _tests(each.test))
    turns: list[list[_Way]] = [
        ways_of([item for item in atoms.items() if item[1].of == of], None, sure=of in sure)
        for of in {atom.of: 0 for atom in atoms.values()}
    ]
    turns += [[{key: True}, {key: False}, {key: None}] for key in others if key not in atoms]
    if math.prod(map(len, turns)) > _MOST_WAYS:
        return None
    rows = {
        tuple("true" if _truth(each.test, way) else "false" for each in group)
        for turn in itertools.product(*turns)
        for way in [{key: truth for part in turn for key, truth in part.items()}]
    }
    if len(rows) == 2 ** len(group) or len(rows) > _MOST_ROWS:
        return None
    return Joint(tuple(each.text for each in group), tuple(sorted(rows, reverse=True)))


def _truth(test: Json, way: _Way) -> bool | None:
    """As `flowdsl.decide.evaluate` has it, by what its comparisons come to."""
    sign, parts = test[0], test[1:]
    if sign == "not":
        held = _truth(parts[0], way)
        return None if held is None else not held
    if sign in ("and", "or"):
        found = [_truth(part, way) for part in parts]
        settles = sign == "or"
        return settles if settles in found else (None if None in found else not settles)
    return way[json.dumps(test)]
