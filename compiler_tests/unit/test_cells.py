"""The cells of a notebook as one module."""

from __future__ import annotations

import linecache

import pytest

from flowdsl.diagnostics import Collector
from flowdsl.frontend.slicing import slice_source
from flowdsl.frontend.slicing.cells import with_other_cells

OWN = "def task():\n    return helper(LIMIT)\n"


@pytest.mark.parametrize(
    ("cells", "others"),
    [
        (["", "LIMIT = 1", OWN], ["LIMIT = 1"]),
        # The definition that was run last counts, before the cell or after it.
        (["", "LIMIT = 1", "LIMIT = 2", OWN], ["LIMIT = 2"]),
        (["", "LIMIT = 1", OWN, "LIMIT = 3"], ["LIMIT = 3"]),
        # What the cell defines itself is not hidden by an older one.
        (["", "def task(): ...", OWN], []),
        (["", "@cache\ndef helper(x):\n    return x", OWN], ["@cache", "def helper(x):", "    return x"]),
        (["", "from __future__ import annotations\nimport os.path, sys as s", OWN], ["import os.path, sys as s"]),
        # Neither calls nor what is no Python is a definition.
        (["", "print(1)", "get_ipython().system('ls')", "what is this", "a = b = 2", OWN], ["a = b = 2"]),
        (["", OWN, "x = 1", OWN], ["x = 1"]),
        # Each in the order in which it ran, and with what it needed then.
        (["", "LOW, HIGH = 1, 2", "LOW = 5", OWN], ["LOW, HIGH = 1, 2", "LOW = 5"]),
        (["", "rows = [1, 2]", "rows = rows[1:]", OWN], ["rows = [1, 2]", "rows = rows[1:]"]),
        (["", "count = 0", "count += 1", OWN], ["count = 0", "count += 1"]),
        (["", "A = 1", "B = A", "A = 1", OWN], ["A = 1", "B = A", "A = 1"]),
        (["", "def f(x=A): ...", "A = 1", "def f(): A", "A = 2", OWN], ["def f(): A", "A = 2"]),
        (["", "import xml.dom", "import xml.sax", OWN], ["import xml.dom", "import xml.sax"]),
        (["", "import os", "import os", OWN], ["import os"]),
        (["", "import os", "A = os.sep", "import os", OWN], ["import os", "A = os.sep", "import os"]),
        (["", "from math import *", "from cmath import *", OWN], ["from math import *", "from cmath import *"]),
        (["", "import json as j", "import os as j", OWN], ["import os as j"]),
        # What changes a thing goes with it.
        (["", "T = {}", "T['x'] = 1", "T.update(y=2)", OWN], ["T = {}", "T['x'] = 1", "T.update(y=2)"]),
        (["", "T = {}", "T['x'] = 1", "T = {}", OWN], ["T = {}"]),
    ],
)
def test_other_cells_stand_below(cells: list[str], others: list[str]) -> None:
    text = with_other_cells(OWN, {"In": cells, "get_ipython": object()}).text
    assert text.splitlines() == [*OWN.splitlines(), *others]


def test_no_notebook_changes_nothing() -> None:
    for space in ({}, {"In": ["LIMIT = 1", OWN]}, {"In": 5, "get_ipython": 1}, {"In": ["x = 1"], "get_ipython": 1}):
        assert with_other_cells(OWN, space) == (OWN, range(0))


def test_a_slice_runs_what_ran_before_its_cell_first(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = [
        "",
        "class Base:\n    size = 3",
        "LOW, HIGH = 1, 2",
        "LOW = 5",
        "# Of the class.\nclass Part(Base):\n    pass\n\ndef task():\n    return Part().size, LOW, HIGH, late()\n",
        "def late():\n    return LOW",
    ]
    space: dict[str, object] = {"In": cells, "get_ipython": object(), "__name__": "__main__"}
    for number, cell in enumerate(cells):
        file = f"<test_cells {number}>"
        monkeypatch.setitem(linecache.cache, file, (len(cell), None, cell.splitlines(keepends=True), file))
        exec(compile(cell, file, "exec"), space)
    task = space["task"]
    assert callable(task)
    collector = Collector()
    found = slice_source(task, collector=collector)
    assert found is not None, collector.items
    assert "# Of the class.\nclass Part(Base):" in found.source
    script: dict[str, object] = {}
    exec(found.source, script)
    there = script["task"]
    assert callable(there)
    assert there() == task() == (3, 5, 2, 5)
