"""The house keeps its shape: imports point downward, without circles, from small files, away from the environment."""

from __future__ import annotations

from pathlib import Path

from source import ROOT, Import, Module, area, cycles, environment_reads, imports, modules

# What each package may import beside itself; whoever may import a package may import what that one may.
BASE = {"diagnostics"}
KUBE = BASE | {"kube"}
IR = KUBE | {"ir"}
KINDS = KUBE | {"kinds"}
CHECK = KINDS | {"celgo", "check"}
LEAF = CHECK | IR | {"emit", "view", "yamlread"}
MAY_IMPORT: dict[str, set[str]] = {
    "diagnostics": set(),
    "kube": BASE,
    # What filters of events say; whoever checks, compiles or plays events.
    "celgo": KUBE,
    # Its text becomes part of scripts; what a run takes from an earlier one, it judges again by it.
    "decide": set(),
    "ir": KUBE,
    "kinds": KUBE,
    "check": KINDS | {"celgo"},
    "yamlread": CHECK,
    # A run's decisions, for who runs it and who asks what could happen.
    "machine": CHECK,
    "worlds": CHECK | {"decide", "machine"},
    # What tasks want installed, and the lock file: for the compiler, the runner and the command line.
    "packages": BASE,
    "frontend": IR | {"decide"},
    "graph": IR,
    "passes": IR | {"graph"},
    "lower": IR | KINDS | {"decide", "graph", "passes"},
    # What starts a run: payloads of providers, documents of targets, matching.
    "events": CHECK | IR,
    "emit": KINDS,
    # What people see of a run, wherever it runs.
    "view": BASE,
    "compiler": CHECK
    | IR
    | {"decide", "events", "frontend", "graph", "passes", "lower", "emit", "packages", "worlds", "machine"},
    # Leaves: users of what the compiler made; none imports another.
    "linter": LEAF,
    # What starts a run it reads by the tables that it was written by.
    # So are conditions, by the table that they travel by.
    "importer": LEAF | {"decide", "events"},
    "differ": LEAF,
    "runner": LEAF | {"decide", "machine", "packages"},
    "kubeclient": LEAF,
}
# What the commands do, for programs: all but the command line, which prints.
MAY_IMPORT["library"] = {*MAY_IMPORT}
# What users' tests call; nothing of ours does.
MAY_IMPORT["testing"] = {*MAY_IMPORT}
EVERYTHING = "cli"
# `python -m flowdsl` is the command line under another name; nothing imports it.
COMMAND_LINE = {EVERYTHING, "__main__"}
# The public face: users import it, and it must not drag the command line in with it.
FACADE = {"flowdsl", "flowdsl.api"}
READS_ENVIRONMENT = {"cli", "kubeclient"}
# An edge, too: a program calls it, and what it starts inherits the environment, as with subprocess.
CALLED_BY_PROGRAMS = {"flowdsl.library.running", "flowdsl.testing.playing"}
# Not code of the compiler: its text becomes part of scripts, which read their params from the container's environment.
RUNS_IN_CONTAINER = ("flowdsl.frontend.script.runtime", "flowdsl.events.programs")

# Plain data that imports nothing of ours: whoever names a kind reads it here. Below `kinds` in a function alone, so that
# `import flowdsl` does without.
TABLE = {"flowdsl.kinds.table", "flowdsl.kinds.referred", "flowdsl.kinds.kind", "flowdsl.kinds.labels"}

LONGEST = 400
# Files over the limit, each with the reason why cutting it would read worse.
LONG_FILES: dict[str, str] = {}


def all_imports(known: dict[str, Module]) -> list[Import]:
    return [one for module in known.values() for one in imports(module, known)]


def wrong_direction(known: dict[str, Module]) -> list[str]:
    wrong = []
    for one in all_imports(known):
        source, target = area(one.importer), area(one.imported)
        if one.importer in FACADE:
            if target == EVERYTHING and not (one.in_function or one.typing_only):
                wrong.append(f"{one}: the command line is loaded on first use only, in a function")
        elif one.imported in TABLE and one.in_function:
            continue
        elif source not in COMMAND_LINE and source != target and target not in MAY_IMPORT.get(source, set()):
            wrong.append(f"{one}: flowdsl/{source} may import {sorted(MAY_IMPORT.get(source, set()))} alone")
    return wrong


