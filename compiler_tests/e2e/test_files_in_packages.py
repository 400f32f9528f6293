"""A pipeline's file in a package works by its path: as the module that its imports make it, once, under one name."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import flowdsl
from flowdsl.cli import main
from flowdsl.library.lookup import import_paths

FLOW = """
from flowdsl import pipeline, task
{imports}


@task(image="python:3.12-slim")
def price(count: int) -> float:
    return count * RATE


@task(image="python:3.12-slim")
def tell(total: float) -> None:
    print("total", total)


@pipeline
def shop(count: int = 3) -> None:
    tell(price(count))
"""
RATE = "RATE = 2.5\n"
PROJECT = '[project]\nname = "stall"\nversion = "1"\n'

# What lies where, the file, how it imports, and the module that it is.
LAYOUTS = {
    "by its full name": (
        ["shop/__init__.py", "shop/settings.py"],
        "shop/flow.py",
        "from shop.settings import RATE",
        "shop.flow",
    ),
    "by one dot": (["shop/__init__.py", "shop/settings.py"], "shop/flow.py", "from .settings import RATE", "shop.flow"),
    "by two dots": (
        ["shop/__init__.py", "shop/jobs/__init__.py", "shop/settings.py"],
        "shop/jobs/flow.py",
        "from ..settings import RATE",
        "shop.jobs.flow",
    ),
    "in src": (
        ["src/shop/__init__.py", "src/shop/settings.py", "pyproject.toml"],
        "src/shop/flow.py",
        "from shop.settings import RATE",
        "shop.flow",
    ),
    "by a name of the project beside the package": (
        ["shop/__init__.py", "common/settings.py"],
        "shop/flow.py",
        "from common.settings import RATE",
        "shop.flow",
    ),
    "a package without a file": (
        ["shop/settings.py", "pyproject.toml"],
        "shop/flow.py",
        "from shop.settings import RATE",
        "shop.flow",
    ),
    "dots in a package without a file": (
        ["jobs/shop/settings.py", "jobs/common.py", "pyproject.toml"],
        "jobs/shop/flow.py",
        "from ..common import RATE as MORE\nfrom .settings import RATE",
        "jobs.shop.flow",
    ),
    "packages without files in src": (
        ["src/org/shop/settings.py", "pyproject.toml"],
        "src/org/shop/flow.py",
        "from org.shop.settings import RATE",
        "org.shop.flow",
    ),
    "a package in one without a file": (
        ["org/shop/__init__.py", "org/common.py", "pyproject.toml"],
        "org/shop/flow.py",
        "from ..common import RATE",
        "org.shop.flow",
    ),
    "the package's own file": (
        ["shop/settings.py"],
        "shop/__init__.py",
        "from .settings import RATE",
        "shop",
    ),
    "a name that is no identifier": (
        ["shop/__init__.py", "shop/settings.py"],
        "shop/my-flow.py",
        "from .settings import RATE",
        "shop.my-flow",
    ),
    "a script": (["pipelines/settings.py"], "pipelines/flow.py", "from settings import RATE", ""),
    "a script in a package": (
        ["shop/__init__.py", "shop/settings.py"],
        "shop/flow.py",
        "from settings import RATE",
        "",
    ),
    "a script in a project": (
        ["pipelines/settings.py", "pyproject.toml"],
        "pipelines/flow.py",
        "from settings import RATE",
        "",
    ),
    "a script that imports the project's package": (
        ["src/shop/settings.py", "pyproject.toml"],
        "pipelines/flow.py",
        "from shop.settings import RATE",
        "",
    ),
}
EVERY = pytest.mark.parametrize("layout", LAYOUTS)


def laid(folder: Path, layout: str) -> str:
    """Write a layout; its file."""
    others, file, imports, _ = LAYOUTS[layout]
    for each in others:
        write(folder / each, PROJECT if each.endswith(".toml") else "" if each.endswith("__init__.py") else RATE)
    write(folder / file, FLOW.format(imports=imports))
    return file


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture(autouse=True)
def _as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working folder, and of what is imported nothing of another test's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in [
        each for each in sys.modules if re.match(r"(shop|org|jobs|common|settings|_flowdsl_flow\w*)(\.|$)", each)
    ]:
        monkeypatch.delitem(sys.modules, name)


@EVERY
@pytest.mark.parametrize("command", ["compile", "lint", "explain", "graph", "run", "lock"])
def test_every_command_takes_its_path(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], layout: str, command: str
) -> None:
    assert main([command, laid(tmp_path, layout)]) == 0, capfd.readouterr().err
    if command == "run":
        assert "total 7.5" in capfd.readouterr().out


@EVERY
def test_it_is_one_module_of_one_name(tmp_path: Path, layout: str) -> None:
    file, name = laid(tmp_path, layout), LAYOUTS[layout][-1]
    found = flowdsl.load(file)
    homes = [each for each in list(sys.modules.values()) if getattr(each, "__file__", "") == str(tmp_path / file)]
    assert [each.__name__ for each in homes] == [name or "_flowdsl_flow"]
    assert found.function.__module__ == homes[0].__name__
    if name:
        assert flowdsl.load(file) is found is sys.modules[name].shop


@EVERY
def test_what_changed_is_loaded_anew(tmp_path: Path, layout: str) -> None:
    file = laid(tmp_path, layout)
    before = flowdsl.load(file)
    write(tmp_path / file, (tmp_path / file).read_text().replace("def shop(", "def other_shop("))
    assert (before.name, flowdsl.load(file).name) == ("shop", "other-shop")


def test_what_the_program_imported_is_what_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = laid(tmp_path, "by one dot")
    monkeypatch.syspath_prepend(tmp_path)
    import shop.flow  # type: ignore[import-not-found]

    assert flowdsl.load(file) is shop.flow.shop


def test_two_projects_with_a_package_of_one_name(tmp_path: Path) -> None:
    for name, rate in (("one", "RATE = 1.5\n"), ("two", "RATE = 2.5\n")):
        laid(tmp_path / name, "by one dot")
        write(tmp_path / name / "shop/settings.py", rate)
    with import_paths():
        loaded = [flowdsl.load(f"{name}/shop/flow.py") for name in ("one", "two")]
    assert [each.function.__globals__["RATE"] for each in loaded] == [1.5, 2.5]


def test_a_package_that_imports_its_pipeline(tmp_path: Path) -> None:
    file = laid(tmp_path, "by one dot")
    write(tmp_path / "shop/__init__.py", "from shop.flow import shop\n")
    assert flowdsl.load(file) is sys.modules["shop.flow"].shop


def test_what_lies_beside_shadows_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a package `import json` and `import yaml` are Python's and the installed one, here as in a container."""
    file = laid(tmp_path, "by one dot")
    for name in ("json", "yaml", "networkx", "statistics", "html"):
        write(tmp_path / f"shop/{name}.py", "raise SystemExit('shadowed')\n")
    write(tmp_path / file, "import json, statistics, yaml\n" + (tmp_path / file).read_text())
    assert main(["compile", file, "-o", "-"]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("command", ["compile", "lint", "explain", "graph", "run", "lock"])
def test_what_lies_beside_a_script_does_not_get_into_flowdsl(tmp_path: Path, command: str) -> None:
    """A script finds what lies beside it before what is installed; flowdsl and its libraries do not."""
    for name in ("networkx", "yaml", "html", "tempfile", "queue", "difflib", "concurrent", "statistics", "pydantic"):
        write(tmp_path / f"pipelines/{name}.py", f"raise RuntimeError('{name} of the project')\n")
    write(tmp_path / "pipelines/colorsys.py", RATE)
    write(tmp_path / "pipelines/flow.py", FLOW.format(imports="import colorsys\nassert colorsys.RATE\nRATE = 1.0"))
    script = Path(sys.executable).with_name("flowdsl")
    if not script.exists():
        pytest.skip("flowdsl is not installed beside this Python")
    done = subprocess.run([script, command, "pipelines/flow.py"], capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("name", "code"), [("types", 1), ("yaml", 1), ("time", 1)])
def test_a_package_whose_name_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, code: int
) -> None:
    write(tmp_path / name / "__init__.py", "")
    write(tmp_path / name / "settings.py", RATE)
    write(tmp_path / name / "flow.py", FLOW.format(imports="from .settings import RATE"))
    assert main(["compile", f"{name}/flow.py"]) == code
    said = capsys.readouterr().err
    assert f"error[FLOW093]: the package {name} can't be imported" in said
    assert f"hint: give {name} another name" in said
    (tmp_path / name).rename(tmp_path / "prices")
    assert main(["compile", "prices/flow.py"]) == 0
    write(tmp_path / name / "__init__.py", "")
    write(tmp_path / name / "flow.py", FLOW.format(imports="RATE = 1.0"))
    assert main(["compile", f"{name}/flow.py"]) == 0, "nothing of the package is needed"


