"""Deciding conditions at the end of a task's script: the values are there, nothing else has to start for it."""

from __future__ import annotations

from typing import Any

from flowdsl.decide.evaluate import _flowdsl_truth
from flowdsl.frontend.script.runtime.common import _FLOWDSL_TASK, _flowdsl_env, _flowdsl_fail
from flowdsl.frontend.script.runtime.inputs import _flowdsl_arrays
from flowdsl.frontend.script.runtime.outputs import _flowdsl_message_size


def _flowdsl_conditions() -> list[Any]:
    import json

    return list(json.loads(_flowdsl_env("FLOWDSL_CONDITIONS")))


def _flowdsl_variable(prefix: str, name: str) -> str:
    import re

    return prefix + "_" + re.sub("[^A-Za-z0-9]", "_", name).upper()


def _flowdsl_undecided() -> None:
    # A task that fails without ending the run has decided so: nothing that waits for it may take that for a yes.
    for name, _, _ in _flowdsl_conditions():
        with open(_flowdsl_env(_flowdsl_variable("RESULT", name)), "w", encoding="utf-8") as handle:
            handle.write("false")


def _flowdsl_looked_at(part: Any, found: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    if isinstance(part, list):
        if len(part) == 4 and part[0] == "value":
            found[part[1]] = (part[2], part[3])
        for each in part:
            _flowdsl_looked_at(each, found)
    return found


def _flowdsl_texts(values: dict[str, tuple[str, str]]) -> dict[str, Any]:
    lists = [name.partition(".")[2] for name, (kind, _) in values.items() if kind.startswith("list ")]
    found: dict[str, Any] = {}
    if lists:
        given = _flowdsl_arrays(tuple(lists))
        found = {"param." + name: given[name] for name in lists}
    for name, (kind, _) in values.items():
        if not kind.startswith("list "):
            side, _, own = name.partition(".")
            env = _flowdsl_variable(side.upper(), own)
            found[name] = _flowdsl_env(env) if side == "param" else _flowdsl_result(env)
    return found


def _flowdsl_result(env: str) -> str | None:
    try:
        with open(_flowdsl_env(env), encoding="utf-8", newline="") as handle:
            return handle.read()
    except OSError:
        return None


def _flowdsl_decide(limit: int) -> None:
    import os
    import sys

    sys.stdout.flush()  # what the task printed comes first
    rows = _flowdsl_conditions()
    texts = _flowdsl_texts(_flowdsl_looked_at([test for _, _, test in rows], {}))
    for name, shown, test in rows:
        unsure: list[str] = []
        held = _flowdsl_truth(test, texts, unsure) is True
        with open(_flowdsl_env(_flowdsl_variable("RESULT", name)), "w", encoding="utf-8") as handle:
            handle.write("true" if held else "false")
        seen = _flowdsl_looked_at(test, {}).items()
        values = [label + " = " + _flowdsl_seen(texts[key]) for key, (_, label) in seen]
        why = "; ".join(([] if held else unsure) or values)
        # As ASCII: a value may hold anything, and a log is read in a terminal.
        said = shown + (" holds" if held else " does not hold") + " (" + why + ")"
        sys.stderr.write("flowdsl: " + _FLOWDSL_TASK + ": " + ascii(said)[1:-1] + "\n")
    total = 128
    for key, path in os.environ.items():
        if key.startswith("RESULT_") and os.path.isfile(path):
            total += _flowdsl_message_size(os.path.basename(path), _flowdsl_result(key) or "")
    if total > limit:
        _flowdsl_fail("the results take " + str(total) + " bytes with what is decided of them, more than " + str(limit))


def _flowdsl_seen(text: Any) -> str:
    shown = ", ".join(text) if isinstance(text, list) else str(text)
    return shown if len(shown) <= 60 else shown[:57] + "..."
