"""Names with a value for each branch where the block, or what gives the value, is not in the pipeline function."""

from __future__ import annotations

from pathlib import Path

import pytest
from rebound_support import assert_quiet, assert_told

LOST = {
    "by a name of the block that the function itself gives": """
block = flowdsl.when
x = make()
with block(mode == "a"):
    x = make(size=2)
use(text=x)  # here
""",
    "in a block that has a name": """
guarded = when(mode == "a")
x = make()
with guarded:
    x = make(size=2)
use(text=x)  # here
""",
    "in blocks that come from helpers, of another module too": """
import helpers
x, y = make(), make()
with helpers.only_a(mode):
    x = make(size=2)
use(text=x)  # here
with helpers.first(mode), open(__file__):
    y = make(size=2)
use(text=y)  # here
z = make()
with helpers.Only(mode):
    z = make(size=3)
use(text=z)  # here
""",
    "by a function inside": """
x = make()
def slow():
    nonlocal x
    x = make(size=2)
with when(mode == "a"):
    slow()
use(text=x)  # here
""",
    "in a function inside, which has the block": """
x = make()
def slow():
    nonlocal x
    with when(mode == "a"):
        x = make(size=2)
slow()
use(text=x)  # here
""",
    "by a helper that is given what holds it": """
import helpers
clips = {"a": make(), "b": make()}
with when(mode == "a"):
    helpers.fill(clips, make(size=2))
use(text=clips["a"])  # here
use(text=clips["b"])
return clips["a"]  # here
""",
    "by another name of what holds it": """
clips = [make(), make()]
same = clips
with when(mode == "a"):
    same[1] = make(size=2)
use(text=clips[0])
use(text=clips[1])  # here
""",
    "by the methods of an object, each with a block": """
import helpers
for kind in (helpers.Flow, helpers.Slots):
    flow = kind()
    flow.slow(mode, make)
    flow.fast(make)
    use(text=flow.clip)  # here
""",
}
KEPT = {
    "what is around another block": """
import helpers
x = make()
with helpers.made(mode, make):
    x = make(size=2)
use(text=x)
""",
    "what an object's own method merges": """
import helpers
flow = helpers.Flow()
flow.slow(mode, make)
flow.fast(make)
flow.merge()
use(text=flow.clip)
""",
    "what a function inside merges": """
x = make()
def slow():
    nonlocal x
    x = make(size=2)
def again():
    nonlocal x
    x = make(size=3)
with when(mode == "a"):
    slow()
again()
use(text=x)
""",
    "what an object counts": """
import helpers
flow = helpers.Flow()
flow.number = 1
with when(mode == "a"):
    flow.count()
make(size=flow.number)
""",
}


@pytest.mark.parametrize("name", LOST)
def test_a_value_that_another_gives_is_told_where_it_is_used(name: str, tmp_path: Path) -> None:
    assert_told(LOST[name], tmp_path)


@pytest.mark.parametrize("name", KEPT)
def test_what_another_may_have_merged_is_left_alone(name: str, tmp_path: Path) -> None:
    assert_quiet(KEPT[name], tmp_path)
