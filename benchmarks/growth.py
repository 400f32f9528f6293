"""How each command's work grows with what it is given. See benchmarks/README.md.

python benchmarks/growth.py [--sizes 1000,10000] [--only lint,diff] [--limit 120] [--json FILE]

Each shape is made in two sizes, and in size 1 for what a process takes anyway. `exponent` is the power of the size by
which the rest grows: 1 is work that grows as its input does. Processor time of whole processes with their children,
once each; what takes longer than `--limit` seconds is killed and has no figure.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from before import environment
from measure import ROOT, Table

COLUMNS = {
    "": ("name", ""),
    "start-up, s": ("start", ".2f"),
    "small, s": ("small", ".2f"),
    "large, s": ("large", ".2f"),
    "exponent": ("exponent", ".2f"),
}
FLOWDSL = [sys.executable, "-m", "flowdsl"]
Shape = Callable[[Path, int], list[str]]


def _program(folder: Path, lines: list[str], *words: str) -> list[str]:
    """A command about a pipeline: `words` follow the file, the first of them goes before it."""
    (folder / "flow.py").write_text("from flowdsl import pipeline, task, when\n" + "\n".join(lines) + "\n")
    command, *rest = words
    return [*FLOWDSL, command, "flow.py:whole", *rest]


def _stages(number: int) -> list[str]:
    return [
        "def stage(index):",
        "    @task(name=f'stage-{index}', image=f'example.com/s:{index}', script=f'echo {index}')",
        "    def run(given: str) -> str: ...",
        "    return run",
        f"stages = [stage(index) for index in range({number})]",
    ]


CHAIN = ["@pipeline", "def whole(first: str = 'x') -> None:", "    value = first"]


def chain(*words: str) -> Shape:
    """N different tasks in a row."""
    lines = [*CHAIN, "    for each in stages:", "        value = each(given=value)"]
    return lambda folder, number: _program(folder, [*_stages(number), *lines], *words)


def repeated(folder: Path, number: int) -> list[str]:
    """One task N times."""
    lines = [*CHAIN, f"    for index in range({number}):", "        value = stages[0](given=value)"]
    return _program(folder, [*_stages(1), *lines], "compile", "-o", "-")


def nested(folder: Path, number: int) -> list[str]:
    """One pipeline of ten tasks in another, N/10 times."""
    inner = ["@pipeline", "def inner(first: str = 'x') -> None:", "    value = first", "    for each in stages:"]
    inner += ["        value = each(given=value)"]
    lines = [*CHAIN, f"    for index in range({max(1, number // 10)}):", "        inner(first=first)"]
    return _program(folder, [*_stages(10), *inner, *lines], "compile", "-o", "-")


def blocks(folder: Path, number: int) -> list[str]:
    """`when` in `when`, N/10 deep: what a document may hold ends near 200."""
    lines = ["import contextlib", *_stages(1), *CHAIN, "    with contextlib.ExitStack() as stack:"]
    lines += [f"        for index in range({max(1, number // 10)}):", "            value = stages[0](given=value)"]
    lines += ["            stack.enter_context(when(value == str(index)))"]
    return _program(folder, lines, "compile", "-o", "-")


def stale(folder: Path, number: int) -> list[str]:
    """What is there is another pipeline's, line by line."""
    command = chain("compile", "-o", "there.yaml")(folder, number)
    subprocess.run(command, cwd=folder, env=environment(ROOT), check=True, stdout=subprocess.DEVNULL)
    program = folder / "flow.py"
    program.write_text(program.read_text().replace("echo {index}", "print {index}"))
    return [*command, "--check"]


def a_task(index: int, **more: object) -> dict[str, object]:
    step = {"name": "s", "image": f"example.com/s:{index}", "script": f"echo {index}", **more}
    return {
        "apiVersion": "tekton.dev/v1",
        "kind": "Task",
        "metadata": {"name": f"stage-{index}"},
        "spec": {"params": [{"name": "given", "type": "string"}], "steps": [step]},
    }


def a_pipeline(number: int, refer: Callable[[int], str], name: Callable[[int], str]) -> dict[str, object]:
    tasks = [
        {
            "name": name(index),
            "taskRef": {"name": refer(index)},
            "params": [{"name": "given", "value": "x"}],
            **({"runAfter": [name(index - 1)]} if index else {}),
        }
        for index in range(number)
    ]
    return {"apiVersion": "tekton.dev/v1", "kind": "Pipeline", "metadata": {"name": "whole"}, "spec": {"tasks": tasks}}


def _yaml(file: Path, documents: list[dict[str, object]]) -> str:
    file.write_text("".join(f"---\n{json.dumps(each, indent=1)}\n" for each in documents))
    return file.name


def _tasks(number: int, **more: object) -> list[dict[str, object]]:
    return [a_task(index, **more) for index in range(number)]


def right(*words: str, **more: object) -> Shape:
    """One file of N Tasks; `more` are fields of each one's step."""
    return lambda folder, number: [*FLOWDSL, words[0], _yaml(folder / "a.yaml", _tasks(number, **more)), *words[1:]]


def faulty(*words: str) -> Shape:
    """The same, each Task with a field whose name is misspelt."""
    return right(*words, imagePullPolcy="Always")


