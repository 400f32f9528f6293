"""The library's functions that do something: load, run, apply, submit; and the examples of their page."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from cluster_support import TEKTON, condition, pipeline, run_of, task
from fake_api import FakeApi

import flowdsl
from flowdsl.cli import main
from flowdsl.diagnostics import ClusterError, FlowError, Location, UsageError

PAGE = Path(__file__).parents[2] / "docs" / "library.md"
BLOCK = re.compile(r"^```python(?: title=\"([^\"\n]+)\")?\n(.*?)^```", re.MULTILINE | re.DOTALL)
SOURCE = """\
from flowdsl import pipeline, task
from beside import WORD

@task(image="python:3.12-slim")
def say(word: str) -> str:
    print("about to say it")
    return word + "!"

@task(image="python:3.12-slim")
def fail(word: str) -> None:
    raise SystemExit(f"no {word}")

@pipeline
def good(word: str = WORD) -> str:
    return say(word)

@pipeline
def bad(word: str = WORD):
    fail(say(word))
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "words.py").write_text(SOURCE)
    (tmp_path / "beside.py").write_text("WORD = 'hello'\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return tmp_path


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeApi:
    pytest.importorskip("kubernetes", reason="the extra `cluster` is not installed")
    found = FakeApi()
    found.start()
    found.put("/api/v1/namespaces/ml/serviceaccounts/default", {"kind": "ServiceAccount"})
    monkeypatch.setenv("KUBECONFIG", str(found.kubeconfig(tmp_path)))
    yield found
    found.stop()


def test_load(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert flowdsl.load("words.py:bad").name == "bad"
    assert [each.name for each in flowdsl.load(Path("words.py"), every=True)] == ["good", "bad"]
    with pytest.raises(FlowError, match="FLOW084"):
        flowdsl.load("words.py")
    with pytest.raises(FlowError, match="FLOW083"):
        flowdsl.load("words.py:goods")
    with pytest.raises(UsageError, match=r"no file word\.py; did you mean words\.py"):
        flowdsl.load("word.py")
    monkeypatch.syspath_prepend(str(project))
    assert flowdsl.load("words:good").name == "good"
    with pytest.raises(UsageError, match="no module 'wordz'"):
        flowdsl.load("wordz:good")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("broken", "import nowhere_to_be_found\n", "FLOW081"),
        ("raising", "1 / 0\n", "FLOW082"),
        ("odd", "(", "FLOW080"),
    ],
)
def test_load_of_a_module_that_can_not_be_run(
    project: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, told: str
) -> None:
    monkeypatch.syspath_prepend(str(project))
    (project / f"in_{name}").mkdir()
    (project / f"in_{name}" / "__init__.py").write_text("")
    for place in (project / f"{name}.py", project / f"in_{name}" / f"{name}.py"):
        place.write_text(text)
    for module in (name, f"in_{name}.{name}"):
        with pytest.raises(FlowError, match=told):
            flowdsl.load(f"{module}:p")
    (project / f"at_{name}").mkdir()
    (project / f"at_{name}" / "__init__.py").write_text(text)
    with pytest.raises(FlowError, match="FLOW08"):
        flowdsl.load(f"at_{name}.inner:p")


def test_run_gives_a_record(project: Path) -> None:
    events: list[str] = []
    record = flowdsl.run(
        flowdsl.load("words.py:good"), params={"word": "hi"}, on_event=lambda event: events.append(type(event).__name__)
    )
    assert (record.succeeded, record.status, record.reason, record.namespace) == (
        True,
        "Succeeded",
        "Succeeded",
        "default",
    )
    assert record.results == {"result": "hi!"}
    (said,) = record.tasks
    assert (said.name, said.status, said.retries, said.results) == ("say", "Succeeded", 0, {"result": "hi!"})
    assert said.run == f"{record.name}-say"
    assert said.seconds is not None
    assert record.seconds is not None
    assert said.seconds <= record.seconds
    assert record.folder == project / ".flowdsl/runs" / record.name
    assert record.task("say") is said
    with pytest.raises(KeyError, match="it has say"):
        record.task("sya")
    assert events[0] == "RunStarted"
    assert events[-1] == "RunFinished"
    assert "LogLine" in events


def test_a_task_that_fails_is_a_record_and_resume_goes_on(project: Path) -> None:
    record = flowdsl.run(flowdsl.load("words.py:bad"), name="it", folder="kept/it")
    assert (record.status, record.reason, record.folder) == ("Failed", "Failed", project / "kept/it")
    assert [(each.name, each.status) for each in record.tasks] == [("say", "Succeeded"), ("fail", "Failed")]
    assert record.task("fail").message
    (project / "beside.py").write_text("WORD = 'again'\n")
    again = flowdsl.run(resume="kept/it")
    assert (again.name, again.status, again.task("say").results) == ("it", "Failed", {"result": "hello!"})


