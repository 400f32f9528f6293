"""`flowdsl import` as people and scripts meet it."""

from __future__ import annotations

import io
import json
import py_compile
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from flowdsl.cli import main
from flowdsl.kinds.defaults import with_defaults

YAML = Path(__file__).parents[1] / "golden" / "imported.yaml"
TASK = """\
apiVersion: tekton.dev/v1
kind: Task
metadata: {name: say-hello}
spec:
  params: [{name: who}]
  steps:
    - name: say
      image: alpine:3.20
      env: [{name: WHO, value: $(params.who)}]
      script: echo "hello $WHO"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_module_compiles_to_what_it_was_made_of(folder: Path) -> None:
    assert main(["import", str(YAML), "-o", "build.py"]) == 0
    py_compile.compile(str(folder / "build.py"), doraise=True)
    done = subprocess.run([sys.executable, "build.py", "compile", "-o", "-"], capture_output=True, check=True)
    made = list(yaml.safe_load_all(done.stdout))
    wanted = list(yaml.safe_load_all(YAML.read_text(encoding="utf-8")))
    assert [with_defaults(each) for each in made] == [with_defaults(each) for each in wanted]


def test_a_module_is_compiled_by_the_command_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "t.yaml").write_text(TASK, encoding="utf-8")
    assert main(["import", "t.yaml", "-o", "t.py"]) == 0
    assert main(["compile", "t.py", "-o", "t.out.yaml"]) == 0
    assert main(["compile", "t.py", "-o", "t.out.yaml", "--check"]) == 0
    assert "1 Task" in capsys.readouterr().err
    assert main(["compile", "t.py", "--set", "a=b"]) == 2
    assert main(["graph", "t.py"]) == 1


RUN = """\
---
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: hi}
spec:
  params: [{name: who, default: you}]
  tasks:
    - name: a
      taskRef: {name: say-hello}
      params: [{name: who, value: "$(params.who)"}]
---
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: hi-now}
spec:
  pipelineRef: {name: hi}
