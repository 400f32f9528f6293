"""Annotations are text in a script; what looks them up finds what they name, as in the user's own process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from script_support import Container, cut
from test_slice_modules import project  # noqa: F401 - a fixture

from flowdsl.diagnostics import Collector
from flowdsl.frontend.script import ScriptOutput, build_script
from flowdsl.ir.types import STRING

_BUILD = (
    "import typing\ndef build(cls, raw):\n    hints = typing.get_type_hints(cls)\n"
    "    return cls(**{k: build(hints[k], v) if isinstance(v, dict) else hints[k](v) for k, v in raw.items()})\n"
)
_CLASSES = "from dataclasses import dataclass\n@dataclass\nclass Rate:\n    value: float\n@dataclass\nclass Model:\n    rate: Rate\n"
_MODELS = (
    "from pydantic import BaseModel\nclass Rate(BaseModel):\n    value: float\nclass Model(BaseModel):\n    rate: {}\n"
)
_GIVEN = "repr(build(Model, {'rate': {'value': '1'}}))"


def _main(imports: str, value: str, requires: str = "") -> str:
    option = f", requires=['{requires}']" if requires else ""
    return f"from flowdsl import task\n{imports}\n@task(image='i'{option})\ndef f() -> str:\n    return {value}\n"


@pytest.mark.parametrize(
    "files",
    [
        {"main.py": _main(_CLASSES + _BUILD, _GIVEN)},
        {"main.py": _main(f"from read import build\n{_CLASSES}", _GIVEN), "read.py": _BUILD},
        {"main.py": _main(f"from kinds import Model\n{_BUILD}", _GIVEN), "kinds.py": _CLASSES},
        {
            "main.py": _main("from read import build\nfrom kinds import Model", _GIVEN),
            "read.py": _BUILD,
            "kinds.py": "from rates import Rate\n"
            + _CLASSES.replace("@dataclass\nclass Rate:\n    value: float\n", ""),
            "rates.py": "from dataclasses import dataclass\n@dataclass\nclass Rate:\n    value: float\nclass Left: pass\n",
        },
        {"main.py": _main(_MODELS.format("Rate"), "repr(Model(rate={'value': '1'}))", "pydantic")},
        {"main.py": _main(_MODELS.format("list['Rate']"), "repr(Model(rate=[{'value': '1'}]))", "pydantic")},
        {
            "main.py": _main("from kinds import Model", "repr(Model(rate={'value': '1'}))", "pydantic"),
            "kinds.py": _MODELS.format("'Rate | None'"),
        },
        {
            "main.py": _main(
                "from functools import singledispatch\nclass Square: pass\n@singledispatch\ndef show(x): return 'any'\n"
                "@show.register\ndef _(x: Square): return 'square'",
                "show(1)",
            )
        },
    ],
)
def test_what_annotations_name_is_there_for_who_looks_it_up(
    project: Callable[..., Any],  # noqa: F811
    tmp_path: Path,
    files: dict[str, str],
) -> None:
    module = project(files)
    requires = ("pydantic",) if "pydantic" in "".join(files.values()) else ()
    sliced = cut(module.f.function, requires=requires, target=(3, 10))
    collector = Collector()
    script = build_script(sliced, (), [ScriptOutput("result", STRING)], task="f", collector=collector)
    assert script is not None
    home = tmp_path / "container"
    home.mkdir()
    done = Container(home, sys.executable).run(script.text, results=["RESULT_RESULT"])
    assert done.code == 0, done.errors
    assert done.results == {"RESULT_RESULT": module.f()}


@pytest.mark.parametrize(
    "text",
    [
        # Nobody is seen to look: the script stays as short as it is.
        "class Other: pass\nclass Size:\n    other: Other\n",
        # What the container lacks would end the task, where the text of its name ends nothing.
        "import attrs\nclass Other(attrs.Attribute): pass\nclass Size:\n    other: Other\n    look = HINTS\n",
        "from flowdsl import File\nclass Other:\n    at = File\nclass Size:\n    other: Other\n    look = HINTS\n",
        "from kinds import Other\nclass Size:\n    other: Other\n    look = HINTS\n",
    ],
)
def test_what_stays_behind(project: Callable[..., Any], text: str) -> None:  # noqa: F811
    own = f"from typing import get_type_hints as HINTS\n{text}def f():\n    return Size()\n"
    module = project(
        {
            "main.py": own if "HINTS" in text else own.split("\n", 1)[1],
            "kinds.py": "import attrs\nclass Other(attrs.Attribute): pass\n",
        }
    )
    sliced = cut(module.f)
    assert "Other(" not in sliced.source
    assert "class Other:" not in sliced.source
    assert not sliced.files
