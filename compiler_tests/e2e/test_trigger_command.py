"""`flowdsl trigger`: what an event would start, as a user asks for it."""

from __future__ import annotations

import hashlib
import hmac
import json
import subprocess
from pathlib import Path

import forked
import pytest

SOURCE = """
from flowdsl import event, pipeline, push, tag, task


@task(image="python:3.12-slim")
def greet(branch: str) -> None:
    print("hello", branch)


@pipeline(
    on=[push(branch="main", params={"branch": event.branch}), tag("v*", params={"branch": event.tag})],
    provider="github",
)
def greeting(branch: str) -> None:
    greet(branch)
"""


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    path = tmp_path / "flow.py"
    path.write_text(SOURCE)
    return path


def flowdsl(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return forked.call(words, folder)


def test_a_sample_starts_one_trigger_and_says_why_not_the_other(flow: Path) -> None:
    done = flowdsl(flow.parent, "trigger", "flow.py", "--event", "push")
    assert done.returncode == 0, done.stderr
    assert 'greeting-push starts\n  branch = "main"\n' in done.stdout
    assert "kind: PipelineRun" in done.stdout
    assert "greeting-tag does not start: the filter is false: " in done.stdout
    assert "signatures were not checked" in done.stderr


def test_what_starts_is_in_the_namespace_that_is_asked_for_or_of_the_profile(flow: Path) -> None:
    (flow.parent / "pyproject.toml").write_text('[tool.flowdsl.profiles.lab]\nnamespace = "lab"\n')
    asked = ("-n", "mine", "--profile", "lab")
    for words, namespace in ((), "default"), (("--profile", "lab"), "lab"), (asked, "mine"):
        done = flowdsl(flow.parent, "trigger", "flow.py", "--event", "push", "--output", "json", *words)
        assert done.returncode == 0, done.stderr
        (started,) = [each for each in json.loads(done.stdout) if each["outcome"] == "starts"]
        assert [each["metadata"]["namespace"] for each in started["documents"]] == [namespace]


def test_what_starts_runs_here_in_its_namespace(flow: Path) -> None:
    done = flowdsl(flow.parent, "trigger", "flow.py", "--event", "tag", "--run", "-n", "mine")
    assert done.returncode == 0, done.stderr
    assert "hello v1.0.0" in done.stdout
    (run,) = flow.parent.glob(".flowdsl/runs/*/pipelinerun.yaml")
    assert "namespace: mine\n" in run.read_text()


def test_yaml_has_a_namespace_of_its_own(flow: Path) -> None:
    assert flowdsl(flow.parent, "compile", "flow.py", "--events", "triggers", "--namespace", "ci").returncode == 0
    done = flowdsl(flow.parent, "trigger", "flow.triggers.yaml", "--event", "tag", "-n", "mine")
    assert done.returncode == 2
    assert "leave --namespace out" in done.stderr


def test_the_yaml_says_the_same_and_a_signature_is_checked(flow: Path) -> None:
    folder = flow.parent
    assert flowdsl(folder, "compile", "flow.py", "--events", "triggers", "--namespace", "ci").returncode == 0
    (written,) = folder.glob("*triggers.yaml")
    body = json.dumps({"ref": "refs/heads/main", "deleted": False, "head_commit": {"id": "ab" * 20}}).encode()
    (folder / "push.json").write_bytes(body)
    (folder / "secret").write_text("s3cret\n")
    asked = [written.name, "--event", "push", "--payload", "push.json", "--secret-file", "secret", "--output", "json"]
    signature = hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
    right = flowdsl(folder, "trigger", *asked, "--header", f"X-Hub-Signature-256: sha256={signature}")
    wrong = flowdsl(folder, "trigger", *asked, "--header", "X-Hub-Signature-256: sha256=00")
    assert [right.returncode, wrong.returncode] == [0, 1], right.stderr + right.stdout
    assert {each["trigger"]: each["outcome"] for each in json.loads(right.stdout)}["greeting-push"] == "starts"
    assert {each["outcome"] for each in json.loads(wrong.stdout)} == {"stopped"}
    assert "s3cret" not in right.stdout + right.stderr + wrong.stdout + wrong.stderr


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("flow.py", 2, "name an event"),
        ("flow.py --event fork", 2, "tells of no fork"),
        ("flow.py --event push --provider githb", 2, "github"),
        ("flow.py --event push --payload gone.json", 2, "gone.json"),
        ("flow.py --event push --header nothing", 2, "is no header"),
        ("flow.py --payload flow.py", 1, "FLOW380"),
        ("none.yaml --event push", 1, "FLOW381"),
        ("gone.yaml --event push", 2, "gone.yaml"),
    ],
)
def test_what_is_asked_wrongly(flow: Path, words: str, code: int, told: str) -> None:
    (flow.parent / "none.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n")
    done = flowdsl(flow.parent, "trigger", *words.split())
    assert done.returncode == code, done.stdout + done.stderr
    assert told in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_what_an_event_says_does_not_reach_the_terminal_as_it_is(flow: Path) -> None:
    body = {"ref": "refs/heads/main", "deleted": False, "head_commit": {"id": "\x1b[31mred"}}
    (flow.parent / "push.json").write_text(json.dumps(body))
    header = "X-GitHub-Delivery: \x1b]0;x"
    done = flowdsl(flow.parent, "trigger", "flow.py", "--event", "push", "--payload", "push.json", "--header", header)
    assert "\x1b" not in done.stdout + done.stderr


