"""import(compile(x)) equals x: whatever a pipeline compiles to comes back from the Python that import writes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from random_flows import Module, modules

from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.emit import emit_yaml
from flowdsl.importer.code import literal, render
from flowdsl.importer.module import write_module
from flowdsl.importer.tasks import docstring
from flowdsl.library.importing import faithful_module, import_sources
from flowdsl.library.importing_tried import differing
from flowdsl.library.loading import load_pipeline
from flowdsl.yamlread.sources import Source

SETTINGS = settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
ROOT = Path(__file__).parents[2]


def round_trip(documents: tuple[dict[str, Any], ...]) -> None:
    written = write_module(documents)
    assert differing(written.text, documents) == []
    tekton = [index for index, each in enumerate(documents) if each["apiVersion"].startswith("tekton.dev/")]
    assert [kept for kept in written.kept if kept.index in tekton] == []
    result = import_sources([Source("x.yaml", emit_yaml(documents).decode())])
    assert not result.failed
    assert result.documents == documents


@SETTINGS
@given(module=modules(), inline=st.booleans())
def test_random_pipelines_come_back(tmp_path: Path, module: Module, *, inline: bool) -> None:
    file = tmp_path / "user.py"
    file.write_text(module.source, encoding="utf-8")
    sys.modules.pop("_flowdsl_user", None)
    round_trip(compile_pipeline(load_pipeline(str(file)), CompileOptions(inline=inline)).documents)


@pytest.mark.parametrize(
    "name",
    [
        "compiler_tests/golden/features.yaml",
        "compiler_tests/golden/features-inline.yaml",
        "compiler_tests/golden/bundle.yaml",
        "pipelines/sonic.yaml",
    ],
)
def test_our_own_yaml_comes_back(name: str) -> None:
    documents = tuple(
        yaml.load_all((ROOT / name).read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    )
    written = write_module(documents)
    assert differing(written.text, documents) == []


@given(st.text())
@example('ends with "')
@example('"""\\\n')
@example("a\r\nb\x00\ud7ff\U0001f600{}")
def test_any_text_is_written_as_a_literal_of_itself(text: str) -> None:
    assert eval(render(literal(text))) == text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.integers(0, 90))
def test_any_data_is_written_as_a_literal_of_itself(data: Any, column: int) -> None:
    assert eval(render(literal(data), 4, column)) == data


@given(st.text(st.characters(codec="utf-8"), max_size=60))
@example("Two\n\n  lines\n")
@example("a\n b\nc")
def test_a_docstring_says_what_it_is_to_say_or_is_not_written(text: str) -> None:
    from flowdsl.frontend.bodies import described
    from flowdsl.ir.options import TaskOptions

    written = docstring(text)
    if written is None:
        return
    scope: dict[str, Any] = {}
    exec(f"def f():\n    {written}\n    ...\n", scope)
    assert described(scope["f"], TaskOptions()) == text


PIECES = [
    "a",
    "-",
    "{",
    "}",
    '"',
    "'",
    "\\",
    "$(params.p)",
    "$(params.q-r[0])",
    "$(params.o.k)",
    "$(params['p'])",
    "\n",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)


@SETTINGS
@given(TEXTS, st.lists(TEXTS, max_size=3))
def test_any_text_around_references_comes_back(text: str, texts: list[str]) -> None:
    documents = (
        {
            "apiVersion": "tekton.dev/v1",
            "kind": "Pipeline",
            "metadata": {"name": "x"},
            "spec": {
                "params": [
                    {"name": "p", "type": "string"},
                    {"name": "q-r", "type": "array"},
                    {"name": "o", "type": "object", "properties": {"k": {"type": "string"}}},
                ],
                "tasks": [
                    {
                        "name": "t",
                        "taskRef": {"name": "other", "kind": "Task"},
                        "params": [{"name": "one", "value": text}, {"name": "many", "value": texts}],
                    }
                ],
            },
        },
    )
    written = faithful_module(documents)
    assert written.kept == ()
    assert differing(written.text, documents) == []
