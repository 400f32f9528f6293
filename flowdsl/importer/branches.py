"""Tasks that are one call of the pipeline function for several branches: what `either(...)` made of it comes back.

A task that is given the value of the branch that ran is there once for each branch (`flowdsl.frontend.choices`): as
`end`, `end-2`, …, each given one branch's result, under the conditions of the task that gives it; and for the default,
where no branch ran.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

import attrs

from flowdsl.importer.counting import counting, guard_of
from flowdsl.importer.references import tasks_in
from flowdsl.importer.typed import number

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import PipelineSpec, PipelineTask

_GIVEN = re.compile(r"\$\(tasks\.([^.()]+)\.results\.([^.()\[\]]+)\)")
_PARAM = re.compile(r"\$\(params\.[^.()\[\]]+\)")
_OWN = frozenset({"name", "params", "when"})
Typed: TypeAlias = Callable[[str, str], str]
"""What a result is to Python, by its task and its own name; "" for text."""


@attrs.frozen
class Branches:
    """One call: the task of the first branch, and what it is given of each branch, by the text of the first.

    What is given of no branch is the default, and comes last.
    """

    names: tuple[str, ...]
    given: Mapping[str, tuple[str, ...]]


def branches_of(spec: PipelineSpec, typed: Typed) -> dict[str, Branches]:
    """The calls of a pipeline that are several tasks, by the name of the first."""
    fields = (spec.get("tasks") or (), spec.get("finally") or ())
    items = {item["name"]: item for field in fields for item in field}
    found = {each.names[0]: each for field in fields for each in _calls(field, items, typed)}
    if not found:
        return found
    member = {name: each.names for each in found.values() for name in each.names}
    uses: list[tuple[str, ...]] = [
        use for name, item in items.items() if name not in member for use in _waits_for(item)
    ]
    uses += [tuple(_tasks(each)) for call in found.values() for each in call.given.values()]
    for _, results in itertools.groupby(spec.get("results") or (), lambda each: each["name"]):
        uses.append(tuple(name for each in results for name in tasks_in(each.get("value"))))
    while uses:
        use = uses.pop()
        for call in {member[name] for name in use if name in member}:
            # What takes one branch alone needs a name for it; and then each of these tasks is one that takes.
            if use != call and found.pop(call[0], None) is not None:
                uses += [each for name in call for each in _waits_for(items[name])]
    return found


def _waits_for(item: PipelineTask) -> Iterator[tuple[str]]:
    for name in (*tasks_in(dict(item)), *(item.get("runAfter") or ())):
        yield (name,)


def _tasks(given: Iterable[str]) -> Iterator[str]:
    for text in given:
        if found := _GIVEN.fullmatch(text):
            yield found[1]


def _calls(items: Sequence[PipelineTask], known: Mapping[str, PipelineTask], typed: Typed) -> Iterator[Branches]:
    """The calls among tasks: the others of each stand right behind its first."""
    at = 0
    while at < len(items):
        copies = list(_copies(items, at))
        given = _given(copies, known, typed) if len(copies) > 1 else {}
        if given:
            yield Branches(tuple(each["name"] for each in copies), given)
        at += len(copies) if given else 1


def _copies(items: Sequence[PipelineTask], at: int) -> Iterator[PipelineTask]:
    """A task, and those behind it that have its name with a number and differ from it in what they are given alone."""
    first = items[at]
    yield first
    for behind in range(1, len(items) - at):
        other = items[at + behind]
        if other["name"] != f"{first['name']}-{behind + 1}" or _rest(other) != _rest(first):
            return
        yield other


def _rest(item: PipelineTask) -> tuple[Mapping[str, object], list[str]]:
    rest = {field: value for field, value in item.items() if field not in _OWN}
    return rest, [param["name"] for param in item.get("params") or ()]


def _given(
    copies: Sequence[PipelineTask], known: Mapping[str, PipelineTask], typed: Typed
) -> dict[str, tuple[str, ...]]:
    """The values that differ; empty where it can't be that `either` gave them."""
    params = list(zip(*(each.get("params") or () for each in copies), strict=True))
    rows = [tuple(str(each["value"]) for each in row) for row in params]
    texts = {
        row for row, given in zip(rows, params, strict=True) if all(isinstance(each["value"], str) for each in given)
    }
    differing = {row[0]: tuple(dict.fromkeys(row)) for row in rows if len(set(row)) > 1}
    same = {row[0] for row in rows if len(set(row)) == 1}
    for row in (row for row in rows if len(set(row)) > 1):
        taken = {text for text in row if _GIVEN.fullmatch(text)}
        if taken & same or row not in texts:
            return {}
        if not (_is_each(row, copies, known) or _is_first(row, copies, known, typed)):
            return {}
    return differing if sum(len(set(row)) > 1 for row in rows) == len(differing) else {}


def _is_each(row: Sequence[str], copies: Sequence[PipelineTask], known: Mapping[str, PipelineTask]) -> bool:
    """Whether each copy is given a result and has the conditions of the task that gives it."""
    for text, copy in zip(row, copies, strict=True):
        source = _GIVEN.fullmatch(text)
        if source is None or copy.get("when") != known.get(source[1], {}).get("when"):
            return False
    return True


def _is_first(
    row: Sequence[str], copies: Sequence[PipelineTask], known: Mapping[str, PipelineTask], typed: Typed
) -> bool:
    """Whether each copy is given a result, or in the end a default, where none of those before it is there."""
    values = list(dict.fromkeys(row))
    sources = [found for each in values if (found := _GIVEN.fullmatch(each))]
    if len(values) - len(sources) > 1 or any(each[1] not in known for each in sources):
        return False
    if len(values) > len(sources) and not _is_default(values[-1], {typed(each[1], each[2]) for each in sources}):
        return False
    guards = [guard_of(known[each[1]].get("when")) for each in sources] + [()] * (len(values) - len(sources))
    ways = [] if None in guards else counting([each for each in guards if each is not None])
    return ways == [(values.index(text), guard_of(copy.get("when"))) for text, copy in zip(row, copies, strict=True)]


def _is_default(text: str, typed: set[str]) -> bool:
    """Whether a text can be the default of results of a type: one of our own words says just this text then."""
    if _GIVEN.fullmatch(text) or len(typed) != 1:
        return False
    (kind,) = typed
    if not kind:
        return "$(" not in text or _PARAM.fullmatch(text) is not None
    return number(text, kind) is not None
