"""Going on with a run: what is unchanged counts, what changed runs again with what needs it, and people are told."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from run_support import flowdsl, step, yaml_run

SOURCE = """\
from flowdsl import *

@task(image="python:3.12-slim")
def prepare(size: int) -> int:
    print("did prepare")
    return size + 1

@task(image="python:3.12-slim")
def train(size: int) -> int:
    print("did train")
    raise SystemExit(3)

@task(image="python:3.12-slim")
def label(word: str) -> str:
    print("did label")
    return word

@task(image="python:3.12-slim")
def publish(score: int, word: str) -> None:
    print("did publish", score, word)

@task(image="python:3.12-slim")
def tell(state: str) -> None:
    print("did tell", state)

@pipeline
def flow(size: int = 1, word: str = "w"):
    score = train(prepare(size))
    publish(score, label(word))
    with on_finish():
        tell(status(score))
"""
MENDED = SOURCE.replace("    raise SystemExit(3)", "    return size * 2")


def ran(out: str) -> list[str]:
    """What steps ran, in any order."""
    return sorted(re.findall(r"\] did (\w+)", out))


def planned(out: str) -> dict[str, str]:
    """The plan that was printed, by task."""
    found = {}
    for line in out.partition("plan: ")[2].splitlines()[1:]:
        if not line.startswith("  "):
            break
        name, _, words = line.strip().partition(" ")
        found[name] = words.strip()
    return found


def events(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    out = flowdsl(folder, "run", *arguments, "--output", "json").stdout
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def failed(tmp_path: Path) -> Path:
    (tmp_path / "flow.py").write_text(SOURCE)
    out = flowdsl(tmp_path, "run", "flow.py", "--name", "it", code=1).stdout
    assert ran(out) == ["label", "prepare", "tell", "train"]
    assert "run --resume it" in out
    return tmp_path


@pytest.fixture
def mended(failed: Path) -> Path:
    (failed / "flow.py").write_text(MENDED)
    flowdsl(failed, "run", "flow.py", "--resume")
    return failed


def test_fail_fix_resume(failed: Path) -> None:
    # What moved and did not change is the same, too.
    (failed / "flow.py").write_text("# A line above all.\n" + MENDED)
    out = flowdsl(failed, "run", "flow.py", "--resume").stdout
    assert planned(out) == {
        "prepare": "same",
        "train": "changed: runs again (code)",
        "label": "same",
        "publish": "has not run yet (waits for train)",
        "tell": "needs it: runs again",
    }
    assert "plan: 3 of 5 tasks to run" in out
    assert ran(out) == ["publish", "tell", "train"]
    assert "did publish 4 w" in out
    assert "did tell Succeeded" in out
    last = flowdsl(failed, "run", "--resume").stdout
    assert set(planned(last).values()) == {"same"}
    assert ran(last) == []


def test_a_failure_that_nothing_was_done_about_runs_again(failed: Path) -> None:
    out = flowdsl(failed, "run", "--resume", "last", code=1).stdout
    assert planned(out)["train"] == "failed: runs again"
    assert ran(out) == ["tell", "train"]


def test_another_value_runs_what_is_given_it_and_what_needs_that(mended: Path) -> None:
    out = flowdsl(mended, "run", "--resume", "it", "--set", "word=x").stdout
    assert planned(out)["label"] == "changed: runs again (param word)"
    assert planned(out)["publish"] == "needs it: runs again (label)"
    assert ran(out) == ["label", "publish", "tell"]
    # It is the run's value from now on.
    assert ran(flowdsl(mended, "run", "--resume", "it").stdout) == []


def test_a_task_that_is_named_runs_again_with_what_needs_it(mended: Path) -> None:
    out = flowdsl(mended, "run", "flow.py", "--from", "label").stdout
    assert planned(out)["label"] == "runs again, as asked"
    assert ran(out) == ["label", "publish", "tell"]
    told = flowdsl(mended, "run", "--resume", "--from", "lable", code=2).stderr
    assert "no task 'lable'; did you mean 'label'?" in told


def test_frozen_goes_on_with_what_was_recorded(failed: Path) -> None:
    (failed / "flow.py").write_text(MENDED)
    out = flowdsl(failed, "run", "--resume", "--frozen", code=1).stdout
    assert planned(out)["train"] == "failed: runs again"
    assert ran(out) == ["tell", "train"]
    assert "--frozen goes on with what a run recorded" in flowdsl(failed, "run", "flow.py", "--frozen", code=2).stderr


def test_machines_are_told_the_plan(failed: Path) -> None:
    (failed / "flow.py").write_text(MENDED)
    plan = next(each for each in events(failed, "--resume") if each["event"] == "Planned")
    found = {each["task"]: (each["state"], each.get("about")) for each in plan["tasks"]}
    assert found["prepare"] == ("same", None)
    assert found["train"] == ("changed", ["code"])
    assert found["publish"] == ("new", ["train"])


@pytest.mark.parametrize(
    ("old", "new", "expected", "steps"),
    [
        pytest.param(
            'image="python:3.12-slim")\ndef label',
            'image="python:3.12")\ndef label',
            {"label": "changed: runs again (image)", "publish": "needs it: runs again (label)"},
            ["label", "publish", "tell"],
            id="another image",
        ),
        pytest.param(
            'word: str = "w"',
            'word: str = "v"',
            {"label": "changed: runs again (param word)"},
            ["label", "publish", "tell"],
            id="another default",
        ),
        pytest.param(
            "    score = train(prepare(size))",
            "    score = train(prepare(size))\n    label.with_options(name='more')('m')",
            {"more": "has not run yet", "label": "same", "publish": "same", "tell": "needs it: runs again"},
            ["label", "tell"],
            id="a task more",
        ),
        pytest.param(
            "    publish(score, label(word))",
            "    label(word)",
            {"label": "same", "train": "same", "tell": "needs it: runs again"},
            ["tell"],
            id="a task less",
        ),
        pytest.param(
            "label(word))",
            "label.with_options(name='renamed')(word))",
            {"renamed": "has not run yet", "publish": "needs it: runs again (renamed)"},
            ["label", "publish", "tell"],
            id="a task renamed",
        ),
        pytest.param(
            "    publish(score, label(word))",
            "    word = label(word)\n    with when(score > 100):\n        publish(score, word)",
            {"label": "same", "publish": "skipped (When Expressions evaluated to false)"},
            ["tell"],
            id="guarded off now",
        ),
        pytest.param(
            "    publish(score, label(word))",
            "    out = publish(score, word)\n    label.with_options(after=[out])(word)",
            {"label": "needs it: runs again (publish)", "publish": "same"},
            ["label", "tell"],
            id="another order",
        ),
    ],
)
def test_what_changed_in_the_pipeline(
    mended: Path, old: str, new: str, expected: dict[str, str], steps: list[str]
) -> None:
    text = (mended / "flow.py").read_text()
    assert old in text
    (mended / "flow.py").write_text(text.replace(old, new))
    out = flowdsl(mended, "run", "flow.py", "--resume").stdout
    assert expected.items() <= planned(out).items(), out
    assert ran(out) == steps


MATRIX = """\
from flowdsl import *

