"""Write the tables of options in docs/dsl.md anew from signatures and docstrings: run by hand after a change to one.

python compiler_tests/golden/renew_options.py
"""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable
from pathlib import Path

import flowdsl
from flowdsl.frontend.decorators import task
from flowdsl.ir.options import OnError, Security

PAGE = Path(__file__).parents[2] / "docs" / "dsl.md"
COMMAND = "python compiler_tests/golden/renew_options.py"
Shown = Callable[..., object]
TABLES: dict[str, Shown] = {
    "task": task,
    "pipeline": flowdsl.pipeline,
    "with_options": flowdsl.Task.with_options,
    "task_ref": flowdsl.task_ref,
    "step_action": flowdsl.step_action,
    "pipeline_run": flowdsl.pipeline_run,
}
_BLOCK = re.compile(r"<!-- options of (\w+)[^>]*-->\n.*?<!-- end -->\n", re.DOTALL)
_NOT_SAID = ("", (), {}, frozenset(), inspect.Parameter.empty)


def sentences(function: Shown) -> dict[str, str]:
    """The sentence of each argument, from the docstring; one that goes on does so on deeper lines."""
    _, _, said = inspect.cleandoc(function.__doc__ or "").partition("Args:\n")
    joined = re.sub(r"\n {5,}", " ", said)
    return dict(re.findall(r"^    (\w+): (.*)$", joined, re.MULTILINE))


def table(function: Shown) -> str:
    """Options, types, defaults and sentences."""
    said = sentences(function)
    rows = ["| option | type | default | meaning |", "|---|---|---|---|"]
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            continue
        kind = _spelled(str(parameter.annotation)).replace("|", "\\|")
        rows.append(f"| `{name}` | `{kind}` | {_default(parameter.default)} | {said[name]} |")
    return "\n".join(rows) + "\n"


def _spelled(annotation: str) -> str:
    for name, literal in (("Security", Security), ("OnError", OnError)):
        annotation = annotation.replace(name, " | ".join(f'"{text}"' for text in typing.get_args(literal) if text))
    return annotation.replace("Data", "object").replace("'", '"')


def _default(value: object) -> str:
    shown = dict(value) if type(value).__name__ == "mappingproxy" else value  # type: ignore[call-overload]
    if repr(shown) == "{}" or any(type(shown) is type(each) and shown == each for each in _NOT_SAID):
        return ""
    return f"`{shown!r}`".replace("'", '"')


def renewed(page: str) -> str:
    """The page with its tables as they should be."""

    def block(found: re.Match[str]) -> str:
        name = found[1]
        return f"<!-- options of {name}, written by {COMMAND} -->\n\n{table(TABLES[name])}\n<!-- end -->\n"

    return _BLOCK.sub(block, page)


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
