"""The shapes that our code is checked by are those of the models."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import renew_shapes


def test_the_shapes_are_those_of_the_models() -> None:
    written = renew_shapes.SHAPES.read_text(encoding="utf-8")
    assert written == renew_shapes.text(), f"a model has changed: run `{renew_shapes.COMMAND}`"


@pytest.mark.parametrize(
    ("code", "complaint"),
    [
        ('step: Step = {"name": "fetch", "script": "true"}', ""),
        ('step: Step = {"scirpt": "true"}', 'Extra key "scirpt"'),
        ('step: Step = {"command": "true"}', '"command" has type "list[str]"'),
        ('spec: PipelineSpec = {"tasks": [{"name": "a"}], "finally": [{"name": "b", "runAfter": "a"}]}', '"runAfter"'),
        ('document: Document = Task(metadata={"name": "fetch"})', ""),
    ],
)
def test_a_checker_finds_what_no_document_has(code: str, complaint: str, tmp_path: Path, strict_mypy: Any) -> None:
    file = tmp_path / "written.py"
    names = "Document, PipelineSpec, Step, Task"
    file.write_text(f"from flowdsl.kinds.shapes import {names}\n{code}\n", encoding="utf-8")
    said, _ = strict_mypy(file)
    assert (complaint in said) if complaint else "Success" in said, said
