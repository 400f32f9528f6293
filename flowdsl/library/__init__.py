"""The library under the command line, what each command does for programs: documents in, objects out, all typed.

A file a function or two; `flowdsl` gives them, each loaded on first use. What goes wrong in the user's input is raised
as `FlowError` (it holds diagnostics), a wrong call such as a path that is not there as `UsageError`, what a cluster
refuses as `ClusterError`; all are in `flowdsl.diagnostics`.
"""

from __future__ import annotations

HOMES = {
    "apply": "applying",
    "compile": "compiling",
    "diff": "comparing",
    "import_yaml": "importing",
    "lint": "linting",
    "load": "loading",
    "run": "running",
    "simulate": "simulating",
    "submit": "submitting",
}
"""The module of each function that `flowdsl` has from here. None is called as its function: a module and a function of
one name hide each other, whichever is loaded last."""


def function(name: str) -> object:
    """One of the functions by name, its module loaded."""
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
