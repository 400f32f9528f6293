"""The commands on a cluster against the server of `fake_api.py`: what they do, and what they say when it goes wrong."""

from __future__ import annotations

import copy
import io
import signal
import threading

import pytest
from cluster_support import SPEC, TEKTON, Person, condition, end, pipeline, restart, run_of, start, task, through, until
from fake_api import FakeApi

pytest.importorskip("kubernetes", reason="the extra `cluster` is not installed")


def test_apply_twice_changes_nothing_and_prunes_what_is_gone(person: Person, api: FakeApi) -> None:
    two = person.file(task("a"), task("b"), pipeline("flow", "a", "b"), run_of("flow"))
    assert person.types("apply", two)[1].splitlines() == ["Task a created", "Task b created", "Pipeline flow created"]
    version = api.version
    assert "changed" not in person.types("apply", two)[1].replace("unchanged", "")
    assert api.version == version
    one = person.file(task("a"), pipeline("flow", "a"), run_of("flow"))
    assert person.types("apply", one, "--dry-run=server")[1].splitlines()[-1] == "Task b deleted (dry run)"
    assert api.names("tasks") == ["a", "b"]
    assert "Task b deleted\n" in person.types("apply", one)[1]
    assert api.names("tasks") == ["a"]


def test_what_another_pipeline_shares_is_released_not_deleted(person: Person, api: FakeApi) -> None:
    for name in ("one", "two"):
        assert person.types("apply", person.file(task("a"), pipeline(name, "a"), run_of(name)))[0] == 0
    code, out, _ = person.types("delete", "--pipeline", "one")
    assert (code, out) == (0, "Pipeline one deleted\nTask a released\n")
    assert api.names("tasks") == ["a"]
    assert person.types("delete", "--pipeline", "two")[1] == "Pipeline two deleted\nTask a deleted\n"


def test_prune_leaves_what_is_not_ours_and_claims(person: Person, api: FakeApi) -> None:
    api.put(f"{TEKTON}/tasks/theirs", task("theirs"))
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"}}
    claim["spec"] = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    person.types("apply", person.file(claim, task("a"), pipeline("flow", "a"), run_of("flow")))
    _, out, _ = person.types("apply", person.file(task("a"), pipeline("flow", "a"), run_of("flow")))
    assert "PersistentVolumeClaim data kept (its data is kept; delete it yourself)" in out
    assert api.names("persistentvolumeclaims") == ["data"]
    assert api.names("tasks") == ["a", "theirs"]


MAPS = "/api/v1/namespaces/ml/configmaps"


def code(digest: str) -> dict[str, object]:
    labels = {"flowdsl.dev/bundle": digest}
    metadata = {"name": f"flowdsl-code-{digest}", "labels": labels}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "immutable": True, "data": {"a.py": digest}}


def old(api: FakeApi, name: str) -> None:
    api.objects[f"{MAPS}/{name}"]["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z"


def test_code_that_nothing_needs_any_more_is_pruned(person: Person, api: FakeApi) -> None:
    flow = (task("a"), pipeline("flow", "a"), run_of("flow"))
    theirs = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "theirs"}}
    assert person.types("apply", person.file(theirs, code("1"), *flow))[0] == 0
    order = [path.partition("?")[0].rpartition("/")[2] for method, path in api.requests if method == "PATCH"]
    assert order.index("flowdsl-code-1") < order.index("a")
    # Just applied: its run may be about to be started. And what is no code of ours is never pruned.
    spared = "ConfigMap flowdsl-code-1 spared (a run may still need it; a later apply deletes it)"
    assert person.types("apply", person.file(code("2"), *flow))[1].splitlines()[-1] == spared
    old(api, "flowdsl-code-1")
    assert "ConfigMap flowdsl-code-1 deleted\n" in person.types("apply", person.file(code("2"), *flow))[1]
    assert api.names("configmaps") == ["flowdsl-code-2", "theirs"]
    assert "flowdsl-code-2 deleted" in person.types("delete", "--pipeline", "flow")[1]
    assert api.names("configmaps") == ["theirs"]


