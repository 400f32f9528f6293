"""Results that a program only prints: which lines give them, and what becomes of the program around which we stand."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import flowdsl
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.compiler.manifest import compile_manifest
from flowdsl.diagnostics import FlowError
from flowdsl.frontend.logged import patterns_of
from flowdsl.frontend.script import ScriptOutput
from flowdsl.frontend.script.logged import log_script
from flowdsl.ir.options import VSO
from flowdsl.ir.types import FLOAT, STRING, Kind, TypeSpec

OUTPUTS = [
    ScriptOutput("loss", FLOAT, "loss"),
    ScriptOutput("model-name", STRING, "model_name"),
    ScriptOutput("tags", TypeSpec(Kind.ARRAY, "list[str]", item=STRING), "tags"),
]
PATTERN = r"^(?P<name>\w+)=(?P<value>.*)$"


class Ran:
    """What came of a program under the script: exit code, output, and the results that were written."""

    def __init__(self, folder: Path, program: str, said: Any = VSO, *, shell: bool = False, **options: Any) -> None:
        text = log_script(
            patterns_of(said), OUTPUTS, task="t", python=sys.executable, script=program if shell else "", **options
        )
        self.script = folder / "script.py"
        self.script.write_text(text, encoding="utf-8")
        self.files = {each.name: folder / each.name for each in OUTPUTS}
        self.env = {**os.environ, **{each.env: str(self.files[each.name]) for each in OUTPUTS}}
        self.command = [sys.executable, str(self.script), *([] if shell else [sys.executable, "-c", program])]

    def ended(self) -> Ran:
        done = subprocess.run(self.command, env=self.env, capture_output=True, check=False, timeout=600)
        self.code, self.out = done.returncode, done.stdout.decode()
        self.err = done.stderr.decode()
        return self

    @property
    def results(self) -> dict[str, str]:
        return {name: file.read_text("utf-8") for name, file in self.files.items() if file.exists()}


@pytest.mark.parametrize(
    ("line", "results"),
    [
        ("##vso[task.setvariable variable=loss]0.5", {"loss": "0.5"}),
        ("  ##vso[task.setvariable variable=LOSS;isOutput=true]1e-3", {"loss": "0.001"}),
        ("##vso[task.setvariable isOutput=true;variable=model_name]a b", {"model-name": "a b"}),
        ("##vso[task.setvariable variable=model-name]a%0Ab%AZP250A", {"model-name": "a\nb%0A"}),
        ('##vso[task.setvariable variable=tags]["x","y"]', {"tags": '["x","y"]'}),
        ("step 3/9\\r##vso[task.setvariable variable=loss]2", {"loss": "2.0"}),
        ("saw ##vso[task.setvariable variable=loss]0.5", {}),
        ("##vso[task.complete result=Failed;]loss", {}),
        ("##vso[task.setvariable variable=other]0.5", {}),
        ("##vso[task.setvariable variable=model_name;issecret=true]hunter2", {}),
    ],
)
def test_logging_commands_of_azure(tmp_path: Path, line: str, results: dict[str, str]) -> None:
    ran = Ran(tmp_path, f"print('{line}')").ended()
    assert ran.code == 0, ran.err
    assert ran.results == results
    assert line.rsplit("\\r", maxsplit=1)[-1] in ran.out  # the log stays what the program wrote


def test_a_secret_variable_is_told(tmp_path: Path) -> None:
    ran = Ran(tmp_path, "print('##vso[task.setvariable variable=model_name;issecret=true]hunter2')").ended()
    assert "'model_name' is a secret variable" in ran.err
    assert "hunter2" not in ran.err


@pytest.mark.parametrize(
    ("said", "results"),
    [
        (PATTERN, {"loss": "0.25", "model-name": "m=1"}),
        ({"loss": r"loss=([0-9.]+)"}, {"loss": "0.25"}),
        ({"loss": r"(los)s=(?P<value>[0-9.]+)", "model-name": "name=(.*)"}, {"loss": "0.25", "model-name": "m=1"}),
    ],
)
def test_patterns(tmp_path: Path, said: Any, results: dict[str, str]) -> None:
    ran = Ran(tmp_path, "print('loss=0.5\\nmodel_name=m=1\\nother=3\\nloss=0.25', end='')", said).ended()
    assert ran.results == results  # of two lines the last counts, as of a result file written twice
    assert "no line of the output gives the result tags" in ran.err or "tags" not in str(said)


def test_what_is_missing_is_told_and_not_written(tmp_path: Path) -> None:
    ran = Ran(tmp_path, "print('nothing')").ended()
    assert ran.code == 0
    assert ran.results == {}
    assert ran.err.count("no line of the output gives the result") == 3


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("print('loss=abc')", "result loss: expected float, got 'abc'"),
        ("print('tags=[1]')", "result tags[0]: expected str, got int 1"),
        ("print('tags={')", "result tags: expected JSON"),
        ("print('model_name=' + 5000 * 'x')", "the results take"),
    ],
)
def test_what_is_no_value_of_the_type(tmp_path: Path, program: str, told: str) -> None:
    ran = Ran(tmp_path, program, PATTERN).ended()
    assert ran.code == 1
    assert told in ran.err
    assert "Traceback" not in ran.err
    assert ran.results == {}


def test_a_line_without_end_takes_no_memory_and_the_next_one_counts(tmp_path: Path) -> None:
    program = "import sys\nfor _ in range(600): sys.stdout.write('loss=1' + 99994 * 'x')\nprint('loss=2\\nloss=3')"
    ran = Ran(tmp_path, program, PATTERN).ended()
    assert ran.results == {"loss": "3.0"}  # the first is the end of the long line
    assert len(ran.out) == 60_000_000 + len("loss=2\nloss=3\n")
    bounded = f"import resource; resource.setrlimit(resource.RLIMIT_AS, (2**28, 2**28)); exec(open({str(ran.script)!r}).read())"
    limited = [sys.executable, "-c", bounded, sys.executable, "-c", program]
    done = subprocess.run(limited, env=ran.env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, done.stderr


def test_lines_come_as_they_are_written(tmp_path: Path) -> None:
    ran = Ran(tmp_path, "print('loss=1'); input(); print('loss=2')", PATTERN)
    with subprocess.Popen(ran.command, env=ran.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"loss=1\n"  # while the program waits for its input
        process.communicate(b"\n", timeout=600)
    assert ran.results == {"loss": "2.0"}


def test_the_programs_exit_code_is_the_steps(tmp_path: Path) -> None:
    ran = Ran(tmp_path, "import sys; print('loss=1'); sys.exit(7)", PATTERN).ended()
    assert ran.code == 7
    assert ran.results == {"loss": "1.0"}  # Tekton keeps them where the step may fail (onError)
    assert "flowdsl" not in ran.err


@pytest.mark.parametrize("lines", ["loss=abc\\nmodel_name=m", "model_name=m\\ntags={"])
def test_a_program_that_fails_keeps_its_exit_code_whatever_it_said(tmp_path: Path, lines: str) -> None:
    ran = Ran(tmp_path, f"import sys; print('{lines}'); sys.exit(7)", PATTERN).ended()
    assert ran.code == 7
    assert ran.results == {"model-name": "m"}
    assert "expected" in ran.err
    ran = Ran(tmp_path, "import sys; print('model_name=' + 5000 * 'x'); sys.exit(7)", PATTERN).ended()
    assert ran.code == 7
    assert "the results take" in ran.err


def test_a_killed_program_has_the_code_of_a_shell(tmp_path: Path) -> None:
    assert Ran(tmp_path, "import os; os.kill(os.getpid(), 9)", PATTERN).ended().code == 137


def test_a_signal_to_the_group_ends_both(tmp_path: Path) -> None:
    # Short naps: one that is begun just as the signal comes is slept to its end, and Python hears of the signal then.
    program = "import signal, sys, time\nsignal.signal(15, lambda *_: sys.exit(4))\nprint('loss=1')\n"
    program += "for _ in range(1200): time.sleep(0.05)"
    ran = Ran(tmp_path, program, PATTERN)
    with subprocess.Popen(ran.command, env=ran.env, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        os.killpg(process.pid, signal.SIGTERM)
        assert process.wait(600) == 4
    assert ran.results == {"loss": "1.0"}


def test_what_a_program_leaves_behind_does_not_hold_the_step(tmp_path: Path) -> None:
    ran = Ran(tmp_path, "(while sleep 0.05; do echo x; done) 2>/dev/null & echo loss=1", PATTERN, shell=True).ended()
    assert ran.results == {"loss": "1.0"}


def test_a_script_is_run_as_tekton_runs_it(tmp_path: Path) -> None:
    assert Ran(tmp_path, "echo loss=1\nfalse\necho loss=2", PATTERN, shell=True).ended().results == {"loss": "1.0"}
    python = f"#!{sys.executable}\nprint('loss=' + chr(53))"
    assert Ran(tmp_path, python, PATTERN, shell=True).ended().results == {"loss": "5.0"}


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    ran = Ran(tmp_path, "", PATTERN)
    ran.command[2:] = ["no-such-program"]
    ran.ended()
    assert ran.code == 127
    assert ran.err == "flowdsl: t: there is no program 'no-such-program'\n"


class Scores(NamedTuple):
    loss: float
    name: str


def scored() -> Scores: ...


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no pattern": ({"results_from_log": "(", "command": ["x"]}, "is no pattern: missing )"),
    "no groups": ({"results_from_log": "loss=(.*)", "command": ["x"]}, "lacks (?P<name>...) and (?P<value>...)"),
    "no group": ({"results_from_log": {"loss": "loss=.*"}, "command": ["x"]}, "has 0 groups"),
    "two groups": ({"results_from_log": {"loss": "(l)oss=(.*)"}, "command": ["x"]}, "has 2 groups"),
    "no result": ({"results_from_log": {"los": "(.*)"}, "command": ["x"]}, "'los', which is no result of the task"),
    "no program": ({"results_from_log": VSO}, "what the image runs by itself is not known here"),
    "verbatim": ({"results_from_log": VSO, "command": ["x"], "verbatim": True}, "verbatim= adds nothing"),
    "of a step": ({"steps": [flowdsl.Step(image="x", command=["y"], results_from_log="(")]}, "is no pattern"),
}


@pytest.mark.parametrize("name", WRONG)
def test_mistakes(name: str) -> None:
    options, told = WRONG[name]
    made = flowdsl.task(**({} if "steps" in options else {"image": "alpine:3.20"}), **options)(scored)
    assert [each.code for each in made.problems] == ["FLOW496"]
    (found,) = made.problems
    assert told in found.message
    assert found.hint
    assert Path(found.location.file).name == Path(__file__).name


def test_mistakes_of_functions() -> None:
    def nothing() -> None: ...

    def body() -> float:
        return 1.0

    for function, told in ((nothing, "the task has no results"), (body, "the function has a body")):
        made = flowdsl.task(image="alpine:3.20", command=["x"], results_from_log=VSO)(function)
        assert told in " ".join(each.message for each in made.problems if each.code == "FLOW496")


def test_values_of_the_run_stay_out_of_the_script() -> None:
    @flowdsl.task(image="alpine:3.20", script="train $(params.rate)", results_from_log=VSO)
    def train(rate: float) -> float: ...

    @flowdsl.pipeline
    def flow() -> None:
        train(0.1)

    with pytest.raises(FlowError, match=r"Tekton replaces `\$\(params.rate\)` in a script's text"):
        compile_pipeline(flow, CompileOptions())


def test_what_is_emitted() -> None:
    """Programs become arguments, where Tekton's variables are values; uses that ask for more have the same script."""

    @flowdsl.task(image="python:3.12-slim", module="acme.train", python="python3.12", results_from_log=VSO)
    def train(rate: float, names: list[str]) -> Scores: ...

    @flowdsl.task(steps=[flowdsl.Step(image="alpine", command=["a"], args=["b"], results_from_log=PATTERN)])
    def steps() -> float: ...

    @flowdsl.pipeline
    def flow() -> None:
        train(0.1, ["a"])
        train.with_options(cpu="4")(0.1, ["a"])
        steps()

    documents = compile_pipeline(flow, CompileOptions()).documents
    tasks = {each["metadata"]["name"]: each["spec"]["steps"][0] for each in documents if each["kind"] == "Task"}
    (one, more, step) = tasks.values()
    assert one["script"] == more["script"]
    assert one["script"].startswith("#!/usr/bin/env python3.12\n")
    assert one["args"] == more["args"]
    assert one["args"][:3] == ["python3.12", "-m", "acme.train"]
    assert one["args"][-1] == "$(params.names[*])"
    assert step["args"] == ["a", "b"]
    assert all("command" not in each for each in tasks.values())


def test_of_a_step_beside_a_body_in_a_pipeline_and_alone() -> None:
    @flowdsl.task(image="python:3.12", steps=[flowdsl.Step(image="alpine", script="a", results_from_log=PATTERN)])
    def beside() -> Scores:
        return Scores(0.1, "a")

    @flowdsl.pipeline
    def flow() -> None:
        beside()

    in_pipeline = compile_pipeline(flow, CompileOptions()).documents
    alone = compile_manifest(flowdsl.manifest(beside)).documents
    one, other = (next(each for each in found if each["kind"] == "Task") for found in (in_pipeline, alone))
    assert one["spec"]["steps"] == other["spec"]["steps"]
    assert any("_flowdsl_from_log(" in each["script"] for each in one["spec"]["steps"])
