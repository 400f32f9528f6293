"""The pages of the codes: one Markdown file each in `pages/`, which says what the rule's object does not.

A page has the parts `## What it means`, `## Why it matters`, `## Example`, `## How to fix`; its headline and the line
below it are the rule's (`page`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.diagnostics.rule import Folder, Rule

if TYPE_CHECKING:
    from importlib.abc import Traversable


def _pages() -> Traversable:
    # Not at the top: it loads tempfile and zipfile, for a lint that shows no page too.
    from importlib import resources

    return resources.files("flowdsl.diagnostics") / "pages"


def codes() -> list[str]:
    """Every code that has a page, sorted."""
    return sorted(entry.name[:-3] for entry in _pages().iterdir() if entry.name.endswith(".md"))


def text(code: str) -> str:
    """What is written of a code, from `## What it means` on. Raises KeyError for a code that has no page."""
    entry = _pages() / f"{code}.md"
    if not entry.is_file():
        raise KeyError(code)
    return entry.read_text(encoding="utf-8")


def page(rule: Rule) -> str:
    """The whole page of a rule, as `flowdsl explain` shows it. Raises KeyError for a rule without one."""
    return f"# {rule.code}: {rule.headline}\n\n{facts(rule)}\n\n{text(rule.code)}"


def facts(rule: Rule) -> str:
    """In one line: the rule's name, how bad it is, where it is not told, what `lint --fix` does."""
    found = [f"`{rule.name}`, {_SEVERITY[rule.severity.value]}"]
    if rule.refused:
        found.append("an error in a compile and a run")
    if rule.opt_in:
        found.append("told only where it is selected")
    if rule.quiet:
        found.append(f"not told in {folders(rule)}")
    if rule.fix:
        found.append(f"`lint --fix` mends it: {rule.fix}")
    return "; ".join(found) + "."


_SEVERITY = {"error": "an error", "warning": "a warning", "note": "a note"}
_FOLDERS = {Folder.DATA: "test data", Folder.TESTS: "tests", Folder.SAMPLES: "samples"}


def folders(rule: Rule) -> str:
    """The folders that a rule is quiet in, in words."""
    names = [_FOLDERS[folder] for folder in Folder if folder in rule.quiet]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