@pytest.mark.parametrize("kind", ["pipelineruns", "taskruns"])
@pytest.mark.parametrize("whose", ["of the pipeline", "that names it"])
def test_code_that_a_run_may_need_is_spared(person: Person, api: FakeApi, kind: str, whose: str) -> None:
    flow = (task("a"), pipeline("flow", "a"), run_of("flow"))
    person.types("apply", person.file(code("1"), *flow))
    old(api, "flowdsl-code-1")
    labels = {"tekton.dev/pipeline": "flow" if whose == "of the pipeline" else "other"}
    volumes = [{"name": "x", "configMap": {"name": "flowdsl-code-1" if whose != "of the pipeline" else "y"}}]
    status = {"conditions": condition("Unknown", "Running"), "taskSpec": {"volumes": volumes}}
    run = {"kind": "TaskRun", "metadata": {"name": "r", "labels": labels}, "spec": {}, "status": status}
    api.put(f"{TEKTON}/{kind}/r", run)
    assert "flowdsl-code-1 spared" in person.types("apply", person.file(*flow))[1]
    api.put(f"{TEKTON}/{kind}/r", {**run, "status": {**status, "conditions": condition("True", "Succeeded")}})
    assert "flowdsl-code-1 deleted" in person.types("apply", person.file(*flow))[1]


def test_who_may_not_read_config_maps_can_apply_what_has_none(person: Person, api: FakeApi) -> None:
    api.forbidden.add(("get", "configmaps"))
    code, _, err = person.types("apply", person.file(task("a"), pipeline("flow", "a"), run_of("flow")))
    assert (code, err) == (0, "")


def test_conflicts_are_told_field_by_field(person: Person, api: FakeApi) -> None:
    flow = person.file(task("a"), pipeline("flow", "a"), run_of("flow"))
    api.apply(f"{TEKTON}/tasks/a", task("a", image="theirs"), "helm", force=False, dry=False)
    code, _, err = person.types("apply", flow)
    assert code == 3
    assert "  Task a: .spec.steps is owned by 'helm'\n" in err
    assert "--force-conflicts" in err
    assert person.types("apply", flow, "--force-conflicts")[0] == 0
    assert api.objects[f"{TEKTON}/tasks/a"]["spec"]["steps"][0]["image"] == "busybox"


def test_what_admission_says_is_shown(person: Person, api: FakeApi) -> None:
    api.denied["busybox"] = "validation failed: no such image: spec.steps[0].image"
    code, _, err = person.types("apply", person.file(task("a"), pipeline("flow", "a"), run_of("flow")))
    assert code == 3
    assert "error: Task a: cluster 'fake' refused it; the admission webhook validation.test says:\n" in err
    assert "  - validation failed: no such image: spec.steps[0].image" in err


def test_a_lost_answer_makes_no_second_run(person: Person, api: FakeApi) -> None:
    lost: list[str] = []

    def fault(method: str, path: str) -> str | None:
        if method == "POST" and "/pipelineruns" in path and not lost:
            lost.append(path)
            return "lose answer"
        return None

    api.fault = fault
    code, out, err = person.types("submit", person.file(task("a"), pipeline("flow", "a"), run_of("flow")))
    assert code == 0, err
    assert len([each for each in api.requests if each[0] == "POST"]) == 2
    assert api.names("pipelineruns") == [out.strip()]


def test_one_request_id_is_one_run(person: Person, api: FakeApi) -> None:
    flow = person.file(task("a"), pipeline("flow", "a"), run_of("flow"))
    names = {person.types("submit", flow, "--request-id", "job-7")[1] for _ in range(2)}
    assert len(names) == len(api.names("pipelineruns")) == 1
    code, _, err = person.types("submit", flow, "--name", api.names("pipelineruns")[0])
    assert code == 3
    assert "already, and it is not this one" in err


def test_what_a_run_needs_is_looked_for_first(person: Person, api: FakeApi) -> None:
    secret = {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "k"}}}
    flow = person.file(
        task("a", env=[secret]), {**pipeline("flow", "a")},
        run_of("flow", taskRunTemplate={"serviceAccountName": "robot"}),
    )  # fmt: skip
    code, _, err = person.types("submit", flow)
    assert code == 3
    assert "  - ServiceAccount robot\n  - Secret keys\n" in err
    assert api.names("pipelineruns") == api.names("tasks") == []
    assert person.types("doctor", flow)[0] == 3
    api.put("/api/v1/namespaces/ml/secrets/keys", {"kind": "Secret"})
    api.put("/api/v1/namespaces/ml/serviceaccounts/robot", {"kind": "ServiceAccount"})
    assert person.types("submit", flow)[0] == 0


