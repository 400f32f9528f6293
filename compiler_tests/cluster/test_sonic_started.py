"""Sonic, started by signed pushes before Triggers' own sink: what `compile --events triggers` writes of it, and no hand."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from api import Api
from arrivals import arrives
from deliveries import SECRET
from emitted_starts import delivered, params_of, with_server
from event_payloads import SHA
from eventing import Triggers
from plane import Plane
from runs import finished, run_by_name, started
from test_sonic import NAMESPACE, PIPELINES, failures, local, params, prepare, with_stand_ins

from flowdsl import Pipeline, load
from flowdsl.compiler import CompileOptions
from flowdsl.ir.events import Trigger
from flowdsl.ir.options import Provider
from flowdsl.library.compiling import compile_target

__all__ = ["local", "params"]  # fixtures


PROVIDERS: tuple[Provider, ...] = ("github", "gitlab", "bitbucket", "gitea")


@pytest.fixture
def prepared(plane: Plane, api: Api, local: Any) -> None:
    """The namespace with all that Sonic and its senders need."""
    prepare(plane, api, local)
    metadata = {"name": "sonic-webhook", "namespace": NAMESPACE}
    api.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"secret": SECRET}})


def sonic_of(provider: Provider) -> Pipeline:
    """Sonic, whose source is with a provider. Bitbucket does not say which files a push changes (FLOW368)."""
    sonic = load(PIPELINES / "sonic.py")
    assert isinstance(sonic, Pipeline)
    starts = sonic.options.on
    if provider == "bitbucket":
        starts = tuple(attrs.evolve(each, paths=()) if isinstance(each, Trigger) else each for each in starts)
    sonic.options = attrs.evolve(sonic.options, provider=provider, on=starts)
    return sonic


def told_of(provider: Provider, url: str) -> dict[str, object]:
    """What a push says of where the repository is."""
    if provider == "gitlab":
        return {"project": {"path_with_namespace": "team/model", "git_http_url": url}}
    if provider == "bitbucket":
        return {"repository": {"full_name": "team/model", "links": {"html": {"href": url}}}}
    return {"repository": {"full_name": "team/model", "clone_url": url}}


def starting(provider: Provider, params: dict[str, str]) -> list[dict[str, Any]]:
    """Sonic with what starts it, its runs given the services of this machine where the event says nothing of them."""
    options = CompileOptions(events=("triggers",), namespace=NAMESPACE, unlocked=True)
    documents: list[dict[str, Any]] = [dict(each) for each in compile_target(sonic_of(provider), options).documents]
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
    return documents


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_signed_push_starts_sonic_with_its_params_and_it_completes(
    plane: Plane, api: Api, triggers: Triggers, local: Any, params: dict[str, str], provider: Provider
) -> None:
    for each in with_server(with_stand_ins(starting(provider, params), local), plane):
        if each["kind"] in ("ClusterRole", "ClusterRoleBinding"):
            each["metadata"].pop("namespace", None)
        api.apply(each)
    event = delivered(provider, "push", f"from-{provider}", **told_of(provider, params["git_repo"]))
    name = f"sonic-from-{provider}"
    with triggers.sink("sonic", namespace=NAMESPACE) as sink:
        for _ in range(2):
            assert sink.post(event.body, event.headers)[0] == 202
        arrives(sink, event, lambda: run_by_name(api, name, NAMESPACE))
        run = started(api, name, NAMESPACE)
    wanted = {"git_repo": params["git_repo"], "branch": "main", "image_tag": SHA[:7]}
    assert {key: value for key, value in params_of(run).items() if key in wanted} == wanted
    done = finished(api, "PipelineRun", name, NAMESPACE, seconds=1800)
    condition = done["status"]["conditions"][0]
    assert condition["status"] == "True", failures(api, name, condition)
    assert "Failed: 0, Cancelled 0), Skipped: 9" in condition["message"]
