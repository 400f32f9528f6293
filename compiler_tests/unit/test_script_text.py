"""What a script looks like, and what it holds no more of than it needs."""

from __future__ import annotations

import ast
import builtins
import os
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path

import attrs
import pytest
from script_support import Container, load, script_of

from flowdsl.diagnostics import Collector
from flowdsl.frontend.script import Script, ScriptInput, ScriptOutput, build_script, runtime, script_size_problem
from flowdsl.frontend.script.library import _library, helpers_for, names_read
from flowdsl.frontend.script.limits import ENCODED_LIMIT, encoded_size
from flowdsl.frontend.slicing import slice_source
from flowdsl.frontend.slicing.scopes import body_facts
from flowdsl.ir.types import INTEGER, STRING, Kind, TypeSpec
from flowdsl.kube.result_lines import whole_numbers

GREET = """\
from flowdsl import task

@task(image="python:3.12-slim")
def greet(name: str) -> None:
    print("hello", name)
"""

SMALL = """\
#!/usr/bin/env python3
from __future__ import annotations

_FLOWDSL_LINES = {"task/MODULE.py": [1, 1, 3]}

_FLOWDSL_SOURCE = r'''
from __future__ import annotations

def greet(name: str) -> None:
    print("hello", name)
'''

# From here on it is flowdsl's: lay the code out at the user's lines and run it, take the parameters from the
# environment, call the function, write its results.

_FLOWDSL_TASK = "greet"


HELPERS


def _flowdsl_main():
    greet(
        name=_flowdsl_env("PARAM_NAME"),
    )


_FLOWDSL_FOLDER = _flowdsl_folder()
_flowdsl_source()

if __name__ == "__main__":
    _flowdsl_main()
"""


LAYING_OUT = ["folder", "lay", "source", "raised", "pages"]
"""Helpers that every script has."""


def defined(text: str) -> list[str]:
    """The helpers that a script defines, without what their names begin with."""
    return re.findall(r"^def _flowdsl_(\w+)", text, re.MULTILINE)


def test_a_small_task_has_a_small_script(tmp_path: Path) -> None:
    module = load(tmp_path, GREET)
    text = script_of(module.greet).text
    helpers = text[text.index("def _flowdsl_") : text.index("\n\n\ndef _flowdsl_main")]
    assert text == SMALL.replace("MODULE", module.__name__).replace("HELPERS", helpers)
    # What they say line by line is in the golden documents.
    assert defined(helpers) == [*LAYING_OUT, "fail", "text", "env"]


def test_no_parameters_no_helpers(tmp_path: Path) -> None:
    text = script_of(load(tmp_path, "from flowdsl import task\n@task(image='i')\ndef f() -> None:\n    pass\n").f).text
    assert "def _flowdsl_main():\n    f()\n" in text
    assert defined(text) == [*LAYING_OUT, "main"]


def test_every_line_knows_where_it_comes_from(tmp_path: Path) -> None:
    script = script_of(load(tmp_path, GREET).greet)
    assert len(script.places) == script.text.count("\n")
    body = script.text.splitlines().index('    print("hello", name)') + 1
    assert script.location(body).line == 5
    assert script.location(1).line == script.location(len(script.places)).line == 3


@pytest.mark.parametrize(
    ("python", "line"),
    [
        ("python3", "#!/usr/bin/env python3"),
        ("python3.12", "#!/usr/bin/env python3.12"),
        ("/opt/venv/bin/python", "#!/opt/venv/bin/python"),
        ("python3 -u", "#!/usr/bin/env -S python3 -u"),
    ],
)
def test_the_interpreter(tmp_path: Path, python: str, line: str) -> None:
    assert script_of(load(tmp_path, GREET).greet, python=python).text.splitlines()[0] == line


def test_builtins_that_the_user_hides_are_fetched_where_ours_use_them(tmp_path: Path) -> None:
    source = (
        "from typing import Tuple, List\nfrom flowdsl import task\n"
        "@task(image='i')\ndef print(values: Tuple[int, ...], more: List[str]) -> str:\n"
        "    open, len, sum, str, enumerate, isinstance, tuple, dict, sorted\n"
        "    return '%s %s' % (values, more)\n"
        "def open(*a): raise SystemExit('mine')\nlen = sum = str = enumerate = isinstance = sorted = open\n"
        "def tuple(*a): raise SystemExit('mine')\ndict = zip = tuple\n"
    )
    text = script_of(load(tmp_path, source).print).text
    outcome = Container(tmp_path).run(
        text, {}, ["--flowdsl-array=values", "1", "2", "--flowdsl-array=more", "x"], ["RESULT_RESULT"]
    )
    assert outcome.errors == ""
    assert outcome.results == {"RESULT_RESULT": "(1, 2) ['x']"}
    broken = Container(tmp_path).run(text, {}, ["--flowdsl-array=values", "a", "--flowdsl-array=more"])
    assert broken.errors == "flowdsl: print: parameter values[0]: expected int, got 'a'\n"