def test_params_come_from_a_file_and_from_flags(person: Person, api: FakeApi) -> None:
    flow = pipeline("flow", "a")
    flow["spec"]["params"] = [{"name": "word", "type": "string"}, {"name": "list", "type": "array"}]
    files = person.file(task("a"), flow, run_of("flow"))
    assert person.types("submit", files)[0] == 2
    values = person.folder / "params.yaml"
    values.write_text("word: of the file\nlist: [x, y]\n")
    code, out, err = person.types("submit", files, "--params-file", str(values), "--set", "word=of the flag")
    assert code == 0, err
    run = api.objects[f"{TEKTON}/pipelineruns/{out.strip()}"]
    assert run["spec"]["params"] == [{"name": "word", "value": "of the flag"}, {"name": "list", "value": ["x", "y"]}]


def test_a_person_at_a_terminal_is_asked(person: Person, api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    flow = pipeline("flow", "a")
    flow["spec"]["params"] = [{"name": "word", "type": "string", "description": "what to say"}]
    monkeypatch.setattr("sys.stdin", Terminal("typed by hand\n"))
    code, out, err = person.types("submit", person.file(task("a"), flow, run_of("flow")))
    assert code == 0, err
    assert "word (what to say): " in err
    run = api.objects[f"{TEKTON}/pipelineruns/{out.strip().rpartition(' ')[2]}"]
    assert run["spec"]["params"] == [{"name": "word", "value": "typed by hand"}]


def test_ctrl_c_leaves_the_run(person: Person, api: FakeApi) -> None:
    def strike() -> None:
        until(api, "taskruns", "watch=1")
        signal.raise_signal(signal.SIGINT)

    start(api, "r")
    thread = threading.Thread(target=strike)
    thread.start()
    code, _, err = person.types("watch", "r")
    thread.join()
    assert code == 130
    again = f"--kubeconfig {person.config}"
    assert f"the run goes on; watch it: flowdsl watch r {again}; end it: flowdsl cancel r {again}" in err
    assert "status" not in api.objects[f"{TEKTON}/pipelineruns/r"]["spec"]


def test_an_expired_token_ends_a_watch(person: Person, api: FakeApi) -> None:
    def expire() -> None:
        until(api, "taskruns", "watch=1")
        api.fault = lambda method, path: (401, "Unauthorized")
        api.cut()

    start(api, "r")
    thread = threading.Thread(target=expire)
    thread.start()
    code, _, err = person.types("watch", "r")
    thread.join()
    assert code == 3
    assert "(401)" in err


@pytest.mark.parametrize("trouble", ["cut", "restart", "gone", "busy"])
def test_a_watch_outlives(trouble: str, person: Person, api: FakeApi) -> None:
    def gone() -> None:
        api.compact()
        api.cut()

    def busy() -> None:
        left = [3]

        def fault(method: str, path: str) -> tuple[int, str] | None:
            left[0] -= 1
            return (503, "the store has no leader") if left[0] >= 0 else None

        api.fault = fault
        api.cut()

    start(api, "r")
    act = {"cut": api.cut, "restart": lambda: restart(api), "gone": gone, "busy": busy}[trouble]
    thread = threading.Thread(target=through, args=(api, act))
    thread.start()
    code, out, err = person.types("watch", "r")
    thread.join()
    assert code == 0, err
    lines = [line.strip() for line in out.splitlines() if "[a]" in line]
    assert lines == ["[a] early 0", "[a] early 1", "[a] early 2", "[a] of the same moment", "[a] late"]
    assert "run r succeeded" in out
    assert "a: succeeded" in out


def test_submit_and_watch_over_a_restart_makes_one_run(person: Person, api: FakeApi) -> None:
    lost: list[str] = []

    def fault(method: str, path: str) -> str | None:
        if method == "POST" and "/pipelineruns" in path and not lost:
            lost.append(path)
            threading.Thread(target=go_on).start()
            return "lose answer"
        return None

    def go_on() -> None:
        restart(api)
        name = api.names("pipelineruns")[0]
        item = copy.deepcopy(api.objects[f"{TEKTON}/pipelineruns/{name}"])
        item["status"] = {"conditions": condition("Unknown", "Running"), "pipelineSpec": SPEC}
        api.put(f"{TEKTON}/pipelineruns/{name}", item)
        until(api, "pipelineruns", "watch=1")
        api.end_log("pod", "step-main")
        end(api, name, "False", "Failed")

    api.fault = fault
    code, out, _ = person.types("submit", person.file(task("a"), pipeline("flow", "a"), run_of("flow")), "--watch")
    assert code == 1
    assert len(api.names("pipelineruns")) == 1
    assert "a: failed" in out


def test_expired_token(person: Person, api: FakeApi) -> None:
    code, _, err = person.types("list", kubeconfig=api.kubeconfig(person.folder, "expired"))
    assert code == 3
    assert "does not accept the credentials (401): the token has expired" in err


def test_missing_rights_name_the_verb_and_the_way_out(person: Person, api: FakeApi) -> None:
    api.forbidden.add(("create", "pipelineruns"))
    code, _, err = person.types("submit", person.file(task("a"), pipeline("flow", "a"), run_of("flow")))
    assert code == 3
    assert "the right to create pipelineruns (403)" in err
    assert "flowdsl rbac" in err
    code, out, _ = person.types("doctor")
    assert code == 3
    assert "error:   you may not create pipelineruns\n" in out


def test_tekton_is_not_installed(person: Person, api: FakeApi) -> None:
    api.tekton = False
    code, _, err = person.types("apply", person.file(task("a"), pipeline("flow", "a"), run_of("flow")))
    assert code == 3
    assert "Tekton Pipelines is not installed on cluster 'fake'" in err


def test_a_server_that_refuses_and_one_that_is_slow(person: Person, api: FakeApi) -> None:
    api.fault = lambda method, path: "hang"
    code, _, err = person.types("list", timeout="0.2")
    assert code == 3
    assert "did not answer within 0.2 s" in err
    api.stop()
    code, _, err = person.types("list")
    assert code == 3
    assert "refuses connections: [Errno" in err


def test_cancel_says_what_it_does(person: Person, api: FakeApi) -> None:
    for option, status in (
        ((), "Cancelled"),
        (("--graceful",), "CancelledRunFinally"),
        (("--stop",), "StoppedRunFinally"),
    ):
        start(api, "r")
        assert person.types("cancel", "r", *option)[0] == 0
        assert api.objects[f"{TEKTON}/pipelineruns/r"]["spec"]["status"] == status
    end(api, "r", "False", "Cancelled")
    assert person.types("cancel", "r")[1] == "r is over already: Cancelled\n"
    assert person.types("cancel", "r", "--stop", "--graceful")[0] == 2


def test_retry_says_what_runs_again(person: Person, api: FakeApi) -> None:
    start(api, "r")
    assert person.types("retry", "r")[0] == 2
    end(api, "r", "False", "Failed")
    code, out, err = person.types("retry", "r")
    assert code == 0
    assert f"Tekton cannot go on with a finished run: {out.strip()} runs every task of r again" in err
    assert "(failed before: a)" in err
    made = api.objects[f"{TEKTON}/pipelineruns/{out.strip()}"]
    assert made["spec"] == api.objects[f"{TEKTON}/pipelineruns/r"]["spec"]
    assert "tekton.dev/pipeline" not in made["metadata"]["labels"]
    code, out, _ = person.types("retry", "r", "--failed-only")
    assert code == 0
    assert api.names("taskruns") == ["r-a", out.strip()]


def test_a_run_by_a_wrong_name(person: Person, api: FakeApi) -> None:
    start(api, "talking-face-bcdfg")
    code, _, err = person.types("logs", "talkin-face-bcdfg")
    assert code == 3, "it may have been there"
    assert "did you mean 'talking-face-bcdfg'?" in err
    code, _, err = person.types("cancel", "talking-face-bcdfh", "-n", "ml")
    assert code == 3
    assert "talking-face-bcdfg" not in err, "another run is not what was meant"
    assert f"`flowdsl list -n ml --kubeconfig {person.config}` shows" in err
