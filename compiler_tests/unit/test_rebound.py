"""Names with a value for each branch: told where they are used after the branches, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

import flowdsl
from flowdsl.diagnostics import FlowError

HEAD = """\
import flowdsl
from flowdsl import elif_, on_finish, otherwise, pipeline, task, when
from flowdsl import when as only

@task(image="python:3.12-slim")
def make(size: int = 1) -> str:
    return "x"

@task(image="python:3.12-slim")
def use(text: str = "") -> str:
    return text

@pipeline
def p(mode: str = "a", other: str = "b"):
"""
FIRST = HEAD.count("\n") + 1
LOST = {
    "two branches": """
with when(mode == "a"):
    x = make()
with otherwise():
    x = make(size=2)
use(text=x)  # here
""",
    "three branches, by other spellings": """
with flowdsl.when(mode == "a"):
    x = make()
with elif_(mode == "b"):
    x = make(size=2)
with flowdsl.otherwise():
    x = make(size=3)
use(text=x)  # here
""",
    "one that was there before": """
x = make()
with only(mode == "a"):
    x = use(text=x)
use(text=x)  # here
""",
    "a param": """
with when(mode == "a"):
    other = make()
use(text=other)  # here
""",
    "a plain value": """
size = 1
with when(mode == "a"):
    size = 2
make(size=size)  # here
""",
    "one of several that are unpacked, used in a block of its own": """
x, y = make(), make(size=2)
with when(mode == "a"):
    (x, z) = make(size=3), make(size=4)
with when(other == "b"):
    use(text=x)  # here
use(text=y)
use(text=z)
""",
    "in nested blocks, after the inner ones": """
with when(mode == "a"):
    with when(other == "a"):
        x = make()
    with otherwise():
        x = make(size=2)
    use(text=x)  # here
""",
    "where Python decides, too": """
x = make()
for turn in range(2):
    if turn:
        with when(mode == "a"):
            x = make(size=2)
use(text=x)  # here
""",
    "used before it in a loop": """
x = make()
for turn in range(2):
    use(text=x)  # here
    with when(mode == "a"):
        x = make(size=turn)
""",
    "an addition": """
size = 1
with when(mode == "a"):
    size += 1
make(size=size)  # here
""",
    "in a comprehension, an f-string and what is returned": """
x = make()
with when(mode == "a"):
    x = make(size=2)
[use(text=x) for turn in range(2)]  # here
use(text=f"{x}-")  # here
return x  # here
""",
    "in finally": """
with when(mode == "a"):
    x = make()
with otherwise():
    x = make(size=2)
with on_finish():
    use(text=x)  # here
""",
    "with try and match": """
x = make()
try:
    with when(mode == "a"):
        x = make(size=2)
finally:
    pass
match 1:
    case 1:
        use(text=x)  # here
""",
}
KEPT = {
    "each in its own block": """
with when(mode == "a"):
    x = make()
    use(text=x)
with otherwise():
    x = make(size=2)
    use(text=x)
""",
    "one branch alone": """
with when(mode == "a"):
    x = make()
use(text=x)
""",
    "given anew after them": """
with when(mode == "a"):
    x = make()
with otherwise():
    x = make(size=2)
x = make(size=3)
use(text=x)
""",
    "a block that guards nothing": """
x = make()
with on_finish():
    x = make(size=2)
return x
""",
    "a round of a loop": """
for turn in range(2):
    with when(mode == "a"):
        x = make(size=turn)
    use(text=x)
""",
    "the names of functions inside": """
x = make()
with when(mode == "a"):
    pick = lambda x: x
    make(size=2)
use(text=x)
""",
    "the names of comprehensions": """
x = make()
with when(mode == "a"):
    [make(size=x) for x in range(2)]
use(text=x)
""",
    "deleted": """
x = make()
with when(mode == "a"):
    x = make(size=2)
del x
make(size=3)
""",
}


def _load(body: str, folder: Path) -> str:
    text = HEAD + "".join(f"    {line}\n" for line in body.strip("\n").split("\n"))
    (folder / "flow.py").write_text(text, "utf-8")
    return text


@pytest.mark.parametrize("name", LOST)
def test_a_value_that_is_lost_is_told_where_it_is_used(name: str, tmp_path: Path) -> None:
    text = _load(LOST[name], tmp_path)
    with pytest.raises(FlowError) as caught:
        flowdsl.compile(flowdsl.load(tmp_path / "flow.py"))
    here = [number for number, line in enumerate(text.split("\n"), 1) if line.endswith("# here")]
    assert [(each.code, each.location.line) for each in caught.value.diagnostics] == [
        ("FLOW050", line) for line in here
    ]


@pytest.mark.parametrize("name", KEPT)
def test_a_name_that_means_one_thing_is_left_alone(name: str, tmp_path: Path) -> None:
    _load(KEPT[name], tmp_path)
    flowdsl.compile(flowdsl.load(tmp_path / "flow.py"))
