"""Putting a script together: the user's slice, the runtime functions it needs, and the few lines that call it."""

from __future__ import annotations

from collections.abc import Sequence

from flowdsl.diagnostics import Collector
from flowdsl.diagnostics.frozen import frozen
from flowdsl.frontend.script.codecs import WORDS, argument, constructors, encoder, quoted
from flowdsl.frontend.script.library import helpers_for, real_builtins
from flowdsl.frontend.script.limits import check_bundle, check_size, check_substitutions, is_large, script_size_problem
from flowdsl.frontend.script.model import Script, ScriptInput, ScriptOutput, variable
from flowdsl.frontend.script.project import OURS, bundle_of, project_calls, user_rows
from flowdsl.frontend.slicing import HEADER, Slice
from flowdsl.ir.types import PATHS, Kind
from flowdsl.kube.conventions import MESSAGE_MOST
from flowdsl.kube.result_lines import written

_LINE = "\n"
_BANNER = """
# From here on it is flowdsl's: lay the code out at the user's lines and run it, take the parameters from the
# environment, call the function, write its results.

_FLOWDSL_TASK = {task}
"""
_START = """if __name__ == "__main__":
    _flowdsl_main()
"""


def script_roots(inputs: Sequence[ScriptInput]) -> tuple[str, ...]:
    """The classes of the user's module that decoding needs: `slice_source`'s `roots`."""
    found = set().union(*(constructors(item.type) for item in inputs)) if inputs else set()
    return tuple(sorted(found))


def build_script(
    slice_: Slice,
    inputs: Sequence[ScriptInput],
    outputs: Sequence[ScriptOutput] = (),
    *,
    task: str,
    collector: Collector,
    python: str = "python3",
    packages: str = "",
    result_limit: int = MESSAGE_MOST,
    mount: bool = True,
) -> Script | None:
    """The script of a task's step; None, and errors in the collector, where Tekton could not run it.

    `inputs` stand in the order of the signature. `task` is the name that error messages begin with. `python` is the
    interpreter: a name to look up on PATH, or an absolute path. `packages` is the call that installs them, before
    anything of the user's is imported. `result_limit` is in bytes. The project's files stand in the script, or, where
    that would be large and they may be mounted (`mount`), are its bundle. Reports FLOW070 (text that Tekton would
    replace), FLOW071 (too long), FLOW072 (two parameters in one variable) and FLOW075 (too much of the project).
    """
    before = len(collector.items)
    _check_names(slice_, inputs, outputs, collector)
    main = _main(slice_, inputs, outputs, result_limit)
    parts = _Parts(_shebang(python), _BANNER.format(task=quoted(task)), main, packages)
    script = _put_together(slice_, parts, mounted=mount and is_large(slice_.files))
    if mount and slice_.files and script_size_problem(script.text):
        script = _put_together(slice_, parts, mounted=True)
    check_substitutions(script, collector)
    check_bundle(script, slice_.files, task, collector)
    if mount:
        sizes = {"its own code": len(slice_.source), "the pins of its packages": len(packages)}
        check_size(script, sizes, collector)
    return None if any(item.severity.value == "error" for item in collector.items[before:]) else script


@frozen
class _Parts:
    """What a script has beside the user's code; `packages` is the call that installs some."""

    shebang: str
    banner: str
    main: str
    packages: str


def _put_together(slice_: Slice, parts: _Parts, *, mounted: bool) -> Script:
    """The script, with the project's files in it or, `mounted`, with their names."""
    # What is installed comes first, then what the user's imports find, then the user's own code.
    calls = [parts.packages, "_FLOWDSL_FOLDER = _flowdsl_folder()\n"]
    if slice_.files:
        calls.append(project_calls(slice_.files, mounted=mounted))
    if slice_.package:
        calls.append(f"__package__ = {quoted(slice_.package)}  # where relative imports start from\n")
    calls.append("_flowdsl_evaluated()\n" if slice_.evaluated else "_flowdsl_source()\n")
    first = "".join(calls)
    helpers = helpers_for(first + parts.main, slice_.names)
    rest = f"{parts.banner}{helpers}{parts.main}\n\n{first}\n{_START}"
    rows = [(parts.shebang, OURS), (HEADER.rstrip(_LINE), OURS), *user_rows(slice_, mounted=mounted)]
    rows += [(line, OURS) for line in rest.split(_LINE)[:-1]]
    return Script(
        text="".join(f"{line}\n" for line, _ in rows),
        places=tuple(place for _, place in rows),
        file=slice_.file,
        function_line=slice_.function_line,
        bundle=bundle_of(slice_.files, mounted=mounted),
    )


