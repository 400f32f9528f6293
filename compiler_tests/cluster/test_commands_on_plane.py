"""The commands on a cluster against the real API server, Tekton's webhook and its controller."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from api import wait_for
from plane import Plane

from flowdsl.cli import main

pytest.importorskip("kubernetes", reason="the extra `cluster` is not installed")

SOURCE = """
from typing import NamedTuple
from flowdsl import on_finish, pipeline, task


class Said(NamedTuple):
    word: str


@task(image="python:3.12-slim")
def make(name: str, lines: int = 3) -> Said:
    import time

    for number in range(lines):
        print("line", number, flush=True)
        time.sleep(0.1)
    return Said("hello " + name)


@task(image="python:3.12-slim")
def use(word: str):
    print("got", word)
    if "bad" in word:
        raise SystemExit(3)


@task(image="python:3.12-slim")
def bye():
    print("bye")


@pipeline
def PIPELINE(name: str, lines: int = 3):
    use(make(name, lines=lines).word)
    with on_finish():
        bye()
"""


class Person:
    def __init__(self, plane: Plane, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.plane, self.folder, self.capsys = plane, folder, capsys
        self.config = plane.kubeconfig()
        self.flows: list[str] = []

    def file(self, name: str) -> str:
        """A pipeline's file; its tasks are called as those of the others, which go first, and say other lines."""
        self.clear()
        self.flows.append(name)
        path = self.folder / f"{name}.py"
        path.write_text(SOURCE.replace("PIPELINE", name.replace("-", "_")))
        return str(path)

    def clear(self) -> None:
        for name in self.flows:
            main(["delete", "--pipeline", name, "--kubeconfig", str(self.plane.kubeconfig())])
            self.capsys.readouterr()
        self.flows.clear()

    def types(self, *words: str) -> tuple[int, str, str]:
        code = main([*words, "--kubeconfig", str(self.config)])
        out, err = self.capsys.readouterr()
        return code, out, err


@pytest.fixture
def person(plane: Plane, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Person]:
    found = Person(plane, tmp_path, capsys)
    yield found
    found.clear()


def test_apply_twice_changes_nothing_and_delete_takes_all_back(person: Person) -> None:
    file = person.file("applied")
    lines = person.types("apply", file, "--dry-run=server")[1].splitlines()
    assert lines == [f"{what} created (dry run)" for what in ("Task make", "Task use", "Task bye", "Pipeline applied")]
    assert person.types("apply", file)[0] == 0
    before = person.plane.api.get("tekton.dev/v1", "Pipeline", "applied")
    assert [line.split()[-1] for line in person.types("apply", file)[1].splitlines()] == ["unchanged"] * 4
    assert person.plane.api.get("tekton.dev/v1", "Pipeline", "applied") == before
    assert (
        "Pipeline applied deleted (dry run)" in person.types("delete", "--pipeline", "applied", "--dry-run=server")[1]
    )
    assert person.plane.api.get("tekton.dev/v1", "Pipeline", "applied") == before
    assert "Pipeline applied deleted\n" in person.types("delete", "--pipeline", "applied")[1]


def test_a_conflict_names_the_field_and_its_owner(person: Person) -> None:
    file = person.file("contended")
    person.types("apply", file)
    theirs = {"apiVersion": "tekton.dev/v1", "kind": "Task", "metadata": {"name": "bye"}}
    theirs["spec"] = {"steps": [{"name": "main", "image": "theirs"}]}
    person.plane.api.apply(theirs, manager="helm")
    code, _, err = person.types("apply", file)
    assert code == 3
    assert "  Task bye: .spec.steps is owned by 'helm'\n" in err
    assert person.types("apply", file, "--force-conflicts")[0] == 0
    person.types("delete", "--pipeline", "contended")


def test_a_run_is_watched_over_the_death_of_the_api_server(person: Person) -> None:
    for name in ("struck", "struck-again", "struck-once-more"):
        code, out, err = watched_over_a_strike(person, name)
        # Tekton gives a run up for good when it happens to look for a Task just then (pipelinerun.go: a refused
        # connection is none of the errors that it takes for passing). What is tried here is our command.
        if "couldn't resolve all references" not in condition_of(person, name).get("message", ""):
            break
    assert code == 0, err + out
    said = [line.strip() for line in out.splitlines() if "[make] line" in line]
    assert said == [f"[make] line {number}" for number in range(100)]
    assert "[use] got hello bob" in out
    runs = json.loads(person.types("list", name, "--output", "json")[1])
    assert [each["state"] for each in runs] == ["Succeeded"]


