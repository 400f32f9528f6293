"""The commands print through `cli.say` alone: there, nothing that others wrote acts on a terminal or a CI system."""

from __future__ import annotations

import re

from source import modules

_PRINTS = re.compile(r"(?<![\w.])(?:click\.(?:echo|secho)|print|sys\.std(?:out|err)\.write)\(")
# Who else writes: views have streams of their own and escape each value; a verdict a line is JSON.
ALLOWED = {"flowdsl.cli.say", "flowdsl.cli.linted"}
# Text of these becomes programs that run in steps, or in a Python of their own whose output is read.
IN_STEPS = (
    "flowdsl.frontend.script.runtime",
    "flowdsl.runner.equivalents.programs",
    "flowdsl.runner.taskrun",
    "flowdsl.events.programs",
    "flowdsl.decide.patterns",
)


def test_commands_print_through_one_module() -> None:
    found = [
        f"{module.name}: {line.strip()}"
        for module in modules().values()
        if module.name not in ALLOWED and not module.name.startswith(IN_STEPS)
        for line in module.path.read_text(encoding="utf-8").splitlines()
        if _PRINTS.search(line) and not line.lstrip().startswith("#")
    ]
    assert found == [], "print through flowdsl.cli.say"
