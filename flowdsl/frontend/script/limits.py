"""What Tekton can't do with a script: carry it when it is too long, or leave its text alone.

Length: Tekton writes the scripts of all steps and sidecars, base64-encoded, into one argument of the `place-scripts`
init container (pkg/pod/script.go), and Linux takes no argument of 128 KiB or more (MAX_ARG_STRLEN in execve(2)).
Text: Tekton replaces `$(params...)` and its like anywhere in a script, inside strings and comments too
(docs/variables.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from flowdsl.diagnostics import Collector
from flowdsl.frontend.script.model import Script
from flowdsl.frontend.slicing.model import Bundled
from flowdsl.kube.conventions import ARGUMENT_MOST, CONFIG_MAP_MOST

ENCODED_LIMIT = 96 * 1024
"""What we let scripts have of ARGUMENT_MOST: debugging a TaskRun puts scripts of Tekton's own into the argument too."""
BUNDLE_LIMIT = 32 * 1024
"""Bytes of the project's files that stand in the script; more become a ConfigMap, which tasks share that need the same.

Half of what the script may have, so that a task's own code and the pins of its packages find room beside them, and that
a Task, which each of its TaskRuns holds once more in its status, stays small.
"""
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


def is_large(files: Sequence[Bundled]) -> bool:
    """Whether the project's files are better not in the script."""
    return bool(files) and sum(file.size for file in files) > BUNDLE_LIMIT


def check_size(script: Script, parts: Mapping[str, int], collector: Collector) -> None:
    """Report FLOW071 for a script that is too long by itself, with the size of what it is made of."""
    problem = script_size_problem(script.text)
    if problem:
        listed = dict(parts)
        if script.bundle is not None:
            listed["the list of the project's files"] = len(script.text) - sum(parts.values())
        told = ", ".join(f"{what} {_kib(size)}" for what, size in listed.items() if size)
        hint = "put large data in a file on a workspace, or the code in the image: `module=`, `requires=[...]`"
        collector.error("FLOW071", f"{problem}; before that: {told}", script.location(0), hint=hint)


def check_bundle(script: Script, files: Sequence[Bundled], task: str, collector: Collector) -> None:
    """Report FLOW075 for more files of the project than a ConfigMap holds, with the largest."""
    size = sum(file.size for file in files)
    if size > CONFIG_MAP_MOST:
        largest = sorted(files, key=lambda file: (-file.size, file.path))[:3]
        told = ", ".join(f"{file.path} {_kib(file.size)}" for file in largest)
        which = f"the largest of {len(files)} files" if len(files) > 1 else "its only file"
        collector.error(
            "FLOW075",
            f"what task {task!r} needs of the project takes {_kib(size)}, and a ConfigMap holds "
            f"{_kib(CONFIG_MAP_MOST)}; {which}: {told}",
            script.location(0),
            hint="build an image that has them, and say so: `image=`, `requires=[...]`; data can come as a File",
        )


def _kib(size: int) -> str:
    return f"{size / 1024:,.1f} KiB"


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
