"""Alpha features: refused by us without their opt-in, emitted with it, and taken by Tekton with the flag on."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

import pytest
from oracle import admit

from flowdsl import PVC, File, Workspace, cel, pipeline, task, when
from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.diagnostics import FlowError


class Out(NamedTuple):
    data: File
    size: int


@task(image="python:3.12-slim")
def make(mode: Literal["a", "b"] = "a") -> Out:
    path = Path("x")
    path.write_text(mode)
    return Out(path, 1)


@task(image="python:3.12-slim")
def use(data: File, source: Workspace) -> None:
    print(data.read_text(), source)


@pipeline(files=PVC("shared", sub_path="runs"))
def inner(mode: Literal["a", "b"] = "b", in_put: Workspace = PVC("shared")):
    made = make(mode)
    use(made.data, in_put)
    return {"size": made.size}


@pipeline(files=PVC("shared", storage="1Gi", sub_path="runs"))
def outer():
    child = inner.with_options(embed=True, name="child")(mode="a")
    make.with_options(name="after-child")().after(child)
    return {"size": child.size}


@pipeline
def judged():
    with when(cel("'a' == 'a'")):
        make()


def compiled(target: object, *alpha: str) -> list[dict]:
    return list(compile_pipeline(target, CompileOptions(alpha=frozenset(alpha))).documents)  # type: ignore[arg-type]


@pytest.mark.parametrize("target", [outer, judged])
def test_not_without_opt_in(target: object) -> None:
    with pytest.raises(FlowError, match="FLOW018"):
        compiled(target)


def test_pipelines_in_pipelines(admission: Path) -> None:
    documents = compiled(outer, "pipelines-in-pipelines")
    verdicts = admit(documents, api_fields="alpha")
    assert [verdict.message for verdict in verdicts if not verdict.accepted] == []
    (whole,) = (item for item in documents if item["kind"] == "Pipeline")
    child = whole["spec"]["tasks"][0]
    assert {space["name"] for space in child["pipelineSpec"]["workspaces"]} == {"in-put", "files"}
    bound = {space["name"]: space["workspace"] for space in child["workspaces"]}
    assert bound == {"in-put": "in-put", "files": "files"}
    assert not admit([whole])[0].accepted


def test_param_enums_are_written_with_their_flag_only() -> None:
    (plain,) = (item for item in compiled(inner) if item["metadata"].get("name") == "make")
    assert "enum" not in plain["spec"]["params"][0]
    (alpha,) = (item for item in compiled(inner, "enable-param-enum") if item["metadata"].get("name") == "make")
    assert alpha["spec"]["params"][0]["enum"] == ["a", "b"]


def test_cel(admission: Path) -> None:
    documents = compiled(judged, "enable-cel-in-whenexpression")
    (whole,) = (item for item in documents if item["kind"] == "Pipeline")
    assert whole["spec"]["tasks"][0]["when"] == [{"cel": "'a' == 'a'"}]
    assert not admit([whole])[0].accepted
    verdicts = admit(documents, on=["enable-cel-in-whenexpression"])
    assert [verdict.message for verdict in verdicts if not verdict.accepted] == []
