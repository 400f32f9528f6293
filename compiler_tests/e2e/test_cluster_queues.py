"""`doctor` and the queue of a run: what Kueue has against what the pods ask for; odd answers, and rights that lack."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

import pytest
import yaml
from cluster_support import Person, pipeline, run_of
from fake_api import FakeApi
from hypothesis import given, settings
from hypothesis import strategies as st

from flowdsl.cli import main
from flowdsl.kubeclient.demand import Pods, amount, pods_of, widest

pytest.importorskip("kubernetes", reason="the extra `cluster` is not installed")

KUEUE = "/apis/kueue.x-k8s.io"
LOCAL = f"{KUEUE}/v1beta1/namespaces/ml/localqueues/gpu"
CLUSTER = f"{KUEUE}/v1beta1/clusterqueues/lab"


@pytest.fixture
def api(api: FakeApi) -> FakeApi:
    api.put("/api/v1/nodes/big", {"kind": "Node", "status": {"allocatable": {"nvidia.com/gpu": "8"}}})
    return api


def asking(name: str, **requests: str) -> dict[str, Any]:
    requests = {each.replace("gpu", "nvidia.com/gpu"): value for each, value in requests.items()}
    step = {"name": "main", "image": "busybox:1", "script": "true\n", "computeResources": {"limits": requests}}
    return {
        "apiVersion": "tekton.dev/v1",
        "kind": "Task",
        "metadata": {"name": name},
        "spec": {"steps": [step if requests else {k: step[k] for k in ("name", "image", "script")}]},
    }


def queue(api: FakeApi, *quotas: dict[str, Any], version: str = "v1beta1", **more: Any) -> None:
    """Kueue with the queue `gpu`; each quota is a flavor, by resource."""
    api.objects[KUEUE] = {"kind": "APIGroup", "preferredVersion": {"version": version}}
    at = {"local": LOCAL.replace("v1beta1", version), "cluster": CLUSTER.replace("v1beta1", version)}
    api.put(at["local"], {"kind": "LocalQueue", "spec": {"clusterQueue": "lab", **more.pop("local", {})}})
    names = sorted({name for each in quotas for name in each})
    flavors = [
        {"name": f"f{number}", "resources": [{"name": name, **_quota(each[name])} for name in names]}
        for number, each in enumerate(quotas)
    ]
    groups = [{"coveredResources": names, "flavors": flavors}] if names else []
    api.put(at["cluster"], {"kind": "ClusterQueue", "spec": {"resourceGroups": groups, **more}})


def _quota(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {"nominalQuota": value}


def queued(*tasks: dict[str, Any], after: dict[str, list[str]] | None = None, **spec: Any) -> list[dict[str, Any]]:
    flow = pipeline("flow", *(each["metadata"]["name"] for each in tasks))
    for each in flow["spec"]["tasks"]:
        if each["name"] in (after or {}):
            each["runAfter"] = (after or {})[each["name"]]
    run = run_of("flow", **spec)
    run["metadata"]["labels"] = {"kueue.x-k8s.io/queue-name": "gpu"}
    return [*tasks, flow, run]


def said(person: Person, *documents: dict[str, Any], code: int = 0) -> list[str]:
    """What doctor says of queues: level and text, hints left out."""
    found, out, err = person.types("doctor", person.file(*documents))
    assert found == code, out + err
    lines = [" ".join(line.split()) for line in out.splitlines() if not line.startswith(" ")]
    return [line for line in lines if any(word in line for word in ("ueue", "affinity", "ask for"))]


def test_what_fits_is_said_with_its_numbers(person: Person, api: FakeApi) -> None:
    queue(api, {"cpu": "8", "memory": "64Gi", "nvidia.com/gpu": 4})
    found = said(person, *queued(asking("a", cpu="500m", gpu="1"), asking("b", cpu="2", memory="16Gi", gpu="2")))
    assert found == [
        "ok: queue gpu (lab): at its widest the run asks for 2500m cpu of 8 cpu, 16Gi memory of 64Gi memory, "
        "3 nvidia.com/gpu of 4 nvidia.com/gpu"
    ]


def test_tasks_that_wait_for_each_other_are_not_counted_together(person: Person, api: FakeApi) -> None:
    queue(api, {"nvidia.com/gpu": "2"})
    tasks = [asking(name, gpu="2") for name in "abc"]
    assert said(person, *queued(*tasks, after={"b": ["a"], "c": ["b"]}))[0].startswith("ok: queue gpu")
    (found,) = said(person, *queued(*tasks, after={"b": ["a"]}))
    assert found == (
        "warning: at its widest the run asks for 4 nvidia.com/gpu at once (a, c); queue gpu (lab) has 2 nvidia.com/gpu"
    ) or found.replace("(b, c)", "(a, c)") == (
        "warning: at its widest the run asks for 4 nvidia.com/gpu at once (a, c); queue gpu (lab) has 2 nvidia.com/gpu"
    )


def test_what_one_pod_can_never_get_is_an_error(person: Person, api: FakeApi) -> None:
    queue(api, {"nvidia.com/gpu": 1}, {"nvidia.com/gpu": "2"})
    (found,) = said(person, *queued(asking("a", gpu="3")), code=3)
    assert found == "error: a asks for 3 nvidia.com/gpu, and queue gpu (lab) gives a pod at most 2 nvidia.com/gpu"


def test_what_the_queue_does_not_cover_is_an_error(person: Person, api: FakeApi) -> None:
    queue(api, {"nvidia.com/gpu": 8})
    found = said(person, *queued(asking("a", gpu="1", cpu="1")), code=3)
    assert found == [
        "error: a asks for 1 cpu, and queue gpu (lab) has no quota of cpu: its pod waits for ever",
        "ok: queue gpu (lab): at its widest the run asks for 1 nvidia.com/gpu of 8 nvidia.com/gpu",
    ]


@pytest.mark.parametrize("cohort", ["cohort", "cohortName"])
def test_what_may_be_borrowed_counts(person: Person, api: FakeApi, cohort: str) -> None:
    queue(api, {"nvidia.com/gpu": {"nominalQuota": 1}}, **{cohort: "all"})
    (found,) = said(person, *queued(asking("a", gpu="3")))
    assert found.endswith("queue gpu (lab) has 1 nvidia.com/gpu, and may borrow more")
    queue(api, {"nvidia.com/gpu": {"nominalQuota": 1, "borrowingLimit": 1}}, **{cohort: "all"})
    assert said(person, *queued(asking("a", gpu="3")), code=3)[0].endswith("gives a pod at most 2 nvidia.com/gpu")


def test_pods_without_requests_and_assistants_of_claims_are_told(person: Person, api: FakeApi) -> None:
    queue(api, {"nvidia.com/gpu": 8})
    api.put("/api/v1/namespaces/ml/persistentvolumeclaims/data", {"kind": "PersistentVolumeClaim"})
    spaces = [{"name": "files", "persistentVolumeClaim": {"claimName": "data"}}]
    documents = queued(asking("a"), asking("b", gpu="1"), workspaces=spaces)
    documents[2]["spec"]["workspaces"] = [{"name": "files"}]
    found = said(person, *documents)
    assert "warning: a request nothing: for queue gpu (lab) they count as nothing" in found
    assert any(
        line.startswith("warning: the affinity assistants of the run's claims ask for cpu and") for line in found
    )


@pytest.mark.parametrize("version", ["v1beta1", "v1beta2", "v1"])
def test_the_version_that_the_server_prefers_is_asked(person: Person, api: FakeApi, version: str) -> None:
    queue(api, {"nvidia.com/gpu": 8}, version=version)
    assert said(person, *queued(asking("a", gpu="1")))[0].startswith("ok: queue gpu (lab)")


def test_what_is_not_there_is_said(person: Person, api: FakeApi) -> None:
    documents = queued(asking("a", gpu="1"))
    assert said(person, *documents) == ["warning: Kueue is not installed, so no pod of the run waits in queue gpu"]
    api.objects[KUEUE] = {"preferredVersion": {"version": "v1beta1"}}
    assert said(person, *documents, code=3) == ["error: LocalQueue gpu, in namespace ml, does not exist"]
    queue(api, {"nvidia.com/gpu": 8})
    api.remove(CLUSTER)
    assert said(person, *documents, code=3) == [
        "error: ClusterQueue lab, to which LocalQueue gpu leads, does not exist"
    ]
    queue(api, {"nvidia.com/gpu": 8}, local={"stopPolicy": "Hold"}, stopPolicy="HoldAndDrain")
    found = said(person, *documents)
    assert found[0] == "warning: LocalQueue gpu is stopped (Hold): no pod is admitted"
    assert found[1] == "warning: ClusterQueue lab is stopped (HoldAndDrain): no pod is admitted"


@pytest.mark.parametrize("kind", ["localqueues", "clusterqueues"])
def test_rights_that_lack_are_said_and_rbac_has_them(
    person: Person, api: FakeApi, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    queue(api, {"nvidia.com/gpu": 8})
    api.fault = lambda method, path: (403, f'{kind} "x" is forbidden') if f"/{kind}/" in path else None
    _, out, _ = person.types("doctor", person.file(*queued(asking("a", gpu="1"))))
    assert "may not be read" in out
    assert "flowdsl rbac --queues" in out
    for queues in (True, False):
        assert main(["rbac", "-n", "ml", "--user", "ada", *(["--queues"] if queues else [])]) == 0
        printed = list(yaml.safe_load_all(capsys.readouterr().out))
        rules = [rule for each in printed for rule in each.get("rules", ()) if kind in rule["resources"]]
        assert rules == ([{"apiGroups": ["kueue.x-k8s.io"], "resources": [kind], "verbs": ["get"]}] if queues else [])
        assert len(printed) == (4 if queues else 2)


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (KUEUE, {"preferredVersion": {"version": "../../secrets"}}),
        (KUEUE, {"preferredVersion": ["v1"]}),
        (KUEUE, {}),
        (LOCAL, {"spec": {"clusterQueue": {"a": "b"}}}),
        (LOCAL, {"spec": []}),
        (CLUSTER, {"spec": {"resourceGroups": "all"}}),
        (CLUSTER, {"spec": {"resourceGroups": [{"flavors": [{"resources": [{"name": 3}]}]}]}}),
        (CLUSTER, {"spec": {"resourceGroups": [{"flavors": [{"resources": [{"nominalQuota": "lots"}]}]}]}}),
        (CLUSTER, {"spec": {"resourceGroups": [{"flavors": [{"resources": [{"nominalQuota": "1e999999999"}]}]}]}}),
        (CLUSTER, {"spec": {"resourceGroups": [{"flavors": [{"resources": [{"nominalQuota": ["1"]}]}]}]}}),
        (CLUSTER, {"spec": {"resourceGroups": [{"flavors": [{"resources": [{"nominalQuota": True}]}]}]}}),
    ],
)
def test_an_answer_that_is_none_of_kueues_ends_in_words(person: Person, api: FakeApi, path: str, answer: Any) -> None:
    queue(api, {"nvidia.com/gpu": 8})
    api.objects[path] = answer
    code, out, err = person.types("doctor", person.file(*queued(asking("a", gpu="1"))))
    assert code == 3, out
    assert "what Kubernetes never answers" in err
    assert "Traceback" not in out + err


def test_names_of_the_cluster_reach_the_terminal_escaped(person: Person, api: FakeApi) -> None:
    queue(api, {"nvidia.com/gpu": 8}, local={"clusterQueue": "x\x1b[31m/../y"})
    _, out, _ = person.types("doctor", person.file(*queued(asking("a", gpu="1"))))
    assert "\x1b" not in out
    asked = [path for _, path in api.requests if "/clusterqueues/" in path]
    assert asked
    assert all(path.count("/") == CLUSTER.count("/") for path in asked)


# What is asked for together.
def brute(pods: list[Pods], resource: str) -> Decimal:
    before = {each.task: set(each.after) for each in pods}
    for _ in pods:
        before = {name: held | {far for near in held for far in before.get(near, ())} for name, held in before.items()}
    best = Decimal(0)
    for size in range(len(pods) + 1):
        for some in itertools.combinations(pods, size):
            apart = all(a.task not in before[b.task] for a in some for b in some)
            if apart:
                best = max(best, sum((each.requests.get(resource, Decimal(0)) for each in some), Decimal(0)))
    return best


@given(st.lists(st.tuples(st.integers(0, 5), st.sets(st.integers(0, 7))), max_size=8))
@settings(deadline=None)
def test_the_widest_moment_is_the_heaviest_set_of_tasks_that_wait_for_none_of_each_other(
    drawn: list[tuple[int, set[int]]],
) -> None:
    pods = [
        Pods(f"t{number}", {"gpu": Decimal(weight)}, after=frozenset(f"t{each}" for each in before if each < number))
        for number, (weight, before) in enumerate(drawn)
    ]
    found, tasks = widest(pods, "gpu")
    assert found == brute(pods, "gpu")
    assert sum(each.requests["gpu"] for each in pods if each.task in tasks) == found


def test_what_runs_in_finally_runs_after_all_else() -> None:
    gpu = {"gpu": Decimal(2)}
    pods = [Pods("a", gpu), Pods("b", gpu, final=True), Pods("c", gpu, final=True)]
    assert widest(pods, "gpu") == (4, ["b", "c"])
    assert widest([*pods, Pods("d", gpu, number=3)], "gpu")[0] == 8
    assert widest([], "gpu") == (0, [])


def test_a_pipeline_of_many_tasks_is_counted_in_time() -> None:
    gpu = {"gpu": Decimal(1)}
    chain = [Pods(f"t{n}", gpu, after=frozenset({f"t{n - 1}"})) for n in range(2000)]
    assert widest(chain, "gpu") == (1, ["t0"])


def test_a_pod_asks_for_the_sum_of_its_containers_and_a_matrix_for_several() -> None:
    spec = {
        "stepTemplate": {"computeResources": {"requests": {"cpu": "1"}}},
        "steps": [
            {"computeResources": {"limits": {"memory": "1Gi"}}},
            {"computeResources": {"requests": {"cpu": "3"}}},
        ],
        "sidecars": [{"computeResources": {"requests": {"cpu": "500m", "memory": "x"}}}],
    }
    inner = {"tasks": [{"name": "i", "taskSpec": spec}, {"name": "j", "taskSpec": spec, "runAfter": ["i"]}]}
    flow = {
        "tasks": [
            {"name": "a", "taskSpec": spec, "matrix": {"params": [{"name": "x", "value": ["1", "2", "3"]}]}},
            {"name": "b", "taskRef": {"name": "elsewhere"}},
            {"name": "c", "taskRef": {"name": "elsewhere"}, "params": [{"name": "p", "value": "$(tasks.a.results.r)"}]},
            {"name": "n", "pipelineSpec": inner},
        ]
    }
    own = [{"pipelineTaskName": "c", "computeResources": {"requests": {"cpu": "7"}}}]
    run = {"spec": {"pipelineSpec": flow, "taskRunSpecs": own}}
    a, b, c, n = pods_of(run, [])
    assert (a.number, dict(a.requests)) == (3, {"cpu": Decimal("4.5"), "memory": Decimal(2**30)})
    assert (b.known, c.known, c.after, dict(c.requests)) == (False, True, {"a"}, {"cpu": 7})
    assert dict(n.requests) == dict(a.requests)


@pytest.mark.parametrize("value", ["", "x", "1e99999", "-1", True, None, "9" * 60, [1], "1 Gi", float("nan")])
def test_what_is_no_amount_counts_for_nothing(value: object) -> None:
    assert amount(value) is None