@task(image="python:3.12-slim")
def draw(word: str) -> str:
    print("did draw")
    return word

@task(image="python:3.12-slim")
def label(part: str, word: str) -> str:
    print("did label", part, word)
    return word

@task(image="python:3.12-slim")
def join(words: list[str]) -> None:
    print("did join", *words)

@pipeline
def flow(parts: list[str] = ["a", "b"], word: str = "w"):
    join(label.map(part=parts, word=draw(word)))
"""


def test_the_runs_of_a_matrix_have_run_though_they_wait_for_what_changed(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text(MATRIX)
    flowdsl(tmp_path, "run", "flow.py")
    out = flowdsl(tmp_path, "run", "flow.py", "--resume", "--set", "word=x").stdout
    assert planned(out) == {
        "draw": "changed: runs again (param word)",
        "label": "needs it: runs again (draw)",
        "join": "needs it: runs again (label)",
    }
    assert ran(out) == ["draw", "join", "label", "label"]
    more = flowdsl(tmp_path, "run", "flow.py", "--resume", "--set", 'parts=["a", "b", "c"]').stdout
    assert planned(more)["label"] == "has not run yet (1 of 3)"
    assert ran(more) == ["join", "label"]


def test_a_pipeline_in_a_pipeline_has_run_though_it_waits_for_what_changed(tmp_path: Path) -> None:
    def write(word: str) -> None:
        leaf = {"name": "leaf", "taskSpec": step("echo did leaf")}
        inner = {"name": "inner", "pipelineSpec": {"tasks": [{"name": "deep", "pipelineSpec": {"tasks": [leaf]}}]}}
        first = {"name": "first", "taskSpec": step(f"echo did first {word}")}
        yaml_run(tmp_path / "it.yaml", [first, {**inner, "runAfter": ["first"]}])

    write("a")
    flowdsl(tmp_path, "run", "it.yaml", "--alpha", "pipelines-in-pipelines")
    write("b")
    out = flowdsl(tmp_path, "run", "it.yaml", "--resume").stdout
    assert planned(out) == {"first": "changed: runs again (code)", "inner": "needs it: runs again (first)"}
    assert ran(out) == ["first", "leaf"]


FILES = """\
from pathlib import Path