LISTENER = """
apiVersion: triggers.tekton.dev/v1alpha1
kind: EventListener
metadata: {name: listening}
spec:
  triggers:
  - name: only
    interceptors: [INTERCEPTOR]
    template:
      spec:
        resourcetemplates:
        - {apiVersion: tekton.dev/v1, kind: PipelineRun, metadata: {generateName: a-}, spec: {pipelineRef: {name: p}}}
"""


def test_yaml_that_no_cluster_has_is_refused_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "push.json").write_text("{}")
    (tmp_path / "listener.yaml").write_text(LISTENER.replace("INTERCEPTOR", "{ref: cel}"))
    done = flowdsl(tmp_path, "trigger", "listener.yaml", "--payload", "push.json")
    assert done.returncode == 1, done.stderr
    assert "listener.yaml:8:" in done.stderr
    assert "FLOW200" in done.stderr
    assert "Traceback" not in done.stderr


def test_interceptors_of_v1alpha1_are_asked(tmp_path: Path) -> None:
    (tmp_path / "push.json").write_text('{"a": 1}')
    (tmp_path / "listener.yaml").write_text(LISTENER.replace("INTERCEPTOR", "{cel: {filter: body.a == 2}}"))
    done = flowdsl(tmp_path, "trigger", "listener.yaml", "--payload", "push.json")
    assert "only does not start: the filter is false: body.a == 2" in done.stdout, done.stderr


def test_the_provider_is_that_of_the_interceptors_not_of_other_names(tmp_path: Path) -> None:
    other = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: github}\n"
    listener = LISTENER.replace("v1alpha1", "v1beta1").replace(
        "INTERCEPTOR", "{ref: {name: gitlab}, params: [{name: eventTypes, value: [Push Hook]}]}"
    )
    (tmp_path / "listener.yaml").write_text(listener + other)
    done = flowdsl(tmp_path, "trigger", "listener.yaml", "--event", "push", "--output", "json")
    assert json.loads(done.stdout)[0]["outcome"] == "starts", done.stdout + done.stderr


COUNTED = """
from flowdsl import body, pipeline, task, webhook


@task(image="python:3.12-slim")
def train(run: str, steps: int, rate: float) -> None:
    print(run, steps, rate)


@pipeline(
    on=[webhook("train", verify=False, id=body.id, params={"run": f"r{body.id}", "steps": body.steps, "rate": body.rate})]
)
def training(run: str, steps: int, rate: float) -> None:
    train(run, steps, rate)
"""


@pytest.mark.parametrize(
    ("steps", "rate", "given"),
    [
        (2_000_000, 1e300, ("2000000", "1e+300")),
        ("7", -3, ("7", "-3")),
        (999_999_999_999, 0.5, ("999999999999", "0.5")),
    ],
)
def test_a_number_from_a_million_on_is_written_out(
    steps: object, rate: float, given: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / "flow.py").write_text(COUNTED)
    (tmp_path / "event.json").write_text(json.dumps({"id": 12_345_678, "steps": steps, "rate": rate}))
    done = flowdsl(tmp_path, *["trigger", "flow.py", "--payload", "event.json", "--url", "/train", "--output", "json"])
    (verdict,) = json.loads(done.stdout)
    assert verdict["outcome"] == "starts", verdict["reason"]
    assert {key: verdict["params"][key] for key in ("run", "steps", "rate")} == {
        "run": "r12345678", "steps": given[0], "rate": given[1]
    }  # fmt: skip
    assert verdict["documents"][0]["metadata"]["name"].endswith("-12345678")


def test_a_number_that_is_not_whole_starts_nothing_where_one_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text(COUNTED)
    (tmp_path / "event.json").write_text('{"id": 1, "steps": 7.5, "rate": 1}')
    done = flowdsl(tmp_path, *["trigger", "flow.py", "--payload", "event.json", "--url", "/train", "--output", "json"])
    assert json.loads(done.stdout)[0]["outcome"] == "stopped", done.stdout + done.stderr
