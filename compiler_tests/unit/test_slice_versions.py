"""Syntax and library newer than the container's Python; checked against real Pythons where the machine has them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from script_support import cut, findings, load

from flowdsl.diagnostics import Collector
from flowdsl.frontend.slicing import slice_source, target_version
from flowdsl.frontend.slicing.index import build_index

HOST = sys.version_info[:2]
SYNTAX = [
    ((3, 10), "match x:\n    case 1: pass", True),
    ((3, 11), "try: pass\nexcept* ValueError: pass", True),
    ((3, 12), "type X = int", True),
    ((3, 12), "def g[T](x: T) -> T: return x", True),
    ((3, 12), "class A[T]: pass", True),
    ((3, 9), "with (open('a') as a, open('b') as b): pass", True),
    ((3, 9), "with (\n    open('a') as a,  # first\n    open('b') as b,\n): pass", True),
    ((3, 9), "with (open('a'), open('b')): pass", False),
    ((3, 9), "with (open('a') as a): pass", True),
    (None, "with (open('a')) as a: pass", True),
    (None, "with (open)('a') as a, (open)('b'): pass", True),
    (None, "with (open)('a') as a, open('b'), (open('c')): pass", True),
    (None, "with open('a') as a, open('b') as b: pass", True),
    (None, "with (open('a')): pass", True),
    ((3, 9), "@(lambda g: g)\ndef g(): pass", True),
    ((3, 9), "@x[0].y\ndef g(): pass", True),
    (None, "@x.y.z(1)\ndef g(): pass", True),
    ((3, 10), "isinstance(x, int | str)", False),
    ((3, 10), "y = x | None", False),
    (None, "y: int | None = 1", False),
    (None, "y = x | 1", False),
    ((3, 9), "y = list[int]", False),
    ((3, 9), "y = dict[str, list[int]]()", False),
    (None, "list = {}\ny = list[1]", False),
    ((3, 11), "y = x[*x]", True),
    (None, "y = x[(*x, 1)]", True),
    ((3, 12), "y = f\"{x[\"a\"]}\"", True),
    ((3, 12), "y = f'{\"\\n\".join(x)}'", True),
    ((3, 12), "y = f'{x:{\"a\\\\n\"}}'", True),
    ((3, 12), "y = f'''{\nx  # why\n}'''", True),
    ((3, 12), "y = f'{\nx}'", True),
    ((3, 12), "y = f'{f'{x}'}'", True),
    (None, "y = f'{f\"{x}\"}'", True),
    (None, "y = f'{x!r:>{x}}' f\"{x['a']}\" '\"'", True),
    (None, "y = f'''{\nx}'''", True),
    (None, "y = f'{x} \\n # {{'", True),
    (None, "y = (x := 1)", True),
    (None, "async def g(): return [y async for y in x]", True),
    (None, "def g(a, /, *, b): return a, b", True),
]  # fmt: skip


def indented(text: str) -> str:
    """The text as a function's body; lines inside an f-string's braces stay where they are."""
    return "def f(x=None):\n" + "".join(f"    {line}\n" if line else "\n" for line in text.split("\n"))


@pytest.mark.parametrize(("since", "text", "is_syntax"), SYNTAX, ids=lambda item: str(item)[:40])
def test_syntax(since: tuple[int, int] | None, text: str, is_syntax: bool) -> None:
    del is_syntax
    try:
        index = build_index(indented(text), "x.py")
    except SyntaxError:
        assert since is not None
        assert since > HOST
        return
    found = [feature.since for unit in index.units for feature in unit.features if feature.syntax]
    assert found[:1] == ([since] if since else [])


@pytest.mark.parametrize("version", ["3.8.18", "3.9.18", "3.10.13", "3.11.7", "3.12.1"])
def test_syntax_agrees_with_the_real_pythons(version: str) -> None:
    python = Path(f"/root/.pyenv/versions/{version}/bin/python")
    if not python.exists():
        pytest.skip(f"no Python {version} on this machine")
    this = tuple(int(part) for part in version.split(".")[:2])
    texts = [(since, indented(text)) for since, text, is_syntax in SYNTAX if is_syntax]
    code = "import ast, sys\nfor text in ast.literal_eval(sys.stdin.read()):\n    try:\n        compile(text, 'x', 'exec')\n        print(1)\n    except SyntaxError:\n        print(0)\n"
    run = subprocess.run(
        [python, "-W", "ignore", "-c", code], input=repr([text for _, text in texts]), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    reads = [line == "1" for line in run.stdout.split()]
    for (since, text), can in zip(texts, reads, strict=True):
        assert can == (since is None or this >= since), text


LIBRARY = [
    ("import tomllib\ndef f():\n    tomllib", (3, 11)),
    ("def f():\n    import zoneinfo", (3, 9)),
    ("from functools import cache\ndef f():\n    cache", (3, 9)),
    ("import functools\ndef f():\n    functools.cache", (3, 9)),
    ("import functools as ft\n@ft.cache\ndef g(): pass\ndef f():\n    g", (3, 9)),
    ("def f():\n    'x'.removeprefix('y')", (3, 9)),
    ("def f():\n    zip('a', 'b', strict=True)", (3, 10)),
    ("from dataclasses import dataclass\n@dataclass(slots=True)\nclass A: pass\ndef f():\n    A", (3, 10)),
    ("def f():\n    return {} | {'a': 1}", (3, 9)),
    ("def f():\n    raise ExceptionGroup('x', [])", (3, 11)),
    ("def f():\n    anext(1)", (3, 10)),
]


@pytest.mark.parametrize(("text", "since"), LIBRARY, ids=[text for text, _ in LIBRARY])
def test_library(tmp_path: Path, text: str, since: tuple[int, int]) -> None:
    if since > HOST:
        pytest.skip("this Python can't import the case itself")
    function = load(tmp_path, text + "\n").f
    assert findings(function) == ["FLOW069"]
    assert findings(function, target=(since[0], since[1] - 1)) == ["FLOW069"]
    assert findings(function, target=since) == []


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    import tomllib\nexcept ImportError:\n    tomllib = None\ndef f():\n    tomllib",
        "import sys\nif sys.version_info >= (3, 11):\n    import tomllib\ndef f():\n    tomllib",
        "import sys\ndef f():\n    if sys.version_info >= (3, 9):\n        return 'x'.removeprefix('y')",
        "def f():\n    try:\n        import tomllib\n    except ModuleNotFoundError:\n        tomllib = None",
        "class functools: cache = 1\ndef f():\n    functools.cache",
        "def f(cache, functools):\n    return functools.cache",
    ],
)
def test_a_guarded_use_is_no_finding(tmp_path: Path, text: str) -> None:
    if HOST < (3, 11) and text.startswith("import sys\nif"):
        text = text.replace("3, 11", "3, 99") + "\n"
    source = text + "\n"
    assert findings(load(tmp_path, source).f) == []


def test_a_removed_module(tmp_path: Path) -> None:
    function = load(tmp_path, "def f():\n    import distutils\n").f
    assert findings(function) == ["FLOW069"]
    assert findings(function, target=(3, 11)) == []
    assert findings(function, target=(3, 12)) == ["FLOW069"]


@pytest.mark.parametrize(
    ("image", "python", "version"),
    [
        ("python:3.12-slim", "python3", (3, 12)),
        ("docker.io/library/python:3.9.18", "python3", (3, 9)),
        ("python:3.11@sha256:" + "a" * 64, "python3", (3, 11)),
        ("python:3-slim", "python3", (3, 13)),
        ("python", "python3", None),
        ("registry:5000/team/python-tools:3.12", "python3", None),
        ("ghcr.io/team/mypython:3.12", "python3", None),
        ("$(params.model)", "python3.11", (3, 11)),
        ("python:3.12", "/opt/venv/bin/python3.10", (3, 10)),
        ("", "python3", None),
    ],
)
def test_target_version(image: str, python: str, version: tuple[int, int] | None) -> None:
    assert target_version(image, python) == version


def test_a_known_version_allows_its_syntax(tmp_path: Path) -> None:
    function = load(tmp_path, "def f(x):\n    match x:\n        case 1: return 2\n").f
    assert findings(function) == ["FLOW068"]
    assert slice_source(function, collector=Collector()) is None
    assert "match x:" in cut(function, target=(3, 10)).source
