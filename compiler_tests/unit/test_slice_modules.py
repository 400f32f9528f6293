"""Modules of the project travel with a task: under their own names, cut to what is needed, with the user's lines."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from script_support import Container, Outcome, cut, findings, script_of

from flowdsl.diagnostics import Collector
from flowdsl.frontend.slicing import Slice, slice_source

TASK = "from flowdsl import task\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Writes the files of a project and imports one of its modules, as Python itself does."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(files: Mapping[str, str | bytes], module: str = "main") -> Any:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        importlib.invalidate_caches()
        return importlib.import_module(module)

    yield make
    # Not what was imported of flowdsl meanwhile: its rules would be there twice.
    for name in set(sys.modules) - before:
        if name.partition(".")[0] != "flowdsl":
            del sys.modules[name]


def texts(found: Slice) -> dict[str, str]:
    return {file.path: file.text for file in found.files}


def run(task: Any, folder: Path, **env: str) -> Outcome:
    home = folder / "container"
    home.mkdir(exist_ok=True)
    done = Container(home).run(script_of(task).text, env, results=["RESULT_RESULT"])
    assert done.code == 0, done.errors
    return done


def test_a_helper_of_a_sibling_comes_alone(project: Callable[..., Any]) -> None:
    module = project(
        {
            "helpers.py": "import json\nimport os\n\n\ndef used():\n    return json.dumps(_own())\n\n\n"
            "def _own():\n    return 1\n\n\ndef unused():\n    return os.getcwd()\n",
            "main.py": "from helpers import unused, used\n\n\ndef f():\n    return used()\n",
        }
    )
    found = cut(module.f)
    assert list(texts(found)) == ["helpers.py"]
    text = texts(found)["helpers.py"]
    assert "def used" in text
    assert "def _own" in text
    assert "unused" not in text
    assert "import os" not in text
    assert "from helpers import used\n" in found.source


def test_the_lines_stay_the_users(project: Callable[..., Any], tmp_path: Path) -> None:
    module = project(
        {
            "helpers.py": '"""Documentation."""\n\n'
            + "OTHER = 1\n" * 40
            + "\n\ndef fails():\n    raise ValueError('x')\n",
            "main.py": f"{TASK}from helpers import fails\n\n\n@task(image='i')\ndef f() -> int:\n    return fails()\n",
        }
    )
    done = Container(tmp_path).run(script_of(module.f).text, results=["RESULT_RESULT"])
    assert done.code != 0
    assert 'helpers.py", line 46, in fails' in done.errors


PACKAGE = {
    "pack/__init__.py": '"""A package."""\n\nLIMIT = 3\n\nfrom .deep.words import words as words\n',
    "pack/deep/__init__.py": "",
    "pack/deep/words.py": "from .. import LIMIT\nfrom ..kinds import Kind\n\n\ndef words(text, kind=Kind.LOWER):\n"
    "    found = text.split()[:LIMIT]\n    return [each.lower() if kind is Kind.LOWER else each for each in found]\n",
    "pack/kinds.py": "from dataclasses import dataclass\nfrom enum import Enum\n\n\nclass Kind(Enum):\n    LOWER = 1\n    AS_IS = 2\n\n\n"
    "@dataclass\nclass Unused:\n    x: int\n",
}


@pytest.mark.parametrize(
    ("imports", "body"),
    [
        ("import pack", "pack.words(text)"),
        ("import pack as p", "p.words(text)"),
        ("from pack import words", "words(text)"),
        ("from pack import words as w", "w(text)"),
        ("import pack.deep.words", "pack.deep.words.words(text)"),
        ("import pack.deep.words as w", "w.words(text)"),
        ("from pack import deep, kinds", "deep.words.words(text, kinds.Kind.AS_IS)"),
        ("from pack.deep import words", "words.words(text)"),
        ("from pack.deep.words import words", "words(text)"),
        ("import pack\nq = pack", "q.words(text)"),
    ],
)
def test_each_spelling_of_an_import(project: Callable[..., Any], tmp_path: Path, imports: str, body: str) -> None:
    main = f"{TASK}{imports}\n\n\n@task(image='i')\ndef f(text: str) -> int:\n    return len({body})\n"
    module = project({**PACKAGE, "main.py": main})
    assert run(module.f, tmp_path, PARAM_TEXT="a B c d e").results == {"RESULT_RESULT": "3"}


def test_an_import_in_the_body(project: Callable[..., Any], tmp_path: Path) -> None:
    main = (
        f"{TASK}\n@task(image='i')\ndef f(text: str) -> int:\n    from pack import words\n    return len(words(text))\n"
    )
    module = project({**PACKAGE, "main.py": main})
    assert run(module.f, tmp_path, PARAM_TEXT="a b").results == {"RESULT_RESULT": "2"}


def test_a_task_in_a_package_with_relative_imports(project: Callable[..., Any], tmp_path: Path) -> None:
    main = f"{TASK}from . import LIMIT\nfrom .deep.words import words\n\n\n@task(image='i')\ndef f() -> int:\n    return LIMIT + len(words('a'))\n"
    module = project({**PACKAGE, "pack/jobs.py": main}, "pack.jobs")
    assert cut(module.f.function).package == "pack"
    assert run(module.f, tmp_path).results == {"RESULT_RESULT": "4"}


def test_what_importing_does_is_done(project: Callable[..., Any], tmp_path: Path) -> None:
    """Registries are filled by modules that nobody names, and a hook answers for names that nobody binds."""
    files = {
        "plugins/__init__.py": "from . import one, two\n",
        "plugins/base.py": "ALL = {}\n\n\ndef register(name):\n    def keep(function):\n        ALL[name] = function\n        return function\n\n    return keep\n",
        "plugins/one.py": "from .base import register\n\n\n@register('one')\ndef first():\n    return 1\n",
        "plugins/two.py": "from .base import ALL\n\nfor number in (2, 3):\n    ALL[str(number)] = lambda number=number: number\n",
        "lazy.py": "def __getattr__(name):\n    return len(name)\n",
        "main.py": f"{TASK}import lazy\nfrom plugins.base import ALL\n\n\n@task(image='i')\ndef f() -> int:\n"
        "    return sum(each() for each in ALL.values()) + lazy.abc\n",
    }
    module = project(files)
    assert run(module.f, tmp_path).results == {"RESULT_RESULT": "9"}


def test_modules_that_import_each_other(project: Callable[..., Any], tmp_path: Path) -> None:
    files = {
        "even.py": "import odd\n\n\ndef even(n):\n    return n == 0 or odd.odd(n - 1)\n",
        "odd.py": "def odd(n):\n    return n != 0 and even.even(n - 1)\n\n\nimport even\n",
        "main.py": f"{TASK}from even import even\n\n\n@task(image='i')\ndef f() -> bool:\n    return even(10)\n",
    }
    assert run(project(files).f, tmp_path).results == {"RESULT_RESULT": "true"}


def test_the_data_of_a_package_travels(project: Callable[..., Any], tmp_path: Path) -> None:
    files = {
        "data/__init__.py": "import pkgutil\n\nTEXT = pkgutil.get_data(__name__, 'a/words.txt').decode('utf-8')\n"
        "RAW = pkgutil.get_data(__name__, 'raw.bin')\n",
        "data/a/words.txt": "grüße\n",
        "data/raw.bin": bytes(range(256)),
        "data/.hidden": "no",
        "main.py": f"{TASK}import data\n\n\n@task(image='i')\ndef f() -> int:\n    return len(data.TEXT) + len(data.RAW)\n",
    }
    module = project(files)
    assert [file.path for file in cut(module.f.function).files] == [
        "data/__init__.py",
        "data/a/words.txt",
        "data/raw.bin",
    ]
    assert run(module.f, tmp_path).results == {"RESULT_RESULT": str(6 + 256)}


def test_tasks_and_pipelines_stay_behind(project: Callable[..., Any], tmp_path: Path) -> None:
    """A module that makes tasks is imported where flowdsl is not: only what needs nothing of it comes along."""
    files = {
        "lib.py": f"{TASK}from flowdsl import File, pipeline\n\nprint('imported')\n\n\ndef helper():\n    return 2\n\n\n@task(image='i')\n"
        "def load() -> File: ...\n\n\n@task(image='i')\ndef body() -> int:\n    return helper()\n\n\n@pipeline\ndef p():\n    load()\n",
        "main.py": f"{TASK}from lib import body, helper\n\n\n@task(image='i')\ndef f() -> int:\n    return helper() + body()\n",
    }
    module = project(files)
    text = texts(cut(module.f.function))["lib.py"]
    assert "flowdsl" not in text
    assert "def load" not in text
    assert "print('imported')" in text
    assert run(module.f, tmp_path).results == {"RESULT_RESULT": "4"}


def test_quotes_backslashes_and_odd_characters(project: Callable[..., Any], tmp_path: Path) -> None:
    value = "'''\"\"\"\\\\n\x0c\u2028é\U0001f600"
    helper = f"VALUE = {value!r}\nDOC = '''a\n\"\"\" b \\\\ é\n'''\nFORM = 1 \x0c\n"
    module = project(
        {
            "helpers.py": helper,
            "main.py": f"{TASK}from helpers import DOC, VALUE\n\n\n@task(image='i')\ndef f() -> str:\n    return DOC + VALUE\n",
        }
    )
    done = run(module.f, tmp_path)
    assert done.results["RESULT_RESULT"] == 'a\n""" b \\ é\n' + value


