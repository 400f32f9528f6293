"""What `compile --events pac` writes, and what it says of what Pipelines-as-Code can't do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

import flowdsl
from flowdsl import (
    Secret,
    ServiceAccount,
    body,
    event,
    manifest,
    pipeline,
    pull_request,
    push,
    raw,
    schedule,
    tag,
    task,
    webhook,
)
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.compiler.manifest import compile_manifest
from flowdsl.diagnostics import FlowError, UsageError
from flowdsl.emit import emit_yaml
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.ir.events import Schedule, Trigger
from flowdsl.ir.options import Provider
from flowdsl.library.outputs import compile_all

AS_CODE = "pipelinesascode.tekton.dev"


def model(*starts: Trigger | Schedule, provider: Provider = "github", text: str = "plain") -> Pipeline:
    @task(image="python:3.12-slim", description=text)
    def work(revision: str, steps: int) -> None:
        print(revision, steps)

    @pipeline(name="model", provider=provider, on=starts)
    def flow(revision: str = "main", steps: int = 1) -> None:
        work(revision, steps)

    assert isinstance(flow, Pipeline)
    return flow


def codes(made: Pipeline, events: Sequence[str] = ("pac",)) -> list[str]:
    try:
        found = compile_pipeline(made, CompileOptions(events=tuple(events), namespace="ml")).diagnostics
    except FlowError as error:
        found = error.diagnostics
    return [each.code for each in found if each.code != "FLOW382"]


def annotations(*starts: Trigger, provider: Provider = "github") -> list[dict[str, str]]:
    made = compile_pipeline(model(*starts, provider=provider), CompileOptions(events=("pac",)))
    runs = [each for each in made.documents if each["kind"] == "PipelineRun"]
    found = [dict(each["metadata"]["annotations"]) for each in runs]
    return [{name.removeprefix(f"{AS_CODE}/"): value for name, value in each.items()} for each in found]


def test_what_a_glob_says_needs_no_expression() -> None:
    assert annotations(
        push(["main", "release/**"], cancel_in_progress=True, params={"revision": event.revision}),
        tag("v1", params={"revision": event.tag}),
    ) == [
        {"on-event": "[push]", "on-target-branch": "[main, release/**]", "cancel-in-progress": "true"},
        {"on-event": "[push]", "on-target-branch": "[refs/tags/v1]"},
    ]


@pytest.mark.parametrize("start", [push("release/*"), push(["main"], paths="model/**"), pull_request("main")])
def test_what_a_glob_would_let_through_is_an_expression(start: Trigger) -> None:
    (found,) = annotations(start)
    assert [*found] == ["on-cel-expression"]


def test_the_second_of_two_leaves_the_first_its_events() -> None:
    first, second = annotations(push("main"), push(name="rest"))
    assert first == {"on-event": "[push]", "on-target-branch": "[main]"}
    assert second["on-cel-expression"].endswith("&& !(event == 'push' && target_branch == 'main')")


def test_what_the_event_sends_ends_no_text_of_the_file() -> None:
    start = pull_request(params={"revision": f"pr {event.pull_request.title}"})
    made = compile_pipeline(model(start), CompileOptions(events=("pac",)))
    text = emit_yaml(made.documents).decode()
    hostile = "\"'}, x: [ # {{ revision }} $(tasks.a.results.b) & *"
    filled = text.replace("{{ cel: body.pull_request.title }}", hostile)
    assert filled != text
    (run,) = [each for each in yaml.safe_load_all(filled) if each["kind"] == "PipelineRun"]
    assert run["spec"]["params"] == [{"name": "revision", "value": f"pr {hostile}"}]


WRONG = {
    "a webhook": (webhook("w", id=body.id), "FLOW368"),
    "a schedule": (schedule("@daily"), "FLOW368"),
    "a label": (pull_request(fork_label="ok"), "FLOW368"),
    "another comment": (pull_request(fork_comment="/go"), "FLOW368"),
    "a cut text": (push(params={"revision": event.short_sha}), "FLOW383"),
    "a cut text in a filter": (tag(filter=event.tag == "v1"), "FLOW383"),
    "several lines": (push(params={"revision": event.message}), "FLOW383"),
    "a brace": (push(params={"revision": body["a}"]}), "FLOW383"),
    "a text that it replaces": (push(params={"revision": f"{{{{ revision }}}} {event.revision}"}), "FLOW383"),
    "the payload of a comment": (pull_request(draft=False, fork_comment="/ok-to-test"), "FLOW383"),
    "no check": (push(verify=False), "FLOW386"),
    "a Secret": (push(secret=Secret("hooks", "key")), "FLOW386"),
    "a constant that it replaces": (push(params={"revision": "{{ revision }}"}), "FLOW383"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_it_can_not_do_is_said(case: str) -> None:
    start, code = WRONG[case]
    assert codes(model(start)) == [code]


def test_what_belongs_to_the_whole_pipeline_is_said() -> None:
    assert codes(model(push(), provider="")) == ["FLOW376"]
    assert codes(model(push()), ("pac", "triggers")) == ["FLOW368"]
    assert "FLOW368" in codes(model(push()), ("pac", "argo"))
    assert codes(model(push(), text="as {{ revision }} and {{ mine }}")) == ["FLOW384"]
    notes = compile_pipeline(model(push(), tag()), CompileOptions(events=("pac",))).diagnostics
    assert [each.code for each in notes] == ["FLOW382"]


def test_what_it_does_not_create_is_named() -> None:
    @task(image="python:3.12-slim")
    def work() -> None:
        print("made")

    @pipeline(name="kept", provider="github", on=[push()], service_account=ServiceAccount("builder"))
    def flow() -> None:
        work()

    assert isinstance(flow, Pipeline)
    assert codes(flow) == ["FLOW385"]


def test_a_manifest_is_asked_the_same() -> None:
    @task(image="python:3.12-slim")
    def work(word: str) -> None:
        print("{{ revision }}", word)

    @pipeline(name="said", provider="github", on=[push(params={"word": event.branch})])
    def flow(word: str) -> None:
        work(word)

    account = raw({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "builder"}})
    with pytest.raises(FlowError) as raised:
        compile_manifest(manifest(work, flow, account, events="pac"))
    assert [each.code for each in raised.value.diagnostics] == ["FLOW382", "FLOW384", "FLOW385"]


@pytest.mark.parametrize("events", [("triggers",), ("pac",)])
def test_a_manifest_of_which_nothing_starts_is_told(events: tuple[str, ...]) -> None:
    @task(image="python:3.12-slim")
    def work() -> None:
        print("made")

    for own, asked in ((events, None), ((), CompileOptions(events=events, namespace="ml"))):
        with pytest.raises(FlowError) as raised:
            compile_manifest(manifest(work, events=own), asked)
        assert [each.code for each in raised.value.diagnostics] == ["FLOW373"]


def test_the_repository_and_the_cluster_have_a_file_each(tmp_path: Path) -> None:
    made = model(push(), schedule("@daily"))
    compiled = compile_all([made], CompileOptions(events=("pac", "cron"), namespace="ml"))
    found = {path.name: {str(each["kind"]) for each in documents} for path, documents in compiled.by_file()}
    as_code, cron = found.values()
    assert as_code == {"Task", "Pipeline", "PipelineRun"}
    assert cron >= {"Task", "Pipeline", "CronJob", "ConfigMap"}
    assert "PipelineRun" not in cron
    assert [name.split(".", 1)[1] for name in found] == ["pac.yaml", "cron.yaml"]
    for ask in (lambda: compiled.stream(), lambda: compiled.files(f"{tmp_path}/out/")):
        with pytest.raises(UsageError, match="pac is for the repository"):
            ask()


@pytest.mark.parametrize(("target", "kind"), [("triggers", "EventListener"), ("argo", "Sensor")])
def test_a_listener_beside_it_is_written_too(tmp_path: Path, target: str, kind: str) -> None:
    made = model(push(targets=["pac"]), webhook("w", id=body.id, targets=[target]))
    compiled = compile_all([made], CompileOptions(events=("pac", target), namespace="ml"))
    as_code, listening = compiled.files(None).items()
    assert [each["kind"] for each in yaml.safe_load_all(as_code[1])] == ["Task", "Pipeline", "PipelineRun"]
    kinds = [each["kind"] for each in yaml.safe_load_all(listening[1])]
    assert kind in kinds
    assert "PipelineRun" not in kinds
    assert [each[0].name.split(".", 1)[1] for each in (as_code, listening)] == ["pac.yaml", f"{target}.yaml"]
    assert f"1 {kind}" in compiled.counts
    with pytest.raises(UsageError, match=f"{target} is for the cluster"):
        compiled.files(f"{tmp_path}/out/")


def test_what_is_counted_is_what_is_written() -> None:
    account = raw({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "builder"}})
    compiled = compile_all([manifest(model(push()), account, events="pac")], CompileOptions())
    assert compiled.counts == "1 Pipeline, 1 PipelineRun"
    assert [each["kind"] for each in compiled.objects] == ["Pipeline", "PipelineRun"]


def test_a_folder_of_its_own_has_nothing_that_it_would_complain_of(tmp_path: Path) -> None:
    compiled = compile_all([model(push())], CompileOptions(events=("pac",)))
    names = {path.name for path in compiled.files(f"{tmp_path}/.tekton/")}
    assert names == {"task-work.yaml", "pipeline-model.yaml", "pipelinerun-model-push.yaml"}
    with pytest.raises(UsageError, match="pac is YAML"):
        compile_all([model(push())], CompileOptions(events=("pac",)), "json").stream()


APART = [push(targets=["pac"]), push(name="there", targets=["triggers"]), webhook("w", id=body.id, targets="triggers")]


@pytest.mark.parametrize(
    ("events", "runs", "heard"),
    [(("pac",), ["push"], []), (("triggers",), [], ["there", "w"]), (("pac", "triggers"), ["push"], ["there", "w"])],
)
def test_a_start_is_for_the_targets_that_it_names(events: tuple[str, ...], runs: list[str], heard: list[str]) -> None:
    made = compile_pipeline(model(*APART), CompileOptions(events=events, namespace="ml"))
    assert not [each for each in made.diagnostics if each.severity == "error"]
    found = [each["metadata"]["name"] for each in made.documents if each["kind"] == "Trigger"]
    assert found == [f"model-{each}" for each in heard]
    labels = [each["metadata"]["labels"] for each in made.documents if each["kind"] == "PipelineRun"]
    assert [each["flowdsl.dev/started-by"] for each in labels] == runs


def test_where_no_start_is_for_the_target_it_is_told() -> None:
    assert codes(model(push(targets=["triggers"]))) == ["FLOW373"]


def test_times_of_one_target_are_not_kept_by_the_other() -> None:
    times = model(schedule("@daily", targets=["argo"]), schedule("@hourly", name="often"))
    made = compile_pipeline(times, CompileOptions(events=("argo", "cron"), namespace="ml"))
    assert [each["metadata"]["name"] for each in made.documents if each["kind"] == "CronJob"] == ["model-often"]
    (watch,) = [each for each in made.documents if each["kind"] == "EventSource"]
    assert [*dict(watch)["spec"]["calendar"]] == ["schedule"]


def test_sonic_compiles_for_pipelines_as_code() -> None:
    sonic = flowdsl.load(Path(__file__).parents[2] / "pipelines" / "sonic.py")
    found = compile_pipeline(sonic, CompileOptions(events=("pac",))).documents
    runs = [dict(each) for each in found if each["kind"] == "PipelineRun"]
    assert [each["metadata"]["labels"]["flowdsl.dev/started-by"] for each in runs] == ["push-as-code", "tag"]
    assert {"name": "image_tag", "value": "{{ revision }}"} in runs[0]["spec"]["params"]
