"""Which names a slice takes along: Python's scoping rules, not a search for words."""

from __future__ import annotations

from pathlib import Path

import pytest
from script_support import Container, cut, findings, load

from flowdsl.diagnostics import Collector
from flowdsl.frontend.slicing import slice_source

MODULE = """\
import json
import os
from collections import OrderedDict, deque

used = "module"
other = "other"
third = "third"

def helper():
    return other

class Base:
    pass

"""


def names_of(folder: Path, body: str, module: str = MODULE) -> set[str]:
    return set(cut(load(folder, module + body).f).names) - {"f"}


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("def f():\n    return used\n", {"used"}),
        ("def f():\n    return helper()\n", {"helper", "other"}),
        ("def f(used):\n    return used\n", set()),
        ("def f(*used, **other):\n    return used, other\n", set()),
        ("def f(a, /, used, *, other):\n    return used, other\n", set()),
        ("def f():\n    used = 1\n    return used\n", set()),
        ("def f():\n    for used in ():\n        pass\n    else:\n        return other\n", {"other"}),
        ("def f():\n    with open('x') as used:\n        return used\n", set()),
        ("def f():\n    try:\n        pass\n    except OSError as used:\n        return used\n", set()),
        ("def f():\n    import used\n    return used\n", None),
        ("def f():\n    return [used for used in (1,)]\n", set()),
        ("def f():\n    return [used for _ in used]\n", {"used"}),
        ("def f():\n    return {other: used for used in third for other in used}\n", {"third"}),
        ("def f():\n    return [x for x in (1,) if used]\n", {"used"}),
        ("def f():\n    return [used for used in [used]]\n", {"used"}),
        ("def f():\n    if (used := 1):\n        return used\n", set()),
        ("def f():\n    [used := x for x in (1,)]\n    return used\n", set()),
        ("def f():\n    return lambda used: used\n", set()),
        ("def f():\n    return lambda used=used: used\n", {"used"}),
        ("def f():\n    def g():\n        return used\n    return g()\n", {"used"}),
        ("def f():\n    used = 1\n    def g():\n        return used\n    return g()\n", set()),
        ("def f():\n    used = 1\n    def g():\n        nonlocal used\n        used = 2\n    return g\n", set()),
        ("def f():\n    def g():\n        used = 1\n    return used\n", {"used"}),
        ("def f():\n    class A:\n        used = 1\n        def g(self):\n            return used\n    return A\n", {"used"}),
        ("def f():\n    class A:\n        used = used\n    return A\n", {"used"}),
        ("def f():\n    class A:\n        other = [used for _ in ()]\n    return A\n", {"used"}),
        ("def f():\n    class A(Base):\n        pass\n    return A\n", {"Base"}),
        ("def f():\n    return f'{used}'\n", {"used"}),
        ("def f():\n    return f'{1:{used}}'\n", {"used"}),
        ("def f():\n    return 'used'\n", set()),
        ("def f(x=used):\n    return x\n", {"used"}),
        ("def f(*, x=used):\n    return x\n", {"used"}),
        ("def f(x: used) -> other:\n    y: third = x\n    return y\n", set()),
        ("def f():\n    global used\n    return used\n", {"used"}),
        ("def f(x):\n    x.used = x['other']\n    return x.used(third=1)\n", set()),
        ("def f():\n    return json.dumps(OrderedDict())\n", {"json", "OrderedDict"}),
        ("def f():\n    first, *used = (1, 2)\n    return used\n", set()),
        ("def f():\n    return [*used, *other]\n", {"used", "other"}),
        ("def f():\n    del used\n", set()),
        ("def f():\n    return f.__name__\n", set()),
        ("def f():\n    @helper\n    def g(): ...\n    return g\n", {"helper", "other"}),
        ("def f():\n    class A:\n        @property\n        def used(self): return __class__\n    return A\n", set()),
    ],
)  # fmt: skip
def test_needed_names(tmp_path: Path, body: str, wanted: set[str] | None) -> None:
    if wanted is None:
        assert findings(load(tmp_path, MODULE + body).f) == ["FLOW064"]
    else:
        assert names_of(tmp_path, body) == wanted


def test_match_patterns_bind_names(tmp_path: Path) -> None:
    body = (
        "def f(x):\n    match x:\n        case [used, *other] if third: return used, other\n"
        "        case {'a': used, **other}: return used\n        case str() as used: return used\n"
    )
    module = load(tmp_path, MODULE + body)
    assert set(cut(module.f, target=(3, 10)).names) == {"f", "third"}


def test_helpers_are_followed_to_the_end(tmp_path: Path) -> None:
    module = (
        "import math\nSCALE = math.pi\ndef third(): return SCALE\ndef second(): return third()\n"
        "class First:\n    value = second()\ndef unused(): return 1\n"
    )
    assert names_of(tmp_path, "def f():\n    return First.value\n", module) == {
        "math", "SCALE", "third", "second", "First",
    }  # fmt: skip


