"""Commands are a file each, of one pattern: options declared, a call into the library, printing, an exit code."""

from __future__ import annotations

import ast
import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from source import Module, imports, modules

from flowdsl.cli import commands
from flowdsl.cli.app import build

PACKAGE = "flowdsl.cli.commands"
LONGEST = 120
# What help loads with every command, Python's own aside; the rest is for the function that needs it.
LIGHT = ("click", "flowdsl.cli", "flowdsl.diagnostics")
FILES = sorted(path.stem for path in Path(commands.__path__[0]).glob("*.py") if path.stem != "__init__")


def leaves(command: click.Command) -> Iterator[click.Command]:
    if not isinstance(command, click.Group):
        yield command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from leaves(found)


def loaded_with_help(text: str) -> set[str]:
    """The modules that are imported as the file is: at its top, not for a type checker alone."""
    found: set[str] = set()
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def is_light(name: str) -> bool:
    own = name.partition(".")[0] in sys.stdlib_module_names
    return own or any(name == each or name.startswith(f"{each}.") for each in LIGHT)


@pytest.mark.parametrize("name", FILES)
def test_a_command_has_the_pattern(name: str) -> None:
    module = importlib.import_module(f"{PACKAGE}.{name}")
    command = module.command
    assert isinstance(command, click.Command)
    assert command.name == name.rstrip("_")
    for leaf in leaves(command):
        assert leaf.help, leaf.name
        assert [each.name for each in leaf.params if isinstance(each, click.Option) and not each.help] == []
        function = inspect.unwrap(leaf.callback)
        signature = inspect.signature(function)
        assert signature.return_annotation == "int"
        for each in signature.parameters.values():
            assert each.kind is not each.VAR_KEYWORD, f"{name}: options are named, each with its type"
            assert each.annotation is not each.empty, f"{name}: {each.name} has no type"
    text = Path(inspect.getfile(module)).read_text(encoding="utf-8")
    assert [each for each in loaded_with_help(text) if not is_light(each)] == []
    assert len(text.splitlines()) <= LONGEST


def test_the_group_has_every_file_and_no_other_command() -> None:
    context = click.Context(build(None))
    assert build(None).list_commands(context) == sorted(name.rstrip("_") for name in FILES)
    assert len(FILES) > 20
    for hostile in ("__init__", "import_", "../app", "", "lint.py"):
        assert build(None).get_command(context, hostile) is None


def numbers_given(known: dict[str, Module]) -> list[str]:
    """Where a function of the command line gives a number: exit codes have names, in `flowdsl.diagnostics.errors`."""
    return [
        f"{module.name}:{node.lineno}"
        for module in known.values()
        if module.area == "cli"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant) and type(node.value.value) is int
    ]


def test_exit_codes_have_names() -> None:
    assert numbers_given(modules()) == [], "return EXIT_… of flowdsl.diagnostics.errors"


def works_itself(known: dict[str, Module]) -> list[str]:
    """Where the command line reaches for models or for the compiler's inner stages: the library does that."""
    inner = ("kinds", "ir", "frontend.script", "frontend.slicing", "graph", "passes", "lower", "check", "importer")
    return [
        str(one)
        for module in known.values()
        if module.area == "cli"
        for one in imports(module, known)
        if one.imported.removeprefix("flowdsl.").startswith(inner) and not one.typing_only
    ]


def test_the_command_line_leaves_the_work_to_the_library() -> None:
    assert works_itself(modules()) == [], "let a function of flowdsl.library do it"