def watched_over_a_strike(person: Person, name: str) -> tuple[int, str, str]:
    """Submit and watch; while the first task runs, and Tekton has no more to do about it, the API server dies."""

    def strike() -> None:
        wait_for("it runs", lambda: _running(_objects(person, "TaskRun", name)), 60)
        seen: list[set[str]] = []

        def settled() -> bool:
            both = _objects(person, "TaskRun", name) + _objects(person, "PipelineRun", name)
            seen.append({each["metadata"]["resourceVersion"] for each in both})
            return len(seen) > 3 and seen[-1] == seen[-2] == seen[-3] == seen[-4]

        wait_for("its objects stay as they are", settled, 60, pause=0.5)
        person.plane.kill("apiserver")
        person.plane.start_apiserver()

    thread = threading.Thread(target=strike)
    thread.start()
    told = person.types("submit", person.file(name), "--set", "name=bob", "--set", "lines=100", "--watch")
    thread.join()
    return told


def condition_of(person: Person, name: str) -> dict[str, str]:
    """The condition of the pipeline's only run."""
    (run,) = _objects(person, "PipelineRun", name)
    condition: dict[str, str] = run["status"]["conditions"][0]
    return condition


def _objects(person: Person, kind: str, pipeline: str) -> list[dict[str, Any]]:
    items = person.plane.api.get("tekton.dev/v1", kind)["items"]
    return [each for each in items if each["metadata"].get("labels", {}).get("tekton.dev/pipeline") == pipeline]


def _running(runs: list[dict[str, Any]]) -> bool:
    return any("running" in step for each in runs for step in each.get("status", {}).get("steps", ()))


def test_what_failed_runs_again_with_the_results_it_was_given(person: Person) -> None:
    code, out, _ = person.types("submit", person.file("fails"), "--set", "name=bad", "--watch")
    assert code == 1
    assert "use: failed" in out
    name = json.loads(person.types("list", "fails", "--output", "json")[1])[0]["name"]
    assert person.types("logs", name, "use")[1] == "[use : use] got hello bad\n"
    code, out, _ = person.types("retry", name, "--failed-only")
    assert code == 0
    again = person.plane.api.get("tekton.dev/v1", "TaskRun", out.strip())
    assert again["spec"]["params"] == [{"name": "word", "value": "hello bad"}]


def test_the_role_that_rbac_prints_is_enough_and_no_more(person: Person) -> None:
    api = person.plane.api
    api.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "robot"}})
    words = ("rbac", "--service-account", "default:robot", "--namespace", "default")
    for document in yaml.safe_load_all(person.types(*words)[1]):
        api.apply(document)
    asked = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}}
    token = api.call("POST", "/api/v1/namespaces/default/serviceaccounts/robot/token", asked)["status"]["token"]
    config = yaml.safe_load(person.config.read_text())
    config["users"][0]["user"] = {"token": token}
    person.config = person.folder / "robot.kubeconfig"
    person.config.write_text(yaml.safe_dump(config))
    code, out, err = person.types("submit", person.file("by-robot"), "--set", "name=bob", "--watch")
    assert code == 0, err
    assert "[use] got hello bob" in out
    name = json.loads(person.types("list", "by-robot", "--output", "json")[1])[0]["name"]
    assert person.types("delete", name)[0] == 0
    assert person.types("delete", "--pipeline", "by-robot")[0] == 0
    code, _, err = person.types("list", "--namespace", "kube-system")
    assert code == 3
    assert "does not give you the right to list pipelineruns (403)" in err


def test_code_that_travels_as_a_config_map_runs_and_goes_with_its_pipeline(person: Person) -> None:
    file = str(Path(__file__).parents[1] / "golden" / "bundle.py")
    code, _, err = person.types("submit", file, "--watch")
    assert code == 0, err
    told = person.types("apply", file)[1].splitlines()
    assert told[0].startswith("ConfigMap flowdsl-code-")
    assert {line.split()[-1] for line in told} == {"unchanged"}
    gone = person.types("delete", "--pipeline", "bundle")[1]
    assert told[0].replace("unchanged", "deleted") in gone.splitlines()


def test_doctor_looks_at_the_real_thing(person: Person) -> None:
    code, out, _ = person.types("doctor", person.file("examined"))
    assert code == 0, out
    assert "ok:      Tekton's v1 API is served\n" in out
    assert "feature flags: enable-api-fields is beta" in out