def test_names_of_the_user_can_not_get_in_the_way(tmp_path: Path) -> None:
    source = (
        "from flowdsl import task\njson = os = sys = re = Path = 'mine'\n"
        "@task(image='i')\ndef env(name: int, value: dict, text: bool) -> dict:\n"
        "    json, os, sys, re, Path\n    return {'all': [name, value, text]}\n"
    )
    outcome = Container(tmp_path).run(
        script_of(load(tmp_path, source).env).text,
        {"PARAM_NAME": "1", "PARAM_VALUE": "{}", "PARAM_TEXT": "true"},
        results=["RESULT_RESULT"],
    )
    assert (outcome.errors, outcome.results) == ("", {"RESULT_RESULT": '{"all":[1,{},true]}'})


def test_texts_in_the_script_are_plain_ascii(tmp_path: Path) -> None:
    source = (
        "from typing import Literal\nfrom flowdsl import task\n"
        "@task(image='i')\ndef f(x: Literal['\\u00e9', 'it\\'s', '\"', '\\\\n\\n']) -> None:\n    print(ascii(x))\n"
    )
    text = script_of(load(tmp_path, source).f).text
    assert text.isascii()
    for value in ("é", "it's", '"', "\\n\n"):
        assert Container(tmp_path).run(text, {"PARAM_X": value}).log == ascii(value) + "\n"


def test_our_part_has_no_tabs_and_no_trailing_blanks() -> None:
    modules = ("common", "inputs", "outputs")
    names = {
        node.name
        for module in modules
        for node in ast.parse((resources.files(runtime) / f"{module}.py").read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef)
    }
    text = helpers_for(" ".join(names), frozenset())
    assert {line[4:].partition("(")[0] for line in text.splitlines() if line.startswith("def ")} == names
    assert "\t" not in text
    assert "$(" not in text
    assert all(line == line.rstrip() for line in text.split("\n"))
    compile(text, "all helpers", "exec")


def test_the_short_way_to_what_a_helper_needs_finds_what_the_slicer_does() -> None:
    for name, source in _library().items():
        (node,) = ast.parse(source).body
        assert isinstance(node, ast.FunctionDef)
        needs = body_facts(node, source.split("\n")).needs
        told = {each for each in needs if each.startswith("_flowdsl_") or hasattr(builtins, each)}
        found = {each for each in names_read(node) if each.startswith("_flowdsl_") or hasattr(builtins, each)}
        assert (name, found) == (name, told)


IN_ANOTHER_PYTHON = """
import importlib.util, sys
from flowdsl.diagnostics import Collector
from flowdsl.frontend.script import ScriptInput, ScriptOutput, build_script
from flowdsl.frontend.slicing import slice_source
from flowdsl.frontend.slicing.scopes import body_facts
from flowdsl.ir.types import FILE, FLOAT, INTEGER, Kind, TypeSpec

spec = importlib.util.spec_from_file_location("example", sys.argv[1])
module = importlib.util.module_from_spec(spec)
sys.modules["example"] = module
spec.loader.exec_module(module)
mode = TypeSpec(Kind.CHOICE, "Mode", choices=("\\xe4",), constructor="Mode")
config = TypeSpec(Kind.OBJECT, "Config", properties=(("mode", mode), ("depth", INTEGER)), constructor="Config")
inputs = [
    ScriptInput("config", config), ScriptInput("rates", TypeSpec(Kind.ARRAY, "list[float]", item=FLOAT)),
    ScriptInput("data", FILE), ScriptInput("mode", mode), ScriptInput("work", TypeSpec(Kind.WORKSPACE, "Workspace")),
]
outputs = [ScriptOutput("model", FILE, "model"), ScriptOutput("loss", FLOAT, "loss")]
collector = Collector()
sliced = slice_source(module.train, ["Config", "Mode"], collector=collector)
script = build_script(sliced, inputs, outputs, task="train", collector=collector)
assert not collector.items
sys.stdout.buffer.write(script.text.encode())
"""


