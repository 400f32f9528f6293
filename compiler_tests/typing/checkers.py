"""mypy and pyright over files, their findings as (file, line, code), and what the marks in the files expect."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

import pytest

ROOT = Path(__file__).resolve().parents[2]
USERS = Path(__file__).parent / "users"
Finding = tuple[str, int, str]


class Checker(Protocol):
    """`mypy` or `pyright` below."""

    __name__: str

    def __call__(self, paths: Iterable[Path], *, cwd: Path = ...) -> dict[Finding, str]:
        """What is found in the files, as seen from a folder."""


_MYPY = re.compile(r"^(?P<file>.+?):(?P<line>\d+): error: (?P<said>.*?)(?:  \[(?P<code>[\w-]+)\])?$")
_MARK = re.compile(r"(?:#|;) (mypy|pyright): ([\w, -]+)")


def mypy(paths: Iterable[Path], *, cwd: Path = ROOT) -> dict[Finding, str]:
    """What `mypy --strict` finds, with the words it has for each. Of configuration only that of another project holds."""
    if importlib.util.find_spec("mypy") is None:
        pytest.skip("mypy is not installed (flowdsl[dev])")
    own = cwd / "pyproject.toml" if cwd != ROOT and (cwd / "pyproject.toml").exists() else ""
    command = [sys.executable, "-m", "mypy", f"--config-file={own}", "--strict", "--python-version=3.10", "--no-pretty"]
    command += ["--no-error-summary", "--show-error-codes", f"--cache-dir={ROOT / '.mypy_cache'}"]
    found = _run([*command, *map(str, paths)], cwd, {"MYPYPATH": os.pathsep.join([str(ROOT), str(cwd)])})
    if found.stderr or found.returncode not in (0, 1):
        pytest.fail(f"mypy gave no answer: {found.stdout}{found.stderr}")
    lines = [_MYPY.match(line) for line in found.stdout.splitlines()]
    return {(_shown(each["file"], cwd), int(each["line"]), each["code"] or ""): each["said"] for each in lines if each}


def pyright(paths: Iterable[Path], *, cwd: Path = ROOT) -> dict[Finding, str]:
    """What `pyright` finds in its standard mode. It is from PyPI, with a node of its own (`pyright[nodejs]`)."""
    if importlib.util.find_spec("pyright") is None:
        pytest.skip("pyright is not installed (flowdsl[dev])")
    given = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(cwd)]), "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonversion=3.10", "--pythonpath", sys.executable]
    found = _run([*command, *map(str, paths)], cwd, given)
    try:
        told = json.loads(found.stdout)["generalDiagnostics"]
    except (ValueError, KeyError):
        pytest.fail(f"pyright gave no answer: {found.stdout}{found.stderr}")
    return {
        (_shown(each["file"], cwd), each["range"]["start"]["line"] + 1, each.get("rule", "")): each["message"]
        for each in told
        if each["severity"] != "information"
    }


def _run(command: list[str], cwd: Path, given: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, env={**os.environ, **given}, capture_output=True, text=True, check=False)


def _shown(file: str, cwd: Path) -> str:
    found = (cwd / file).resolve()
    return str(found.relative_to(ROOT)) if found.is_relative_to(ROOT) else str(found.relative_to(cwd.resolve()))


def marks(checker: str, files: Iterable[Path]) -> set[Finding]:
    """What the files say must be red: `# mypy: arg-type; pyright: reportArgumentType` at the line."""
    return {
        (str(file.relative_to(ROOT)), number, code.strip())
        for file in files
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        for name, codes in _MARK.findall(line)
        if name == checker
        for code in codes.split(",")
    }
