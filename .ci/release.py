"""What a release is made of: `prepare VERSION` writes it into the tree, `check TAG` and `build TAG` hold it to the tag.

    python .ci/release.py prepare 0.2.0   # the version, and the changelog's section from changelog.d; to be committed
    python .ci/release.py check v0.2.0    # what the tag says, the package says, and the changelog says
    python .ci/release.py build v0.2.0    # check, then wheel and sdist into dist/, tried in an environment of their own
    python .ci/release.py notes v0.2.0    # the changelog's section, for the release's page

Needs `pip install -e '.[release]'`. Exits 1 with one line for each thing that is not as it should be.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

VERSION = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)
# https://packaging.python.org/en/latest/specifications/version-specifiers/: releases and release candidates alone.
RELEASE = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(rc[0-9]+)?")


def version(root: Path) -> str:
    """The package's version, from the one place that has it."""
    found = VERSION.search((root / "flowdsl" / "__init__.py").read_text(encoding="utf-8"))
    return found.group(1) if found else ""


def fragments(root: Path) -> list[str]:
    """Changes that no section of the changelog tells yet."""
    return sorted(path.name for path in (root / "changelog.d").glob("*.md") if path.name != "README.md")


def notes(root: Path, wanted: str) -> str:
    """The changelog's section of a version, without its heading; "" where there is none."""
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    section = re.search(rf"^## {re.escape(wanted)} \([^)]*\)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return section.group(1).strip() if section else ""


def problems(root: Path, tag: str) -> Iterator[str]:
    """Why this tree is not the release that the tag names."""
    wanted = tag.removeprefix("v")
    if not tag.startswith("v") or not RELEASE.fullmatch(wanted):
        yield f"the tag {tag!r} is no release: write v1.2.3 or v1.2.3rc1"
        return
    if version(root) != wanted:
        yield f"flowdsl/__init__.py says version {version(root)}, the tag says {wanted}"
    if not notes(root, wanted):
        yield f"CHANGELOG.md has no section for {wanted}: run `python .ci/release.py prepare {wanted}`"
    if left := fragments(root):
        yield f"changelog.d still has {len(left)} changes ({left[0]}, …): run `python .ci/release.py prepare {wanted}`"


def prepare(root: Path, wanted: str) -> None:
    """Write version and changelog."""
    if not RELEASE.fullmatch(wanted):
        raise SystemExit(f"{wanted!r} is no version: write 1.2.3 or 1.2.3rc1")
    home = root / "flowdsl" / "__init__.py"
    home.write_text(VERSION.sub(f'__version__ = "{wanted}"', home.read_text(encoding="utf-8")), encoding="utf-8")
    command = [sys.executable, "-m", "towncrier", "build", "--yes", "--version", wanted]
    subprocess.run(command, cwd=root, check=True)


def build(root: Path) -> list[Path]:
    """Wheel and sdist in dist/, checked as PyPI checks them."""
    dist = root / "dist"
    for old in dist.glob("flowdsl-*"):
        old.unlink()
    subprocess.run([sys.executable, "-m", "build", "--outdir", str(dist), str(root)], check=True)
    made = sorted(dist.glob("flowdsl-*"))
    subprocess.run([sys.executable, "-m", "twine", "check", "--strict", *map(str, made)], check=True)
    return made


def missing(made: list[Path]) -> Iterator[str]:
    """What every file that we publish must hold."""
    for path in made:
        with zipfile.ZipFile(path) if path.suffix == ".whl" else tarfile.open(path) as archive:
            names = archive.namelist() if isinstance(archive, zipfile.ZipFile) else archive.getnames()
        for needed in ("LICENSE", "flowdsl/py.typed", "flowdsl/diagnostics/pages/FLOW001.md"):
            if not any(name.endswith(needed) for name in names):
                yield f"{path.name} has no {needed}"


def tried(root: Path, wheel: Path) -> Iterator[str]:
    """The wheel alone, in an environment of its own, compiles Sonic to the committed bytes."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "env"
        venv.create(home, with_pip=True)
        python = home / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", str(wheel)], check=True)
        command = [str(home / "bin" / "flowdsl"), "compile", "pipelines/sonic.py", "-o", "-"]
        # Not this folder's flowdsl: the wheel's.
        clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run(command, cwd=root, env=clean, capture_output=True, check=False)
        if done.stdout != (root / "pipelines" / "sonic.yaml").read_bytes():
            yield f"{wheel.name} compiles Sonic to other bytes: {done.stderr.decode()[-500:]}"


def report(found: Iterator[str]) -> None:
    """Print what is wrong and exit 1, if anything is."""
    lines = list(found)
    for line in lines:
        print(f"release: {line}", file=sys.stderr)
    if lines:
        raise SystemExit(1)


def main(root: Path, argv: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["prepare", "check", "build", "notes"])
    parser.add_argument("version", help="1.2.3 for prepare, the tag v1.2.3 for the others")
    given = parser.parse_args(argv)
    if given.what == "prepare":
        prepare(root, given.version)
        return
    report(problems(root, given.version))
    if given.what == "notes":
        print(notes(root, given.version.removeprefix("v")))
    if given.what == "build":
        made = build(root)
        report(missing(made))
        report(tried(root, next(path for path in made if path.suffix == ".whl")))
        print(*made, sep="\n")


if __name__ == "__main__":
    main(Path(__file__).parents[1])
