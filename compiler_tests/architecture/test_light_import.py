"""What is loaded when: `import flowdsl` and a compile stay light because nobody adds an import without seeing it here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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


def test_import_loads_attrs_and_the_front_half_alone() -> None:
    names = loaded_by("import flowdsl")
    assert third_party(names) <= {"attr", "attrs"}
    assert packages(names) <= {"api", "diagnostics", "frontend", "ir", "kube"}
    assert not names & HEAVY
    # The slicer is for a compile, and reading a module's syntax tree its heaviest part.
    assert not any(name.startswith("flowdsl.frontend.slicing") for name in names)


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
