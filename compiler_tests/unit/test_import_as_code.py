"""What `compile --events pac` wrote comes back as `on=[...]`; another's files stay, and say why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from test_import_starts import BODY, HEAD, PLAIN, again, assert_same, changed, imported

import flowdsl
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.emit import emit_yaml
from flowdsl.ir.settings import NO_SETTINGS, Settings

CASES = {
    "push": 'push("main", params={"revision": event.revision})',
    "globs": 'push(["main", "release/**"], cancel_in_progress=True), tag("v1", params={"revision": event.tag})',
    "patterns": 'push("release/*"), tag("v*"), push("main", name="next", paths=["a/**", "*.py"])',
    "texts": 'push(params={"revision": f"at {event.branch}/{event.revision}!", "repo": body.repository["ssh-url"]})',
    "filter": 'push("main", filter=(event.author != "bot") & (header["X-A"] == "b"), params={"repo": event.repo})',
    "fork": 'pull_request("main", fork_comment="/ok-to-test", params={"revision": event.revision})',
    "draft": 'pull_request(draft=False, params={"revision": f"pr-{event.pull_request.number}"})',
}


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """A pipeline's source, compiled for targets."""

    def compiled(source: str, *events: str, settings: Settings = NO_SETTINGS) -> Path:
        file = tmp_path / "fitted.py"
        file.write_text(HEAD + source + BODY)
        options = CompileOptions(events=events, namespace="ml", settings=settings)
        made = compile_pipeline(flowdsl.load(file), options)
        target = tmp_path / "fitted.yaml"
        target.write_bytes(emit_yaml(made.documents))
        return target

    return compiled


@pytest.mark.parametrize("name", CASES)
def test_a_run_in_a_repository_comes_back_and_compiles_to_the_same(
    name: str, written: Callable[..., Path], tmp_path: Path
) -> None:
    file = written(f'@pipeline(provider="github", keep=4, on=[{CASES[name]}])\n{PLAIN}', "pac")
    result = imported(file)
    assert "on=[" in result.text
    assert "keep=4" in result.text
    assert 'events=["pac"], namespace="ml"' in result.text
    assert result.diagnostics == ()
    assert_same(file, again(result.text, tmp_path))


def test_options_of_the_runs_that_come_back_are_used(written: Callable[..., Path], tmp_path: Path) -> None:
    file = written(f'@pipeline(provider="github", timeout="1h", on=[push("main")])\n{PLAIN}', "pac")
    result = imported(file)
    assert 'timeout="1h"' in result.text
    module = tmp_path / "back.py"
    module.write_text(result.text)
    made = flowdsl.compile(flowdsl.load(module))
    assert "FLOW098" not in {each.code for each in made.diagnostics}
    assert_same(file, [dict(each) for each in made.documents])


def test_types_of_params_come_back(written: Callable[..., Path], tmp_path: Path) -> None:
    params = '{"steps": body.steps, "mode": body.mode}'
    head = (
        'def fitted(revision: str = "m", repo: str = "x", steps: int = 2, mode: Literal["a", "b"] = "a") -> Scores:\n'
    )
    file = written(f'@pipeline(provider="gitlab", on=[push("main", params={params})])\n{head}', "pac")
    result = imported(file)
    assert "steps: int" in result.text
    assert_same(file, again(result.text, tmp_path))


def test_a_start_of_one_target_names_it(written: Callable[..., Path], tmp_path: Path) -> None:
    starts = 'push("main", targets=["pac"]), webhook("w", id=body.id, targets=["triggers"]), schedule("1 2 * * *")'
    file = written(f'@pipeline(provider="github", on=[{starts}])\n{PLAIN}', "triggers", "cron", "pac")
    result = imported(file)
    assert 'push("main", targets=["pac"])' in result.text
    assert 'targets=["triggers"]' in result.text
    assert 'schedule("1 2 * * *")' in result.text
    assert_same(file, again(result.text, tmp_path))


def test_a_condition_of_anothers_stays_and_says_why(written: Callable[..., Path], tmp_path: Path) -> None:
    file = written(f'@pipeline(provider="github", on=[pull_request("main")])\n{PLAIN}', "pac")
    changed(file, "event_type != 'pull_request_labeled'", "event_type != 'retest-comment'")
    result = imported(file)
    assert "on=[" not in result.text
    (told,) = result.diagnostics
    assert told.location is not None
    assert (told.code, told.location.line) == ("FLOW476", 1 + file.read_text()[: at(file)].count("\n"))
    assert "its condition lacks event_type != 'pull_request_labeled'" in told.message
    assert_same(file, again(result.text, tmp_path))


def at(file: Path) -> int:
    """Where the annotations of the run stand in a file."""
    text = file.read_text()
    return text.rindex("annotations:", 0, text.index("on-cel-expression"))


GOLDEN = Path(__file__).parents[1] / "golden" / "started-pac.yaml"


def test_the_golden_comes_back(tmp_path: Path) -> None:
    result = imported(GOLDEN)
    assert "on=[" in result.text
    assert result.diagnostics == ()
    assert_same(GOLDEN, again(result.text, tmp_path))


OTHERS = """\
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata:
  name: build
  annotations:
    pipelinesascode.tekton.dev/on-event: "[pull_request]"
    pipelinesascode.tekton.dev/on-target-branch: "[main]"
spec:
  pipelineSpec:
    tasks:
      - name: t
        taskSpec: {steps: [{name: a, image: "alpine:3.20", command: [echo, "{{ revision }}"]}]}
"""


def test_a_run_of_anothers_keeps_what_it_is(tmp_path: Path) -> None:
    file = tmp_path / "build.yaml"
    file.write_text(OTHERS)
    result = imported(file)
    assert [each.code for each in result.diagnostics] == ["FLOW476"]
    assert "pipeline_run(" in result.text
    assert_same(file, again(result.text, tmp_path))


@pytest.mark.parametrize(
    "value",
    ["{{ cel: __import__('os') }}", "{{ cel: " + "(" * 300 + " }}", "{{ revision }}{{", "{{ nothing }}", "{{ cel:  }}"],
)
def test_a_value_of_any_form_is_answered(value: str, written: Callable[..., Path], tmp_path: Path) -> None:
    file = written(f'@pipeline(provider="github", on=[{CASES["push"]}])\n{PLAIN}', "pac")
    result = imported(changed(file, "{{ revision }}", value))
    assert "on=[" not in result.text
    assert [each.code for each in result.diagnostics] == ["FLOW476"]
    assert_same(file, again(result.text, tmp_path))
