"""What a slice looks like: the user's own text, in the module's order, without what only the compiler needs."""

from __future__ import annotations

import functools
from pathlib import Path

from script_support import cut, findings, load

MODULE = '''\
#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""A module."""

from __future__ import annotations

import json, os  # both on one line
from typing import (
    Any,
    NamedTuple,  # for Out
)

from flowdsl import File, PVC, Secret, Workspace, pipeline, task

ASSETS = PVC("assets")
# Not directly above anything.

# How many words are enough.
ENOUGH = 3; OTHER = 4  # two statements

class Out(NamedTuple):
    """What comes out."""

    video: File  # a comment
    words: int


# A helper.
def count(text: str) -> int:
    # counts
    return len(text.split())   # words



@task(
    image="python:3.12-slim",
    memory="1Gi..2Gi",  # plenty
)
# About the function.
def make(
    text: str,
    # The workspace.
    source: Workspace = Workspace(
        read_only=True,
    ),
    assets: Workspace = ASSETS, *, token: Secret = Secret("s", key="k"),
    enough: int = ENOUGH,
) -> Out:
    """Makes it.

        Indented.
    """
    print(json.dumps(count(text)))
    return Out("x", enough)


@task(image="python:3.12-slim")
def twice(text: str) -> int: return make(text).words * 2  # one line


@pipeline
def p(): ...


if __name__ == "__main__":
    p.cli()
'''

MAKE = '''\
from __future__ import annotations

import json
from typing import NamedTuple

# How many words are enough.
ENOUGH = 3

class Out(NamedTuple):
    """What comes out."""

    video: File  # a comment
    words: int


# A helper.
def count(text: str) -> int:
    # counts
    return len(text.split())   # words


# About the function.
def make(
    text: str,
    # The workspace.
    source: Workspace = None,
    assets: Workspace = None, *, token: Secret = None,
    enough: int = ENOUGH,
) -> Out:
    """Makes it.

        Indented.
    """
    print(json.dumps(count(text)))
    return Out("x", enough)
'''


def test_the_text_is_the_users_own(tmp_path: Path) -> None:
    assert cut(load(tmp_path, MODULE).make.function).source == MAKE


def test_another_task_comes_along_without_its_decorator(tmp_path: Path) -> None:
    source = cut(load(tmp_path, MODULE).twice.function).source
    assert source == MAKE + "\n\ndef twice(text: str) -> int: return make(text).words * 2  # one line\n"


def test_every_line_knows_where_it_comes_from(tmp_path: Path) -> None:
    sliced = cut(load(tmp_path, MODULE).make.function)
    text, module = sliced.source.splitlines(), MODULE.splitlines()
    assert len(sliced.lines) == len(text)
    changed = {"import json", "from typing import NamedTuple", "ENOUGH = 3"}
    for line, number in zip(text, sliced.lines, strict=True):
        if number and line not in changed and "= None," not in line:
            assert module[number - 1] == line
    assert sliced.lines[text.index("import json")] == module.index("import json, os  # both on one line") + 1
    assert (
        sliced.lines[text.index("    source: Workspace = None,")]
        == module.index("    source: Workspace = Workspace(") + 1
    )
    assert sliced.location(1).line == sliced.function_line == module.index("@task(") + 1


def test_an_import_stays_as_written_where_all_of_it_is_needed(tmp_path: Path) -> None:
    module = load(tmp_path, "from os import (\n    path,  # paths\n    sep as s,\n)\ndef f():\n    return path, s\n")
    assert cut(module.f).source == (
        "from __future__ import annotations\n\nfrom os import (\n    path,  # paths\n    sep as s,\n)\n"
        "def f():\n    return path, s\n"
    )


def test_an_import_keeps_its_other_name(tmp_path: Path) -> None:
    module = load(tmp_path, "import os.path as p, json as j, sys\ndef f():\n    return p, j\n")
    assert "import os.path as p, json as j\n" in cut(module.f).source


def test_a_nested_function_moves_to_the_margin_and_its_strings_stay(tmp_path: Path) -> None:
    module = load(
        tmp_path,
        'import os\ndef make():\n    if True:\n        def f(x):\n            text = """a\n            b\n    c"""\n'
        "\n            return (os.sep,\n                text, f)\n        return f\n",
    )
    sliced = cut(module.make())
    assert sliced.source == (
        'from __future__ import annotations\n\nimport os\ndef f(x):\n    text = """a\n            b\n    c"""\n\n'
        "    return (os.sep,\n        text, f)\n"
    )
    assert sliced.lines[-2:] == (9, 10)


def test_a_method_that_is_static(tmp_path: Path) -> None:
    module = load(tmp_path, "import os\nclass A:\n    os = 1\n    @staticmethod\n    def f():\n        return os.sep\n")
    assert cut(module.A.f).source == "from __future__ import annotations\n\nimport os\ndef f():\n    return os.sep\n"


