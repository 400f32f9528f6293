"""Projects as people lay them out: a task gives in its script, where nothing of the project is, what it gives here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from script_support import PYTHON, Container, cut, laid_out, script_of
from test_slice_modules import project  # noqa: F401 - a fixture

from flowdsl.diagnostics import Collector
from flowdsl.frontend.script import limits
from flowdsl.frontend.slicing import Surveys, slice_source

_REGISTER = "TABLE = {}\n\n\ndef register(name):\n    def keep(made):\n        TABLE[name] = made\n        return made\n\n    return keep\n"


def _main(imports: str, value: str, module: str = "") -> str:
    """A module with one task; `module` is text between its imports and the task."""
    return (
        f"from flowdsl import task\n{imports}\n{module}\n\n@task(image='i')\ndef f() -> str:\n    return str({value})\n"
    )


@pytest.mark.parametrize(
    "files",
    [
        # A first line that is needed shares it with what keeps annotations text.
        {
            "a.py": "from typing import TypedDict\nfrom kinds import Kind\nclass A(TypedDict):\n    kind: Kind\n",
            "kinds.py": "Kind = int\n",
            "main.py": _main("from a import A", "A(kind=1)"),
        },
        {
            "a.py": "if True:\n    from json import dumps\nfrom kinds import Kind\ndef g(kind: Kind = None): return dumps(1)\n",
            "kinds.py": "Kind = int\n",
            "main.py": _main("from a import g", "g()"),
        },
        {
            "a.py": "'''Text.'''; import json\nfrom flowdsl import task\nprint(end='')\ndef g(): return __doc__ + json.dumps(1)\n",
            "main.py": _main("from a import g", "g()"),
        },
        # Several statements of one line.
        {"a.py": "A = 1; B = (2,\n 3); C = 4; D = A\n", "main.py": _main("from a import B, D", "(B, D)")},
        # What travels is UTF-8, whatever the module was.
        {
            "a.py": "# -*- coding: latin-1 -*-\nprint(end='')\nX = 'grüße'\n".encode("latin-1"),
            "main.py": _main("from a import X", "X"),
        },
        # Names that a star brings, or that are made while the module is imported.
        {
            "p/__init__.py": "from .low import *\n",
            "p/low.py": "from .json import *\nY = 'y'\n",
            "p/json.py": "X = 'x'\n",
            "main.py": _main("from p import X, Y", "X + Y"),
        },
        {
            "a.py": "for _each in 'ab':\n    globals()['X_' + _each] = _each\n",
            "main.py": _main("from a import X_b", "X_b"),
        },
        {"a.py": "def __getattr__(name):\n    return name\n", "main.py": _main("from a import other", "other")},
        {
            "a.py": "A = 1\nB = 2\ndef g():\n    return [n for n in globals() if len(n) == 1]\n",
            "main.py": _main("from a import g", "g()"),
        },
        # A name of the package that hides a module of it.
        {
            "p/__init__.py": "from .run import run\n",
            "p/run.py": "def run(): return 'r'\n",
            "main.py": _main("import p.run", "p.run()"),
        },
        # Files beside a package, however they are named.
        {
            "p/__init__.py": "",
            "p/a.py": "from importlib.resources import files\nX = (files(__package__) / 'x.txt').read_text()\n",
            "p/x.txt": "x",
            "main.py": _main("from p.a import X", "X"),
        },
        {
            "p/__init__.py": "",
            "p/a.py": "from pathlib import Path\ndef g(): return (Path(__file__).parent / 'x.txt').read_text()\n",
            "p/x.txt": "x",
            "main.py": _main("from p.a import g", "g()"),
        },
        {
            "p/__init__.py": "",
            "p/x.txt": "x",
            "main.py": _main("import p\nfrom importlib import resources", "(resources.files(p) / 'x.txt').read_text()"),
        },
        {
            "p/__init__.py": "",
            "p/q/__init__.py": "",
            "p/q/d/x.txt": "x",
            "main.py": _main("import pkgutil", "pkgutil.get_data('p.q', 'd/x.txt')"),
        },
        {
            "p/__init__.py": "",
            "p/x.txt": "x",
            "main.py": _main("import pkgutil\nimport p", "pkgutil.get_data(p.__name__, 'x.txt')"),
        },
        # Things of the task's own module that other statements fill.
        {"main.py": _main("", "sorted(TABLE)", f"{_REGISTER}@register('a')\nclass A: pass\n")},
        {
            "main.py": _main(
                "from functools import singledispatch",
                "g(1) + g('')",
                "@singledispatch\ndef g(x): return 'any'\n@g.register(int)\ndef _(x): return 'int'\n",
            )
        },
        {"main.py": _main("", "TABLE", "TABLE = {}\nfor i in range(3):\n    TABLE[i] = i\n")},
        {"main.py": _main("", "TABLE", "TABLE = []\ndef fill():\n    TABLE.append(1)\nfill()\n")},
        {
            "a.py": "'''Text.'''\nX = 1\n\n\ndef g():\n    return __doc__\n",
            "main.py": _main("from a import g", "g()"),
        },
        # A chain as long as tables written as code are.
        {
            "a.py": "def g(x):\n    if x == 0:\n        return 0\n"
            + "".join(f"    elif x == {i}:\n        return {i}\n" for i in range(1, 1500)),
            "main.py": _main("from a import g", "g(1400)"),
        },
        # Modules that are imported for what they do to others, and by text.
        {
            "a.py": f"{_REGISTER}",
            "b.py": "from a import register\n\n\n@register('b')\nclass B: pass\n",
            "main.py": _main("import b\nfrom a import TABLE", "sorted(TABLE)"),
        },
        {"a.py": "X = 1\n", "b.py": "import a\na.X = 2\n", "main.py": _main("import a\nimport b", "a.X")},
        {"a.py": "X = 1\n", "main.py": _main("import a", "a.X", "a.X = 2\n")},
        {
            "p/__init__.py": "",
            "p/a.py": "X = 1\n",
            "main.py": _main("import importlib", "importlib.import_module('p.a').X"),
        },
        {"main.py": _main("", "Rates.a", "class Rates: pass\nsetattr(Rates, 'a', 1)\n")},
    ],
)
@pytest.mark.parametrize("limit", [limits.BUNDLE_LIMIT, -1], ids=["in the script", "mounted"])
def test_there_as_here(
    project: Callable[..., Any],  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    files: dict[str, str | bytes],
    limit: int,
) -> None:
    monkeypatch.setattr(limits, "BUNDLE_LIMIT", limit)
    module = project(files)
    here = module.f()
    script = script_of(module.f)
    assert script.bundle is None or script.bundle.mounted or limit > 0
    home = tmp_path / "container"
    home.mkdir()
    # `importlib.resources.files` is there since Python 3.9.
    python = sys.executable if any("files(" in str(text) for text in files.values()) else PYTHON
    done = Container(home, python).run(laid_out(script, tmp_path / "mounted"), results=["RESULT_RESULT"])
    assert done.code == 0, done.errors
    assert done.results == {"RESULT_RESULT": here}


def _found(function: Any) -> list[str]:
    collector = Collector()
    slice_source(function, collector=collector)
    return [f"{item.code} {item.location} {item.message}" for item in collector.items]


def test_a_module_that_hides_one_of_pythons(
    project: Callable[..., Any],  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    hiding = {
        "sndhdr.py": "X = 1\n",
        "types.py": "X = 2\n",
        "p/__init__.py": "",
        "p/types.py": "X = 3\n",
        "a.py": "import sndhdr\n\n\ndef g():\n    return sndhdr.X\n",
        "main.py": _main(
            "import types\nfrom a import g\nfrom p import types as mine", "(types.ModuleType, mine.X, g())"
        ),
    }
    module = project(hiding)
    assert [each for each in _found(module.f.function) if "FLOW069" not in each] == [
        "FLOW064 a.py:1:1 `sndhdr` is a module of the project here, and Python's own of that name in the container"
    ]


def test_a_module_that_is_no_python(
    project: Callable[..., Any],  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    module = project(
        {
            "a.py": "def (:\n",
            "main.py": "from flowdsl import task\n\n\n@task(image='i')\ndef f() -> None:\n    import a\n",
        }
    )
    assert _found(module.f.function) == [
        "FLOW064 main.py:6:5 module `a` of the project can't be read as Python, and so can't travel"
    ]


def test_files_beside_a_module_of_no_package(
    project: Callable[..., Any],  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    module = project(
        {"a.py": "import os\n\nX = os.path.dirname(__file__)\nY = 1\n", "main.py": _main("import a", "(a.X, a.Y)")}
    )
    assert _found(module.f.function) == [
        "FLOW073 a.py:3:21 `__file__`: files beside this module stay behind, since it is in no package"
    ]


def test_what_is_known_of_modules_does_not_depend_on_who_asked_first(project: Callable[..., Any]) -> None:  # noqa: F811
    # `a` and `b` import each other, and importing `c` fills a table: so does importing either.
    task = "@task(image='i')\ndef {}() -> int:\n    return {}\n\n\n"
    module = project(
        {
            "a.py": "import b\nimport c\n\nX = 1\n",
            "b.py": "import a\n\nY = 2\nunused = 3\n",
            "c.py": "import d\n\nd.TABLE['c'] = 1\n",
            "d.py": "TABLE = {}\n",
            "main.py": "from flowdsl import task\nfrom a import X\nfrom b import Y\n\n\n"
            + task.format("f", "X")
            + task.format("g", "Y"),
        }
    )

    def slices(*tasks: Any) -> dict[str, object]:
        surveys: Surveys = {}
        return {each.definition.name: cut(each.function, surveys=surveys).files for each in tasks}

    assert slices(module.f, module.g) == slices(module.g, module.f)
    assert {each.path for each in cut(module.g.function).files} == {"a.py", "b.py", "c.py", "d.py"}


class Finder:
    """As `pip install -e` writes one: it knows a package that lies below no entry of `sys.path`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name != self.folder.name:
            return None
        init = self.folder / "__init__.py"
        if init.exists():
            return spec_from_file_location(name, init, submodule_search_locations=[str(self.folder)])
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [str(self.folder), "a.hook.that.is.no.folder"]
        return spec


@pytest.mark.parametrize("init", [True, False])
@pytest.mark.parametrize("late", [True, False], ids=["imported in the body", "imported at the top"])
def test_a_package_that_is_installed_to_be_edited_travels(
    project: Callable[..., Any],  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    init: bool,
    late: bool,
) -> None:
    away = tmp_path / "elsewhere" / "edited_package"
    away.mkdir(parents=True)
    (away / "rates.py").write_text("RATE = 2.5\n")
    if init:
        (away / "__init__.py").write_text("")
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder(away)])
    here = "from edited_package.rates import RATE"
    source = f"from flowdsl import task\n{'' if late else here}\n\n@task(image='i')\ndef f() -> str:\n"
    found = project({"main.py": source + (f"    {here}\n" if late else "") + "    return str(RATE)\n"})
    assert "RATE = 2.5" in script_of(found.f).text
    for name in [each for each in sys.modules if each.startswith("edited_package")]:
        monkeypatch.delitem(sys.modules, name)
