"""What `@pipeline` says of its run's pods: where it stands in the YAML, what is refused, and where it would be lost."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from flowdsl import PodTemplate, manifest, named, pipeline, pipeline_run, task
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.compiler.manifest import compile_manifest
from flowdsl.diagnostics import FlowError
from flowdsl.ir.pods import pod_fields
from flowdsl.kinds.runs import PodTemplate as TektonPodTemplate

QUEUE = "kueue.x-k8s.io/queue-name"


@task(image="python:3.12-slim")
def work() -> None:
    print("worked")


def made(**options: Any) -> dict[str, dict[str, Any]]:
    @pipeline(**options)
    def flow() -> None:
        work()

    return {each["kind"]: dict(each) for each in compile_pipeline(flow, CompileOptions()).documents}


def refused(**options: Any) -> list[tuple[str, str]]:
    with pytest.raises(FlowError) as caught:
        made(**options)
    return [(each.code, each.message) for each in caught.value.diagnostics]


def test_a_typed_template_is_the_same_as_a_mapping() -> None:
    typed = PodTemplate(
        scheduler_name="volcano", host_users=False, image_pull_secrets=["hub"], security_context={"runAsUser": 7}
    )
    plain = {
        "schedulerName": "volcano",
        "hostUsers": False,
        "imagePullSecrets": [{"name": "hub"}],
        "securityContext": {"runAsUser": 7},
    }
    assert made(pod_template=typed) == made(pod_template=plain)
    runs = [pipeline_run(named("flow"), name="r", pod_template=each) for each in (typed, plain)]
    first, second = (compile_manifest(manifest(each)).documents for each in runs)
    assert list(first) == list(second)


def test_a_typed_template_has_every_field_of_tektons() -> None:
    given = dict.fromkeys(attrs.fields_dict(PodTemplate), "x")
    assert pod_fields(PodTemplate(**given)).keys() == TektonPodTemplate.fields().keys()


def test_a_value_of_another_type_in_a_template_is_told() -> None:
    for wrong in ({"host_network": "yes"}, {"image_pull_secrets": "hub"}, {"tolerations": ["gpu"]}):
        assert [code for code, _ in refused(pod_template=PodTemplate(**wrong))] == ["FLOW002"]


def test_a_typed_template_and_an_option_for_the_same_field_exclude_each_other() -> None:
    told = "pod_template= has 'priorityClassName', and priority_class= is given too"
    assert refused(priority_class="batch", pod_template=PodTemplate(priority_class_name="x")) == [("FLOW002", told)]


def test_pods_are_said_in_the_template_of_the_run() -> None:
    spread = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}}
    run = made(
        affinity=spread,
        priority_class="batch",
        runtime_class="nvidia",
        node_selector={"pool": "gpu"},
        pod_template={"schedulerName": "volcano", "hostUsers": False},
    )["PipelineRun"]
    assert run["spec"]["taskRunTemplate"]["podTemplate"] == {
        "affinity": spread,
        "hostUsers": False,
        "nodeSelector": {"pool": "gpu"},
        "priorityClassName": "batch",
        "runtimeClassName": "nvidia",
        "schedulerName": "volcano",
        "securityContext": {"fsGroup": 65532, "fsGroupChangePolicy": "OnRootMismatch"},
    }


def test_the_groups_of_volumes_stay_beside_what_a_template_says_of_security() -> None:
    template = made(pod_template={"securityContext": {"runAsUser": 7}})["PipelineRun"]["spec"]["taskRunTemplate"]
    held = {"fsGroup": 65532, "fsGroupChangePolicy": "OnRootMismatch", "runAsUser": 7}
    assert template["podTemplate"]["securityContext"] == held
    own = made(pod_template={"securityContext": {"fsGroup": 5}})["PipelineRun"]["spec"]["taskRunTemplate"]
    assert own["podTemplate"]["securityContext"]["fsGroup"] == 5


def test_a_queue_is_a_label_of_the_run_and_of_the_pipeline_for_runs_of_others() -> None:
    found = made(queue="gpu", labels={"team": "a"})
    for kind in ("Pipeline", "PipelineRun"):
        assert found[kind]["metadata"]["labels"][QUEUE] == "gpu"
        assert found[kind]["metadata"]["labels"]["team"] == "a"
    assert QUEUE not in found["Task"]["metadata"]["labels"]
    assert all(QUEUE not in each["metadata"].get("labels", {}) for each in made().values())


@pytest.mark.parametrize(
    ("field", "name", "value"),
    [
        ("nodeSelector", "node_selector", {"a": "b"}),
        ("tolerations", "tolerations", [{"operator": "Exists"}]),
        ("affinity", "affinity", {"podAffinity": {}}),
        ("priorityClassName", "priority_class", "high"),
        ("runtimeClassName", "runtime_class", "gvisor"),
    ],
)
def test_what_is_said_twice_is_refused(field: str, name: str, value: Any) -> None:
    told = f"pod_template= has {field!r}, and {name}= is given too"
    assert refused(**{name: value, "pod_template": {field: value}}) == [("FLOW002", told)]
    assert made(pod_template={field: value})["PipelineRun"]["spec"]["taskRunTemplate"]["podTemplate"][field] == value


def test_other_things_said_twice_are_refused() -> None:
    assert refused(queue="a", labels={QUEUE: "b"})[0][0] == "FLOW002"
    assert refused(fs_group=7, pod_template={"securityContext": {"fsGroup": 8}})[0][0] == "FLOW002"
    assert refused(fs_group=None, pod_template={"securityContext": {"fsGroup": 8}})[0][0] == "FLOW002"


@pytest.mark.parametrize("name", ["queue", "priority_class", "runtime_class"])
@pytest.mark.parametrize("value", ["Has Space", "-a", "a_b", "x" * 254, "../up", "a\nb", "a\x1b[31m"])
def test_names_that_no_object_has_are_refused(name: str, value: str) -> None:
    assert [code for code, _ in refused(**{name: value})] == ["FLOW013"]


@pytest.mark.parametrize("value", ["Gpu", "a_b", "a..b", "-a", "a.-b"])
def test_a_queue_given_as_a_label_is_one_that_kueue_takes_pods_for(value: str) -> None:
    """ValidateQueueName in Kueue's pkg/controller/jobframework/validation.go: a DNS-1123 subdomain."""
    assert refused(labels={QUEUE: value}) == [("FLOW013", f"labels[{QUEUE!r}] = {value!r} is no name of a queue")]
    assert made(labels={QUEUE: "team.gpu-2"})["PipelineRun"]["metadata"]["labels"][QUEUE] == "team.gpu-2"


