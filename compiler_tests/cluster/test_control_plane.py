"""The control plane runs what it is given: the ground the other tests of this tier stand on."""

from __future__ import annotations

import pytest
from api import Api, RefusedError, wait_for
from runs import finished

V1 = "tekton.dev/v1"


def test_a_task_run_ends_with_its_result_and_its_log(api: Api) -> None:
    steps = [{"name": "say", "image": "none", "script": "echo hello; printf 42 > $(results.answer.path)"}]
    spec = {"taskSpec": {"results": [{"name": "answer"}], "steps": steps}}
    api.create({"apiVersion": V1, "kind": "TaskRun", "metadata": {"name": "hello"}, "spec": spec})
    done = finished(api, "TaskRun", "hello")
    assert done["status"]["conditions"][0]["reason"] == "Succeeded"
    assert done["status"]["results"] == [{"name": "answer", "type": "string", "value": "42"}]
    # The API server's way to a kubelet is refused now and then in the first seconds, as on any young cluster.
    path = "/api/v1/namespaces/default/pods/hello-pod/log?container=step-say"
    assert wait_for("the log", lambda: api.call("GET", path), 20) == "hello\n"


def test_a_pipeline_run_hands_a_result_on(api: Api) -> None:
    first = {"results": [{"name": "word"}], "steps": [{"image": "none", "script": "printf tea > $(results.word.path)"}]}
    second = {"params": [{"name": "w"}], "steps": [{"image": "none", "script": '[ "$(params.w)" = tea ]'}]}
    tasks = [
        {"name": "make", "taskSpec": first},
        {"name": "use", "taskSpec": second, "params": [{"name": "w", "value": "$(tasks.make.results.word)"}]},
    ]
    api.create(
        {
            "apiVersion": V1,
            "kind": "PipelineRun",
            "metadata": {"name": "pair"},
            "spec": {"pipelineSpec": {"tasks": tasks}},
        }
    )
    done = finished(api, "PipelineRun", "pair")
    assert done["status"]["conditions"][0]["message"] == "Tasks Completed: 2 (Failed: 0, Cancelled 0), Skipped: 0"


def test_the_webhook_refuses_what_is_wrong(api: Api) -> None:
    tasks = [{"name": "a", "taskSpec": {"steps": [{"image": "none"}]}, "runAfter": ["nobody"]}]
    document = {"apiVersion": V1, "kind": "Pipeline", "metadata": {"name": "wrong"}, "spec": {"tasks": tasks}}
    with pytest.raises(RefusedError, match="nobody"):
        api.create(document)
