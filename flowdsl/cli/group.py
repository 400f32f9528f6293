"""The group of all commands: found in `flowdsl.cli.commands`, each loaded when it is asked for."""

from __future__ import annotations

import copy
import functools
import importlib
import pkgutil

import click

from flowdsl.cli import commands
from flowdsl.cli.options import SourceArgument


class FilesCommand(click.Command):
    """A command about files, folders or a whole project: the command line of one pipeline goes without it."""


class Commands(click.Group):
    """The commands; with a pipeline at hand those alone that are about one, without the argument that names it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the alphabet."""
        return list(self._all())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; None where there is none."""
        found = self._loaded(cmd_name)
        if found is None:
            # Click suggests one of these.
            self.commands = self._all()
        return found

    def _all(self) -> dict[str, click.Command]:
        found = {name: self._loaded(name) for name in sorted(_modules())}
        return {name: command for name, command in found.items() if command is not None}

    def _loaded(self, name: str) -> click.Command | None:
        module = _modules().get(name)
        if module is None:
            return None
        command: click.Command = importlib.import_module(f"{commands.__name__}.{module}").command
        return self._bound(command)

    def _bound(self, command: click.Command) -> click.Command | None:
        if self.context_settings.get("obj") is None:
            return command
        if isinstance(command, FilesCommand):
            return None
        found = copy.copy(command)
        found.params = [each for each in command.params if not isinstance(each, SourceArgument)]
        return found


@functools.cache
def _modules() -> dict[str, str]:
    """The modules by the command's name: `import` is a word of Python, and its module `import_`.

    The folder is listed once: each name that help shows asks.
    """
    return {each.name.rstrip("_"): each.name for each in pkgutil.iter_modules(commands.__path__)}
