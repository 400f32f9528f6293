"""Param values as Tekton's decoder takes them, to the letter of their text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.check.values import text_of
from flowdsl.cli import main
from flowdsl.kinds.defaults import with_defaults
from flowdsl.kinds.values import decoded, json_text, kind_of


@pytest.mark.parametrize(
    ("value", "held"),
    [
        ("text", "text"),
        (None, ""),
        (3, "3"),
        (True, "true"),
        (1.1, "1.1"),
        (1000.0, "1000"),
        (1e21, "1e+21"),
        (1e-7, "1e-7"),
        (0.00001, "0.00001"),
        (2**63 - 1, "9223372036854775807"),
        # The API server reads a larger one as a float64.
        (12345678901234567890, "12345678901234567000"),
        (["a", None], ["a", ""]),
        ([], []),
        (["a", 1], '["a",1]'),
        ([["a"]], '[["a"]]'),
        ({"k": "v", "n": None}, {"k": "v", "n": ""}),
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        ({"k": {"<&>": "é\u2028"}}, '{"k":{"\\u003c\\u0026\\u003e":"é\\u2028"}}'),
    ],
)
def test_a_value_is_a_text_unless_all_of_it_is_text(value: Any, held: Any) -> None:
    assert decoded(value) == held
    assert kind_of(value) == kind_of(held)
    if isinstance(held, str) and value is not None:
        assert text_of(value) == held
    stored = with_defaults({"params": [{"name": "p", "value": value}]})["params"][0].get("value")
    assert stored == (None if value is None else held)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_the_text_is_json_of_the_same_value(value: Any) -> None:
    assert json.loads(json_text(value), parse_int=float) == _as_floats(value)


def _as_floats(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, list):
        return [_as_floats(each) for each in value]
    if isinstance(value, dict):
        return {key: _as_floats(each) for key, each in value.items()}
    return value


def test_a_number_that_no_float_holds() -> None:
    assert json_text(10**5000) == "inf"


RUN = "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {{name: r}}\nspec:\n  pipelineRef: {{name: p}}\n  params: [{{name: x, value: {}}}]\n"


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("[1, 2]", "'[1,2]'", True),
        ("{b: 1, a: [x]}", """'{"a":["x"],"b":1}'""", True),
        ("1.10", "'1.1'", True),
        ("[1, 2]", "['1', '2']", False),
        ("1.10", "'1.10'", False),
        ("yes", "'yes'", False),
    ],
)
def test_diff_compares_what_tekton_holds(old: str, new: str, same: bool, tmp_path: Path) -> None:
    for name, value in (("old", old), ("new", new)):
        (tmp_path / f"{name}.yaml").write_text(RUN.format(value))
    assert main(["diff", str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml")]) == (0 if same else 1)


def test_import_takes_a_list_of_numbers_for_the_text_that_it_is(tmp_path: Path) -> None:
    pipeline = (
        "apiVersion: tekton.dev/v1\nkind: Pipeline\nmetadata: {name: p}\nspec:\n  params: [{name: x, default: [1, 2]}]\n"
        "  tasks: [{name: t, taskRef: {name: t}, params: [{name: vals, value: [{a: 1}, 2.50]}]}]\n"
    )
    (tmp_path / "p.yaml").write_text(pipeline + "---\n" + RUN.format("[1, 2, 3]"))
    assert main(["import", str(tmp_path / "p.yaml"), "-o", str(tmp_path / "p.py")]) == 0
    text = (tmp_path / "p.py").read_text()
    assert 'x: str = "[1,2]"' in text
    assert '"[1,2,3]"' in text
    assert """'[{"a":1},2.5]'""" in text
    assert main(["compile", str(tmp_path / "p.py"), "-o", str(tmp_path / "back.yaml")]) == 0
    assert main(["diff", str(tmp_path / "p.yaml"), str(tmp_path / "back.yaml")]) == 0
