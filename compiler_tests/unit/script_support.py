"""A user's module on disk, its functions sliced and built into scripts, and the scripts run as a container runs them."""

from __future__ import annotations

import importlib.util
import itertools
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs

from flowdsl.compiler.scripts import script_inputs
from flowdsl.diagnostics import Collector
from flowdsl.diagnostics.render import render
from flowdsl.frontend.script import Script, ScriptOutput, build_script, script_roots
from flowdsl.frontend.slicing import Slice, slice_source
from flowdsl.kube.conventions import BUNDLE_PATH

_COUNT = itertools.count()
_OLDEST = Path("/root/.pyenv/versions/3.8.18/bin/python")
PYTHON = str(_OLDEST) if _OLDEST.exists() else sys.executable
"""The oldest Python a script must run on, where this machine has it."""


def load(folder: Path, source: str) -> ModuleType:
    """The module of a source text, imported from a file of its own."""
    name = f"user_module_{next(_COUNT)}"
    path = folder / f"{name}.py"
    path.write_text(source, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[name]
    return module


def cut(function: Callable[..., Any], roots: Sequence[str] = (), **options: Any) -> Slice:
    """The slice of a function that has no findings at all."""
    collector = Collector()
    found = slice_source(function, roots, collector=collector, **options)
    assert not collector.items, render(collector)
    assert found is not None
    return found


def findings(function: Callable[..., Any], **options: Any) -> list[str]:
    """The codes that slicing a function reports, in order."""
    collector = Collector()
    slice_source(function, collector=collector, **options)
    return [item.code for item in collector]


def script_of(task: Any, **options: Any) -> Script:
    """The script of a `@task`, as the compiler builds it."""
    task.problems.raise_if_errors()
    definition = task.definition
    inputs = script_inputs(definition, task.function)
    outputs = [ScriptOutput(item.name, item.type, item.field) for item in definition.results]
    collector = Collector()
    sliced = slice_source(task.function, script_roots(inputs), collector=collector)
    assert sliced is not None, render(collector)
    script = build_script(sliced, inputs, outputs, task=definition.name, collector=collector, **options)
    assert script is not None, render(collector)
    return script


def laid_out(script: Script, folder: Path) -> str:
    """The script's text where what it has mounted stands in a folder: with links, as the kubelet puts a ConfigMap."""
    if script.bundle is None or not script.bundle.mounted:
        return script.text
    real = folder / "..2026_11_26"
    for file in script.bundle.files:
        target = real / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content if isinstance(file.content, bytes) else file.content.encode())
    (folder / "..data").symlink_to(real.name)
    for top in os.listdir(real):
        (folder / top).symlink_to(f"..data/{top}")
    return script.text.replace(f'"{BUNDLE_PATH}"', repr(str(folder)))


@attrs.frozen
class Outcome:
    """What a run left behind; `results` by environment variable."""

    code: int
    log: str
    errors: str
    results: dict[str, str]


@attrs.define
class Container:
    """Runs scripts with an environment of their own, below one folder."""

    folder: Path
    python: str = PYTHON

    def run(
        self, script: str, env: Mapping[str, str] | None = None, args: Sequence[str] = (), results: Sequence[str] = ()
    ) -> Outcome:
        """Run a script; `results` names the result variables that it is given paths in."""
        file = self.folder / f"script-{next(_COUNT)}"
        file.write_text(script, encoding="utf-8", newline="")
        paths = {name: self.folder / f"{file.name}-{name}" for name in results}
        process = subprocess.run(
            [self.python, "-I", str(file), *args],
            env={"PATH": os.defpath, **(env or {}), **{name: str(path) for name, path in paths.items()}},
            capture_output=True, text=True, encoding="utf-8", timeout=600, cwd=self.folder, check=False,
        )  # fmt: skip
        written = {name: path.read_bytes().decode() for name, path in paths.items() if path.exists()}
        return Outcome(process.returncode, process.stdout, process.stderr, written)