@pytest.mark.parametrize(
    "layout", ["by one dot", "in src", "a package without a file", "packages without files in src"]
)
@pytest.mark.parametrize("command", ["compile", "lint", "explain", "graph", "run", "lock"])
def test_a_module_by_its_name(tmp_path: Path, capfd: pytest.CaptureFixture[str], layout: str, command: str) -> None:
    laid(tmp_path, layout)
    assert main([command, f"{LAYOUTS[layout][-1]}:shop"]) == 0, capfd.readouterr().err


def test_the_console_script_takes_a_module_by_its_name(tmp_path: Path) -> None:
    laid(tmp_path, "by one dot")
    script = Path(sys.executable).with_name("flowdsl")
    if not script.exists():
        pytest.skip("flowdsl is not installed beside this Python")
    done = subprocess.run([script, "compile", "shop.flow:shop", "-o", "-"], capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    assert "Pipeline" in {each["kind"] for each in yaml.safe_load_all(done.stdout)}


def test_a_yaml_file_that_is_not_there_is_no_module(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "gone.yaml:nightly"]) == 2
    assert "module" not in capsys.readouterr().err


@pytest.mark.parametrize("layout", ["by one dot", "a package without a file", "in src"])
def test_ci_and_diff_read_both_sides(tmp_path: Path, capfd: pytest.CaptureFixture[str], layout: str) -> None:
    if shutil.which("git") is None:
        pytest.skip("no git here")
    file = laid(tmp_path, layout)
    assert main(["compile", file]) == 0
    for words in (
        ["init", "-q", "-b", "main"],
        ["add", "-A"],
        ["commit", "-q", "-m", "all"],
        ["switch", "-qc", "mine"],
    ):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True)
    write(tmp_path / file, (tmp_path / file).read_text().replace("count: int = 3", "count: int = 4"))
    assert main(["compile", file]) == 0
    folder = file.rpartition("/")[0]
    assert main(["ci", "--base", "main", "--comment", "none", folder]) == 0, capfd.readouterr()
    capfd.readouterr()
    main(["diff", "main", "--", folder])
    said = capfd.readouterr()
    assert "param count" in said.out
    assert "does not compile" not in said.out + said.err