def test_mistakes_stand_at_their_own_lines(
    project: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {
        "helpers.py": "import numpy\n\n\ndef mean(x):\n    return numpy.mean(x)\n\n\ndef other():\n    return numpy\n",
        "main.py": "from helpers import mean\nimport helpers\n\n\ndef f():\n    return mean([])\n\n\ndef g():\n    return helpers.missing\n",
    }
    monkeypatch.setitem(sys.modules, "numpy", type(sys)("numpy"))
    module = project(files)
    collector = Collector()
    assert slice_source(module.f, collector=collector) is None
    assert [(item.code, str(item.location)) for item in collector] == [("FLOW064", "helpers.py:1:1")]
    assert findings(module.f, requires=["numpy"]) == []
    # The image has the module itself: nothing of it travels.
    assert cut(module.f, requires=["helpers"]).files == ()


def test_what_is_installed_stays_where_it_is(
    project: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site-packages"
    monkeypatch.syspath_prepend(str(site))
    files = {
        "site-packages/other/__init__.py": "X = 1\n",
        "site-packages/mine/__init__.py": "",
        "site-packages/mine/jobs.py": "from other import X\nfrom mine.help import Y\n\n\ndef f():\n    return X\n\n\ndef g():\n    return Y\n",
        "site-packages/mine/help.py": "Y = 2\n",
    }
    module = project(files, "mine.jobs")
    assert findings(module.f) == ["FLOW064"]
    assert list(texts(cut(module.g))) == ["mine/__init__.py", "mine/help.py"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"), (-1.5, "-1.5"), (float("inf"), "float('inf')"), ("a'b\n", '"a\'b\\n"'), (b"\x00", "b'\\x00'"), (None, "None"),
        ([1, (2,)], "[1, (2,)]"), ({"a": {1}}, "{'a': {1}}"), (frozenset({"b", "a"}), "frozenset({'a', 'b'})"), (set(), "set()"),
    ],
)  # fmt: skip
def test_variables_around_a_task(tmp_path: Path, value: object, text: str) -> None:
    from script_support import load

    module = load(tmp_path, "def make(value):\n    def f():\n        return repr(value)\n    return f\n")
    found = cut(module.make(value))
    assert f"\nvalue = {text}\n" in found.source
    space: dict[str, Any] = {}
    exec(found.source, space)
    assert space["value"] == value


def test_a_variable_that_cannot_travel(tmp_path: Path) -> None:
    from script_support import load

    module = load(
        tmp_path,
        "LIMIT = 2\ndef top():\n    return LIMIT\ndef make(value):\n    def f():\n        return value\n    return f\n"
        "def hides(LIMIT):\n    def f():\n        return LIMIT + top()\n    return f\n",
    )
    itself: list[object] = []
    itself.append(itself)
    for value in (object(), itself, {"a": object()}, type):
        assert findings(module.make(value)) == ["FLOW063"]
    assert findings(module.hides(1)) == ["FLOW063"]
