"""Annotations that somebody reads as types are evaluated in the container, as in the user's own process.

Elsewhere they are text there, after `from __future__ import annotations`: what they name need not come along. In a
file whose annotations may be looked at, that line is left out, and each that can't be evaluated becomes a text, in
quotes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import attrs

from flowdsl.diagnostics.frozen import frozen
from flowdsl.frontend.slicing.index import PYTHONS, ModuleIndex
from flowdsl.frontend.slicing.model import Unit, Version
from flowdsl.frontend.slicing.scopes import Hint, hints_of
from flowdsl.frontend.slicing.text import Edit, instead
from flowdsl.frontend.slicing.touches import root
from flowdsl.frontend.slicing.versions import OLDEST, newer

Units = dict[int, tuple[Unit, set[str]]]
"""What is chosen of a module: by position, a statement and its names that are needed."""
_MODEL_MAKERS = frozenset({"pydantic", "pydantic_settings", "sqlmodel", "msgspec"})
"""Packages whose classes can't be used before the types of their fields are known."""


@frozen
class Looked:
    """Who may look at annotations of what travels: at `every` class and decorated function, at other `functions`."""

    every: bool = False
    functions: bool = False

    def at(self, unit: Unit) -> bool:
        """Whether somebody may look at annotations in this statement."""
        return (unit.annotated and (self.every or unit.shown)) or (self.functions and unit.signed)


@frozen
class Evaluation:
    """The annotations of what travels of one module; `captured` are the names that a factory's values stand for."""

    index: ModuleIndex
    chosen: Units
    target: Version | None
    captured: frozenset[str] = frozenset()

    def wanted(self, looked: Looked) -> bool:
        """Whether to evaluate them: they are types in the user's own process, and somebody may look at one."""
        return not self.index.as_text and any(looked.at(unit) for unit, _ in self.chosen.values())

    def written(self) -> Units:
        """The statements with each annotation that can't be evaluated in the container as a text."""
        return {position: (self._quoted(unit), names) for position, (unit, names) in sorted(self.chosen.items())}

    def left(self, what: frozenset[str]) -> Iterator[ast.expr]:
        """Annotations that stay text and that code would take for types; `what` are the attributes it reads them by."""
        for unit, _ in self.chosen.values() if not self.index.as_text else ():
            is_task = unit.layout is None or bool(unit.layout.dropped)
            for hint in self._hints(unit):
                fields = hint.of_class and (what & {"type", "__annotations__"} or _needs_types(unit, self.index))
                if (fields or (not hint.of_class and not is_task and what - {"type"})) and not self._fits(unit, hint):
                    yield hint.node

    def _quoted(self, unit: Unit) -> Unit:
        if unit.layout is None:
            return unit
        left = [each.node for each in self._hints(unit) if not self._fits(unit, each)]
        texts = [instead(node, repr(ast.unparse(node))) for node in left]
        return _with(unit, texts, self.index) if texts else unit

    def _hints(self, unit: Unit) -> list[Hint]:
        """The annotations of a statement that are neither a text nor None as they stand."""
        layout = unit.layout
        found = hints_of(layout.node, self.index.lines, layout.parents) if layout is not None else []
        return [each for each in found if not isinstance(each.node, ast.Constant)]

    def _fits(self, unit: Unit, hint: Hint) -> bool:
        """Whether an annotation can be evaluated in the container where it stands."""
        facts = hint.facts
        features = (*facts.features, *newer(facts, self.index.aliases, self.index.providers))
        if any(each.since > (self.target or OLDEST) for each in features):
            return False
        return facts.enclosing.keys() <= self.captured and all(self._there(unit, name, hint) for name in facts.needs)

    def _there(self, unit: Unit, name: str, hint: Hint) -> bool:
        owners = self.index.providers.get(name)
        if owners is None:
            return name in PYTHONS
        there = [each for each in owners if each in self.chosen and self._gives(each, name)]
        return bool(there) and (hint.late or min(there) < unit.position)

    def _gives(self, position: int, name: str) -> bool:
        unit, names = self.chosen[position]
        return name in names if unit.aliases else name in unit.binds


def _with(unit: Unit, edits: list[Edit], index: ModuleIndex) -> Unit:
    assert unit.layout is not None
    rows = unit.layout.rows(index.lines, edits)
    return attrs.evolve(unit, text="".join(f"{row}\n" for row, _ in rows), lines=tuple(number for _, number in rows))


def _needs_types(unit: Unit, index: ModuleIndex) -> bool:
    """Whether a statement is a class that is of no use without the types of its fields."""
    node = unit.layout.node if unit.layout is not None else None
    makers = [*node.bases, *node.decorator_list] if isinstance(node, ast.ClassDef) else []
    aliases = [index.aliases.get(root(each.func if isinstance(each, ast.Call) else each)) for each in makers]
    return any(each is not None and not each.level and each.top in _MODEL_MAKERS for each in aliases)
