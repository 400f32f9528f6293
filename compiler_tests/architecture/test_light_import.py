"""What is loaded when: `import flowdsl` and a compile stay light because nobody adds an import without seeing it here."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import flowdsl
from flowdsl.library import HOMES

ROOT = Path(__file__).parents[2]
# Each is heavier than all of flowdsl, or belongs to something that only some users do.
HEAVY = {"networkx", "numpy", "rich", "kubernetes", "yaml", "boto3", "mkdocs", "asyncio", "multiprocessing"}
PYDANTIC = {"pydantic", "pydantic_core", "typing_extensions", "annotated_types", "typing_inspection"}
PIPELINE = """
from flowdsl import pipeline, task

@task(image="alpine:3", script="#!/bin/sh\\ntrue\\n")
def first(name: str) -> str: ...

@task(image="python:3.12-slim")
def second(name: str) -> str:
    return name.upper()

@pipeline
def sample(name: str = "x") -> str:
    return second(name=first(name=name))
"""


def loaded_by(code: str) -> set[str]:
    """The modules a fresh process has after running the code, beyond those it starts with."""
    script = f"import sys\nbefore = set(sys.modules)\n{code}\nprint('\\n'.join(sorted(set(sys.modules) - before)))"
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    return set(done.stdout.splitlines()[-2000:])


def third_party(names: set[str]) -> set[str]:
    """The top-level packages among them that neither Python nor flowdsl brings."""
    tops = {name.partition(".")[0] for name in names}
    return {top for top in tops if top not in sys.stdlib_module_names and top != "flowdsl" and not top.startswith("_")}


def packages(names: set[str]) -> set[str]:
    """The packages of flowdsl among them."""
    return {name.split(".")[1] for name in names if name.startswith("flowdsl.")}


def test_the_package_alone_loads_nothing() -> None:
    assert {name for name in loaded_by("import flowdsl") if name.startswith("flowdsl")} == {"flowdsl"}
    assert third_party(loaded_by("import flowdsl")) == set()


def test_every_public_name_is_there_once_it_is_asked_for() -> None:
    given = "\n".join(f"import flowdsl; flowdsl.{name}; assert {name!r} in dir(flowdsl)" for name in flowdsl.__all__)
    assert "flowdsl.api" in loaded_by(given)
    assert "flowdsl.api" in loaded_by("from flowdsl import *\ntask; pipeline")


def test_no_module_takes_the_place_of_a_public_name() -> None:
    """Python sets a submodule as an attribute of its package when it loads, over what is called so already."""
    modules = {each.stem for each in Path(flowdsl.__file__).parent.iterdir()}
    assert "celgo" in modules
    assert not modules & set(flowdsl.__all__)


def test_what_is_loaded_is_what_checkers_see() -> None:
    tree = ast.parse(Path(flowdsl.__file__).read_text())
    (seen,) = [each for each in tree.body if isinstance(each, ast.If)]
    imports = [each for each in seen.body if isinstance(each, ast.ImportFrom)]
    shown = {name.name: str(each.module) for each in imports for name in each.names}
    library = {name: f"flowdsl.library.{module}" for name, module in HOMES.items()}
    assert shown == {**flowdsl._HOMES, **library}


def test_what_a_pipeline_takes_loads_attrs_and_the_front_half_alone() -> None:
    names = loaded_by("from flowdsl import File, Workspace, either, manifest, pipeline, task, when")
    assert third_party(names) <= {"attr", "attrs"}
    assert packages(names) <= {"api", "diagnostics", "frontend", "ir", "kube"}
    assert not names & HEAVY
    # The slicer is for a compile, and reading a module's syntax tree its heaviest part.
    assert not any(name.startswith("flowdsl.frontend.slicing") for name in names)


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["lint", "--help"], ["compile", "--help"]])
def test_help_is_not_about_a_pipeline(words: list[str]) -> None:
    names = loaded_by(
        "import contextlib, io\nfrom flowdsl.cli import main\n"
        f"with contextlib.redirect_stdout(io.StringIO()): assert main({words}) == 0"
    )
    assert third_party(names) <= {"attr", "attrs", "click"}
    assert packages(names) <= {"cli", "diagnostics", "kube", "library"}


YAML = """
apiVersion: tekton.dev/v1
kind: PipelineRun
metadata: {name: once}
spec: {pipelineSpec: {tasks: [{name: a, taskSpec: {steps: [{name: s, image: "alpine:3", script: "true"}]}}]}}
"""


@pytest.mark.parametrize("words", [["lint", "a.yaml"], ["diff", "a.yaml", "a.yaml"], ["run", "a.yaml", "--unconfined"]])
def test_what_reads_yaml_has_no_need_of_what_makes_it(words: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(YAML)
    names = loaded_by(
        f"import contextlib, io, os\nfrom flowdsl.cli import main\nos.chdir({str(tmp_path)!r})\n"
        f"with contextlib.redirect_stdout(io.StringIO()): assert main({words}) == 0"
    )
    assert f"flowdsl.cli.commands.{words[0]}" in names
    assert packages(names).isdisjoint({"api", "compiler", "graph", "lower", "passes"})
    assert names.isdisjoint(
        {"networkx", "flowdsl.frontend.decorators", "flowdsl.frontend.pipeline", "flowdsl.ir.nodes"}
    )
    assert not any(name.startswith("flowdsl.kinds.argo") for name in names)


def test_an_import_of_what_starts_nothing_reads_no_starts(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(YAML)
    names = loaded_by(
        f"import os\nfrom flowdsl.cli import main\nos.chdir({str(tmp_path)!r})\n"
        "assert main(['import', 'a.yaml', '-o', 'a.py']) == 0"
    )
    assert "flowdsl.importer.pipelines" in names
    assert packages(names).isdisjoint({"celgo", "events"})
    assert not any(name.startswith("flowdsl.importer.starts") for name in names)


def test_a_compile_loads_the_engine_of_the_models_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "sample.py").write_text(PIPELINE)
    names = loaded_by(
        f"sys.path.insert(0, {str(tmp_path)!r})\nimport sample\n"
        "from flowdsl.compiler import compile_pipeline\nfrom flowdsl.emit import emit_yaml\n"
        "emit_yaml(compile_pipeline(sample.sample).documents)"
    )
    # The pipeline is a networkx graph in every compile; nothing else that is heavy comes with it.
    assert third_party(names) <= {"attr", "attrs", "networkx", *PYDANTIC, "sample"}
    assert names & HEAVY <= {"networkx"}
    assert packages(names).isdisjoint({"cli", "library", "linter", "importer", "differ", "runner", "kubeclient"})


COMPILED_METHODS = """
import sample
from flowdsl.compiler import compile_pipeline
compile_pipeline(sample.sample)
ours = [(name, module) for name, module in sys.modules.items() if name.startswith("flowdsl.")]
classes = {each for name, module in ours for each in vars(module).values() if isinstance(each, type)}
frozen = [each for each in classes if each.__setattr__.__name__ == "_frozen_setattrs"]
assert len(frozen) > 60
for each in frozen:
    code = getattr(vars(each).get("__eq__"), "__code__", None)
    if code is not None and code.co_filename.startswith("<attrs"):
        print("compiled:" + each.__module__ + "." + each.__name__)