def circles(known: dict[str, Module]) -> list[list[str]]:
    # What only a type checker imports cannot deadlock an import, nor can the façade's way to the command line.
    edges: dict[str, set[str]] = {name: set() for name in known}
    for one in all_imports(known):
        if not one.typing_only and not (one.importer in FACADE and one.in_function):
            edges[one.importer].add(one.imported)
    return cycles(edges)


def test_every_package_is_in_the_table() -> None:
    known = modules()
    areas = {area(name) for name in known if name not in FACADE}
    assert areas <= {*MAY_IMPORT, *COMMAND_LINE}


def test_imports_point_downward() -> None:
    assert wrong_direction(modules()) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circles(modules()) == []


def test_only_the_edges_read_the_environment() -> None:
    found = [
        f"{module.name}:{line}"
        for module in modules().values()
        if module.area not in READS_ENVIRONMENT
        and module.name not in CALLED_BY_PROGRAMS
        and not module.name.startswith(RUNS_IN_CONTAINER)
        for line in environment_reads(module)
    ]
    assert found == []


def test_files_are_small() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for folder in ("flowdsl", "compiler_tests", "pipelines", "benchmarks")
        for suffix in ("*.py", "*.go")
        for path in (ROOT / folder).rglob(suffix)
    }
    assert len(lengths) > 50, "the walk over the files is broken"
    assert {path: length for path, length in lengths.items() if length > LONGEST and path not in LONG_FILES} == {}
    assert [path for path in LONG_FILES if lengths.get(path, 0) <= LONGEST] == [], "these need no exception any more"


def test_the_table_of_kinds_imports_nothing_of_ours_but_its_own() -> None:
    known = modules()
    assert [str(one) for name in TABLE for one in imports(known[name], known) if one.imported not in TABLE] == []


def house(root: Path, files: dict[str, str]) -> dict[str, Module]:
    for name, text in files.items():
        path = root / "flowdsl" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return modules(root)


def test_an_upward_import_is_found_wherever_it_hides(tmp_path: Path) -> None:
    known = house(
        tmp_path,
        {
            "__init__.py": "from flowdsl import cli\n",
            "api.py": "def f():\n    from flowdsl.cli import main\n",
            "cli/__init__.py": "import flowdsl.runner\n",
            "runner/__init__.py": "from flowdsl.kubeclient import x\n",
            "kubeclient/__init__.py": "import flowdsl.check\nimport os\n",
            "check/__init__.py": "def f():\n    import flowdsl.ir.nodes as n\n",
            "ir/__init__.py": "import typing\nif typing.TYPE_CHECKING:\n    from flowdsl.frontend import a\n",
            "ir/nodes.py": "from ..graph import dag\nfrom . import refs\nfrom ..kube import names\n",
            "graph/__init__.py": "import importlib\nimportlib.import_module('flowdsl.passes')\n",
            "kube/__init__.py": "",
        },
    )
    assert [
        text.split(":")[0] + " > " + text.split("imports ")[1].split(":")[0] for text in wrong_direction(known)
    ] == [
        "flowdsl > flowdsl.cli",
        "flowdsl.check > flowdsl.ir.nodes",
        "flowdsl.graph > flowdsl.passes",
        "flowdsl.ir > flowdsl.frontend",
        "flowdsl.ir.nodes > flowdsl.graph",
        "flowdsl.runner > flowdsl.kubeclient",
    ]


def test_a_circle_is_found(tmp_path: Path) -> None:
    known = house(
        tmp_path,
        {
            "__init__.py": "",
            "ir/__init__.py": "",
            "ir/a.py": "from flowdsl.ir import b\n",
            "ir/b.py": "def f():\n    from flowdsl.ir.c import x\n",
            "ir/c.py": "from .a import y\n",
            "ir/d.py": "from flowdsl.ir import a\n",
            "ir/e.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from flowdsl.ir import f\n",
            "ir/f.py": "from flowdsl.ir import e\n",
        },
    )
    assert circles(known) == [["flowdsl.ir.a", "flowdsl.ir.b", "flowdsl.ir.c"]]


def test_a_look_at_the_environment_is_found(tmp_path: Path) -> None:
    text = "import os\nfrom os import environ\nos.path.join('a')\nx = os.environ['A']\ndef f():\n    os.getenv('B')\n"
    known = house(tmp_path, {"ir/a.py": text})
    assert environment_reads(known["flowdsl.ir.a"]) == [2, 4, 6]
