"""Where a task's code stands in its file: what moves with an edit above it, and what does not."""

from __future__ import annotations

import itertools
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from script_support import script_of
from test_slice_modules import project  # noqa: F401 - a fixture

from flowdsl.compiler import CompileOptions, compile_pipeline
from flowdsl.differ import compare
from flowdsl.differ.words import text_lines
from flowdsl.frontend.script import limits
from flowdsl.kube.source_lines import LINES, row_at, without_lines, written
from flowdsl.runner.cache import key_of

MODULE = """\
import json; from flowdsl import task
from shared import scale

LIMIT = 3; OTHER = 4


def make(n):
    @task(image="i", cache=True)
    def inner(text: str = "a") -> str:
        return helper(text * n)

    return inner


def helper(text):
    return json.dumps([text, LIMIT, OTHER, scale(1)])


first = make(2)
"""


def scripts(tmp_path: Path, project: Any) -> tuple[str, str]:  # noqa: F811
    """The script of a task, and of the same one after edits above it in both files."""
    texts = []
    for number, above in enumerate(("", "# A comment.\nUNUSED = 1\n")):
        shared = f"'''Shared.'''\n{above}def scale(n):\n    return n\n"
        module = project({f"main{number}.py": above + MODULE, "shared.py": shared}, f"main{number}")
        texts.append(script_of(module.first).text.replace(f"main{number}.py", "main.py"))
        del sys.modules["shared"]
    return texts[0], texts[1]


def test_an_edit_above_changes_one_line(tmp_path: Path, project: Any) -> None:  # noqa: F811
    before, after = (text.splitlines() for text in scripts(tmp_path, project))
    changed = [(one, other) for one, other in itertools.zip_longest(before, after) if one != other]
    assert len(changed) == 1
    assert changed[0][0].startswith(LINES)
    assert changed[0][1].startswith(LINES)


def _run(script: str) -> Any:
    return {"metadata": {"name": "r"}, "spec": {"taskSpec": {"steps": [{"image": "i", "script": script}]}}}


def test_it_is_the_same_to_the_cache_and_to_diff(tmp_path: Path, project: Any) -> None:  # noqa: F811
    before, after = scripts(tmp_path, project)
    assert key_of(_run(before), ()) == key_of(_run(after), ())
    other = after.replace("LIMIT = 3", "LIMIT = 5")
    assert key_of(_run(before), ()) != key_of(_run(other), ())
    documents = [
        [
            {
                "apiVersion": "tekton.dev/v1",
                "kind": "Task",
                "metadata": {"name": "t"},
                **{"spec": _run(each)["spec"]["taskSpec"]},
            }
        ]
        for each in (before, after, other)
    ]
    assert compare(documents[0], documents[1]) == []
    [found] = compare(documents[0], documents[2])
    assert found.subject.kind == "script"
    told = text_lines(found)
    assert [line for line in told if line[0] in "+-"] == ["-LIMIT = 3", "+LIMIT = 5"]


def test_modules_that_come_as_a_config_map_keep_name_and_key(
    tmp_path: Path,
    project: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "BUNDLE_LIMIT", -1)
    before, after = scripts(tmp_path, project)
    assert "_flowdsl_mounted(" in before
    assert before != after
    modules = {"shared.py": b"def scale(n):\n    return n\n"}

    def key(script: str, modules: dict[str, bytes] = modules) -> str:
        run = _run(script)
        items = [{"key": name, "path": name} for name in modules]
        run["spec"]["taskSpec"]["volumes"] = [{"name": "code", "configMap": {"name": "code", "items": items}}]
        return key_of(run, (), config_map={"code": modules}.__getitem__)

    assert key(before) == key(after)
    assert key(before) != key(after.replace("LIMIT = 3", "LIMIT = 5"))
    # Numbers that lay the module out as another program are another program.
    (numbers,) = re.findall(r'"mods/shared.py": (\[[0-9, ]+\])', after)
    assert key(after.replace(f'"mods/shared.py": {numbers}', '"mods/shared.py": [5, 1, 1]')) != key(after)
    # What numbers do to code that is not there nobody can say.
    assert key_of(_run(before), ()) != key_of(_run(after), ())
    assert without_lines(before) == before


@pytest.mark.parametrize(
    "line",
    [
        '{"task/main.py": [1]}; print("more than numbers")',
        '{"task/main.py": [9999999]}',  # no line number
        '{"task/main.py": [999999]}',  # more blank lines than a file of anyone's has
        '{"task/main.py": [2, 1, 1, 2, 3]}',
        '{"task/main.py": [1, 2, 1, 3, 4]}',  # what checks is joined to a comment
        '{"task/main.py": [1, 4, 9]}',  # a text gets longer
        '{"mods/main.py": [1]}',
        '{"task/main.py": []}',
        '{"task/main.py": [True]}',
    ],
)
def test_numbers_that_do_more_than_move_code_are_a_difference(line: str) -> None:
    head = "#!/usr/bin/env python3\nfrom __future__ import annotations\n\n"
    text = "\n\n_FLOWDSL_SOURCE = r'''\nif True:\n    # A check.\n    check()\nrest = \"\"\"\n\"\"\"\n'''\n"
    good, odd = (f"{head}{LINES}{each}{text}" for each in ('{"task/main.py": [1, 3, 9]}', line))
    assert without_lines(good) != good
    assert without_lines(odd) != without_lines(good)


def test_a_script_of_somebody_else_stays_as_it_is() -> None:
    for script in ("", "#!/bin/sh\necho\n", f"{LINES}{{}}\n", "#!/usr/bin/env python3\nimport os\n"):
        assert without_lines(script) == script


def test_rows_are_told_by_stretches() -> None:
    assert written([1, 4, 5, 6, 4]) == [1, 1, 4, 4, 4]
    assert written([]) == []


def test_a_task_that_decides_keeps_its_name(project: Any) -> None:  # noqa: F811
    source = (
        "from flowdsl import pipeline, task, when\n{}\n@task(image='python:3.12')\ndef score() -> float:\n    return 1.0\n"
        "@task(image='python:3.12')\ndef tell() -> None:\n    print('x')\n"
        "@pipeline\ndef p() -> None:\n    made = score()\n    with when(made > 0.5):\n        tell()\n"
    )
    names = []
    for above in ("", "# A comment.\n"):
        module = project({"main.py": source.format(above)})
        del sys.modules["main"]
        compiled = compile_pipeline(module.p, CompileOptions())
        names.append(sorted(each["metadata"]["name"] for each in compiled.documents if each["kind"] == "Task"))
    assert names[0] == names[1]
    assert any(name.startswith("score-") for name in names[0])


@pytest.mark.parametrize("nested", ["(" * 100_000, "-" * 100_000 + "1", "[" * 90 + "]" * 90, "x = '''", "\udc80"])
def test_code_that_no_person_wrote_is_looked_at_in_bounds(nested: str) -> None:
    head = f'#!/usr/bin/env python3\nfrom __future__ import annotations\n\n{LINES}{{"task/a.py": [1]}}\n'
    for script in (head + nested, f"{head}\n_FLOWDSL_SOURCE = r'''\n{nested}\n'''\n"):
        assert without_lines(script).replace("\0", ": [1]") == script
        assert row_at(script, "a.py", 1) in ("", nested)
