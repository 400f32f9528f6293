"""What a compile gives: the fields in the API's order, and objects that are nobody else's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flowdsl import ConfigMap, Secret, Workspace, compiler, emit, pipeline, task
from flowdsl.ir.nodes import PipelineDef
from flowdsl.kinds import dump, parse
from flowdsl.lower.task import in_order

SECURITY = ["restricted", "baseline", "root", "privileged"]


def emptied(value: Any) -> None:
    """Take everything out of every container."""
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    for each in list(inner):
        emptied(each)
    if isinstance(value, (dict, list)):
        value.clear()


def rich(security: str) -> Any:
    @task(
        image="example.com/a:1",
        security=security,
        cpu="1..2",
        memory="1Gi",
        gpu=1,
        env={"A": "b", "C": Secret("s", key="k"), "D": ConfigMap("c", key="k")},
        labels={"team": "a"},
        annotations={"why": "so"},
        cache=True,
    )
    def work(
        text: str,
        number: int = 3,
        many: list[str] = ["x"],  # noqa: B006 - read, never changed
        place: Workspace = Workspace(optional=True, read_only=True, description="d", mount_path="/m"),
        token: Secret = Secret("s", key="token"),
    ) -> list[str]:
        """Works.

        With words.
        """
        return [text]

    @pipeline
    def whole(data: Workspace, text: str = "t") -> dict[str, Any]:
        return {"out": work(text, place=data)}

    return whole


@pytest.mark.parametrize("security", SECURITY)
def test_documents_are_the_readers_to_change(security: str) -> None:
    whole = rich(security)
    first = compiler.compile_pipeline(whole)
    text = emit.emit_yaml(first.documents)
    emptied(list(first.documents))
    assert emit.emit_yaml(compiler.compile_pipeline(whole).documents) == text


@pytest.mark.parametrize("security", SECURITY)
def test_tasks_in_order_are_as_their_models_write_them(security: str) -> None:
    made = compiler.compile_pipeline(rich(security))
    checked(made.pipeline, made.documents)


def checked(definition: PipelineDef, documents: tuple[dict[str, Any], ...]) -> int:
    """How many Tasks are lowered in order; each is as its model writes it."""
    ours = {node.task.name for node in definition.nodes if node.task.options and in_order(node.task)}
    tasks = [each for each in documents if each["kind"] == "Task" and each["metadata"]["name"] in ours]
    for document in tasks:
        assert json.dumps(document) == json.dumps(dump(parse(document)))
    return len(tasks)


def test_what_the_decoder_puts_right_is_written() -> None:
    """A label that is a number: the model has its text, and the document must."""

    @task(image="example.com/a:1", script="true", metadata={"labels": {"build": 7}}, command=[])
    def work(text: str) -> None: ...

    @pipeline
    def whole() -> None:
        work("x")

    made = compiler.compile_pipeline(whole)
    assert [each["metadata"]["labels"]["build"] for each in made.documents if each["kind"] == "Task"] == ["7"]
