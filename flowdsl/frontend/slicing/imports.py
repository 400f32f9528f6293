"""An import statement with the names alone that are needed."""

from __future__ import annotations

from flowdsl.frontend.slicing.model import Alias, Unit


def import_text(unit: Unit, wanted: set[str]) -> tuple[str, tuple[int, ...]]:
    """The statement and the lines it comes from; in the user's own words where all of its names are needed."""
    kept = [alias for alias in unit.aliases if alias.bound in wanted]
    if len(kept) == len(unit.aliases):
        return unit.text, unit.lines
    first = kept[0]
    if first.name is None:
        names = ", ".join(_with_as(alias.module, alias) for alias in kept)
        return f"import {names}\n", unit.lines[:1]
    names = ", ".join(_with_as(alias.name or "", alias) for alias in kept)
    return f"from {'.' * first.level}{first.module} import {names}\n", unit.lines[:1]


def _with_as(name: str, alias: Alias) -> str:
    return f"{name} as {alias.asname}" if alias.asname else name
