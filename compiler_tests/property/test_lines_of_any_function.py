"""For any function: a script raises at the line of the user's file that the function raises at when it is called."""

from __future__ import annotations

import importlib
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from flowdsl.diagnostics import Collector
from flowdsl.diagnostics.render import render
from flowdsl.frontend.script import ScriptInput, ScriptOutput, build_script
from flowdsl.frontend.slicing import slice_source
from flowdsl.ir.types import Kind, TypeSpec

_PLACE = re.compile(r'File "[^"]*/(?:task|mods)/([^"]+)", line (\d+)')
_HERE = """
import sys, traceback
sys.path.insert(0, sys.argv[1])
import main
try:
    main.f(3)
except Exception as error:
    for frame, line in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename.startswith(sys.argv[1]):
            print(frame.f_code.co_filename[len(sys.argv[1]) + 1:], line)
"""
# Statements that move lines about; `{n}` makes their names differ.
_ABOVE = (
    "x{n} = 1; y{n} = [2,\n    3]; z{n} = x{n}",
    "text{n} = '''one\n\ttwo \\\\\n  three'''",
    'text{n} = r"""a\n\'\'\' \\ b\n"""',
    "text{n} = '\\n\\r\\x0b\\x0c\\x1c\\u2028' + 'a\\\nb'",
    "\f\nclass C{n}:\n\tvalue = 1\n\n\tdef method(self):\n\t\treturn self.value",
    "# A comment.\n\n\n\nif True:\n    w{n} = 1\nelse:\n    w{n} = 2",
    "table{n} = {{\n    each: each\n    for each in range(3)\n    if each\n}}",
    "pair{n} = (lambda a: a,\n    lambda b: b)",
    "UNUSED{n} = 'é\\u00fc\u200b'  # \xa0 \u2028-less",
    "\n\n\n",
)
_RAISES = (
    "n / 0",
    "[each / 0\n     for each in\n     range(n)]",
    "(lambda a:\n        a / 0)(\n        n)",
    "'''\n    {}\n'''.format(n) + \\\n        n / 0",
    "helper(\n        n,\n    )",
    "Thing(n).method()",
    "max(\n        inner(each)\n        for each in (1, n))",
    "shared.scale(n)",
)
_HELPERS = """
@decorated
@decorated
def helper(
    n,  # a parameter
    other='''
''',
):
    return [
        n
        / 0
    ]
"""
_DECORATED = """
def decorated(function):
    def around(*args):
        return function(
            *args
        )
    return around
"""
_THING = """
class Thing:
    '''Text.

    More.'''

    def __init__(self, n): self.n = n

    def method(self):
        if self.n: raise ValueError(
            self.n)
"""
_SHARED = "def scale(n):\n    # Divides.\n    return (n /\n        0)\n"


def project(rng: random.Random) -> dict[str, str]:
    """A file with a function f that raises, among statements that it uses and others that it does not."""
    parts = [_DECORATED, _THING, *(rng.choice(_ABOVE).format(n=number) for number in range(rng.randrange(8)))]
    rng.shuffle(parts)
    found = "\n".join([*parts, _HELPERS])
    names = [
        each for each in re.findall(r"^(?:[xyzw]|text|table|pair)\d+(?= =)", found, re.MULTILINE) if rng.random() < 0.5
    ]
    uses = "".join(f"    {name}\n" for name in dict.fromkeys(names))
    blank = "\n" * rng.randrange(3)
    body = (
        f"def f(n: int = 3\n) -> int:\n    '''Text.\n    '''\n{uses}{blank}"
        f"    def inner(m):\n        if m == n:\n            raise KeyError(\n                m)\n        return m\n"
        f"    return {rng.choice(_RAISES)}\n"
    )
    around = rng.random()
    if around < 0.3:  # a factory, above or below what the function uses
        inside = "".join(f"    {line}" if line.strip() else line for line in body.splitlines(keepends=True))
        made = f"def make(factor):\n    other = [factor]\n\n{inside}\n    f.factor = factor, other\n    return f\n"
        body = made.replace("def inner(m):", "factor, other\n        def inner(m):", 1)
        found = f"{body}\n{found}\nf = make(2)\n" if around < 0.15 else f"{found}\n{body}\nf = make(2)\n"
    else:
        found = f"{body}\n{found}\n" if around < 0.5 else f"{found}\n{body}\n"
    first = rng.choice(
        (
            "import shared\n",
            "'''Text.'''\nimport shared\n",
            "import os; import shared\n",
            "# -*- coding: utf-8 -*-\nimport shared\n",
        )
    )
    shared = rng.choice(("", "'''Text.'''\n", "import json\n\n\n", "A = 1; B = [\n]\n", "\f\n")) + _SHARED
    return {"main.py": first + found, "shared.py": shared}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(["\n", "\r\n", "\r"]))
def test_a_script_raises_where_the_function_does(seed: int, end: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve()
        for name, text in project(random.Random(seed)).items():
            (folder / name).write_bytes(text.replace("\n", end).encode())
        here = _run("-c", _HERE, str(folder)).stdout.split("\n")[:-1]
        assert here
        (folder / "script").write_text(_script(folder), "utf-8")
        done = _run("-I", str(folder / "script"), PARAM_N="3", RESULT_RESULT=str(folder / "result"))
        found = [f"{name} {line}" for name, line in _PLACE.findall(done.stderr)]
        assert found == here, done.stderr
        last = done.stderr.splitlines()[-1]
        assert last.startswith(f"flowdsl: f: {here[-1].replace(' ', ':')}: ")


def _run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], env=env, capture_output=True, text=True, check=False)


def _script(folder: Path) -> str:
    sys.path.insert(0, str(folder))
    try:
        function = importlib.import_module("main").f
        collector = Collector()
        cut = slice_source(function, collector=collector)
        assert cut is not None, render(collector)
        spec = TypeSpec(Kind.INTEGER, "int")
        script = build_script(
            cut, [ScriptInput("n", spec)], [ScriptOutput("result", spec)], task="f", collector=collector
        )
        assert script is not None, render(collector)
        return script.text
    finally:
        sys.path.remove(str(folder))
        for name in ("main", "shared"):
            sys.modules.pop(name, None)
