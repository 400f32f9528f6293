"""What import relies on, as a user writes it: manifests, runs, raw documents, aliases, verbatim and inline tasks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import pytest

from flowdsl import (
    PVC,
    Param,
    Result,
    Step,
    VolumeClaim,
    Workspace,
    condition,
    manifest,
    named,
    pipeline,
    pipeline_run,
    raw,
    step_action,
    task,
    task_ref,
    task_run,
    when,
)
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.compiler.manifest import compile_manifest
from flowdsl.diagnostics import FlowError, Severity
from flowdsl.frontend.manifest import Manifest
from flowdsl.library.loading import load_module


def documents(*items: Any, **options: Any) -> list[dict[str, Any]]:
    return list(compile_manifest(Manifest(items), CompileOptions(**options)).documents)


class Built(NamedTuple):
    digest: Annotated[str, Result(name="image-digest", description="Which one", value="$(steps.s.results.d)")]
    count_: Annotated[list[str], Result(name="count")]


@task(verbatim=True, steps=[Step(name="s", image="alpine:3.20", command=["true"], cpu="1..", memory="..1Gi")])
def build(
    url: Annotated[str, Param(name="git-url", description="What")],
    source: Workspace = Workspace(name="src-dir", optional=True),
) -> Built:
    """Builds it.

    All of it.
    """
    ...


@task(image="python:3.12-slim")
def shout(
    text: Annotated[str, Param(name="the-text")], times: Annotated[int, Param(description="How often")] = 2
) -> str:
    return text.upper() * times


def test_a_verbatim_task_says_what_is_written_and_no_more() -> None:
    (made,) = documents(build)
    assert made == {
        "apiVersion": "tekton.dev/v1",
        "kind": "Task",
        "metadata": {"name": "build"},
        "spec": {
            "description": "Builds it.\n\nAll of it.\n",
            "params": [{"name": "git-url", "description": "What", "type": "string"}],
            "steps": [
                {
                    "name": "s",
                    "image": "alpine:3.20",
                    "command": ["true"],
                    "computeResources": {"limits": {"memory": "1Gi"}, "requests": {"cpu": "1"}},
                }
            ],
            "workspaces": [{"name": "src-dir", "optional": True}],
            "results": [
                {
                    "name": "image-digest",
                    "type": "string",
                    "description": "Which one",
                    "value": "$(steps.s.results.d)",
                },
                {"name": "count", "type": "array"},
            ],
        },
    }


def test_python_names_in_python_and_tektons_in_yaml() -> None:
    @pipeline(verbatim=True)
    def release(repo: Annotated[str, Param(name="git-repo")], data: Workspace = Workspace(name="shared_data")) -> Any:
        made = build(url=repo, source=data)
        with when(condition(f"{repo}-{made.digest}", "notin", ["a-b"])):
            shout.with_options(name="again", after=[made], extra={"description": "hm"})(text=made.count_[0])
        return {"digest": Result(made.digest, description="It", type="string"), "all": made.count_}

    (made,) = documents(release)
    spec = made["spec"]
    assert made["metadata"] == {"name": "release"}
    assert spec["params"] == [{"name": "git-repo", "type": "string"}]
    assert spec["workspaces"] == [{"name": "shared_data"}]
    first, second = spec["tasks"]
    assert first["params"] == [{"name": "git-url", "value": "$(params.git-repo)"}]
    assert first["workspaces"] == [{"name": "src-dir", "workspace": "shared_data"}]
    assert second["params"] == [{"name": "the-text", "value": "$(tasks.build.results.count[0])"}]
    assert second["runAfter"] == ["build"]
    assert second["description"] == "hm"
    assert second["when"] == [
        {
            "input": "$(params.git-repo)-$(tasks.build.results.image-digest)",
            "operator": "notin",
            "values": ["a-b"],
        }
    ]
    assert spec["results"] == [
        {"name": "digest", "type": "string", "description": "It", "value": "$(tasks.build.results.image-digest)"},
        {"name": "all", "value": "$(tasks.build.results.count[*])"},
    ]


def test_an_alias_reaches_the_body(tmp_path: Path) -> None:
    @pipeline
    def loud() -> None:
        shout(text="hey")

    compiled = compile_pipeline(loud).documents
    (made,) = (each for each in compiled if each["kind"] == "Task")
    assert made["spec"]["params"][0]["name"] == "the-text"
    assert made["spec"]["params"][1]["description"] == "How often"
    (step,) = made["spec"]["steps"]
    values = {"$(params.the-text)": "hey", "$(params.times)": "3", "$(results.result.path)": str(tmp_path / "result")}
    env = {each["name"]: values[each["value"]] for each in step["env"]}
    body = step["script"].partition("\n")[2]
    subprocess.run([sys.executable, "-c", body], env=env, check=True)
    assert (tmp_path / "result").read_text() == "HEYHEYHEY"


def test_runs_refer_or_embed() -> None:
    @task(verbatim=True, inline=True, labels={"a": "b"}, steps=[Step(image="alpine:3.20", command=["true"])])
    def own() -> None: ...

    @task_ref(named("other"))
    def other(text: str) -> None: ...

    @pipeline(verbatim=True, task_order=["z", "own"])
    def flow() -> None:
        first = own()
        other.with_options(name="z", after=[first])(text="x")

    refers, embeds, of_task, of_name = documents(
        pipeline_run(flow, generate_name="flow-", timeout="1h", workspaces={"w": VolumeClaim("1Gi")}),
        pipeline_run(flow, name="r", embed=True, service_account="me", extra={"status": "PipelineRunPending"}),
        task_run(build, name="b", params={"git-url": "x"}, workspaces={"src-dir": PVC("c", sub_path="s")}),
        task_run(named("x"), name="n", timeout="5m"),
    )
    assert refers["spec"]["pipelineRef"] == {"name": "flow"}
    assert refers["spec"]["timeouts"] == {"pipeline": "1h"}
    assert embeds["spec"]["status"] == "PipelineRunPending"
    assert embeds["spec"]["taskRunTemplate"] == {"serviceAccountName": "me"}
    tasks = embeds["spec"]["pipelineSpec"]["tasks"]
    assert [each["name"] for each in tasks] == ["z", "own"]
    assert tasks[1]["taskSpec"]["metadata"] == {"labels": {"a": "b"}}
    assert of_task["spec"]["taskRef"] == {"name": "build", "kind": "Task"}
    assert of_task["spec"]["workspaces"][0]["subPath"] == "s"
    assert of_name["spec"] == {"taskRef": {"name": "x", "kind": "Task"}, "timeout": "5m"}


def test_a_raw_task_is_called_like_any_other() -> None:
    document = {
        "apiVersion": "tekton.dev/v1",
        "kind": "Task",
        "metadata": {"name": "old"},
        "spec": {
            "params": [{"name": "a"}, {"name": "b", "default": []}],
            "steps": [{"image": "alpine:3.20", "command": ["true"]}],
            "results": [{"name": "r"}],
        },
    }
    old = raw(document)

    @pipeline(verbatim=True)
    def flow() -> None:
        shout(text=old(a="x", b=["y"]).r)

    made, called = documents(old, flow)
    assert made["spec"]["params"] == [{"name": "a"}, {"name": "b", "default": []}]
    assert called["spec"]["tasks"][0]["taskRef"] == {"name": "old", "kind": "Task"}
    assert called["spec"]["tasks"][1]["params"][0]["value"] == "$(tasks.old.results.r)"
    with pytest.raises(FlowError, match="FLOW011"):
        old(a="x")


def test_a_step_action() -> None:
    @step_action(image="alpine:3.20", script="true", security={"runAsUser": 1}, extra={"volumeMounts": []})
    def greet(who: str = "you") -> str:
        """Greets."""
        ...

    (made,) = documents(greet)
    assert made["apiVersion"] == "tekton.dev/v1beta1"
    assert made["spec"] == {
        "description": "Greets.",
        "image": "alpine:3.20",
        "params": [{"name": "who", "type": "string", "default": "you"}],
        "securityContext": {"runAsUser": 1},
        "script": "true",
        "volumeMounts": [],
        "results": [{"name": "result", "type": "string"}],
    }


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: manifest(len), "FLOW002"),
        (lambda: manifest(build, lambda: None), "FLOW002"),
        (lambda: raw([]), "FLOW002"),  # type: ignore[arg-type]
        (lambda: pipeline_run(build), "FLOW002"),  # type: ignore[arg-type]
        (lambda: task_run("build"), "FLOW002"),  # type: ignore[arg-type]
        (lambda: documents(task_run(build, nme="x")), "FLOW002"),
        (lambda: documents(raw({"apiVersion": "tekton.dev/v1", "kind": "Task", "metadata": {"name": "x"}})), "FLOW2"),
    ],
)
def test_mistakes_are_told(make: Any, code: str) -> None:
    with pytest.raises(FlowError) as caught:
        make()
    assert any(each.code.startswith(code) for each in caught.value.diagnostics)
    assert all(
        each.location is not None and each.location.file.endswith("test_manifests.py")
        for each in caught.value.diagnostics
    )


@pytest.mark.parametrize(
    ("version", "kind", "code"),
    [
        ("v1", "LimitRange", "FLOW024"),
        ("triggers.tekton.dev/v1beta1", "Trgger", "FLOW406"),
        ("triggers.tekton.dev/v1", "Trigger", "FLOW406"),
        ("tekton.dev/v1beta1", "Pipeline", "FLOW024"),
        ("tekton.dev/v1", "Tsk", "FLOW406"),
        ("tekton.dev/v2", "Task", "FLOW406"),
        ("tekton.dev/v1beta1", "VerificationPolicy", "FLOW406"),
        ("resolution.tekton.dev/v1", "ResolutionRequest", "FLOW406"),
    ],
)
def test_a_kind_without_a_model_is_told_and_one_that_tekton_lacks_refused(version: str, kind: str, code: str) -> None:
    document = {"apiVersion": version, "kind": kind, "metadata": {"name": "x"}}
    try:
        found = compile_manifest(manifest(raw(document))).diagnostics
    except FlowError as error:
        found = error.diagnostics
    assert [each.code for each in found] == [code]
    assert (found[0].severity is Severity.NOTE) is (code == "FLOW024")
    assert found[0].location is not None
    assert found[0].location.file.endswith("test_manifests.py")


def test_options_without_effect_are_refused() -> None:
    for make in (
        lambda: task_ref("x", image="alpine"),
        lambda: step_action(image="alpine", gpu=1),
        lambda: raw({"kind": "Task"}),
        lambda: raw({"apiVersion": "v1", "kind": "X", "data": {"a": object()}}),
    ):
        with pytest.raises(FlowError, match="FLOW002"):
            make()


def test_a_namespace_is_given_to_every_document() -> None:
    made = documents(build, task_run(build, name="b"), namespace="ci")
    assert [each["metadata"]["namespace"] for each in made] == ["ci", "ci"]


@pytest.mark.parametrize(
    "written",
    [
        '@task(image="a:1", script="true", security="")',
        '@task(image="a:1", script="true", security="none")',
        '@task(steps=[Step(image="a:1", script="true", security="none")])',
        '@task(image="a:1", script="true", sidecars=[Sidecar(image="b:1", security="none")])',
        '@step_action(image="a:1", script="true", security="none")',
    ],
)
def test_a_security_preset_that_is_none(written: str) -> None:
    """Told at the decorator, and no document is made of it: in a manifest nothing else looks at it before."""
    space: dict[str, Any] = {}
    exec(f"from flowdsl import *\n{written}\ndef a() -> None: ...\n", space)
    with pytest.raises(FlowError) as told:
        compile_manifest(manifest(space["a"]))
    assert [each.code for each in told.value.diagnostics] == ["FLOW002"]
    assert "security' takes 'restricted', 'baseline', 'root'" in told.value.diagnostics[0].message


@pytest.mark.parametrize("what", ["tasks", "inline", "run"])
def test_code_that_travels_as_a_config_map_comes_first_and_once(what: str) -> None:
    golden = str(Path(__file__).parents[1] / "golden" / "bundle.py")
    module = load_module(Path(golden))
    items: list[Any] = {
        "tasks": [module.first, module.second, module.bundle],
        "inline": [module.bundle, module.bundle],
        "run": [task_run(module.first, name="a", embed=True), task_run(module.second, name="b", embed=True)],
    }[what]
    compiled = compile_manifest(manifest(*items), CompileOptions(inline=what == "inline")).documents
    kinds = [each["kind"] for each in compiled]
    assert kinds[0] == "ConfigMap"
    assert kinds.count("ConfigMap") == 1
    assert compiled[0]["metadata"]["name"] in str(compiled[1])
    # A reference mounts nothing.
    alone = compile_manifest(manifest(task_run(module.first, name="a"))).documents
    assert [each["kind"] for each in alone] == ["TaskRun"]
