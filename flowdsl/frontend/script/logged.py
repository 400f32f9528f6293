"""The script that runs a program and takes results from what it prints (`runtime/logged.py`)."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from flowdsl.frontend.script.build import _shebang
from flowdsl.frontend.script.codecs import decoder, encoder, quoted
from flowdsl.frontend.script.library import helpers_for
from flowdsl.frontend.script.model import ScriptOutput
from flowdsl.ir.types import PATHS, Kind, TypeSpec
from flowdsl.kube.conventions import MESSAGE_MOST

_PREAMBLE = "#!/bin/sh\nset -e\n"
"""What Tekton puts before a script that names no interpreter: defaultScriptPreamble in pkg/pod/script.go."""
_TEXT = """\
{shebang}
# Written by flowdsl: run the program of the task, pass its output on, and take results from lines of it.

_FLOWDSL_TASK = {task}
{helpers}

def _flowdsl_main():
    _flowdsl_from_log(
        {look},
        [
{results}        ],
        {limit},
        {script},
    )


if __name__ == "__main__":
    _flowdsl_main()
"""


def log_script(
    patterns: Sequence[tuple[str, str]],
    outputs: Sequence[ScriptOutput],
    *,
    task: str,
    python: str,
    script: str = "",
    result_limit: int = MESSAGE_MOST,
) -> str:
    """The text of a script that runs its arguments, or `script` with them, and writes what their output says.

    `patterns` as `flowdsl.frontend.logged.patterns_of` gives them. `result_limit` is in bytes.
    """
    pairs = "".join(f"({quoted(name)}, {quoted(pattern)}), " for name, pattern in patterns)
    look = f"_flowdsl_lines_like(({pairs.rstrip()}))" if patterns else "_flowdsl_vso"
    results = "".join(f"            {_result(each)},\n" for each in outputs)
    if script and not script.startswith("#!"):
        script = _PREAMBLE + script
    code = f"_flowdsl_from_log({look}{results}"
    return _TEXT.format(
        shebang=_shebang(python),
        task=quoted(task),
        helpers=helpers_for(code, frozenset()),
        look=look,
        results=results,
        limit=result_limit,
        script=quoted(script),
    )


def _result(item: ScriptOutput) -> str:
    names = ", ".join(quoted(name) for name in dict.fromkeys((item.name, item.field or item.name)))
    plain = attrs.evolve(item, type=_without_classes(item.type))
    return f"(({names},), {quoted(item.env)}, {_reader(plain.type)}, {encoder(plain)})"


def _without_classes(spec: TypeSpec) -> TypeSpec:
    """The type without the user's classes, which a script without the user's code can't make objects of."""
    return attrs.evolve(spec, constructor="", renamed=False)


def _reader(spec: TypeSpec) -> str:
    """The expression of the function that reads one text: lists, objects and classes are JSON."""
    if spec.kind in PATHS:
        return "_flowdsl_str"
    return "_flowdsl_json" if spec.kind in (Kind.ARRAY, Kind.OBJECT, Kind.JSON) else decoder(spec)
