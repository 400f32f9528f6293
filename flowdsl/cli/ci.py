"""`flowdsl ci`: what a pull request's job runs. Compile, lint, compare with the target branch, post the outcome."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import attrs

from flowdsl.cli.diff import exit_code
from flowdsl.cli.say import say, show
from flowdsl.diagnostics import FlowError, UsageError
from flowdsl.diagnostics.escape import line, markdown, markdown_block, markup
from flowdsl.differ import render
from flowdsl.differ.branch import Brought, brought
from flowdsl.differ.built import flowdsl, in_parallel, pipelines_in
from flowdsl.differ.git import parting
from flowdsl.emit import write_files
from flowdsl.library.comments import MARKER, TOKENS, post

_LIMIT = 65_000
"""Characters of the whole comment: GitHub takes 65,536."""
_WARNING = re.compile(r"^warning\[", re.MULTILINE)
_SHOWN = 6_000
"""Characters of what one step said: several fit into the comment."""


@attrs.frozen
class Step:
    """One part of the job: whether it went well, and what it said. `file` is what it is about, where it is one file."""

    title: str
    passed: bool
    output: str = ""
    file: str = ""

    @property
    def warnings(self) -> int:
        """How many warnings it gave."""
        return len(_WARNING.findall(self.output))

    @property
    def told(self) -> bool:
        """Whether what it said belongs in the comment."""
        return not self.passed or self.warnings > 0

    @property
    def mark(self) -> str:
        """How it went, at a glance."""
        return "❌" if not self.passed else "⚠️" if self.warnings else "✅"

    @property
    def suffix(self) -> str:
        """The number of warnings, in words."""
        return f": {self.warnings} warning{'' if self.warnings == 1 else 's'}" if self.warnings else ""


def ci_command(
    paths: tuple[str, ...],
    *,
    base: str | None,
    fail_on: str,
    lint_fail_on: str,
    report: str | None,
    comment: str,
    exclude: tuple[str, ...] = (),
) -> int:
    """1 where the YAML is stale, lint finds an error, or a difference is as grave as `fail_on`."""
    environment = dict(os.environ)
    for name in TOKENS:  # what is compiled is the pull request's own code: it gets no token
        os.environ.pop(name, None)
    for path in paths:
        if not Path(path).exists():
            raise UsageError(f"there is no file {path}")
    steps = _compile(paths, exclude)
    steps.append(_lint(paths, exclude, lint_fail_on, [step.file for step in steps if step.passed]))
    fresh = frozenset(step.file for step in steps if step.passed and step.file not in paths)
    found, failed = _compare(paths, base, exclude, fresh) if base else (None, None)
    text = _markdown(steps, found, failed, base)
    if found is not None:
        say(f"== differences from {base}")
        show((render.as_text(found.differences).rstrip() or "none") + "\n")
        for note in found.notes:
            say(f"note: {note}")
    if report:
        write_files({Path(report): text.encode()})
    _summary(text)
    if comment != "none":
        say(post(comment, text, environment), err=True)
    passed = all(step.passed for step in steps) and failed is None
    return int(not passed or (found is not None and exit_code(found.differences, fail_on) == 1))


def _compile(paths: tuple[str, ...], exclude: tuple[str, ...]) -> list[Step]:
    """Every pipeline that has its YAML beside it is compiled and compared; a Python file that is named must have it."""
    files: list[str] = []
    for path in map(Path, paths):
        if path.is_dir():
            files += [each.as_posix() for each in pipelines_in(path, exclude)]
        elif path.suffix == ".py":
            files.append(path.as_posix())
    files = list(dict.fromkeys(files))
    commands = [("compile", each, "--check") for each in files]
    return [
        _said("compiles to the YAML beside it", done, file)
        for file, done in zip(files, in_parallel(lambda words: flowdsl(*words), commands), strict=True)
    ]


def _lint(paths: tuple[str, ...], exclude: tuple[str, ...], fail_on: str, compiled: list[str]) -> Step:
    """Lint of the YAML in what was named, and of Python files that were named, where they compile."""
    wanted = [path for path in paths if not path.endswith(".py") or path in compiled]
    if not wanted:
        return Step("there is nothing to lint", True)
    left_out = [word for each in exclude for word in ("--exclude", each)]
    return _said("lint", flowdsl("lint", "--fail-on", fail_on, *left_out, "--", *wanted))


def _said(title: str, done: subprocess.CompletedProcess[str], file: str = "") -> Step:
    output = done.stdout + done.stderr
    say(f"== {line(f'{file} {title}'.strip())}", err=True)
    say(output, err=True, nl=False)
    return Step(title, done.returncode == 0, output, file)


def _compare(
    paths: tuple[str, ...], base: str, exclude: tuple[str, ...], fresh: frozenset[str]
) -> tuple[Brought | None, str | None]:
    """What the branch brings since it left the base; or why that can't be said."""
    parting(base)  # a revision that git does not know is a wrong call, not a finding
    try:
        return brought(paths, base, exclude, fresh), None
    except (FlowError, UsageError) as error:
        say(f"== differences from {base}\nerror: {error}", err=True)
        return None, str(error)


def _markdown(steps: list[Step], found: Brought | None, failed: str | None, base: str | None) -> str:
    head = "".join(f"- {step.mark} {_titled(step)}\n" for step in steps)
    details = ""
    # What failed comes first: the space is limited.
    for step in sorted((each for each in steps if each.told), key=lambda each: each.passed):
        if len(details) < _LIMIT // 2:
            details += _details(f"{step.file} {step.title}{step.suffix}", step.output, unfolded=not step.passed)
    if failed is not None:
        details += _details(f"differences from {base}: can't be told", failed, unfolded=True)
    text = f"{MARKER}\n{head}{details}\n"
    if found is not None:
        text += "".join(f"> {markdown(note)}\n" for note in found.notes) + ("\n" if found.notes else "")
        heading = f"Differences from {markdown(base)}"
        text += render.as_markdown(found.differences, heading, limit=_LIMIT - len(text) - 200)
    return text


def _titled(step: Step) -> str:
    return (f"{markdown(step.file)} {step.title}" if step.file else step.title) + step.suffix


def _details(title: str, output: str, *, unfolded: bool) -> str:
    kept = output.strip()
    if len(kept) > _SHOWN:
        # From a whole finding on.
        kept = "…\n\n" + kept[-_SHOWN + 10 :].partition("\n\n")[2]
    body = markdown_block(kept, most=_SHOWN)
    return (
        f"\n<details{' open' if unfolded else ''}><summary>{markup(title.strip())}</summary>\n\n{body}\n\n</details>\n"
    )


def _summary(text: str) -> None:
    """GitHub shows this file on the run's page."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        with open(path, "a", encoding="utf-8") as handle:
            handle.write(text + "\n")
