"""`flowdsl ci`: what a pull request's job runs. Compile, lint, compare with the target branch, post the outcome."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs

from flowdsl.cli.comments import MARKER, TOKENS, post
from flowdsl.cli.diff import exit_code
from flowdsl.cli.say import say, show
from flowdsl.diagnostics import FlowError, UsageError
from flowdsl.diagnostics.escape import line, markdown, markdown_block, markup
from flowdsl.diagnostics.reading import NotReadError, read_file
from flowdsl.diff import Difference, compare, render
from flowdsl.diff.inputs import parting, sides
from flowdsl.emit import write_files
from flowdsl.yamlread.sources import find_files

_LIMIT = 65_000
"""Characters of the whole comment: GitHub takes 65,536."""
_SHOWN = 6_000
"""Characters of what one step said: several fit into the comment."""


@attrs.frozen
class Step:
    """One part of the job: whether it went well, and what it said. `file` is what it is about, where it is one file."""

    title: str
    passed: bool
    output: str = ""
    file: str = ""


def ci_command(
    paths: tuple[str, ...], *, base: str | None, fail_on: str, lint_fail_on: str, report: str | None, comment: str
) -> int:
    """1 where the YAML is stale, lint finds an error, or a difference is as grave as `fail_on`."""
    environment = dict(os.environ)
    for name in TOKENS:  # what is compiled is the pull request's own code: it gets no token
        os.environ.pop(name, None)
    for path in paths:
        if not Path(path).exists():
            raise UsageError(f"there is no file {path}")
    steps = [*_compile(paths), _lint(paths, lint_fail_on)]
    compared, failed = _compare(paths, base) if base else (None, None)
    text = _markdown(steps, compared, failed, base)
    if compared is not None:
        say(f"== differences from {base}")
        show((render.as_text(compared).rstrip() or "none") + "\n")
    if report:
        write_files({Path(report): text.encode()})
    _summary(text)
    if comment != "none":
        say(post(comment, text, environment), err=True)
    passed = all(step.passed for step in steps) and failed is None
    return int(not passed or (compared is not None and exit_code(compared, fail_on) == 1))


def _compile(paths: tuple[str, ...]) -> Iterator[Step]:
    """Every pipeline that has its YAML beside it is compiled and compared; a Python file that is named must have it."""
    for file in _pipelines(paths):
        yield _run("compiles to the YAML beside it", "compile", file.as_posix(), "--check", file=file.as_posix())


def _pipelines(paths: tuple[str, ...]) -> list[Path]:
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*.py") if not _hidden(each.relative_to(path)))
            found += [each for each in inside if each.with_suffix(".yaml").is_file()]
        elif path.suffix == ".py":
            found.append(path)
    return list(dict.fromkeys(found))


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") or part in ("venv", "node_modules", "__pycache__") for part in path.parts)


def _lint(paths: tuple[str, ...], fail_on: str) -> Step:
    """Lint of the Kubernetes YAML: a folder may hold other YAML (settings, this very job), which is none of lint's."""
    files = [
        each for each, _ in find_files(Path(path) for path in paths if not path.endswith(".py")) if _is_object(each)
    ]
    if not files:
        return Step("there is no YAML to lint", True)
    return _run("lint", "lint", "--fail-on", fail_on, *(each.as_posix() for each in files))


def _is_object(path: Path) -> bool:
    try:
        return b"apiVersion" in read_file(path)
    except NotReadError as error:
        return error.regular  # lint tells what is wrong with it


def _run(title: str, *arguments: str, file: str = "") -> Step:
    """A command of flowdsl's in a process of its own: pipelines may import modules of one name."""
    say(f"== {line(f'{file} {title}'.strip())}", err=True)
    done = subprocess.run([sys.executable, "-m", "flowdsl", *arguments], capture_output=True, text=True, check=False)
    output = done.stdout + done.stderr
    say(output, err=True, nl=False)
    return Step(title, done.returncode == 0, output, file)


def _compare(paths: tuple[str, ...], base: str) -> tuple[list[Difference] | None, str | None]:
    """What the branch brings since it left the base; or why that can't be said."""
    start = parting(base)
    try:
        before, after = sides([start, *paths])
    except (FlowError, UsageError) as error:
        say(f"== differences from {base}\nerror: {error}", err=True)
        return None, str(error)
    return compare(before.documents, after.documents), None


def _markdown(steps: list[Step], compared: list[Difference] | None, failed: str | None, base: str | None) -> str:
    head = "".join(f"- {'✅' if step.passed else '❌'} {_titled(step)}\n" for step in steps)
    details = ""
    for step in steps:
        if not step.passed and len(details) < _LIMIT // 2:
            details += _details(f"{step.file} {step.title}", step.output)
    if failed is not None:
        details += _details(f"differences from {base}: can't be told", failed)
    text = f"{MARKER}\n{head}{details}\n"
    if compared is not None:
        text += render.as_markdown(compared, f"Differences from {markdown(base)}", limit=_LIMIT - len(text) - 200)
    return text


def _titled(step: Step) -> str:
    return f"{markdown(step.file)} {step.title}" if step.file else step.title


def _details(title: str, output: str) -> str:
    body = markdown_block(output.strip(), most=_SHOWN)
    return f"\n<details open><summary>{markup(title.strip())}</summary>\n\n{body}\n\n</details>\n"


def _summary(text: str) -> None:
    """GitHub shows this file on the run's page."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        with open(path, "a", encoding="utf-8") as handle:
            handle.write(text + "\n")
