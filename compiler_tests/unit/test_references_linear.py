"""References are read as Tekton's expressions read them, and a line of them without an end is no way to hang us."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.check.references import entire, has_step_result, is_within, isolated_expressions, step_results, variables
from flowdsl.machine.params import _beyond
from flowdsl.runner.taskrun.params import RefusedError, check_indexes

# As in pkg/substitution and pkg/apis/pipeline/v1 of Tekton v1.15.0, less the names of the groups.
TEKTON = re.compile(r"""\$\(params(?:\.(.*?(?:\[\*\])?)|\["(.*?(?:\[\*\])?)"\]|\['(.*?(?:\[\*\])?)'\])\)""")
STEP_RESULT = re.compile(r"\$\(steps\.(.*?)\.results\.(.*?)\)")
PARTS = ["$(params", "$(", "params", ".", "['", '["', "'])", '"])', ")", "[*]", "x", "\n", "$(steps.", ".results.", "é"]


@given(st.lists(st.sampled_from(PARTS), max_size=14).map("".join))
def test_as_tekton_reads_them(text: str) -> None:
    assert isolated_expressions(text, "params") == [match[0] for match in TEKTON.finditer(text)]
    assert entire(text, "params") == ["".join(match.groups("")) for match in TEKTON.finditer(text)]
    assert list(step_results(text)) == [match.group(0, 1, 2) for match in STEP_RESULT.finditer(text)]


@pytest.mark.parametrize("start", ["$(params.", '$(params["', "$(params['", "$(steps.", "$(steps.a.results."])
@pytest.mark.parametrize("end", ["", ")", '"]', "\n)"])
def test_a_line_without_end_is_read_at_once(start: str, end: str) -> None:
    # So many that what takes time by the square of it would not come back.
    text = start * 200_000 + end
    assert len(variables(text, "params").names) <= 1
    assert has_step_result(text) is (start.endswith("results.") and end == ")")


@pytest.mark.parametrize(("index", "inside"), [("0", True), ("002", True), ("3", False), ("9" * 9999, False)])
def test_an_index_of_any_length(index: str, inside: bool) -> None:
    assert is_within(index, 3) is inside
    text, three = f"$(params.list[{index}])", ["a", "b", "c"]
    pipeline = {"tasks": [{"name": "a", "params": [{"name": "x", "value": text}]}]}
    assert _beyond([{"name": "list"}], {"list": three}, pipeline) == ([] if inside else [text])
    step = {"params": [{"name": "list"}], "steps": [{"name": "a", "script": text}]}
    try:
        check_indexes(step, [{"name": "list", "value": three}])
    except RefusedError:
        assert not inside
    else:
        assert inside
