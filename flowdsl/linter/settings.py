"""`[tool.flowdsl.lint]` in pyproject.toml."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import attrs

from flowdsl.diagnostics import UsageError
from flowdsl.diagnostics.project import find, section
from flowdsl.linter.rules import words

_SHAPES = {"list": "a list of strings", "table": "a table of lists", "text": "a string"}
_KEYS = {
    "select": "list",
    "ignore": "list",
    "extend-select": "list",
    "exclude": "list",
    "feature-gates": "list",
    "per-file-ignores": "table",
    "fail-on": "text",
}


__all__ = ["Settings", "find", "load"]


@attrs.frozen
class Settings:
    """What the project wants; the command line goes before it."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    per_file: tuple[tuple[str, tuple[str, ...]], ...] = ()
    fail_on: str = "error"


def load(path: Path | None) -> Settings:
    """The settings of a pyproject.toml; the defaults without one. Raises UsageError for what it can't mean."""
    if path is None:
        return Settings()
    table = section(path, "lint")
    for key, value in table.items():
        if key not in _KEYS:
            raise UsageError(f"{path}: tool.flowdsl.lint has no setting {key!r}; there are {', '.join(_KEYS)}")
        if not _fits(value, _KEYS[key]):
            raise UsageError(f"{path}: tool.flowdsl.lint.{key} must be {_SHAPES[_KEYS[key]]}")
    if table.get("fail-on", "error") not in ("error", "warning"):
        raise UsageError(f"{path}: tool.flowdsl.lint.fail-on must be error or warning")
    return Settings(
        _rules(path, table.get("select", ())),
        _rules(path, table.get("ignore", ())),
        _rules(path, table.get("extend-select", ())),
        tuple(table.get("exclude", ())),
        tuple(table.get("feature-gates", ())),
        tuple((pattern, _rules(path, codes)) for pattern, codes in table.get("per-file-ignores", {}).items()),
        table.get("fail-on", "error"),
    )


def _rules(path: Path, given: Iterable[str]) -> tuple[str, ...]:
    try:
        return words(given)
    except UsageError as error:
        raise UsageError(f"{path}: tool.flowdsl.lint: {error}") from None


def _fits(value: object, kind: str) -> bool:
    if kind == "table":
        return isinstance(value, dict) and all(_fits(each, "list") for each in value.values())
    if kind == "list":
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, str)
