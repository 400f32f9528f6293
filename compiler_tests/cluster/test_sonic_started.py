"""Sonic, started by a signed push before Triggers' own sink: what `compile --events triggers` writes of it, and no hand."""

from __future__ import annotations

from typing import Any

import pytest
from api import Api
from deliveries import SECRET
from emitted_starts import delivered, params_of, with_server
from event_payloads import SHA
from eventing import Triggers
from plane import Plane
from runs import finished, started
from test_sonic import NAMESPACE, PIPELINES, failures, local, params, prepare, with_stand_ins

from flowdsl import Pipeline, load
from flowdsl.compiler import CompileOptions
from flowdsl.library.compiling import compile_target

__all__ = ["local", "params"]  # fixtures


@pytest.fixture
def applied(plane: Plane, api: Api, local: Any, params: dict[str, str]) -> None:
    """Sonic with what starts it, its runs given the services of this machine where the event says nothing of them."""
    prepare(plane, api, local)
    sonic = load(PIPELINES / "sonic.py")
    assert isinstance(sonic, Pipeline)
    options = CompileOptions(events=("triggers",), namespace=NAMESPACE, unlocked=True)
    documents = [dict(each) for each in compile_target(sonic, options).documents]
    documents = with_server(with_stand_ins(documents, local), plane)
    (meant,) = [each for each in documents if each["kind"] == "Pipeline"]
    declared = {each["name"] for each in meant["spec"]["params"]}
    for each in documents:
        for run in each["spec"]["resourcetemplates"] if each["kind"] == "TriggerTemplate" else ():
            given = params_of(run)
            bound = {name: value for name, value in given.items() if "$(tt" in str(value)}
            own = {name: value for name, value in params.items() if name in declared}
            run["spec"]["params"] = [
                {"name": name, "value": value} for name, value in {**given, **own, **bound}.items()
            ]
    metadata = {"name": "sonic-webhook", "namespace": NAMESPACE}
    api.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"secret": SECRET}})
    for each in documents:
        if each["kind"] in ("ClusterRole", "ClusterRoleBinding"):
            each["metadata"].pop("namespace", None)
        api.apply(each)


@pytest.mark.usefixtures("applied")
def test_a_signed_push_starts_sonic_with_its_params_and_it_completes(
    api: Api, triggers: Triggers, params: dict[str, str]
) -> None:
    repository = {"full_name": "team/model", "clone_url": params["git_repo"]}
    event = delivered("github", "push", "from-git", repository=repository, ref="refs/heads/main")
    with triggers.sink("sonic", namespace=NAMESPACE) as sink:
        for _ in range(2):
            assert sink.post(event.body, event.headers)[0] == 202
        run = started(api, "sonic-from-git", NAMESPACE)
    wanted = {"git_repo": params["git_repo"], "branch": "main", "image_tag": SHA[:7]}
    assert {name: value for name, value in params_of(run).items() if name in wanted} == wanted
    done = finished(api, "PipelineRun", "sonic-from-git", NAMESPACE, seconds=600)
    condition = done["status"]["conditions"][0]
    assert condition["status"] == "True", failures(api, "sonic-from-git", condition)
    assert "Failed: 0, Cancelled 0), Skipped: 0" in condition["message"]
