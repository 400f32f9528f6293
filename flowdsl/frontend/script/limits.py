"""What Tekton can't do with a script: carry it when it is too long, or leave its text alone.

Length: Tekton writes the scripts of all steps and sidecars, base64-encoded, into one argument of the `place-scripts`
init container (pkg/pod/script.go), and Linux takes no argument of 128 KiB or more (MAX_ARG_STRLEN in execve(2)).
Text: Tekton replaces `$(params...)` and its like anywhere in a script, inside strings and comments too
(docs/variables.md).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from flowdsl.diagnostics import Collector
from flowdsl.frontend.script.model import Script
from flowdsl.frontend.slicing.model import Bundled
from flowdsl.kube.conventions import ARGUMENT_MOST

ENCODED_LIMIT = 96 * 1024
"""What we let scripts have of ARGUMENT_MOST: debugging a TaskRun puts scripts of Tekton's own into the argument too."""
_AROUND_ONE = 256
"""The shell lines around each script: its random name, `touch`, `cat` and the call that decodes it."""

_SUBSTITUTED = re.compile(
    r"\$\((?:(?:params|workspaces|context|results|tasks|steps|step|inputs|outputs|resources|credentials|finally)[.\[]"
    r"|(?:params|tasks|results)\))"
)


def encoded_size(*scripts: str) -> int:
    """How many bytes of the argument the scripts of one task take."""
    return sum((len(script.encode("utf-8")) + 2) // 3 * 4 + _AROUND_ONE for script in scripts)


def script_size_problem(*scripts: str) -> str | None:
    """What is wrong with the length of one task's scripts (all its steps and sidecars), or None."""
    size = encoded_size(*scripts)
    if size <= ENCODED_LIMIT:
        return None
    return (
        f"the task's scripts take {size} bytes once encoded, more than {ENCODED_LIMIT}; "
        f"Tekton passes them as one argument, and Linux refuses one of {ARGUMENT_MOST}"
    )


def check_size(script: Script, files: Sequence[Bundled], collector: Collector) -> None:
    """Report FLOW071 for a script that is too long by itself, with the largest of the project's files in it."""
    problem = script_size_problem(script.text)
    if problem:
        largest = sorted(files, key=lambda file: (-file.size, file.path))[:3]
        parts = ", ".join(f"{file.path} ({file.size} bytes)" for file in largest)
        collector.error(
            "FLOW071",
            problem + (f"; the largest of the project's files in it: {parts}" if parts else ""),
            script.location(0),
            hint="put large data in a file on a workspace, or the code in the image: `module=`, `requires=[...]`",
        )


def check_substitutions(script: Script, collector: Collector) -> None:
    """Report FLOW070 for text that Tekton would replace, and so let a value become code."""
    if "$(" not in script.text:
        return
    for number, line in enumerate(script.text.split("\n"), 1):
        for found in _SUBSTITUTED.finditer(line):
            end = line.find(")", found.end() - 1)
            shown = line[found.start() : end + 1] if end > 0 else found[0]
            collector.error(
                "FLOW070",
                f"Tekton replaces `{shown}` in a script's text, so that a value could become code",
                script.location(number),
                hint="take the value as a parameter of the task and use that",
            )