"""


def test_classes_that_every_compile_makes_share_their_methods(tmp_path: Path) -> None:
    """attrs compiles `__eq__`, `__hash__` and `__repr__` for each class: `flowdsl.diagnostics.frozen` does without."""
    (tmp_path / "sample.py").write_text(PIPELINE)
    printed = loaded_by(f"sys.path.insert(0, {str(tmp_path)!r})\n{COMPILED_METHODS}")
    compiled = {line.removeprefix("compiled:") for line in printed if line.startswith("compiled:")}
    # The text of `decide` goes into scripts; a bundle keeps what it has found out, and has no slots.
    wrong = {name for name in compiled if not name.startswith("flowdsl.decide.")} - {"flowdsl.ir.bundle.Bundle"}
    assert wrong == set(), "made by attrs.frozen: take frozen from flowdsl.diagnostics.frozen"


def test_the_command_line_adds_click(tmp_path: Path) -> None:
    (tmp_path / "sample.py").write_text(PIPELINE)
    names = loaded_by(
        f"sys.path.insert(0, {str(tmp_path)!r})\nimport sample\n"
        f"from flowdsl.cli import run_for\n"
        f"assert run_for(sample.sample, ['compile', '-o', {str(tmp_path / 'o.yaml')!r}]) == 0"
    )
    assert third_party(names) <= {"attr", "attrs", "click", "networkx", *PYDANTIC, "sample"}
    assert names & HEAVY <= {"networkx"}


def test_a_run_without_packages_loads_nothing_that_resolves_them(tmp_path: Path) -> None:
    names = loaded_by(
        f"sys.path.insert(0, {str(ROOT / 'pipelines' / 'examples')!r})\nimport hello\n"
        f"from flowdsl.cli import run_for\n"
        f"assert run_for(hello.hello, ['run', '--folder', {str(tmp_path / 'kept')!r}]) == 0"
    )
    assert "flowdsl.runner.pipelinerun.engine" in names
    assert names.isdisjoint({"flowdsl.library.locking", "flowdsl.packages.resolve", "flowdsl.packages.pip_report"})


def test_this_file_would_see_a_heavy_import() -> None:
    assert {"networkx", "yaml"} <= third_party(loaded_by("import flowdsl, yaml, networkx"))
