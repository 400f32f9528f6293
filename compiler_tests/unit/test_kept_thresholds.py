"""Other thresholds for a kept run whose PipelineRun has the pipeline in it: what conditions alone look at can be set."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.decide.wire import GIVEN
from flowdsl.diagnostics import UsageError
from flowdsl.ir.local import LocalRun
from flowdsl.library.run_inputs import Inputs
from flowdsl.library.run_thresholds import check_conditions_alone, set_again


def kept(**run: object) -> dict[str, Any]:
    gate = {"name": "gate", "taskRef": {"name": "gate"}, "params": [{"name": f"{GIVEN}1", "value": "$(params.limit)"}]}
    guard = {"input": "$(params.limit)", "operator": "notin", "values": ["0"]}
    params = [{"name": "limit", "default": "1"}, *({"name": name, "default": text} for name, text in run.items())]
    tasks = [gate, {"name": "upload", "taskRef": {"name": "upload"}, "when": [guard]}]
    return {
        "apiVersion": "tekton.dev/v1",
        "kind": "PipelineRun",
        "metadata": {"name": "it"},
        "spec": {"pipelineSpec": {"params": params, "tasks": tasks}},
    }


def test_a_pipeline_within_its_run_is_looked_at_as_one_beside_it() -> None:
    document = kept()
    inputs = Inputs([document], LocalRun(), [], wanted="it")
    check_conditions_alone(inputs, {"limit": "2"})
    set_again(inputs, {"limit": "2"}, None)
    assert document["spec"]["params"] == [{"name": "limit", "value": "2"}]


def test_a_param_that_others_are_made_of_is_not_set_anew() -> None:
    with pytest.raises(UsageError, match="'limit' is given to the run itself"):
        check_conditions_alone(Inputs([kept(other="$(params.limit)")], LocalRun(), [], wanted="it"), ["limit"])