from flowdsl import *

@task(image="python:3.12-slim")
def cut() -> File:
    Path("one.txt").write_text("1")
    return Path("one.txt")

@task(image="python:3.12-slim")
def listed(part: File) -> None:
    print("did listed", *sorted(each.name for each in Path(part).parent.iterdir()))

@pipeline
def flow():
    listed(cut())
"""


def sharing(path: Path, text: str) -> None:
    """Two tasks that hand on what they make on one volume, by the workspace's name that flowdsl uses for that."""
    shared = {"workspaces": [{"name": "outputs", "workspace": "data"}]}
    outputs = "$(workspaces.outputs.path)"
    tasks = []
    for name, script in (
        ("a", f"echo A > {outputs}/a"),
        ("b", f"echo {text} > {outputs}/b"),
        ("c", f"cat {outputs}/*"),
    ):
        spec = step(f"set -e\necho did {name}\n{script}", workspaces=[{"name": "outputs"}])
        tasks.append({"name": name, "taskSpec": spec, "runAfter": [each["name"] for each in tasks], **shared})
    claim = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    run = json.loads(yaml_run(path, tasks, workspaces=claim).read_text())
    run["spec"]["pipelineSpec"]["workspaces"] = [{"name": "data"}]
    path.write_text(json.dumps(run))


def test_what_a_task_made_before_is_not_among_what_it_makes_now(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text(FILES)
    assert "did listed one.txt" in flowdsl(tmp_path, "run", "flow.py").stdout
    (tmp_path / "flow.py").write_text(FILES.replace("one.txt", "two.txt"))
    assert "did listed two.txt" in flowdsl(tmp_path, "run", "flow.py", "--resume").stdout


def test_what_others_made_on_a_volume_that_tasks_share_stays(tmp_path: Path) -> None:
    sharing(tmp_path / "it.yaml", "B")
    flowdsl(tmp_path, "run", "it.yaml")
    sharing(tmp_path / "it.yaml", "C")
    out = flowdsl(tmp_path, "run", "it.yaml", "--resume").stdout
    assert ran(out) == ["b", "c"]
    assert re.findall(r"\[c\] ([A-Z])$", out, re.MULTILINE) == ["A", "C"]