def test_run_of_yaml_and_documents(project: Path) -> None:
    compiled = flowdsl.compile(flowdsl.load("words.py:good"), params={"word": "yes"})
    (project / "words.yaml").write_text("---\n".join(f"{item}\n" for item in map(_json, compiled.documents)))
    for what in (Path("words.yaml"), (project / "words.yaml").read_text(), compiled, compiled.documents):
        assert flowdsl.run(what).results == {"result": "yes!"}


def _json(item: object) -> str:
    import json

    return json.dumps(item)


def test_run_refuses_what_it_can_not_mean(project: Path) -> None:
    good = flowdsl.load("words.py:good")
    with pytest.raises(UsageError, match="name what to run"):
        flowdsl.run()
    with pytest.raises(FlowError, match="FLOW020"):
        flowdsl.run(good, params={"wort": "x"})
    with pytest.raises(UsageError, match="secrets=: 'registry' is a mapping of keys to text"):
        flowdsl.run(good, secrets={"registry": "hunter2"})  # type: ignore[dict-item]
    with pytest.raises(UsageError, match="'A B' is no name for a run"):
        flowdsl.run(good, name="A B")
    with pytest.raises(UsageError, match="neither a PipelineRun nor a Pipeline"):
        flowdsl.run([task("a")])
    with pytest.raises(FlowError, match="FLOW"):
        flowdsl.run("apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: x}\nspec: {nope: 1}\n")
    assert not (project / ".flowdsl").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            {"what": "apiVersion: v1\nkind: ConfigMap", "params": {"word": 5}},
            "for documents, values that are text, got .word.: int .5.",
        ),
        ({"params": ["word"]}, "params= takes a mapping of names to values, got list"),
        ({"params": {"word": "x"}, "word": "y"}, "word is given twice: by name, and in params="),
        ({"secrets": ["registry"]}, "secrets= takes a mapping of names to data, not a list"),
        ({"only": "say"}, r"only= takes several words, such as \['train'\], got str 'say'"),
        ({"alpha": "enable-param-enum"}, "alpha= takes several words"),
        ({"jobs": 0}, "jobs= takes a number from 1 on, got int 0"),
        ({"gpu": "must"}, "gpu= takes auto, require, got str 'must'"),
        ({"executor": "ship"}, "executor= takes process, docker, podman, got str 'ship'"),
        ({"what": 42}, "documents are a pipeline, a manifest, .* got int '42'"),
        ({"what": [3]}, "documents are a pipeline, .* got list"),
        ({"what": "words.py"}, r"text is YAML, not a path: give Path\('words.py'\)"),
    ],
)
def test_arguments_that_no_checker_saw(project: Path, arguments: dict[str, object], words: str) -> None:
    given = {"what": flowdsl.load("words.py:good"), **arguments}
    with pytest.raises(UsageError, match=words):
        flowdsl.run(**given)  # type: ignore[arg-type]
    assert not (project / ".flowdsl").exists()


INTERRUPTED = """
import sys, flowdsl
from pathlib import Path
try:
    flowdsl.run(Path("slow.yaml"), on_event=lambda event: print(type(event).__name__, getattr(event, "text", ""), flush=True))
except KeyboardInterrupt:
    print("interrupted", [path.name for path in Path(".flowdsl/runs").iterdir()], flush=True)
"""
SLOW = """
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: slow}
spec:
  pipelineSpec:
    tasks:
    - name: wait
      taskSpec: {steps: [{name: s, image: busybox, script: "echo waiting; sleep 600"}]}
    finally:
    - name: last
      taskSpec: {steps: [{name: s, image: busybox, script: "echo finally"}]}
"""


def test_ctrl_c_ends_a_run_gracefully_and_is_raised(project: Path) -> None:
    (project / "slow.yaml").write_text(SLOW)
    command = [sys.executable, "-c", INTERRUPTED]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        seen = []
        for line in process.stdout:
            seen.append(line.strip())
            if line.strip() == "LogLine waiting":
                process.send_signal(signal.SIGINT)
        errors = process.stderr.read() if process.stderr else ""
    assert seen[-1] == "interrupted ['slow']", errors
    assert "LogLine finally" in seen


