"""Values of a task that no pod can have are refused where they are written: in code, for one use, and in a profile."""

from __future__ import annotations

from pathlib import Path

import pytest

import flowdsl
from flowdsl.diagnostics import FlowError, UsageError
from flowdsl.frontend.control import _pattern_problem

SOURCE = """
from flowdsl import pipeline, task

@task({own})
def train(n: int) -> int:
    return n

@pipeline
def training(n: int = 1):
    train{use}(n)
"""
WRONG = {
    "cpu": ("cpu='-1'", "cpu = '-1'", "less than nothing"),
    "memory": ("memory='1Gi..-2Gi'", "memory = '1Gi..-2Gi'", "less than nothing"),
    "env": ("env={'2A': 'x'}", "env = {'2A' = 'x'}", "'2A', which is no name of a variable"),
    "equals": ("env={'A=B': 'x'}", "env = {'A=B' = 'x'}", "no name of a variable"),
    "image": ("image='my image'", "image = 'my image'", "no name of an image"),
    "line": ("image='a:1\\n'", 'image = "a:1\\n"', "no name of an image"),
}


def compiled(folder: Path, *, own: str = "image='python:3.12-slim'", use: str = "", profile: str = "") -> None:
    (folder / "pyproject.toml").write_text(profile)
    (folder / "flow.py").write_text(SOURCE.format(own=own, use=use))
    flowdsl.compile(flowdsl.load(folder / "flow.py"), profile="prod" if profile else "")


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("where", ["task", "use", "profile"])
def test_it_is_refused(name: str, where: str, tmp_path: Path) -> None:
    code, table, said = WRONG[name]
    places = {
        "task": {"own": code if code.startswith("image") else f"image='python:3.12-slim', {code}"},
        "use": {"use": f".with_options({code})"},
        "profile": {"profile": f"[tool.flowdsl.profiles.prod.tasks.train]\n{table}\n"},
    }
    with pytest.raises(FlowError, match=said):
        compiled(tmp_path, **places[where])


@pytest.mark.parametrize(
    "text", ["[tool.flowdsl.\n", "[tool.flowdsl.tsk]\nimage = 'x'\n", "[tool.flowdsl.profles.prod]\n"]
)
def test_settings_that_are_half_written_are_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    (tmp_path / "flow.py").write_text(SOURCE.format(own="image='python:3.12-slim'", use=""))
    with pytest.raises((FlowError, UsageError), match=r"can't be read|has no table"):
        flowdsl.compile(flowdsl.load(tmp_path / "flow.py"))


@pytest.mark.parametrize("pattern", ["a++", "(?>ab)c", "v{2}+", "v{,}+", "v[a+]?+", "a(?i)"])
def test_a_pattern_for_some_pythons_alone_is_refused(pattern: str) -> None:
    assert _pattern_problem(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        *("v[0-9]+", r"a\++", "[*+]+", "[]+]+", "{}+", "x}+", "(?i)a+?", "a{2,3}?"),
        *(r"v[0-9]+\.[0-9]+", "[a-z]*[0-9]+", r"\d+\s+", "([a]?>)", r"[\]*+]", "[^]*+]x", "(?#a*+)a"),
    ],
)
def test_a_pattern_for_every_python_is_taken(pattern: str) -> None:
    assert not _pattern_problem(pattern)


def test_a_missing_module_of_the_project_is_not_to_be_installed(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").touch()
    text = SOURCE.format(own="image='python:3.12-slim'", use="").replace("return n", "import shop.rates\n    return n")
    (tmp_path / "flow.py").write_text(text)
    with pytest.raises(FlowError) as refused:
        flowdsl.compile(flowdsl.load(tmp_path / "flow.py"))
    (finding,) = refused.value.diagnostics
    assert finding.message == "the project has no module `shop.rates`"
    assert "packages" not in finding.hint