def test_a_name_bound_twice_comes_with_both(tmp_path: Path) -> None:
    text = cut(load(tmp_path, "LIMIT = 1\nLIMIT += 2\nOTHER = 3\ndef f():\n    return LIMIT\n").f).source
    assert "LIMIT = 1\nLIMIT += 2\n" in text
    assert "OTHER" not in text


def test_statements_that_fill_a_value_go_with_it(tmp_path: Path) -> None:
    module = load(
        tmp_path,
        "import logging\nimport sys\nTABLE = {}\nTABLE['a'] = 1\nTABLE.update(b=2)\nOTHER = []\nOTHER.append(3)\n"
        "logging.basicConfig(level=logging.INFO)\ndef f():\n    logging.info('x')\n    return TABLE\n",
    )
    text = cut(module.f).source
    assert "TABLE['a'] = 1\nTABLE.update(b=2)\n" in text
    assert "logging.basicConfig(level=logging.INFO)\n" in text
    assert "OTHER" not in text
    scope: dict[str, object] = {}
    exec(text, scope)
    assert scope["f"]() == {"a": 1, "b": 2}  # type: ignore[operator]


def test_what_configures_a_module_stays_behind_if_it_needs_more(tmp_path: Path) -> None:
    module = load(tmp_path, "import os\nFOLDER = os.getcwd()\nos.environ['X'] = FOLDER\ndef f():\n    return os.sep\n")
    assert set(cut(module.f).names) == {"os", "f"}


def test_the_function_itself_is_meant_by_its_name(tmp_path: Path) -> None:
    module = load(tmp_path, "def f(n=1):\n    return n and f(0)\nfirst = f\ndef f(n=2):\n    return n and f(0)\n")
    assert "n=1" in cut(module.first).source
    assert "n=2" not in cut(module.first).source
    assert "n=1" not in cut(module.f).source


def test_dataclass_hints_that_are_looked_up_at_run_time(tmp_path: Path) -> None:
    module = load(
        tmp_path,
        "from __future__ import annotations\nfrom dataclasses import InitVar, dataclass, field\n"
        "from typing import Any, ClassVar\n@dataclass\nclass Size:\n    width: int\n    unit: ClassVar[str] = 'px'\n"
        "    extra: InitVar[Any] = None\ndef f():\n    return Size(1)\n",
    )
    sliced = cut(module.f)
    assert sliced.names == {"InitVar", "dataclass", "ClassVar", "Size", "f"}
    # The text ClassVar means something to dataclass only if the module knows the name.
    assert Container(tmp_path).run(sliced.source + "print(f())\n").log == "Size(width=1)\n"


def test_star_import_of_the_standard_library(tmp_path: Path) -> None:
    text = cut(load(tmp_path, "from math import *\nfrom os.path import *\ndef f():\n    return floor(pi)\n").f).source
    assert "from math import *\n" in text


def test_star_import_of_flowdsl(tmp_path: Path) -> None:
    module = load(
        tmp_path,
        "from flowdsl import *\n@task(image='i')\ndef g() -> str:\n    return 'x'\n"
        "@task(image='i')\ndef f(w: Workspace = Workspace.auto()) -> str:\n    return g()\n",
    )
    assert cut(module.f.function).names == {"f", "g"}
    other = load(tmp_path, "from flowdsl import *\ndef f():\n    return context\n")
    assert findings(other.f) == ["FLOW066"]


@pytest.mark.parametrize(
    ("statement", "said"),
    [("for n in (1, 2):", "a variable of a `for`"), ("with open(__file__) as n:", "a variable of a `with`")],
)
def test_a_name_of_a_block_that_makes_tasks_is_not_called_flowdsls(tmp_path: Path, statement: str, said: str) -> None:
    block = f"{statement}\n    @task(image='python:3.12-slim')\n    def made() -> None: ...\n"
    module = load(tmp_path, "from flowdsl import task\n" + block + "def f():\n    return n\n")
    collector = Collector()
    slice_source(module.f, collector=collector)
    (found,) = collector
    assert (found.code, said in found.message) == ("FLOW066", True)
    assert "def make(value)" in (found.hint or "")


def test_a_name_taken_back_from_flowdsl(tmp_path: Path) -> None:
    module = load(tmp_path, "from flowdsl import *\ncontext = 'mine'\ndef f():\n    return context\n")
    assert cut(module.f).names == {"f", "context"}


def test_a_task_within_an_if_is_told_where_it_belongs(tmp_path: Path) -> None:
    text = "    @task(image='i')\n    def g() -> int:\n        return 1\n"
    module = load(tmp_path, f"import sys\nfrom flowdsl import task\nif sys.platform:\n{text}def f():\n    return g()\n")
    collector = Collector()
    slice_source(module.f, collector=collector)
    (found,) = collector
    assert (found.code, "at the top of its module, in no `if`" in found.hint) == ("FLOW066", True)