def test_apply_and_submit(project: Path, api: FakeApi) -> None:
    documents = [task("a"), pipeline("flow", "a"), run_of("flow")]
    tried = flowdsl.apply(documents, namespace="ml", dry_run=True)
    assert [(each.kind, each.name, each.action) for each in tried] == [
        ("Task", "a", "created"),
        ("Pipeline", "flow", "created"),
    ]
    assert api.names("tasks") == []
    first = flowdsl.submit(documents, namespace="ml", request_id="one")
    assert (first.namespace, first.new, [each.action for each in first.changes]) == ("ml", True, ["created", "created"])
    again = flowdsl.submit(documents, namespace="ml", request_id="one")
    assert (again.name, again.new, {each.action for each in again.changes}) == (first.name, False, {"unchanged"})
    assert [each.action for each in flowdsl.apply(documents, namespace="ml")] == ["unchanged", "unchanged"]
    assert flowdsl.apply([task("b")], namespace="ml")[0].what == "Task b"
    _end(api, first.name, "False", "Failed")
    record = first.wait()
    assert (record.name, record.status, record.reason, record.folder) == (first.name, "Failed", "Failed", None)
    assert record.message == "it is Failed"
    assert [(each.name, each.status, each.seconds) for each in record.tasks] == [("a", "Failed", 90.0)]


def test_a_cluster_that_refuses(project: Path, api: FakeApi) -> None:
    needs = [{"name": "w", "secret": {"secretName": "registry"}}]
    flow = pipeline("flow", "a")
    flow["spec"]["workspaces"] = [{"name": "w"}]
    with pytest.raises(ClusterError, match="Secret registry"):
        flowdsl.submit([task("a"), flow, run_of("flow", workspaces=needs)], namespace="ml")
    flow = pipeline("flow", "a")
    flow["spec"]["params"] = [{"name": "word"}]
    with pytest.raises(UsageError, match="no value for word"):
        flowdsl.submit([task("a"), flow, run_of("flow")], namespace="ml")
    with pytest.raises(UsageError, match="there is nothing to run"):
        flowdsl.submit([task("a")], namespace="ml")
    assert api.names("tasks") == []
    api.stop()
    with pytest.raises(ClusterError, match="refuses connections"):
        flowdsl.apply([task("a")], namespace="ml", timeout=1.0)


def _end(api: FakeApi, name: str, status: str, reason: str) -> None:
    """A controller's work: one task of it, and the run, are over."""
    path = f"{TEKTON}/pipelineruns/{name}"
    times = {"startTime": "2026-01-01T00:00:00Z", "completionTime": "2026-01-01T00:01:30Z"}
    labels = {"tekton.dev/pipelineRun": name, "tekton.dev/pipelineTask": "a"}
    child = {"kind": "TaskRun", "metadata": {"name": f"{name}-a", "labels": labels}, "spec": {}}
    api.put(f"{TEKTON}/taskruns/{name}-a", {**child, "status": {"conditions": condition(status, reason), **times}})
    spec = {"tasks": [{"name": "a", "taskRef": {"name": "a"}}]}
    references = [{"kind": "TaskRun", "name": f"{name}-a", "pipelineTaskName": "a"}]
    found = {"conditions": condition(status, reason), "pipelineSpec": spec, "childReferences": references, **times}
    api.put(path, {**api.objects[path], "status": found})


def test_the_examples_of_the_page(project: Path, api: FakeApi, capsys: pytest.CaptureFixture[str]) -> None:
    """All of them, in the order of the page, beside the file that it shows."""
    found = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    files = {title: text for title, text in found if title}
    examples = [text for title, text in found if not title]
    assert list(files) == ["churn.py"]
    assert len(examples) >= 8
    (project / "churn.py").write_text(files["churn.py"])
    (project / "released").mkdir()
    assert main(["compile", "churn.py", "-o", "released/churn.yaml"]) == 0
    api.put("/api/v1/namespaces/ml/secrets/registry", {"kind": "Secret", "metadata": {"name": "registry"}})
    controller = threading.Thread(target=_controller, args=(api,), daemon=True)
    controller.start()
    space: dict[str, object] = {"__name__": "examples"}
    for number, text in enumerate(examples):
        exec(compile(text, f"example-{number}.py", "exec"), space)
    test = space["test_nothing_breaks_callers"]
    assert callable(test)
    test()
    assert space["kinds"] == ["Task", "Task", "Pipeline", "PipelineRun"]
    assert space["waits_for_it"] == {"tell"}
    assert [(each.code, each.location) for each in space["findings"]] == [("FLOW311", Location("churn.py", 17))]
    assert [each.kind for each in space["refused"]] == ["Task"]
    assert space["words"] == ["argument day: behavioural"]
    assert "def train" in space["signatures"]
    assert (space["loss"], space["everything"][0].name) == ("0.5", "churn")
    assert capsys.readouterr().out.endswith("Succeeded Succeeded\n")
    kept = [path for path in (project / "runs").rglob("*") if path.is_file() and not path.is_symlink()]
    assert len(kept) > 5
    assert [path for path in kept if b"not-a-real-one" in path.read_bytes()] == []


def _controller(api: FakeApi) -> None:
    """Ends the run that is submitted."""
    while not (names := api.names("pipelineruns")):
        threading.Event().wait(0.05)
    _end(api, names[0], "True", "Succeeded")
