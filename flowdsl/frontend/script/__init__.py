"""The script of a task's step: decode the parameters, call the function, write the results."""

from flowdsl.frontend.script.build import build_script, script_roots
from flowdsl.frontend.script.limits import script_size_problem
from flowdsl.frontend.script.model import (
    ARRAY_MARK,
    OUTPUT_DIR,
    OUTPUT_ROOT,
    Script,
    ScriptInput,
    ScriptOutput,
    variable,
)

__all__ = [
    "ARRAY_MARK",
    "OUTPUT_DIR",
    "OUTPUT_ROOT",
    "Script",
    "ScriptInput",
    "ScriptOutput",
    "build_script",
    "script_roots",
    "script_size_problem",
    "variable",
]
