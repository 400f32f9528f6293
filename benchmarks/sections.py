"""One function a table: what is run, and what is set against what."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from contenders import Peer, python_of
from measure import ROOT, Runner, Table, middle

OURS = sys.executable
CASES = ROOT.parent / "shared" / "admission" / "cases.jsonl.gz"


def chain(runner: Runner, peers: Mapping[str, Peer], tasks: list[int]) -> Table:
    """A chain of N tasks from decorators to text, against the peers and against bare writers of the same documents."""
    columns = {
        "N": ("tasks", "d"),
        "contender": ("name", ""),
        "import, s": ("loading", ".3f"),
        "first, s": ("seconds", ".3f"),
        "again, s": ("again", ".3f"),
        "× CSafeDumper": ("to_csafe", ".2f"),
        "× flowdsl": ("to_ours", ".2f"),
        "text, MB": ("megabytes", ".2f"),
    }
    table = Table("Chain of N different tasks, in process, after import", columns)
    table.note = (
        "import: all that the workload names at its top, and Python's own start; first: the first in a process, with\n"
        "what loads on first use; again: the best of three more. Ratios are of `first`. An embedded pipeline is left\n"
        "out where etcd would not take it (FLOW106)."
    )
    for number in tasks:
        table.rows += _chain(runner, peers, number)
    return table


def _chain(runner: Runner, peers: Mapping[str, Peer], number: int) -> list[dict[str, Any]]:
    documents = runner.cache / f"documents-{number}.json"
    runner.output([OURS, str(ROOT / "benchmarks/workloads/ours.py"), str(number), "--documents", str(documents)])
    jobs: dict[str, Callable[[], Any]] = {"flowdsl": partial(runner.workload, OURS, "ours.py", number, "--again")}
    if number <= 1000:
        jobs["flowdsl, embedded"] = partial(runner.workload, OURS, "ours.py", number, "--inline", "--again")
    if "yaml" in peers:
        python = python_of(runner.cache, peers["yaml"])
        for writer, shown in (
            ("csafe", "bare CSafeDumper"),
            ("pure", "bare PyYAML without C"),
            ("rapidyaml", "bare rapidyaml, from JSON"),
            ("orjson", "bare orjson"),
            ("pydantic", "pydantic build and dump"),
        ):
            jobs[shown] = partial(runner.workload, python, "dumpers.py", number, writer, documents)
    for peer in peers.values():
        # Node does the work of cdk8s in a process of its own, where its instructions are not counted.
        counted = runner.clock != "instructions" or not peer.program
        if peer.name != "yaml" and number <= peer.longest and counted:
            jobs[peer.name] = partial(runner.workload, python_of(runner.cache, peer), peer.workload, number)
    taken = runner.in_turns(jobs)
    csafe = _median(taken.get("bare CSafeDumper"), "seconds")
    ours = _median(taken["flowdsl"], "seconds")
    rows = []
    for name, figures in taken.items():
        seconds = _median(figures, "seconds")
        rows.append(
            {
                "tasks": number,
                "name": name,
                "loading": _median(figures, "loading"),
                "seconds": seconds,
                "again": _median(figures, "again") if name.startswith("flowdsl") else None,
                "to_csafe": seconds / csafe if seconds and csafe else None,
                "to_ours": seconds / ours if seconds and ours else None,
                "megabytes": figures[0]["characters"] / 1e6,
            }
        )
    return rows


def _median(figures: list[dict[str, Any]] | None, key: str) -> float | None:
    values = [each[key] for each in figures or () if each[key] is not None]
    return middle(values) if values else None


def linear(runner: Runner, peers: Mapping[str, Peer], tasks: list[int]) -> Table:
    """Ten times the tasks, at most eleven times the time."""
    small = min(tasks)
    jobs = {str(number): partial(runner.workload, OURS, "ours.py", number, "--again") for number in (small, 10 * small)}
    taken = runner.in_turns(jobs)
    columns = {
        "N": ("tasks", "d"),
        "first, s": ("seconds", ".3f"),
        "again, s": ("again", ".3f"),
        f"× N={small}, first": ("ratio", ".2f"),
        f"× N={small}, again": ("ratio_again", ".2f"),
    }
    table = Table(f"Linear: {10 * small:,} tasks against {small:,}", columns)
    for name, figures in taken.items():
        row = {key: _median(figures, key) for key in ("seconds", "again")}
        first = {key: _median(taken[str(small)], key) for key in ("seconds", "again")}
        table.rows.append(
            {
                "tasks": int(name),
                **row,
                "ratio": row["seconds"] / first["seconds"],  # type: ignore[operator]
                "ratio_again": row["again"] / first["again"] if row["again"] and first["again"] else None,
            }
        )
    return table


def imports(runner: Runner, peers: Mapping[str, Peer], tasks: list[int]) -> Table:
    """A process that imports and ends, less one that does nothing."""
    jobs: dict[str, Callable[[], float]] = {"nothing": partial(_import, runner, OURS, "sys")}
    jobs["flowdsl"] = partial(_import, runner, OURS, "flowdsl")
    jobs["pydantic alone"] = partial(_import, runner, OURS, "pydantic; pydantic.BaseModel")
    jobs["attrs alone"] = partial(_import, runner, OURS, "attrs")
    for peer in peers.values():
        shown = "PyYAML" if peer.name == "yaml" else peer.name
        jobs[shown] = partial(_import, runner, python_of(runner.cache, peer), peer.module)
    taken = {name: middle(times) for name, times in runner.in_turns(jobs).items()}
    bare = taken["nothing"]
    pydantic = taken["pydantic alone"] - bare
    columns = {
        "import": ("name", ""),
        "process, ms": ("process", ".0f"),
        "import, ms": ("milliseconds", ".0f"),
        "× pydantic": ("to_pydantic", ".2f"),
    }
    table = Table("Import in a fresh process", columns, note="import: the process less the one that imports nothing.")
    for name, seconds in taken.items():
        own = seconds - bare
        table.rows.append(
            {"name": name, "process": seconds * 1e3, "milliseconds": own * 1e3, "to_pydantic": own / pydantic}
        )
    return table


def _import(runner: Runner, python: str | Path, module: str) -> float:
    return runner.seconds([str(python), "-c", f"import {module}"])


def command(runner: Runner, peers: Mapping[str, Peer], tasks: list[int]) -> Table:
    """`python pipelines/sonic.py compile` from start to exit, beside the same Python importing pydantic."""
    target = runner.cache / "sonic.yaml"
    script = [OURS, "pipelines/sonic.py", "compile", "-o", str(target)]
    jobs = {
        "python pipelines/sonic.py compile": partial(runner.seconds, script),
        "python -c 'import pydantic'": partial(_import, runner, OURS, "pydantic; pydantic.BaseModel"),
        "python -c pass": partial(_import, runner, OURS, "sys"),
    }
    columns = {"process": ("name", ""), "ms": ("milliseconds", ".0f"), "best, ms": ("best", ".0f")}
    table = Table("A whole process", columns)
    for name, times in runner.in_turns(jobs).items():
        table.rows.append({"name": name, "milliseconds": middle(times) * 1e3, "best": min(times) * 1e3})
    return table


def memory(runner: Runner, peers: Mapping[str, Peer], tasks: list[int]) -> Table:
    """The most memory held, against the import alone and against a compile of one task (all modules loaded)."""
    workload = partial(runner.workload, OURS, "ours.py")
    jobs: dict[str, Callable[[], float]] = {
        "import flowdsl": partial(runner.peak_kib, "import flowdsl"),
        "compile of 1 task": lambda: float(workload(1)["peak_kib"]),
        "compile of 1,000 tasks": lambda: float(workload(1000)["peak_kib"]),
        "compile of 1,000 tasks, embedded": lambda: float(workload(1000, "--inline")["peak_kib"]),
    }
    for peer in peers.values():
        if peer.name != "yaml":
            jobs[f"{peer.name}, 1,000 tasks"] = partial(_peer_peak, runner, peer)
    taken = {name: middle(values) for name, values in runner.in_turns(jobs).items()}
    columns = {
        "process": ("name", ""),
        "peak, MB": ("megabytes", ".1f"),
        "× import": ("to_import", ".2f"),
        "× 1 task": ("to_one", ".2f"),
    }
    table = Table("Peak memory (resident)", columns)
    for name, kib in taken.items():
        table.rows.append(
            {
                "name": name,
                "megabytes": kib / 1024,
                "to_import": kib / taken["import flowdsl"],
                "to_one": kib / taken["compile of 1 task"],
            }
        )
    return table


def _peer_peak(runner: Runner, peer: Peer) -> float:
    return float(runner.workload(python_of(runner.cache, peer), peer.workload, 1000)["peak_kib"])


def lint(runner: Runner, peers: Mapping[str, Peer], tasks: list[int]) -> Table:
    """`flowdsl lint --jsonl` over the shared admission cases."""
    columns = {
        "lint --jsonl": ("name", ""),
        "documents": ("documents", "d"),
        "s": ("seconds", ".2f"),
        "a second": ("rate", ".0f"),
    }
    table = Table("Lint", columns)
    if not CASES.exists():
        table.note = f"skipped: the shared cases are not at {CASES}"
        return table
    plain = runner.cache / "cases.jsonl"
    plain.write_bytes(gzip.decompress(CASES.read_bytes()))
    documents = plain.read_bytes().count(b"\n")
    script = [OURS, "-m", "flowdsl", "lint", "--jsonl", str(plain)]
    for name, times in runner.in_turns({"the shared cases": partial(runner.seconds, script)}).items():
        seconds = middle(times)
        table.rows.append({"name": name, "documents": documents, "seconds": seconds, "rate": documents / seconds})
    return table


def project(runner: Runner, peers: Mapping[str, Peer], tasks: list[int]) -> Table:
    """A project of modules, a task for each, against one file with the same tasks and the same code."""
    columns = {
        "modules": ("modules", "d"),
        "layout": ("name", ""),
        "first, s": ("seconds", ".3f"),
        "× one file": ("to_one", ".2f"),
        "text, MB": ("megabytes", ".2f"),
    }
    table = Table("Tasks that share a project's modules, in process, after import", columns)
    table.note = "processor time; the same functions in one file or a module for each task, imports between them"
    for number in (10, 100):
        folder = runner.cache / f"project-{number}"
        common = ("--modules", number)
        jobs: dict[str, Callable[[], Any]] = {
            "one file": partial(runner.workload, OURS, "project.py", folder / "one", *common, "--one-file"),
            "modules": partial(runner.workload, OURS, "project.py", folder / "many", *common),
        }
        taken = runner.in_turns(jobs)
        one = _median(taken.get("one file"), "seconds")
        for name, figures in taken.items():
            seconds = _median(figures, "seconds")
            table.rows.append(
                {
                    "modules": number,
                    "name": name,
                    "seconds": seconds,
                    "to_one": seconds / one if seconds and one else None,
                    "megabytes": figures[0]["characters"] / 1e6,
                }
            )
    return table


SECTIONS: dict[str, Callable[[Runner, Mapping[str, Peer], list[int]], Table]] = {
    "chain": chain,
    "linear": linear,
    "import": imports,
    "command": command,
    "memory": memory,
    "lint": lint,
    "project": project,
}
