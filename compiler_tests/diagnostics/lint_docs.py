"""The lists of docs/lint.md that are made from the rules: which are opt-in, which are quiet where, what --fix mends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from flowdsl.diagnostics import Severity
from flowdsl.diagnostics.rule import Folder, Rule
from flowdsl.linter.rules import RULES

PAGE = Path(__file__).parents[2] / "docs" / "lint.md"
_BLOCK = re.compile(r"<!-- rules: (\w+) -->\n.*?<!-- end -->", re.DOTALL)
_SELECTED = [RULES[code] for code in sorted(RULES)]


def renewed(text: str) -> str:
    """The page with its lists made anew."""
    return _BLOCK.sub(lambda match: f"<!-- rules: {match[1]} -->\n{_LISTS[match[1]]()}\n<!-- end -->", text)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |".replace("| --- ", "|---").replace("--- |", "---|") for cells in lines)


def _opt_in() -> str:
    rows = [(rule.code, f"`{rule.name}`", rule.title) for rule in _SELECTED if rule.opt_in]
    return _table(("code", "name", "tells of"), rows)


def _fixes() -> str:
    rows = [(rule.code, f"`{rule.name}`", rule.title, rule.fix) for rule in _SELECTED if rule.fix]
    return _table(("code", "name", "tells of", "`--fix`"), rows)


def _quiet() -> str:
    warnings = [rule for rule in _SELECTED if rule.severity is Severity.WARNING and rule.code.startswith("FLOW3")]
    told = [rule for rule in warnings if Folder.DATA not in rule.quiet]
    data = [rule for rule in _SELECTED if Folder.DATA in rule.quiet and rule not in warnings]
    rows = [
        (_names(Folder.DATA), f"warnings (FLOW3xx), but for {_codes(told)}; {_codes(data)}"),
        *((_names(folder), _codes(_of(folder))) for folder in (Folder.TESTS, Folder.SAMPLES)),
    ]
    return _table(("folder", "not told there"), rows)


def _of(folder: Folder) -> list[Rule]:
    return [rule for rule in _SELECTED if folder in rule.quiet]


def _names(folder: Folder) -> str:
    return ", ".join(f"`{name}`" for name in sorted(folder.value))


def _codes(rules: Iterable[Rule]) -> str:
    return ", ".join(f"{rule.code} ({rule.title})" for rule in rules)


_LISTS: dict[str, Callable[[], str]] = {"opt_in": _opt_in, "quiet": _quiet, "fixes": _fixes}
