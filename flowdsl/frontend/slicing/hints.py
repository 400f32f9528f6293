"""Names of annotations, which are text in a script and are looked up all the same.

A pydantic model reads the types of its fields when it is made, `typing.get_type_hints` those of any class,
`functools.singledispatch` those of a function that it decorates. So where somebody may read them, what annotations of
classes and of decorated functions name goes along, if it can: what the container may lack stays behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flowdsl.diagnostics.frozen import frozen
from flowdsl.frontend.home import Home
from flowdsl.frontend.slicing.index import ModuleIndex
from flowdsl.frontend.slicing.model import Alias, Dep, Unit, Version
from flowdsl.frontend.slicing.project import Module
from flowdsl.frontend.slicing.survey import Survey
from flowdsl.frontend.slicing.versions import OLDEST, REMOVED, added_in, is_stdlib

_Seen = set[tuple[str, str]]
"""Files and names that are looked at already."""


@frozen
class Hints:
    """Which names of annotations can go along; `target` is the image's Python, None where it is not known."""

    survey: Survey
    target: Version | None
    travels: Callable[[str], bool]
    """Whether a module of the project travels already, whatever annotations say."""

    def of(self, index: ModuleIndex, home: Home, unit: Unit, *, functions: bool) -> Iterator[Dep]:
        """The names of a unit's annotations that can go along, with the units that make each.

        `functions`: those of functions that are not decorated, too.
        """
        for name in (*unit.hints, *(unit.signatures if functions else ())):
            if self._goes(index, home, name, set()):
                yield name, index.providers[name]

    def _goes(self, index: ModuleIndex, home: Home, name: str, seen: _Seen) -> bool:
        """Whether a name, and all that it needs, brings nothing that the container may lack."""
        stack: list[Dep] = [(name, index.providers[name])]
        while stack:
            each, positions = stack.pop()
            if (index.file, each) in seen:
                continue
            seen.add((index.file, each))
            for unit in (index.units[position] for position in positions):
                if not self._fits(unit, each, home, seen):
                    return False
                stack += unit.deps
        return True

    def _fits(self, unit: Unit, name: str, home: Home, seen: _Seen) -> bool:
        if unit.of_flowdsl or unit.loose or unit.writes or unit.resources:
            return False
        if any(each.since > (self.target or OLDEST) for each in unit.features):
            return False
        aliases = [alias for alias in unit.aliases if alias.bound == name]
        return all(self._there(alias, home, seen) for alias in (*aliases, *(use.alias for use in unit.imports)))

    def _there(self, alias: Alias, home: Home, seen: _Seen) -> bool:
        module = self.survey.module(alias, home)
        if module is not None:
            return self._comes(module, alias, seen)
        if alias.level or not is_stdlib(alias.top):
            return not alias.level and alias.top in self.survey.trusted
        since = added_in(alias)
        new = since is not None and since > (self.target or OLDEST)
        return not new and alias.top not in REMOVED and not self.survey.hides(alias.top, home)

    def _comes(self, module: Module, alias: Alias, seen: _Seen) -> bool:
        """Whether a name of the project's module comes along without more of the module than that."""
        index = self.survey.index(module)
        if index is None or alias.name is None or alias.name not in index.providers:
            return False
        if not self.travels(module.name) and (self.survey.acts(module) or index.reads_data or index.looks_at_itself):
            return False
        return self._goes(index, module.home, alias.name, seen)
