"""What is tried with an input: each is the command as a user gives it, and says what is wrong with how it ended."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import re
import signal
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from fuzz_inputs import CANARY, hostile_run, mutant

from flowdsl.cli import app

PATIENCE = 60
"""Seconds after which an input counts as one that hangs: far more than any of them needs."""
# What a terminal acts on (a pipe gets no colours), and workflow commands at the start of a line.
ESCAPES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]|^\s*::(?:error|set-output)", re.MULTILINE)
OK = frozenset({0, 1, 2})


class Hang(BaseException):
    """The command did not end; no `except Exception` may swallow it."""


@contextlib.contextmanager
def _patience() -> Iterator[None]:
    def give_up(_signal: int, _frame: types.FrameType | None) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def command(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output of a command, run in this process in `folder`. Raises Hang."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with _inside(folder), _patience(), contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = app.run(list(arguments), None)
        out.flush()
    return code, out.buffer.getvalue().decode("utf-8")


def faults(folder: Path, code: int, output: str, *, plain: bool = True) -> list[str]:
    """What is wrong with how a command ended, whatever it was given."""
    told = []
    if code not in OK:
        told.append(f"exit {code}")
    if "flowdsl has a bug" in output or "Traceback (most recent call last)" in output:
        told.append("a traceback or a bug")
    if (folder / CANARY).exists():
        told.append("a piece of the input was executed")
    if plain and (found := ESCAPES.search(output)):
        told.append(f"the output holds {found.group()!r}")
    return told


def _write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_bytes(text.encode("utf-8", "surrogatepass"))


def lint(rng: random.Random, folder: Path) -> list[str]:
    """`lint` in one of its forms."""
    _write(folder, "a.yaml", mutant(rng))
    form = rng.choice(("text", "json", "sarif", "github", "fix"))
    options = ["--fix", "--diff"] if form == "fix" else ["--output", form]
    code, output = command(folder, "lint", "--select", "ALL", *options, "a.yaml")
    # The text that `--diff` shows is the file's own, and annotations are workflow commands.
    told = faults(folder, code, output, plain=form == "text")
    if form in ("json", "sarif"):
        told += _json(output)
    return told


def import_(rng: random.Random, folder: Path) -> list[str]:
    """`import`, whose module must be Python that does nothing else."""
    _write(folder, "a.yaml", mutant(rng))
    code, output = command(folder, "import", "a.yaml", "-o", "mine.py", *rng.choice(((), ("--stubs",))))
    told = faults(folder, code, output)
    if (code == 0) != (folder / "mine.py").exists():
        told.append(f"exit {code}, and the module is {'there' if code else 'not there'}")
    return told


def diff(rng: random.Random, folder: Path) -> list[str]:
    """`diff` of two documents with a common seed."""
    shared = random.Random(rng.getrandbits(32))
    state = shared.getstate()
    _write(folder, "a.yaml", mutant(shared))
    shared.setstate(state)
    _write(folder, "b.yaml", mutant(shared) if rng.random() < 0.1 else mutant(rng))
    form = rng.choice(("text", "markdown", "json"))
    code, output = command(folder, "diff", "--output", form, "a.yaml", "b.yaml")
    told = faults(folder, code, output, plain=form != "json")
    return told + (_json(output) if form == "json" and code < 2 and output.strip() else [])


def run(rng: random.Random, folder: Path) -> list[str]:
    """`run` of steps that leave odd things behind, as a process of its own."""
    home = folder / "work"
    home.mkdir()
    document = hostile_run(rng)
    (home / "run.yaml").write_text(json.dumps(document))
    start = [sys.executable, "-m", "flowdsl", "run", "run.yaml", *rng.choice(((), ("--output", "json")))]
    done = subprocess.Popen(start, cwd=home, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output = done.communicate(timeout=PATIENCE)[0].decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        os.killpg(done.pid, signal.SIGKILL)
        done.communicate()
        raise Hang from None
    told = faults(home, done.returncode, output)
    if outside := sorted(path.name for path in folder.iterdir() if path != home):
        told.append(f"made outside of its folder: {outside}")
    return told


def _json(output: str) -> list[str]:
    """JSON that is none; what was told on standard error before it does not count."""
    start = output.find("{")
    try:
        json.JSONDecoder().raw_decode(output[max(start, 0) :])
    except ValueError as error:
        return [f"no JSON: {error}"]
    return []


Target = Callable[[random.Random, Path], list[str]]
TARGETS: dict[str, Target] = {"lint": lint, "import": import_, "diff": diff, "run": run}


def inputs(folder: Path) -> dict[str, Any]:
    """The input files of a folder, to show what was wrong."""
    return {path.name: path.read_bytes()[:3000] for path in sorted(folder.rglob("*.yaml"))}
