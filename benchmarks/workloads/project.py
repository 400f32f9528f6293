"""A project of N modules and as many tasks, or one file with the same tasks: written into a folder, compiled, timed.

python benchmarks/workloads/project.py FOLDER --modules 100 [--one-file]

Prints as JSON the seconds of processor time that the first compile takes, after the imports, and how long its text is.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
from pathlib import Path

HEAD = "from __future__ import annotations\n\nimport json\nimport math\n"
MODULE = '''

LIMIT_{n} = {n}


def rows_{n}(count: int) -> list[dict[str, float]]:
    """What the others work on."""
    return [{{"at": float(each), "value": math.sin(each / {scale})}} for each in range(count)]


def total_{n}(rows: list[dict[str, float]]) -> float:
    """The sum of the values, scaled."""
    found = 0.0
    for row in rows:
        if row["at"] > LIMIT_{n}:
            found += row["value"]
    return scaled(found)


class Report_{n}:
    """What a task says."""

    def __init__(self, rows: list[dict[str, float]]) -> None:
        self.rows = rows

    def text(self) -> str:
        """As JSON."""
        return json.dumps({{"rows": len(self.rows), "total": total_{n}(self.rows)}}, sort_keys=True)


def unused_{n}(text: str) -> str:
    """No task needs this."""
    return text.strip().lower().replace("_", "-")


def work_{n}(count: int) -> str:
    """What the task does, with the help of another module."""
    rows = rows_{n}(count)
    return f"{{Report_{n}(rows).text()}} {{{other}}}"
'''
COMMON = '''

FACTOR = 2.5


def scaled(value: float) -> float:
    """What all modules share."""
    return round(value * FACTOR, 6)
'''
TASK = '''

@task(image="python:3.12-slim")
def step_{n}(count: int = 10) -> str:
    """Work with a module of its own."""
    return work_{n}(count)
'''


def main() -> int:
    """Write the project and compile it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--modules", type=int, default=100)
    parser.add_argument("--one-file", action="store_true")
    given = parser.parse_args()
    write(given.folder, given.modules, one_file=given.one_file)
    sys.path.insert(0, str(given.folder))
    pipeline = importlib.import_module("flow").flow
    compiler, emit = importlib.import_module("flowdsl.compiler"), importlib.import_module("flowdsl.emit")
    if os.environ.get("FLOWDSL_BENCHMARK_CLOCK") == "none":
        return 0  # as `report` of clock.py: all that happens besides the work
    start = time.process_time()
    text = emit.emit_yaml(compiler.compile_pipeline(pipeline).documents)
    print(json.dumps({"seconds": time.process_time() - start, "characters": len(text)}))
    return 0


def write(folder: Path, modules: int, *, one_file: bool) -> None:
    """The files of the project: a package with a module a task, `common` among them, or all in the pipeline's own."""
    numbers = range(modules - 1)  # the package's `common` is one, too
    bodies = [MODULE.format(n=n, scale=n + 1, other=f"total_{n // 2}(rows)" if n else "len(rows)") for n in numbers]
    tasks = "".join(TASK.format(n=n) for n in numbers)
    calls = "".join(f"    step_{n}()\n" for n in numbers)
    flow = f"{tasks}\n\n@pipeline\ndef flow() -> None:\n{calls}"
    folder.mkdir(parents=True, exist_ok=True)
    ours = "\nfrom flowdsl import pipeline, task\n"
    if one_file:
        (folder / "flow.py").write_text(HEAD + ours + COMMON + "".join(bodies) + flow)
        return
    package = folder / "shop"
    package.mkdir(exist_ok=True)
    (package / "__init__.py").write_text("")
    (package / "common.py").write_text(COMMON.lstrip())
    for n, body in zip(numbers, bodies, strict=True):
        other = f"from .part_{n // 2} import total_{n // 2}\n" if n else ""
        (package / f"part_{n}.py").write_text(f"{HEAD}\nfrom .common import scaled\n{other}{body}")
    imports = "".join(f"from shop.part_{n} import work_{n}\n" for n in numbers)
    (folder / "flow.py").write_text(HEAD.replace("import json\nimport math\n", "") + imports + ours + flow)


if __name__ == "__main__":
    sys.exit(main())