def test_the_text_is_the_same_on_every_python(tmp_path: Path) -> None:
    example = tmp_path / "example.py"
    example.write_text(EXAMPLE, encoding="utf-8")
    folders = [Path(__file__).resolve().parents[2], Path(attrs.__file__).parents[1]]
    path = os.pathsep.join(str(folder) for folder in folders)

    def text(python: str | Path, seed: str) -> bytes:
        command = [python, "-c", IN_ANOTHER_PYTHON, str(example)]
        env = {"PYTHONPATH": path, "PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(command, capture_output=True, check=True, env=env).stdout

    expected = text(sys.executable, "1")
    assert b"def train(config: Config" in expected
    assert text(sys.executable, "2") == expected
    for version in ("3.10.13", "3.11.7", "3.12.1", "3.13.0"):
        python = Path(f"/root/.pyenv/versions/{version}/bin/python")
        if python.exists():
            assert text(python, version[2:4]) == expected, version


EXAMPLE = '''\
import enum
import os, sys as system
from collections import (OrderedDict,
    defaultdict)
from typing import ClassVar, List, NamedTuple
from dataclasses import dataclass


class Mode(enum.Enum):
    A = "ä"

@dataclass
class Config:
    mode: Mode
    depth: int = 3
    kind: ClassVar[str] = f"{'x'!r:>{3}}"

class Out(NamedTuple):
    model: "File"
    loss: float

def helper(x, *, y=lambda z: [z for z in (1, 2)]):
    return {k: v for k, v in OrderedDict(a=x).items() if (w := v)} or y(1)

def train(config: Config, rates: List[float], data: "File", mode: Mode, work: "Workspace") -> Out:
    """Trains."""
    print(f"{config.depth!r:>{8}}", helper(os.sep), system.argv)
    return Out(data, 0.5)
'''


def test_the_length_limit_counts_what_tekton_sends() -> None:
    assert script_size_problem("x") is None
    biggest = "x" * (ENCODED_LIMIT // 4 * 3 - 1000)
    assert script_size_problem(biggest) is None
    assert script_size_problem(biggest, "y" * 1500) == (
        f"the task's scripts take {encoded_size(biggest, 'y' * 1500)} bytes once encoded, more than 98304; "
        "Tekton passes them as one argument, and Linux refuses one of 131072"
    )
    assert encoded_size("é" * 300) - encoded_size("") == 800


def built(folder: Path, source: str, inputs: list[ScriptInput], outputs: list[ScriptOutput]) -> Script | None:
    collector = Collector()
    sliced = slice_source(load(folder, source).f, collector=collector)
    assert sliced is not None
    return build_script(sliced, inputs, outputs, task="t", collector=collector)


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("$(params.x)", False),
        ("$(params['x'])", False),
        ('$(params[\\"x\\"])', False),
        ("$(tasks.a.results.b)", False),
        ("$(workspaces.w.path)", False),
        ("$(context.taskRun.name)", False),
        ("$(results.r.path)", False),
        ("$(steps.s.results.r)", False),
        ("$(ls params.x)", True),
        ("$(paramsx.y)", True),
        ("$params.x", True),
        ("${params.x}", True),
        ("$ (params.x)", True),
    ],
)
def test_text_that_tekton_replaces(tmp_path: Path, text: str, fine: bool) -> None:
    for source in (f'def f(x):\n    return "{text}"\n', f"def f(x):\n    return 1  # {text}\n"):
        assert (built(tmp_path, source, [ScriptInput("x", STRING)], []) is not None) == fine


def test_two_values_in_one_variable(tmp_path: Path) -> None:
    source = "def f(**k): pass\n"
    thing = TypeSpec(Kind.OBJECT, "Thing", properties=(("y", INTEGER),))
    folder = TypeSpec(Kind.DIRECTORY, "Directory")
    for first, second in [
        (ScriptInput("x", thing), ScriptInput("x_y", STRING)),
        (ScriptInput("a", STRING), ScriptInput("A", STRING)),
        (ScriptInput("x", folder), ScriptInput("x_dir", STRING)),
    ]:
        assert built(tmp_path, source, [first, second], []) is None
    assert built(tmp_path, source, [ScriptInput("x", thing), ScriptInput("y", STRING)], []) is not None
    assert built(tmp_path, source, [], [ScriptOutput("a", STRING), ScriptOutput("A", STRING)]) is None


def test_which_results_are_whole_numbers_can_be_read_in_the_script(tmp_path: Path) -> None:
    source = "def f(name):\n    return 1, name, None\n"
    maybe = attrs.evolve(INTEGER, optional=True)
    outputs = [ScriptOutput("count", INTEGER), ScriptOutput("name", STRING), ScriptOutput("maybe", maybe)]
    script = built(tmp_path, source, [ScriptInput("name", STRING)], outputs)
    assert script is not None
    assert whole_numbers(script.text) == {"RESULT_COUNT"}


def test_positional_only_parameters(tmp_path: Path) -> None:
    script = built(
        tmp_path,
        "def f(a, b, /, c): print(a, b, c)\n",
        [
            ScriptInput("a", STRING, positional=True),
            ScriptInput("b", INTEGER, positional=True),
            ScriptInput("c", STRING),
        ],
        [],
    )
    assert script is not None
    outcome = Container(tmp_path, sys.executable).run(script.text, {"PARAM_A": "x", "PARAM_B": "2", "PARAM_C": "z"})
    assert outcome.log == "x 2 z\n"