def together(folder: Path, number: int) -> list[str]:
    """A Pipeline and its N Tasks in one file."""
    whole = a_pipeline(number, lambda index: f"stage-{index}", lambda index: f"stage-{index}")
    return [*FLOWDSL, "lint", _yaml(folder / "a.yaml", [whole, *_tasks(number)])]


def astray(folder: Path, number: int) -> list[str]:
    """The same, where each reference has a letter too much."""
    whole = a_pipeline(number, lambda index: f"stagee-{index}", lambda index: f"stage-{index}")
    return [*FLOWDSL, "lint", _yaml(folder / "a.yaml", [whole, *_tasks(number)])]


def many_files(folder: Path, number: int) -> list[str]:
    """N files of a Task each."""
    (folder / "files").mkdir()
    for index in range(number):
        _yaml(folder / "files" / f"{index}.yaml", [a_task(index)])
    return [*FLOWDSL, "lint", "files"]


def renamed(folder: Path, number: int) -> list[str]:
    """A Pipeline of N tasks, each of which has another name before."""
    for name in ("old", "new"):
        whole = a_pipeline(number, lambda index: f"stage-{index}", lambda index, name=name: f"{name}-{index}")
        _yaml(folder / f"{name}.yaml", [whole])
    return [*FLOWDSL, "diff", "old.yaml", "new.yaml"]


def kept(*words: str) -> Shape:
    """A run of N tasks that was kept."""

    def made(folder: Path, number: int) -> list[str]:
        from run_chain import chain as run_of

        (folder / "chain.yaml").write_text(json.dumps(run_of(number)))
        ours = [*FLOWDSL, "run", "chain.yaml"]
        subprocess.run(ours, cwd=folder, env=environment(ROOT), check=True, capture_output=True)
        return [*FLOWDSL, *words]

    return made


SHAPES: dict[str, Shape] = {
    "compile, N different tasks": chain("compile", "-o", "-"),
    "compile, one task N times": repeated,
    "compile, a pipeline of 10 tasks N/10 times": nested,
    "compile, when in when, N/10 deep": blocks,
    "compile -o FOLDER/, N files": chain("compile", "-o", "out/"),
    "compile --check, all stale": stale,
    "lint, one file of N Tasks": right("lint"),
    "lint, N files": many_files,
    "lint, a Pipeline and its N Tasks": together,
    "lint, N references astray": astray,
    "lint, N misspelt fields": faulty("lint"),
    "lint --output sarif, N misspelt fields": faulty("lint", "--output", "sarif"),
    "lint --fix --diff, N misspelt fields": faulty("lint", "--fix", "--diff"),
    "import, one file of N Tasks": right("import", "-o", "-"),
    "diff, the same": right("diff", "a.yaml"),
    "diff, N tasks renamed": renamed,
    "graph, a chain as svg": chain("graph", "--format", "svg"),
    "graph, a chain as html": chain("graph", "--format", "html"),
    "explain, a chain": chain("explain"),
    "runs show, N tasks": kept("runs", "show"),
}


def processor_time(command: list[str], folder: Path, limit: int) -> float | None:
    """Seconds that a process and its children took; None past the limit. Raises RuntimeError where it fails."""
    bound = ["sh", "-c", f'ulimit -t {limit}; exec "$@"', "sh", *command]
    log = folder / "log"
    with log.open("wb") as output, (folder / "printed").open("wb") as printed:
        process = subprocess.Popen(bound, cwd=folder, env=environment(ROOT), stdout=printed, stderr=output)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode < 0:
        return None
    if process.returncode not in (0, 1) or "Traceback" in log.read_text():
        raise RuntimeError(f"{' '.join(command)}: exit code {process.returncode}\n{log.read_text()[-2000:]}")
    return used.ru_utime + used.ru_stime


def measured(name: str, shape: Shape, sizes: tuple[int, int], limit: int) -> dict[str, Any]:
    """A row of the table."""
    taken = {}
    for which, number in (("start", 1), ("small", sizes[0]), ("large", sizes[1])):
        with tempfile.TemporaryDirectory() as made:
            taken[which] = processor_time(shape(Path(made), number), Path(made), limit)
    return {"name": name, **taken, "exponent": exponent(taken, sizes)}


def exponent(taken: dict[str, float | None], sizes: tuple[int, int]) -> float | None:
    """The power of the size by which the work grows, start-up taken off; None where there is no figure to take."""
    start, small, large = taken["start"], taken["small"], taken["large"]
    if start is None or small is None or large is None or small <= start or large <= start:
        return None
    return math.log((large - start) / (small - start)) / math.log(sizes[1] / sizes[0])


def main() -> int:
    """Print the table; the exit code says only whether everything ran."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000", help="the two sizes")
    parser.add_argument("--only", default="", help="words of the names of what to run, by commas")
    parser.add_argument("--limit", type=int, default=120, help="seconds of processor time for a process")
    parser.add_argument("--json", help="write every figure here, too")
    given = parser.parse_args()
    small, large = map(int, given.sizes.split(","))
    only = [word for word in given.only.split(",") if word]
    table = Table(f"N = {small} and {large}", COLUMNS)
    for name, shape in SHAPES.items():
        if not only or any(word in name for word in only):
            table.rows.append(measured(name, shape, (small, large), given.limit))
            print(json.dumps(table.rows[-1]), file=sys.stderr, flush=True)
    print(table.text())
    if given.json:
        Path(given.json).write_text(json.dumps(table.rows, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