def test_a_queue_must_fit_into_a_label() -> None:
    assert refused(queue="q" * 64)[0][0] == "FLOW013"
    assert made(queue="q" * 63)["PipelineRun"]["metadata"]["labels"][QUEUE] == "q" * 63
    assert made(priority_class="q.x")["PipelineRun"]


@pytest.mark.parametrize(
    "wrong", [{"nodeSelectr": {}}, {"nodeSelector": []}, {"tolerations": [{"operatr": "x"}]}, {"hostNetwork": "yes"}]
)
def test_what_tekton_does_not_take_in_a_template_is_told_at_the_decorator(wrong: dict[str, Any]) -> None:
    with pytest.raises(FlowError) as caught:
        made(pod_template=wrong)
    for each in caught.value.diagnostics:
        assert each.code.startswith("FLOW2")
        assert each.location is not None
        assert each.location.file.endswith("test_pod_options.py")


def test_a_template_stays_the_users() -> None:
    template: dict[str, Any] = {"securityContext": {"supplementalGroups": [1]}}
    run = made(pod_template=template)["PipelineRun"]
    run["spec"]["taskRunTemplate"]["podTemplate"]["securityContext"]["supplementalGroups"].append(2)
    assert template == {"securityContext": {"supplementalGroups": [1]}}


def test_options_of_a_run_that_is_not_emitted_are_told() -> None:
    @pipeline(node_selector={"pool": "gpu"}, timeout="2h", queue="gpu", verbatim=True)
    def alone() -> None:
        work()

    @pipeline(pod_template={"hostNetwork": True})
    def listed() -> None:
        work()

    @pipeline(queue="gpu", labels={"a": "b"}, fs_group=None)
    def fine() -> None:
        work()

    (found,) = compile_pipeline(alone, CompileOptions()).diagnostics
    assert (found.code, found.severity) == ("FLOW098", "warning")
    assert found.message == "pipeline 'alone' is emitted without a run, so nothing uses timeout= and node_selector="
    told = compile_manifest(manifest(work, listed, pipeline_run(listed, name="x"))).diagnostics
    assert [each.code for each in told] == ["FLOW098"]
    told = compile_manifest(manifest(work, pipeline_run(listed, name="x", embed=True))).diagnostics
    assert [each.code for each in told] == ["FLOW098"]
    compiled = compile_manifest(manifest(work, fine))
    assert compiled.diagnostics == ()
    assert compiled.documents[1]["metadata"]["labels"][QUEUE] == "gpu"