def _shebang(python: str) -> str:
    if python.startswith("/"):
        return f"#!{python}"
    return f"#!/usr/bin/env {'-S ' if ' ' in python else ''}{python}"


def _main(slice_: Slice, inputs: Sequence[ScriptInput], outputs: Sequence[ScriptOutput], result_limit: int) -> str:
    arrays = [item.name for item in inputs if item.type.kind is Kind.ARRAY]
    lines = []
    if arrays:
        names = ", ".join(quoted(name) for name in arrays)
        lines.append(f"    {WORDS} = _flowdsl_arrays(({names},))")
    if any(item.type.kind in PATHS for item in outputs):
        lines.append("    _flowdsl_enter()")
    lines += _call(slice_.function_name, inputs, keep=bool(outputs))
    if outputs:
        lines += _write(outputs, result_limit)
    body = "".join(f"{line}\n" for line in lines)
    return f"\n\ndef _flowdsl_main():\n{real_builtins(_used(body), slice_.names)}{body}"


def _used(body: str) -> list[str]:
    return [
        name for name in ("tuple", "dict", "list") if f"{name}(" in body or f" {name}," in body or f"({name}," in body
    ]


def _call(function: str, inputs: Sequence[ScriptInput], *, keep: bool) -> list[str]:
    given = [argument(item) if item.positional else f"{item.name}={argument(item)}" for item in inputs]
    start = f"    {'_flowdsl_returned = ' if keep else ''}{function}("
    if not given:
        return [f"{start})"]
    return [start, *(f"        {one}," for one in given), "    )"]


def _write(outputs: Sequence[ScriptOutput], result_limit: int) -> list[str]:
    lines = ["    _flowdsl_write(", "        _flowdsl_returned,", "        ["]
    for item in outputs:
        field = "None" if item.field is None else quoted(item.field)
        lines.append(written(quoted(item.name), field, quoted(item.env), encoder(item)))
    return [*lines, "        ],", f"        {result_limit},", "    )"]


def _check_names(
    slice_: Slice, inputs: Sequence[ScriptInput], outputs: Sequence[ScriptOutput], collector: Collector
) -> None:
    """Report FLOW072 where two values would share one environment variable."""
    seen: dict[str, str] = {}
    for what, env in _variables(inputs, outputs):
        other = seen.setdefault(env, what)
        if other != what:
            collector.error(
                "FLOW072",
                f"{other} and {what} would both arrive in the variable {env}",
                Script("", (), slice_.file, slice_.function_line).location(0),
                hint="rename one of them",
            )


def _variables(inputs: Sequence[ScriptInput], outputs: Sequence[ScriptOutput]) -> list[tuple[str, str]]:
    found = []
    for item in (each for each in inputs if not each.value):
        kind, what = item.type.kind, f"parameter {item.name!r}"
        if kind is Kind.OBJECT:
            found += [(f"{what}, key {key!r}", variable(item.env, key)) for key, _ in item.type.properties]
        elif kind is not Kind.ARRAY:
            found.append((what, item.env))
        if kind in PATHS or item.type.holds_files:
            found.append((f"the folder of {what}", f"{item.env}_DIR"))
        if kind is Kind.WORKSPACE and item.type.optional:
            found.append((f"the binding of {what}", f"{item.env}_BOUND"))
    return found + [(f"result {item.name!r}", item.env) for item in outputs]
