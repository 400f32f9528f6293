"""What a script takes in and gives out, and the environment that carries both."""

from __future__ import annotations

import attrs

from flowdsl.diagnostics import Location
from flowdsl.diagnostics.frozen import frozen
from flowdsl.frontend import places
from flowdsl.ir.bundle import Bundle
from flowdsl.ir.types import TypeSpec
from flowdsl.ir.variables import ARRAY_MARK, OUTPUT_DIR, OUTPUT_ROOT, PARAM, RESULT, variable

__all__ = [
    "ARRAY_MARK",
    "OUTPUT_DIR",
    "OUTPUT_ROOT",
    "PARAM",
    "RESULT",
    "Script",
    "ScriptInput",
    "ScriptOutput",
    "variable",
]


@frozen
class ScriptInput:
    """A parameter of the task's function, as it arrives in the container.

    `env` is its variable, `PARAM_<NAME>` unless given. By kind of type:

    - an object has one variable a property, `<env>_<KEY>`;
    - an array arrives as arguments, after `--flowdsl-array=<name>`;
    - a File or Directory is a path relative to the folder in `<env>_DIR`;
    - a Workspace is its path; with `<env>_BOUND` = `false` it is None.

    `positional` is for a parameter before `/` in the signature. `value` is the expression of one that does not arrive:
    a `functools.partial` has bound it.
    """

    name: str
    type: TypeSpec
    env: str = attrs.field()
    positional: bool = False
    value: str = ""

    @env.default
    def _env(self) -> str:
        return variable(PARAM, self.name)


@frozen
class ScriptOutput:
    """A result. `env` is the variable that holds the path to write it to, `RESULT_<NAME>` unless given.

    `field` is the attribute (or, in a dict, the key) of the returned value that holds it; None: the whole value.
    """

    name: str
    type: TypeSpec
    field: str | None = None
    env: str = attrs.field()

    @env.default
    def _env(self) -> str:
        return variable(RESULT, self.name)


@frozen
class Script:
    """A finished script. `places[i]` is the user's file and line that line `i + 1` comes from; ("", 0): it is ours.

    `bundle` is what travels with it of the project, None where nothing does.
    """

    text: str
    places: tuple[tuple[str, int], ...]
    file: str
    function_line: int
    bundle: Bundle | None = None

    def location(self, line: int) -> Location:
        """The user's place for a line of the script; the function's where the line is flowdsl's own."""
        file, number = self.places[line - 1] if 1 <= line <= len(self.places) else ("", 0)
        return Location(places.display(file or self.file), number or self.function_line)