"""


def test_a_module_runs_here_and_is_linted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "hi.yaml").write_text(TASK + RUN, encoding="utf-8")
    assert main(["import", "hi.yaml", "-o", "hi.py"]) == 0
    assert main(["run", "hi.py", "--set", "who=me"]) == 0
    assert "hello me" in capsys.readouterr().out
    assert main(["lint", "--extend-select", "FLOW323", "hi.py"]) == 0
    shown = capsys.readouterr()
    assert "hi.py:" in shown.out
    assert "checked 3 Tekton documents" in shown.err


def test_without_o_it_goes_to_standard_output(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stdin:
        buffer = io.BytesIO(TASK.encode())

    monkeypatch.setattr(sys, "stdin", Stdin)
    assert main(["import", "-"]) == 0
    out = capsys.readouterr().out
    assert out.startswith('"""Imported from standard input."""\n')
    assert "def say_hello(who: str) -> None: ..." in out
    assert list(folder.iterdir()) == []


def test_a_folder_becomes_one_module(folder: Path) -> None:
    (folder / "tekton").mkdir()
    (folder / "tekton" / "a.yaml").write_text(TASK, encoding="utf-8")
    (folder / "tekton" / "b.yml").write_text(TASK.replace("say-hello", "say-bye"), encoding="utf-8")
    assert main(["import", "tekton", "-o", "./"]) == 0
    assert "documents = manifest(say_hello, say_bye)" in (folder / "tekton.py").read_text(encoding="utf-8")


def test_a_folder_gives_what_it_has_and_says_what_was_left_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "in/.tekton").mkdir(parents=True)
    (folder / "in/.tekton/a.yaml").write_text(TASK, encoding="utf-8")
    (folder / "in/values.yaml").write_text("replicas: 2\n", encoding="utf-8")
    assert main(["import", "in", "-o", "mine.py"]) == 0
    assert "warning[FLOW407]: left out: it is no Kubernetes document" in capsys.readouterr().err
    assert "say_hello" in (folder / "mine.py").read_text(encoding="utf-8")
    assert main(["import", "--exclude", "values.yaml", "in", "-o", "mine.py"]) == 0
    assert "FLOW407" not in capsys.readouterr().err
    # What Tekton refuses is told, the rest is imported all the same, and the exit code says that it is not all.
    (folder / "in/bad.yaml").write_text(TASK.replace("image:", "imag:"), encoding="utf-8")
    assert main(["import", "in", "-o", "mine.py"]) == 1
    assert "error[FLOW201]" in capsys.readouterr().err
    assert main(["import", "in/bad.yaml", "in/.tekton/a.yaml", "-o", "other.py"]) == 1
    assert not (folder / "other.py").exists()


def test_a_changed_module_is_not_overwritten(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "t.yaml").write_text(TASK, encoding="utf-8")
    assert main(["import", "t.yaml", "-o", "t.py"]) == 0
    assert main(["import", "t.yaml", "-o", "t.py", "--check"]) == 0
    edited = (folder / "t.py").read_text(encoding="utf-8") + "# mine\n"
    (folder / "t.py").write_text(edited, encoding="utf-8")
    capsys.readouterr()
    assert main(["import", "t.yaml", "-o", "t.py"]) == 2
    assert "t.py is there already and differs" in capsys.readouterr().err
    assert main(["import", "t.yaml", "-o", "t.py", "--check"]) == 1
    assert "-# mine" in capsys.readouterr().out
    assert (folder / "t.py").read_text(encoding="utf-8") == edited
    assert main(["import", "t.yaml", "-o", "t.py", "--force"]) == 0
    assert "# mine" not in (folder / "t.py").read_text(encoding="utf-8")


def test_stubs_complete_and_compile_in_a_pipeline(folder: Path) -> None:
    (folder / "t.yaml").write_text(TASK, encoding="utf-8")
    assert main(["import", "--stubs", "t.yaml", "-o", "./"]) == 0
    (folder / "p.py").write_text(
        "from flowdsl import pipeline\nfrom t_stubs import say_hello\n\n@pipeline\ndef p():\n    say_hello(who='you')\n",
        encoding="utf-8",
    )
    assert main(["compile", "p.py", "-o", "p.yaml"]) == 0
    made = yaml.safe_load_all((folder / "p.yaml").read_text(encoding="utf-8"))
    tasks = next(made)["spec"]["tasks"]
    assert tasks[0]["taskRef"] == {"name": "say-hello", "kind": "Task"}


def test_json_for_scripts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(YAML), "--output", "json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert [each["kind"] for each in data["documents"]][:2] == ["Task", "Pipeline"]
    assert {each["code"] for each in data["diagnostics"]} == {"FLOW501", "FLOW502"}
    assert data["module"].endswith("documents.cli()\n")


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [
        ("t.yaml", TASK.replace("image:", "imag:").encode(), 1, "FLOW201"),
        ("t.yaml", TASK.replace("params.who", "params.whom").encode(), 1, "FLOW222"),
        ("t.yaml", b"\0\1\2\3", 1, "FLOW403"),
        ("t.yaml", b"a: [", 1, "FLOW401"),
        ("t.yaml", b"a: &a [x]\nb: &b [*a,*a]\n" * 3, 1, "FLOW"),
        ("t.yaml", b"kind: {{ .Values.kind }}\n", 1, "FLOW404"),
        ("t.yaml", (TASK + "kind: Task\n").encode(), 1, "FLOW202"),
        ("t.yaml", b"", 2, "no Tekton document"),
        ("t.yaml", b"- a\n- b\n", 1, "FLOW406"),
        ("t.txt", b"", 2, "no Tekton document"),
    ],
)
def test_bad_input_is_told_and_nothing_written(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes, code: int, said: str
) -> None:
    (folder / name).write_bytes(content)
    assert main(["import", name, "-o", "out.py"]) == code
    assert said in capsys.readouterr().err
    assert not (folder / "out.py").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name the YAML files"),
        (["nowhere"], "there is no file nowhere"),
        (["."], "there is no YAML in"),
        (["t.yaml", "-o", "t.yaml"], "-o takes a Python file"),
        (["t.yaml", "--check"], "--check compares with a module"),
    ],
)
def test_a_wrong_call_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    if arguments[:1] == ["t.yaml"]:
        (folder / "t.yaml").write_text(TASK, encoding="utf-8")
    assert main(["import", *arguments]) == 2
    assert said in capsys.readouterr().err
