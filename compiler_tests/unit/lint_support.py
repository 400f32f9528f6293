"""Small documents for the tests of lint, and what is told of them by file."""

from __future__ import annotations

from flowdsl.linter.engine import Options, lint_sources
from flowdsl.linter.select import Selection
from flowdsl.yamlread.sources import Source

HEAD = "apiVersion: tekton.dev/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n"
STEPS = "  steps: [{name: s, image: 'alpine:3.20', command: [ls, $(params.a)]}]\n"


def document(kind: str, name: str, spec: str) -> str:
    return HEAD.format(kind=kind, name=name) + spec + "\n"


def build(*params: str) -> str:
    """A Task `build` that takes params, all without a default."""
    listed = ", ".join(f"{{name: {name}}}" for name in params)
    used = ", ".join(f"$(params.{name})" for name in params)
    return document("Task", "build", f"  params: [{listed}]\n  steps: [{{name: s, image: 'a:1', args: [{used}]}}]")


def run_of(task: str, *params: str, more: str = "") -> str:
    given = ", ".join(f"{{name: {name}, value: x}}" for name in params)
    return document("TaskRun", "r", f"  taskRef: {{name: {task}{more}}}\n  params: [{given}]")


def pipeline_of(*params: str, more: str = "", name: str = "p") -> str:
    given = ", ".join(f"{{name: {each}, value: x}}" for each in params)
    return document("Pipeline", name, f"  tasks: [{{name: t, taskRef: {{name: build{more}}}, params: [{given}]}}]")


def told(files: dict[str, str], *codes: str) -> list[tuple[str, str]]:
    """The codes asked for (all without any) with the file each is told of."""
    options = Options(selection=Selection(select=codes) if codes else Selection())
    found = lint_sources([Source(name, text) for name, text in files.items()], options)
    return [(document.file, place.code) for document in found for place in document.shown]
