"""How conditions travel with a Task: in a variable of its step, decided by the end of its script, told as its results.

- The variable CONDITIONS holds JSON, a list of `[result, shown, condition]`.
- A condition is `["and"|"or"|"not", condition…]`, or a test of operands: `"=="`, `"<"`, `"<="`, `">"`, `">="`, `"in"`,
  `"matches"`, `"startswith"`, `"true"`.
- An operand is `["is", constant]`, `["value", name, kind, label]`, `["join", text…]`, or one of the formulas `"+"`,
  `"-"`, `"*"`, `"/"`, `"neg"`, `"abs"`, `"min"`, `"max"`, `"median"`. A name is `result.NAME`, one of the task's own
  results, or `param.NAME`; a kind is `int`, `float`, `bool` or `text`, with `list ` before it where there are several.
- A value may be a field of one that is JSON, named `field.NUMBER`: the variable FIELDS holds a JSON object of these
  names, each with `[name, [key or place…]]`.
- That a list has elements is that it is `not` one of (`in`) those without: the constant of NO_ELEMENTS.
- Params that only conditions look at begin with GIVEN: thresholds, and values of other tasks. What a task makes does
  not depend on them, so that they are no part of what it is cached by.

A step's variable is subject to Tekton's and Kubernetes' `$(...)`: no `$` stands in the JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import attrs

from flowdsl.decide.evaluate import _flowdsl_read, _flowdsl_truth
from flowdsl.decide.fields import _flowdsl_inner
from flowdsl.decide.patterns import settled

CONDITIONS = "FLOWDSL_CONDITIONS"
"""The variable of a step that has the conditions it decides."""
FIELDS = "FLOWDSL_FIELDS"
"""The variable of a step that says where the fields lie that its conditions look at."""
GIVEN = "flowdsl-given-"
"""What the params begin with that conditions alone look at."""
MARK = "# From here on it is flowdsl's: decide for the tasks that wait for this one; see FLOWDSL_CONDITIONS.\n"
"""The line of a script at which the part begins that decides."""
START = 'if __name__ == "__main__":\n    _flowdsl_main()\n'
"""The end of a script that decides nothing."""

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, re.error)
"""What a condition raises that somebody changed."""

Json = list[Any]  # a condition as JSON: lists in lists
Texts = Mapping[str, "str | list[str] | None"]
Fields = Mapping[str, "tuple[str, Sequence[str | int]]"]
NO_ELEMENTS: Json = ["is", [[]]]
"""What a list is one of (`in`) that has no elements."""


@attrs.frozen
class Decision:
    """A condition that a task decides, as its result `name`; `shown` is what people read."""

    name: str
    shown: str
    test: Json = attrs.field(eq=False)
    fields: Fields = attrs.field(factory=dict, eq=False)

    def texts(self, texts: Texts) -> Texts:
        """The texts of values with those of the fields."""
        inside = {name: _flowdsl_inner(texts.get(source), steps) for name, (source, steps) in self.fields.items()}
        return {**texts, **inside} if inside else texts


def written(decisions: Iterable[Decision]) -> str:
    """The text of the variable."""
    rows = [[each.name, each.shown, each.test] for each in decisions]
    return _text(rows)


def written_fields(fields: Fields) -> str:
    """The text of the variable that says where fields lie; empty where there are none."""
    return _text(dict(fields)) if fields else ""


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("$", "\\u0024")


def read(text: str, fields: str = "") -> tuple[Decision, ...]:
    """The conditions of a variable's text, and of that of their fields; none where `written` did not make it."""
    try:
        rows = json.loads(text)
        lie = {str(name): (str(source), list(steps)) for name, (source, steps) in json.loads(fields or "{}").items()}
        return tuple(Decision(str(name), str(shown), test, lie) for name, shown, test in rows)
    except (ValueError, TypeError, AttributeError, RecursionError):
        return ()


def decided(decision: Decision, texts: Texts) -> tuple[bool, tuple[str, ...]]:
    """Whether it holds with these values, by their names, and what could not be read."""
    unsure: list[str] = []
    try:
        texts = decision.texts(texts)
        held = _flowdsl_truth(settled(decision.test, texts), texts, unsure)
    except UNREADABLE:
        return False, ("the condition can't be read",)
    return held is True, tuple(unsure)


def number_of(text: str, kind: str) -> int | float | None:
    """The number that a text is to conditions and scripts, of the kind `int` or `float`; None for NaN and no number."""
    found: int | float | None = _flowdsl_read(text, kind)
    return found


def decisions_of(spec: Mapping[str, Any] | None) -> tuple[Decision, ...]:
    """The conditions that a TaskSpec's steps decide."""
    for step in (spec or {}).get("steps") or ():
        env = {each.get("name"): str(each.get("value") or "") for each in step.get("env") or ()}
        if CONDITIONS in env:
            return read(env[CONDITIONS], env.get(FIELDS, ""))
    return ()


def without_decisions(spec: Mapping[str, Any], decisions: Sequence[Decision]) -> dict[str, Any]:
    """The TaskSpec as it would be if nothing waited for its conditions: what the task makes is the same."""
    names = {each.name for each in decisions}
    found = dict(spec)
    found["params"] = without_given(found.get("params"))
    found["results"] = [each for each in found.get("results") or () if each.get("name") not in names]
    found["steps"] = [_plain_step(step, names) for step in found.get("steps") or ()]
    return {name: value for name, value in found.items() if value or name not in ("params", "results")}


def without_given(params: Iterable[Mapping[str, Any]] | None) -> list[Mapping[str, Any]]:
    """Params without those that conditions alone look at."""
    return [each for each in params or () if not str(each.get("name")).startswith(GIVEN)]


def _plain_step(step: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    own = {f"$(results.{name}.path)" for name in names}
    found = dict(step)
    env = [each for each in found.get("env") or () if not _carries(each, own)]
    script = str(found.get("script") or "")
    if MARK in script:
        found["script"] = script.rpartition(MARK)[0] + START
    found["env"] = env
    return found if env else {name: value for name, value in found.items() if name != "env"}


def _carries(variable: Mapping[str, Any], own: set[str]) -> bool:
    value = str(variable.get("value") or "")
    return variable.get("name") in (CONDITIONS, FIELDS) or value in own or value.startswith(f"$(params.{GIVEN}")


def decided_again(
    decisions: Sequence[Decision],
    results: Sequence[Mapping[str, Any]],
    params: Mapping[str, object],
) -> list[Mapping[str, Any]]:
    """A TaskRun's results with what the conditions say of them by these params, whatever was decided before."""
    names = {each.name for each in decisions}
    kept = [each for each in results if each.get("name") not in names]
    texts = {f"result.{each['name']}": cast("str | list[str] | None", each.get("value")) for each in kept}
    texts.update((f"param.{name}", cast("str | list[str] | None", value)) for name, value in params.items())
    made = [
        {"name": each.name, "type": "string", "value": "true" if decided(each, texts)[0] else "false"}
        for each in decisions
    ]
    return [*kept, *made]