def test_columns_count_bytes_in_ast_and_characters_here(tmp_path: Path) -> None:
    module = load(
        tmp_path,
        'from flowdsl import Workspace\nÄ = "ü"; B = "é"\ndef f(ö: str = "ß", w: Workspace = Workspace(), ä: str = "Ω"):\n'
        "    return Ä, B\n",
    )
    source = cut(module.f).source
    assert 'def f(ö: str = "ß", w: Workspace = None, ä: str = "Ω"):\n' in source
    assert '\n\nÄ = "ü"\nB = "é"\n' in source


def test_windows_line_ends(tmp_path: Path) -> None:
    (tmp_path / "crlf.py").write_bytes(b"import os\r\n\r\ndef f():\r\n    return '''a\r\nb''', os\r\n")
    scope: dict[str, object] = {}
    exec(compile((tmp_path / "crlf.py").read_bytes(), str(tmp_path / "crlf.py"), "exec"), scope)
    sliced = cut(scope["f"])  # type: ignore[arg-type]
    assert sliced.source == "from __future__ import annotations\n\nimport os\n\ndef f():\n    return '''a\nb''', os\n"


def test_a_decorator_that_wraps_stays_and_one_from_elsewhere_goes(tmp_path: Path) -> None:
    module = load(
        tmp_path,
        "import functools\nfrom flowdsl import task\n"
        "def loud(f):\n    @functools.wraps(f)\n    def run(*a, **k):\n        print('x')\n        return f(*a, **k)\n"
        "    return run\n"
        "def same(f):\n    return f\n"
        "@task(image='i')\n@loud\ndef wrapped() -> None:\n    pass\n"
        "@same\n@task(image='i')\n@same\ndef bare() -> None:\n    pass\n",
    )
    assert "@loud\ndef wrapped()" in cut(module.wrapped.function).source
    assert "task(" not in cut(module.wrapped.function).source
    assert cut(module.bare.function).names == {"bare"}


def test_a_cached_helper_keeps_its_decorator(tmp_path: Path) -> None:
    module = load(
        tmp_path,
        "import functools\n@functools.lru_cache(maxsize=None)\ndef g():\n    return 1\ndef f():\n    return g()\n",
    )
    assert isinstance(module.g, functools._lru_cache_wrapper)
    assert "import functools\n@functools.lru_cache(maxsize=None)\ndef g():\n" in cut(module.f).source


def test_a_preset_task_decorator_goes_too(tmp_path: Path) -> None:
    module = load(
        tmp_path,
        "import functools\nfrom flowdsl import task\ngpu = functools.partial(task, gpu=1)\n"
        "@gpu(image='i')\ndef g() -> int:\n    return 1\n@gpu(image='i')\ndef f() -> int:\n    return g()\n",
    )
    assert cut(module.f.function).names == {"f", "g"}


def test_try_and_if_come_whole(tmp_path: Path) -> None:
    module = load(
        tmp_path,
        "import sys\ntry:\n    import numpy\nexcept ImportError:\n    numpy = None\n"
        "if sys.version_info >= (3, 11):\n    import tomllib\nelse:\n    tomllib = None\n"
        "def f():\n    return numpy, tomllib\n",
    )
    source = cut(module.f).source
    assert "try:\n    import numpy\nexcept ImportError:\n    numpy = None\n" in source
    assert "if sys.version_info >= (3, 11):\n    import tomllib\nelse:\n    tomllib = None\n" in source


def test_type_checking_only_counts_in_its_other_branch(tmp_path: Path) -> None:
    module = load(
        tmp_path,
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from numpy import ndarray\n    Kind = ndarray\n"
        "else:\n    Kind = object\ndef f(x: Kind):\n    return Kind\ndef g(x: 'ndarray'):\n    return x\n",
    )
    assert cut(module.f).names == {"TYPE_CHECKING", "Kind", "f"}
    assert cut(module.g).names == {"g"}
    assert findings(load(tmp_path, "import typing as t\nif t.TYPE_CHECKING:\n    import os\ndef f():\n    os\n").f) == [
        "FLOW065"
    ]


def test_roots_come_along(tmp_path: Path) -> None:
    module = load(tmp_path, "import enum\nclass Mode(enum.Enum):\n    A = 'a'\ndef f(mode: Mode):\n    return 1\n")
    assert cut(module.f).names == {"f"}
    assert cut(module.f, ["Mode"]).names == {"f", "Mode", "enum"}


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "changing.py"
    for value in ("first", "second value"):
        path.write_text(f"X = '{value}'\ndef f():\n    return X\n", encoding="utf-8")
        scope: dict[str, object] = {}
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), scope)
        assert f"X = '{value}'\n" in cut(scope["f"]).source  # type: ignore[arg-type]


def test_a_deep_expression_is_no_trouble(tmp_path: Path) -> None:
    long = " + ".join(["'x'"] * 900)
    assert cut(load(tmp_path, f"X = ({long})\ndef f():\n    return X\n").f).names == {"X", "f"}
