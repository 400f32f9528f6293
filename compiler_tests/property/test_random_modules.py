"""For any project: a task's script gives what its function gives here, whatever modules the function reaches through."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flowdsl.diagnostics import Collector
from flowdsl.diagnostics.render import render
from flowdsl.frontend.script import Script, ScriptInput, ScriptOutput, build_script, limits
from flowdsl.frontend.slicing import slice_source
from flowdsl.ir.types import Kind, TypeSpec
from flowdsl.kube.conventions import BUNDLE_PATH

_NAMES = ("a", "b", "pack", "pack.c", "pack.d", "pack.low", "pack.low.e", "other", "other.g")
_PACKAGES = frozenset({"pack", "pack.low", "other"})
_COMPILE = """
import sys
sys.path.insert(0, '.')
import main
print(main.f(int(sys.argv[1])))
"""


def _path(name: str) -> str:
    return name.replace(".", "/") + ("/__init__.py" if name in _PACKAGES else ".py")


def _import(rng: random.Random, here: str, other: str) -> tuple[str, str]:
    """An import of another module in one of its spellings, and the prefix that its names have then."""
    parent, _, last = other.rpartition(".")
    forms = [(f"import {other}", f"{other}."), (f"import {other} as m_{last}", f"m_{last}.")]
    # A package's own file has not bound its modules yet while it runs.
    if parent and not here.startswith(parent):
        forms.append((f"from {parent} import {last}", f"{last}."))
    package = here if here in _PACKAGES else here.rpartition(".")[0]
    if package and other.startswith(f"{package}.") and here != package:
        forms.append((f"from .{other.removeprefix(package + '.')} import *", "*"))
    return rng.choice(forms)


def project(rng: random.Random) -> dict[str, str]:
    """Files of a project: modules that use those before them, some at import, some in functions, some in a circle."""
    files = {}
    known: list[tuple[str, list[str]]] = []
    for name in _NAMES:
        lines, names = _module(rng, name, known)
        files[_path(name)] = "\n".join(lines) + "\n"
        known.append((name, names))
    if rng.random() < 0.5:
        # The package hands on what a module of it has; the names are then also the package's.
        files["pack/__init__.py"] += "from .c import *\n"
        known.append(("pack", dict(known)["pack.c"]))
    lines, _ = _module(rng, "main", known)
    uses = [_use(rng, "main", other, rng.choice(names)) for other, names in rng.sample(known, 4)]
    head = [each for each, _ in uses]
    body = " + ".join(f"{call}" for _, call in uses)
    files["main.py"] = "\n".join([*lines, *head, "", "", "def f(n):", f"    return {body}"]) + "\n"
    return files


def _use(rng: random.Random, here: str, other: str, name: str) -> tuple[str, str]:
    """A line that imports, and an expression that is a number."""
    called = f"{name}(n)" if name.startswith("f") else f"{name}.value" if name.startswith("C") else name
    if rng.random() < 0.5:
        alias = f"{name}_{other.replace('.', '_')}"
        return f"from {other} import {name} as {alias}", called.replace(name, alias, 1)
    line, prefix = _import(rng, here, other)
    return line, called if prefix == "*" else f"{prefix}{called}"


def _module(rng: random.Random, here: str, known: list[tuple[str, list[str]]]) -> tuple[list[str], list[str]]:
    number = _NAMES.index(here) if here in _NAMES else 99
    lines = rng.choice((['"""Text."""', ""], ["# A comment."], ["from __future__ import annotations", ""], []))
    # A type that only annotations name, alone on its line or with others.
    kind = f"T{number}"
    lines = [*lines, rng.choice((f"{kind} = int", f"import os; {kind} = int; Z{number} = 1", f"{kind} = (\n    int)"))]
    if rng.random() < 0.2:
        lines += ["import sys", f"sys.modules.setdefault('mark', type(sys)('mark')).__dict__['m{number}'] = {number}"]
    names = []
    for index in range(rng.randrange(1, 4)):
        constant = f"K{number}_{index}"
        also = rng.choice(("", f"; Y{constant} = [0]", f"; Y{constant} = {constant}"))
        lines += ["", f"{constant} = {rng.randrange(100)}{also}"]
        names.append(constant)
        if rng.random() < 0.4:
            lines += ["", "", f"class C{number}_{index}:", f"    value = {constant} * 2"]
            names.append(f"C{number}_{index}")
        head, inner, terms = [], [], ["n", constant]
        for other, found in rng.sample(known, min(len(known), rng.randrange(3))):
            line, call = _use(rng, here, other, rng.choice(found))
            if "*" not in line and rng.random() < 0.3:
                inner.append(f"    {line}")
            else:
                head.append(line)
            terms.append(call)
        lines = [
            *lines,
            *head,
            "",
            "",
            f"def f{number}_{index}(n: {kind}) -> {kind}:",
            *inner,
            f"    return {' + '.join(terms)}",
        ]
        names.append(f"f{number}_{index}")
    return lines, names


@settings(max_examples=25)
# A function imports `pack.c`, and reads `pack.low.K5_0` through the name that this binds.
@example(77641, 0, False)
@given(st.integers(0, 2**32), st.integers(-5, 5), st.booleans())
def test_the_script_gives_what_the_function_gives(seed: int, number: int, mounted: bool) -> None:
    files = project(random.Random(seed))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        here = _python(folder, "-c", _COMPILE, str(number))
        (folder / "elsewhere").mkdir()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(limits, "BUNDLE_LIMIT", -1 if mounted else 2**20)
            made = _script(folder)
        assert made.bundle is None or made.bundle.mounted == mounted
        script = _mounted_in(folder / "mount", made)
        (folder / "elsewhere" / "script").write_text(script)
        done = folder / "result"
        env = {"PARAM_N": str(number), "RESULT_RESULT": str(done)}
        _python(folder / "elsewhere", "-I", "script", env=env)
        assert done.read_text() == here.strip(), script


def _python(folder: Path, *arguments: str, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _mounted_in(folder: Path, script: Script) -> str:
    """The script's text, and what it has mounted as files of a folder."""
    for file in script.bundle.files if script.bundle is not None and script.bundle.mounted else ():
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content if isinstance(file.content, bytes) else file.content.encode())
    return script.text.replace(f'"{BUNDLE_PATH}"', repr(str(folder)))


def _script(folder: Path) -> Script:
    """The script, made from a function that is compiled but whose module is not imported: nothing is left behind here."""
    path = folder / "main.py"
    space = {"__name__": "main", "__package__": "", "__file__": str(path)}
    tree = compile(path.read_text(), str(path), "exec")
    code = next(each for each in tree.co_consts if getattr(each, "co_name", "") == "f")
    function = type(_script)(code, space, "f")
    collector = Collector()
    cut = slice_source(function, collector=collector)
    assert cut is not None, render(collector)
    assert not collector.items, render(collector)
    spec = TypeSpec(Kind.INTEGER, "int")
    inputs, outputs = [ScriptInput("n", spec)], [ScriptOutput("result", spec)]
    script = build_script(cut, inputs, outputs, task="f", collector=collector)
    assert script is not None
    return script
