"""What the simulator says holds in runs: the engine runs random pipelines with a TaskRunner whose outcomes are chosen.

Here nothing is decided by the simulator: params and results have values, and guards are evaluated as in any run.
Weekly in CI: `FLOWDSL_WORLDS=1000 pytest compiler_tests/property/test_worlds_run.py`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from worlds_support import specs

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from pipelinerun_support import ended, failed, play

from flowdsl.worlds.explore import Explorer
from flowdsl.worlds.model import model_of
from flowdsl.worlds.questions import Exact

EXAMPLES = int(os.environ.get("FLOWDSL_WORLDS") or "40")
VALUES = st.sampled_from(["a", "b", "c", "a-a", "b-a"])


@st.composite
def outcomes(draw: st.DrawFn, spec: Mapping[str, Any]) -> dict[str, Any]:
    """What each task does: succeeds with results, fails with them or without."""
    found: dict[str, Any] = {}
    for task in (*spec["tasks"], *spec["finally"]):
        results = {"r": draw(VALUES), "many": draw(st.sampled_from([["a"], [], ["x", "y"]]))}
        if draw(st.integers(0, 3)) == 0:
            found[task["name"]] = failed(**(results if draw(st.booleans()) else {}))
        else:
            found[task["name"]] = ended(**results)
    return found


def run_of(spec: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    given_ = [{"name": name, "value": value} for name, value in params.items()]
    metadata = {"name": "run", "namespace": "default", "uid": "uid-1"}
    inner = {key: value for key, value in spec.items() if value}
    return {"metadata": metadata, "spec": {"pipelineSpec": inner, "params": given_}}


@settings(max_examples=EXAMPLES)
@given(st.data())
def test_verdicts_hold_in_executed_runs(data: st.DataObject) -> None:
    spec = data.draw(specs())
    params = {"p": data.draw(VALUES), "q": data.draw(st.sampled_from(["a", "b"]))}
    params |= {"list": data.draw(st.sampled_from([["a"], []]))} if data.draw(st.booleans()) else {}
    chosen = data.draw(outcomes(spec))
    run = play(run_of(spec, params), chosen)
    exact = Exact(Explorer(model_of("p", spec)))
    done = {each["pipelineTaskName"] for each in run.status.get("childReferences", ())}
    good = {name for name in done if chosen[name]["conditions"][0]["status"] == "True"}
    for name in exact.model.tasks:
        if name not in done:
            assert exact.misses(name) is not None, (name, run.status)
            continue
        assert exact.runs(name) is not None, (name, run.status)
        for gate in exact.model.tasks.keys() - good - {name}:
            assert exact.runs(name, gate) is not None, (name, gate, run.status)
    if run.reason in ("Completed", "Succeeded"):
        for result in set(exact.model.results) - set(run.results):
            assert exact.lacks(result) is not None, (result, run.status)
