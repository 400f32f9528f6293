"""Pipelines with guards of all kinds, drawn at random, and worlds of them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from flowdsl.worlds.known import Known
from flowdsl.worlds.model import Model
from flowdsl.worlds.play import World

STATUS = {"aggregate": ["Succeeded", "Failed", "Completed"], "status": ["Succeeded", "Failed", "None"]}


def _guard(text: str, operator: str, values: list[str]) -> dict[str, Any]:
    return {"input": text, "operator": operator, "values": values}


@st.composite
def _guards(draw: st.DrawFn, before: list[str], *, final: bool) -> list[dict[str, Any]]:
    found = []
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2]))):
        kinds = ["param", "param"] + (["result", "result", "mixed"] if before else [])
        kinds += ["status", "aggregate"] if final and before else []
        kind = draw(st.sampled_from(kinds))
        name = draw(st.sampled_from(before)) if before else ""
        text = {
            "param": f"$(params.{draw(st.sampled_from(['p', 'q']))})",
            "result": f"$(tasks.{name}.results.r)",
            "mixed": f"$(tasks.{name}.results.r)-$(params.p)",
            "status": f"$(tasks.{name}.status)",
            "aggregate": "$(tasks.status)",
        }[kind]
        words = STATUS.get(kind, ["a", "b"])
        values = draw(st.lists(st.sampled_from(words), min_size=1, max_size=2, unique=True))
        found.append(_guard(text, draw(st.sampled_from(["in", "notin"])), values))
    return found


@st.composite
def _task(draw: st.DrawFn, name: str, before: list[str], *, final: bool) -> dict[str, Any]:
    some = st.lists(st.sampled_from(before), unique=True, max_size=2) if before else st.just([])
    uses = draw(some) if draw(st.booleans()) else []
    steps = [{"name": "s", "image": "i"}]
    params = [{"name": f"u{number}", "value": f"$(tasks.{used}.results.r)"} for number, used in enumerate(uses)]
    found: dict[str, Any] = {"name": name, "params": params}
    if draw(st.integers(0, 5)) == 0:
        lists = ["$(params.list[*])", *(f"$(tasks.{each}.results.many[*])" for each in before)]
        value = draw(st.sampled_from([["x", "y"], *lists]))
        found["matrix"] = {"params": [{"name": "m", "value": value}]}
    declared = [{"name": each["name"]} for each in [*params, *found.get("matrix", {}).get("params", ())]]
    results = [{"name": "r"}, {"name": "many", "type": "array"}]
    # What a fan-out gives is gathered, and no list of its own.
    found["taskSpec"] = {"steps": steps, "params": declared, "results": results}
    found["when"] = draw(_guards(before, final=final))
    if draw(st.integers(0, 3)) == 0:
        found["onError"] = "continue"
    if not final:
        found["runAfter"] = draw(some)
        found["retries"] = draw(st.sampled_from([0, 0, 1]))
    return {key: value for key, value in found.items() if value}


@st.composite
def specs(draw: st.DrawFn, most: int = 6) -> dict[str, Any]:
    """A Pipeline's spec: up to `most` tasks, two of `finally`, params, results."""
    tasks: list[dict[str, Any]] = []
    for index in range(draw(st.integers(1, most))):
        # The results of a fan-out are lists, which fit nowhere here.
        before = [each["name"] for each in tasks if "matrix" not in each]
        tasks.append(draw(_task(f"t{index}", before, final=False)))
    names = [each["name"] for each in tasks if "matrix" not in each]
    final = [draw(_task(f"f{index}", names, final=True)) for index in range(draw(st.integers(0, 2)))]
    chosen = draw(st.lists(st.sampled_from(names), max_size=2, unique=True)) if names else []
    return {
        "params": [
            {"name": "p", "default": draw(st.sampled_from(["a", "c"]))},
            {"name": "q", "type": "string", **draw(st.sampled_from([{}, {"enum": ["a", "b"]}]))},
            {"name": "list", "type": "array", "default": draw(st.sampled_from([["x"], []]))},
        ],
        "tasks": tasks,
        "finally": final,
        "results": [{"name": f"o{each}", "value": f"$(tasks.{each}.results.r)"} for each in chosen],
    }


@st.composite
def worlds(draw: st.DrawFn, model: Model, known: Known) -> World:
    """Any world of a pipeline."""
    names = sorted(model.tasks)
    lists = sorted({each.text for task in model.tasks.values() for each in task.lists})
    some = st.lists(st.sampled_from(names), unique=True, max_size=3)
    return World(
        fails=frozenset(draw(some)),
        writes=frozenset(f"{name}.{result}" for name in draw(some) for result in ("r", "many")),
        values={
            text: draw(st.sampled_from(domain.values))
            for text, domain in sorted(known.domains.items())
            if draw(st.booleans())
        },
        lists={text: draw(st.booleans()) for text in lists},
        late=frozenset(draw(some)),
        order=draw(st.integers(0, 50)),
    )
