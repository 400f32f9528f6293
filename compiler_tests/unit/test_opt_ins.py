"""An alpha feature that the source opts in to counts for the YAML that it compiles to."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest

import flowdsl
from flowdsl import cel, manifest, pipeline, pipeline_run, task, when
from flowdsl.cli import main
from flowdsl.emit import emit_yaml

CEL, ENUM = "enable-cel-in-whenexpression", "enable-param-enum"
SAID = "flowdsl.dev/alpha"


@task(image="python:3.12-slim")
def deploy(branch: str) -> None: ...


@task(image="python:3.12-slim")
def choose(mode: Literal["a", "b"]) -> None: ...


@pipeline(alpha=[CEL], annotations={"owner": "me"})
def release(branch: str = "main"):
    with when(cel(f"'{branch}' == 'main'")):
        deploy(branch)


@pipeline(alpha=[ENUM, CEL])
def chosen(mode: Literal["a", "b"] = "a"):
    choose(mode)
    deploy("x")


@pipeline
def plain():
    deploy("x")


def said(target: Any) -> dict[tuple[str, str], str | None]:
    return {
        (each["kind"], each["metadata"].get("name", "")): each["metadata"].get("annotations", {}).get(SAID)
        for each in flowdsl.compile(target).documents
    }


def test_the_documents_that_need_it_say_so() -> None:
    assert said(release) == {("Task", "deploy"): None, ("Pipeline", "release"): CEL, ("PipelineRun", ""): None}
    found = said(chosen)
    assert found["Task", "choose"] == ENUM
    assert found["Task", "deploy"] is None
    assert found["Pipeline", "chosen"] == f"{CEL},{ENUM}"
    assert set(said(plain).values()) == {None}
    (release_made,) = [each for each in flowdsl.compile(release).documents if each["kind"] == "Pipeline"]
    assert release_made["metadata"]["annotations"]["owner"] == "me"


def test_a_run_with_the_pipeline_in_it_says_so_too() -> None:
    run = pipeline_run(release, name="r", embed=True, annotations={"owner": "me"})
    (made,) = [each for each in flowdsl.compile(manifest(run)).documents if each["kind"] == "PipelineRun"]
    assert made["metadata"]["annotations"] == {SAID: CEL, "owner": "me"}


def test_lint_takes_the_document_at_its_word_unless_the_cluster_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = emit_yaml(list(flowdsl.compile(release).documents)).decode()
    Path("release.yaml").write_text(text)
    assert main(["lint", "release.yaml"]) == 0
    assert main(["lint", "--feature-gate", "beta", "release.yaml"]) == 1
    assert "FLOW205" in capsys.readouterr().out
    # Another's name, and one that Tekton does not have, open nothing.
    for other in (ENUM, "everything"):
        Path("release.yaml").write_text(text.replace(f"{SAID}: {CEL}", f"{SAID}: {other}"))
        assert main(["lint", "release.yaml"]) == 1
