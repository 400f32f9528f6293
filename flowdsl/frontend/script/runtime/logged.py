"""Results that a program only prints: it is run, its output passed on as it comes, and lines of it taken as results.

What Tekton makes of a result is left as it is (docs/tasks.md, "Emitting Task results"): the last one written counts,
and one that nobody wrote is missing where another task asks for it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence

from flowdsl.frontend.script.runtime.common import _flowdsl_fail, _flowdsl_show
from flowdsl.frontend.script.runtime.outputs import _flowdsl_write, _Results
from flowdsl.frontend.script.runtime.source import _flowdsl_folder

_Look = Callable[[str], "tuple[str, str] | None"]
_Logged = Sequence["tuple[Sequence[str], str, Callable[[str, str], object], Callable[[str, object], str]]"]


def _flowdsl_vso(line: str) -> tuple[str, str] | None:
    import re
    import sys

    # https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands, "SetVariable" and "Formatting".
    found = re.match(r"\s*##vso\[task\.setvariable ([^\]]{1,1000})\](.*)", line, re.IGNORECASE | re.DOTALL)
    if not found:
        return None

    def plain(text: str) -> str:
        for code, sign in (("%3B", ";"), ("%5D", "]"), ("%0D", "\r"), ("%0A", "\n"), ("%AZP25", "%")):
            text = text.replace(code, sign)
        return text

    said = [part.partition("=") for part in found.group(1).split(";")]
    words = {key.strip().lower(): plain(value.strip()) for key, _, value in said}
    if words.get("issecret", "").lower() == "true":
        name = _flowdsl_show(words.get("variable", ""))
        print(
            "flowdsl: " + name + " is a secret variable: it is not taken, results are for all to read", file=sys.stderr
        )
        return None
    return words.get("variable", "").lower(), plain(found.group(2))


def _flowdsl_lines_like(patterns: Sequence[tuple[str, str]]) -> _Look:
    import re

    compiled = [(name, re.compile(pattern)) for name, pattern in patterns]

    def look(line: str) -> tuple[str, str] | None:
        for name, pattern in compiled:
            found = pattern.search(line)
            if found:
                named = found.groupdict()
                value = named["value"] if "value" in named else found.group(1)
                return (name or named["name"] or "").lower(), value or ""
        return None

    return look


def _flowdsl_started(script: str) -> subprocess.Popen[bytes]:
    import os
    import signal
    import subprocess
    import sys

    command = sys.argv[1:]
    if script:
        path = os.path.join(_flowdsl_folder(), "script")
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(script)
        os.chmod(path, 0o700)
        command = [path, *command]
    # Tekton's entrypoint sends a signal to the whole group: the program ends by it, and this script with its code.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    try:
        return subprocess.Popen(command, stdout=subprocess.PIPE, env={"PYTHONUNBUFFERED": "1", **os.environ})
    except FileNotFoundError:
        return _flowdsl_fail("there is no program " + _flowdsl_show(command[0]), 127)
    except OSError as error:
        return _flowdsl_fail(_flowdsl_show(command[0]) + " can't be run: " + str(error), 126)


def _flowdsl_followed(process: subprocess.Popen[bytes], look: _Look, most: int) -> dict[str, str]:
    import os
    import re
    import select
    import sys
    import time

    assert process.stdout is not None
    source, kept, skipped, ended = process.stdout.fileno(), b"", False, 0.0
    found: dict[str, str] = {}

    def take(line: bytes) -> None:
        pair = look(line.decode("utf-8", "replace")) if len(line) <= most else None
        if pair:
            found[pair[0]] = pair[1]

    while not ended or time.monotonic() < ended + 1:  # what the program has left behind may hold its output open
        if not select.select([source], [], [], 0.1)[0]:
            if process.poll() is not None:
                break
            continue
        block = os.read(source, 65536)
        if not block:
            break
        if not ended and process.poll() is not None:
            ended = time.monotonic()
        try:
            sys.stdout.buffer.write(block)
            sys.stdout.buffer.flush()
        except OSError:
            pass  # nobody reads it any more, which is not the program's affair
        *lines, kept = re.split(rb"[\r\n]", kept + block)
        for line in lines[skipped:]:
            take(line)
        skipped = (skipped and not lines) or len(kept) > most  # the rest of a line that is too long
        kept = b"" if skipped else kept
    if not skipped:
        take(kept)
    return found


def _flowdsl_from_log(look: _Look, results: _Logged, limit: int, script: str) -> None:
    import sys

    process = _flowdsl_started(script)
    said = _flowdsl_followed(process, look, 4 * limit)  # no result could carry what a longer line says
    code = process.wait()
    values: dict[str, object] = {}
    kept: _Results = []
    for names, env, decode, encode in results:
        given = [said[name.lower()] for name in names if name.lower() in said]
        what = "result " + names[0]
        if given:
            try:
                values[names[0]] = decode(what, given[0])
            except SystemExit:  # what is wrong with the value has been said
                if not code:
                    raise
                continue
            kept.append((names[0], names[0], env, encode))
        elif not code:
            print("flowdsl: no line of the output gives the " + what, file=sys.stderr)
    try:
        _flowdsl_write(values, kept, limit)
    finally:  # a program that fails ends the step by its own code, whatever it said
        if code:
            sys.exit(code if code > 0 else 128 - code)
