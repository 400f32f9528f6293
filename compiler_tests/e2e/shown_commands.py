"""The commands that README, docs and help show, in the order in which they are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from flowdsl.cli.app import build

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SHELLS = {"bash", "sh", "shell", "console"}
_INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_COMMAND = re.compile(r"(?:… |flowdsl |python )\S")
_COMMENT = re.compile(r"\s+#\s.*$")
_EXAMPLES = re.compile(r"^\s*Examples?:\s*$", re.MULTILINE)


def pages() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def of_page(page: Path) -> list[str]:
    """The lines of its shell blocks and the commands within its text and tables, in order, each once."""
    text, found, at = page.read_text(encoding="utf-8"), [], 0
    for block in _BLOCK.finditer(text):
        found += _within(text[at : block.start()])
        if block[1] in _SHELLS:
            lines = block[2].replace("\\\n", " ").splitlines()
            found += [command for line in lines if (command := _clean(line))]
        at = block.end()
    return list(dict.fromkeys([*found, *_within(text[at:])]))


def _within(text: str) -> Iterator[str]:
    for span in _INLINE.findall(text):
        if _COMMAND.match(span):
            yield from _spread(span.replace("\\|", "|").replace("… ", "python pipelines/sonic.py ", 1))


def _spread(command: str) -> Iterator[str]:
    """`runs list|show|logs` is three commands."""
    start, _, last = command.rpartition(" ")
    words = last.split("|")
    yield from [f"{start} {word}" for word in words] if len(words) > 1 and last.islower() else [command]


def _clean(line: str) -> str:
    line = line.strip().removeprefix("$ ")
    return "" if line.startswith("#") else _COMMENT.sub("", line)


def commands(group: click.Command | None = None, name: str = "flowdsl") -> Iterator[tuple[str, click.Command]]:
    """Every command there is, by its full name."""
    command = group or build(None)
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for key in command.list_commands(context):
            yield from commands(command.get_command(context, key), f"{name} {key}")


def of_help() -> dict[str, list[str]]:
    """The examples of each command's help."""
    found = {}
    for name, command in commands():
        parts = _EXAMPLES.split(command.help or "")
        lines = [_clean(line) for part in parts[1:] for line in part.splitlines()]
        if any(lines):
            found[f"{name} --help"] = [line for line in lines if line]
    return found


def all_shown() -> dict[str, list[str]]:
    """By where it is shown first, so that each command is run once."""
    told: set[str] = set()
    found = {}
    sources = {page.relative_to(ROOT).as_posix(): of_page(page) for page in pages()} | of_help()
    for source, listed in sources.items():
        fresh = [command for command in listed if command not in told]
        told.update(fresh)
        if fresh:
            found[source] = fresh
    return found
