"""What a pull request's job runs: compile, lint, compare with the target branch; and the comment that says it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import attrs

from flowdsl.diagnostics import FlowError, UsageError
from flowdsl.diagnostics.escape import line, markdown, markdown_block, markup
from flowdsl.differ import render
from flowdsl.differ.branch import Brought, brought
from flowdsl.differ.built import compiled_for, flowdsl, in_parallel, pipelines_in
from flowdsl.differ.git import parting
from flowdsl.library.comments import MARKER
from flowdsl.library.comparing import is_grave

_LIMIT = 65_000
"""Characters of the whole comment: GitHub takes 65,536."""
_LEAST = 1_000
"""Characters for the differences of one profile, however much was said before."""
_WARNING = re.compile(r"^warning\[", re.MULTILINE)
_SHOWN = 6_000
"""Characters of what one step said: several fit into the comment."""


@attrs.frozen
class Step:
    """One part of the job: whether it went well, and what it said; `file` and `profile` are what it is about."""

    title: str
    passed: bool
    output: str = ""
    file: str = ""
    profile: str = ""

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


@attrs.frozen
class Checked:
    """The outcome: the steps, what the branch brings, or why that can't be told. Nothing is compared without a base."""

    steps: Sequence[Step]
    base: str = ""
    found: Brought | None = None
    failed: str | None = None

    def passed(self, fail_on: str) -> bool:
        """Whether the job is to pass: `fail_on` is the least grave difference that makes it fail."""
        fine = all(step.passed for step in self.steps) and self.failed is None
        return fine and not (self.found is not None and is_grave(self.found.every, fail_on))

    def comment(self) -> str:
        """The outcome as Markdown."""
        return _markdown(self.steps, self.found, self.failed, self.base)


Tell = Callable[[str], None]
"""Who is told what a step said, as it ends."""


def check(paths: Sequence[str], base: str, exclude: Sequence[str], lint_fail_on: str, tell: Tell) -> Checked:
    """Compile, lint and compare; whatever is wrong with the sources is in the outcome.

    Raises UsageError for a path that is not there and a revision that git does not know.
    """
    for path in paths:
        if not Path(path).exists():
            raise UsageError(f"there is no file {path}")
    steps = _compile(paths, exclude, tell)
    steps.append(_lint(paths, exclude, lint_fail_on, [step.file for step in steps if step.passed], tell))
    if not base:
        return Checked(steps)
    fresh = frozenset(step.file for step in steps if step.passed and not step.profile and step.file not in paths)
    return _compared(paths, base, exclude, fresh, steps, tell)


def _compile(paths: Sequence[str], exclude: Sequence[str], tell: Tell) -> list[Step]:
    """Every pipeline that has its YAML beside it is compiled and compared; a Python file that is named must have it."""
    files: list[str] = []
    for path in map(Path, paths):
        if path.is_dir():
            files += [each.as_posix() for each in pipelines_in(path, exclude)]
        elif path.suffix == ".py":
            files.append(path.as_posix())
    named = {Path(path).as_posix() for path in paths}
    places = [(file, profile) for file in dict.fromkeys(files) for profile in _profiles(file, named)]
    commands = [("compile", file, "--check", *(("--profile", name) if name else ())) for file, name in places]
    return [
        _said("compiles to the YAML beside it" + (f" for profile {name}" if name else ""), done, tell, file, name)
        for (file, name), done in zip(places, in_parallel(lambda words: flowdsl(*words), commands), strict=True)
    ]


def _profiles(file: str, named: Collection[str]) -> list[str]:
    """For what a file is to be compiled: "" for no profile, and each whose YAML lies beside it."""
    found = compiled_for(Path(file))
    return found if "" in found or file not in named else ["", *found]


def _lint(paths: Sequence[str], exclude: Sequence[str], fail_on: str, compiled: list[str], tell: Tell) -> Step:
    """Lint of the YAML in what was named, and of Python files that were named, where they compile."""
    wanted = [path for path in paths if not path.endswith(".py") or path in compiled]
    if not wanted:
        return Step("there is nothing to lint", True)
    left_out = [word for each in exclude for word in ("--exclude", each)]
    return _said("lint", flowdsl("lint", "--fail-on", fail_on, *left_out, "--", *wanted), tell)


def _said(title: str, done: subprocess.CompletedProcess[str], tell: Tell, file: str = "", profile: str = "") -> Step:
    output = done.stdout + done.stderr
    tell(f"== {line(f'{file} {title}'.strip())}\n{output}")
    return Step(title, done.returncode == 0, output, file, profile)


def _compared(
    paths: Sequence[str], base: str, exclude: Sequence[str], fresh: frozenset[str], steps: list[Step], tell: Tell
) -> Checked:
    """What the branch brings since it left the base; or why that can't be said."""
    parting(base)  # a revision that git does not know is a wrong call, not a finding
    try:
        return Checked(steps, base, brought(paths, base, exclude, fresh))
    except (FlowError, UsageError) as error:
        tell(f"== differences from {base}\nerror: {error}\n")
        return Checked(steps, base, failed=str(error))


def _markdown(steps: Sequence[Step], found: Brought | None, failed: str | None, base: str) -> str:
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
        for profile, differences in (("", found.differences), *found.profiles.items()):
            heading = f"Differences from {markdown(base)}" + (f", profile {markdown(profile)}" if profile else "")
            if not profile or differences:
                text += render.as_markdown(differences, heading, limit=max(_LEAST, _LIMIT - len(text) - 200))
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
