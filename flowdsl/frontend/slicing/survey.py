"""What is known of a project's modules: where each lies, what it imports, and whether importing it does something.

One compile looks for a module once, whatever number of its tasks uses it.
"""

from __future__ import annotations

import attrs

from flowdsl.frontend.home import Home
from flowdsl.frontend.slicing.index import ModuleIndex
from flowdsl.frontend.slicing.model import Alias, Unit
from flowdsl.frontend.slicing.project import Module, absolute, find, hides_python
from flowdsl.frontend.slicing.source import index_of_file
from flowdsl.frontend.slicing.versions import is_stdlib

Imports = tuple[tuple[Unit, Alias, tuple[Module, ...]], ...]
_Key = tuple[str, str]
"""A module's name, and the folder that it was looked for in."""


@attrs.define
class Survey:
    """The project as tasks see it that trust the same: `trusted` are top-level names that their image has."""

    trusted: frozenset[str]
    _found: dict[_Key, Module | None] = attrs.field(factory=dict)
    _hiding: dict[_Key, bool] = attrs.field(factory=dict)
    _indexes: dict[str, ModuleIndex | None] = attrs.field(factory=dict)
    _imports: dict[_Key, Imports] = attrs.field(factory=dict)
    _effects: dict[_Key, bool] = attrs.field(factory=dict)

    def index(self, module: Module) -> ModuleIndex | None:
        """The index of a module; None for a package without a file, and where it is no Python."""
        if not module.file:
            return None
        if module.file not in self._indexes:
            self._indexes[module.file] = index_of_file(module.file)
        return self._indexes[module.file]

    def module(self, alias: Alias, home: Home) -> Module | None:
        """The project's module that an import names; None where it is none of the project's."""
        if not alias.level and (alias.of_flowdsl or (is_stdlib(alias.top) and alias.top != home.top)):
            return None
        name = absolute(alias, home)
        return None if name.partition(".")[0] in self.trusted else self.find(name, home)

    def find(self, name: str, home: Home) -> Module | None:
        """The project's module of that name."""
        key = (name, home.root)
        if key not in self._found:
            self._found[key] = find(name, home)
        return self._found[key]

    def hides(self, top: str, home: Home) -> bool:
        """Whether the project's module of that name hides one of Python's own."""
        key = (top, home.root)
        if key not in self._hiding:
            self._hiding[key] = hides_python(top, home)
        return self._hiding[key]

    def imported(self, alias: Alias, home: Home) -> tuple[Module, ...]:
        """The modules that an import loads: the one it names, and the one below it that `from a import b` may mean."""
        module = self.module(alias, home)
        if module is None:
            return ()
        below = self.find(f"{module.name}.{alias.name}", home) if alias.name and module.is_package else None
        return (module, below) if below is not None else (module,)

    def imports(self, module: Module) -> Imports:
        """What a module imports of the project at its top level."""
        key = _key(module)
        if key not in self._imports:
            index = self.index(module)
            pairs = [(unit, alias) for unit in (index.units if index is not None else ()) for alias in unit.aliases]
            found = ((unit, alias, self.imported(alias, module.home)) for unit, alias in pairs)
            self._imports[key] = tuple(each for each in found if each[2])
        return self._imports[key]

    def acts(self, module: Module) -> bool:
        """Whether importing a module does something, itself or through those that it imports."""
        key = _key(module)
        if key not in self._effects:
            seen = {key: module}
            found = any(self._acts_itself(one) for one in self._below(seen))
            # What is below a module that does nothing does nothing either.
            self._effects.update({key: True} if found else dict.fromkeys(seen, False))
        return self._effects[key]

    def _acts_itself(self, module: Module) -> bool:
        index = self.index(module)
        return self._effects.get(_key(module), False) or (index is not None and index.has_effects)

    def _below(self, seen: dict[_Key, Module]) -> list[Module]:
        """The modules in `seen` and all that they import, which are added to it."""
        found = list(seen.values())
        for one in found:
            if _key(one) in self._effects:
                continue  # it says so for all below it
            for _, _, modules in self.imports(one):
                for each in modules:
                    if _key(each) not in seen:
                        seen[_key(each)] = each
                        found.append(each)
        return found


Surveys = dict[frozenset[str], Survey]
"""Those of one compile, by what is trusted."""


def _key(module: Module) -> _Key:
    return (module.name, module.home.root)
