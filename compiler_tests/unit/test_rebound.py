"""Names with a value for each branch: told where they are used after the branches, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest
from rebound_support import HEAD, assert_quiet, assert_told

import flowdsl
from flowdsl.diagnostics import FlowError

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
    "what a pattern gives": """
x = make()
with when(mode == "a"):
    match [make(size=2), 3]:
        case [x, *rest]:
            make(size=3)
use(text=x)  # here
""",
    "where Python decides within the block": """
x = make()
with when(mode == "a"):
    if len("ab") == 2:
        x = make(size=2)
use(text=x)  # here
""",
    "what a dict holds": """
clips = {"b": make()}
with when(mode == "a"):
    clips["a"] = make()
with otherwise():
    clips["a"] = make(size=2)
use(text=clips["b"])
use(text=clips["a"])  # here
return clips  # here
""",
    "what an object holds": """
class clip: pass
clip.video = make()
with when(mode == "a"):
    clip.video = make(size=2)
use(text=clip.video)  # here
""",
    "what is imported": """
x = make()
with when(mode == "a"):
    import os.path as x
use(text=str(x))  # here
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
    "what is in a dict that is another one after them": """
clips = {"a": make()}
with when(mode == "a"):
    clips["a"] = make(size=2)
    use(text=clips["a"])
clips = {"a": make(size=3)}
use(text=clips["a"])
""",
    "each at its own place of a dict": """
clips = {}
with when(mode == "a"):
    clips["a"] = make()
with otherwise():
    clips["b"] = make(size=2)
use(text=flowdsl.either(clips["a"], clips["b"]))
""",
    "the name of an exception": """
x = make()
with when(mode == "a"):
    try:
        make(size=2)
    except ValueError as y:
        raise
use(text=x)
""",
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


@pytest.mark.parametrize("name", LOST)
def test_a_value_that_is_lost_is_told_where_it_is_used(name: str, tmp_path: Path) -> None:
    assert_told(LOST[name], tmp_path)


@pytest.mark.parametrize("name", KEPT)
def test_a_name_that_means_one_thing_is_left_alone(name: str, tmp_path: Path) -> None:
    assert_quiet(KEPT[name], tmp_path)


def test_a_function_that_the_pipeline_calls_is_looked_at_too(tmp_path: Path) -> None:
    helper = """\
def either_of(mode):
    with when(mode == "a"):
        x = make()
    with otherwise():
        x = make(size=2)
    return x  # here

def twice(mode):
    return either_of(mode)

"""
    text = (
        HEAD.replace("@pipeline\n", helper + "@pipeline\n") + "    use(text=twice(mode))\n    use(text=twice(other))\n"
    )
    (tmp_path / "flow.py").write_text(text, "utf-8")
    with pytest.raises(FlowError) as caught:
        flowdsl.compile(flowdsl.load(tmp_path / "flow.py"))
    here = [number for number, line in enumerate(text.split("\n"), 1) if line.endswith("# here")]
    assert [(each.code, each.location.line) for each in caught.value.diagnostics] == [("FLOW050", here[0])]
