"""The project's modules that travel with a task: each under its own name, with what of it is needed.

A module is cut down to the statements that are needed where that changes nothing. It goes whole, but for what is made
with flowdsl, where importing it does more than bind names, or where it is not plain which of its names are used. Lines
keep their numbers, so that a traceback points into the user's file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator

import attrs

from flowdsl.frontend.home import Home
from flowdsl.frontend.slicing.data import data_files
from flowdsl.frontend.slicing.evaluated import Evaluation, Looked
from flowdsl.frontend.slicing.hints import Hints
from flowdsl.frontend.slicing.index import ModuleIndex
from flowdsl.frontend.slicing.model import Alias, Bundled, Dep, Unit, Version
from flowdsl.frontend.slicing.project import Module, absolute, folder_in_project
from flowdsl.frontend.slicing.stretches import module_text
from flowdsl.frontend.slicing.survey import Survey

Chosen = dict[int, tuple[Unit, set[str]]]
Report = Callable[[ModuleIndex, Home, Unit, set[str]], None]
"""Tells of what is wrong with a unit that travels; the names are those that are needed of it."""


@attrs.define
class _Part:
    """A module on its way: what is chosen of it so far. `index` is None for a package without a file."""

    module: Module
    index: ModuleIndex | None
    chosen: Chosen = attrs.field(factory=dict)
    done: set[str] = attrs.field(factory=set)
    below: set[str] = attrs.field(factory=set)
    """Modules of a package that are reached as its attributes."""
    whole: bool = False
    reads: bool = False
    """The files beside it are read."""


@attrs.define
class Bundle:
    """Collects modules that `survey` finds; `report` is called for each unit taken."""

    survey: Survey
    report: Report
    undefined: Callable[[ModuleIndex, Alias, str], None]
    """Called for a name that the module imported from does not define."""
    unreadable: Callable[[ModuleIndex, Alias, str], None]
    """Called for an import of a module whose file is no Python, or can't be read."""
    target: Version | None = None
    """The image's Python, None where it is not known."""
    looked: Looked = attrs.field(factory=Looked)
    """Who may look at annotations, once `look` has found out."""
    _parts: dict[str, _Part] = attrs.field(factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing travels."""
        return not self._parts

    def owns(self, alias: Alias, home: Home) -> bool:
        """Whether an import is of the project's own modules, which travel."""
        return self.survey.module(alias, home) is not None

    def hidden(self, home: Home, unit: Unit, wanted: Iterable[str]) -> list[Alias]:
        """The imports of a unit that find the project's module here, and Python's own in the container."""
        names = set(wanted)
        aliases = [alias for alias in unit.aliases if alias.bound in names or alias.bound == "*"]
        aliases += [use.alias for use in unit.imports]
        return [alias for alias in aliases if not alias.level and self.survey.hides(alias.top, home)]

    def take(self, index: ModuleIndex, home: Home, unit: Unit, wanted: Iterable[str], users: Iterable[Unit]) -> None:
        """Follow the imports of a unit: those of its names that are wanted, and all inside functions.

        `users` are the units that may read attributes of the modules it imports.
        """
        names = set(wanted)
        for alias in unit.aliases:
            if (alias.bound in names or alias.bound == "*") and (module := self.survey.module(alias, home)) is not None:
                self._follow(index, home, alias, module, _attributes(alias.bound, users))
        for use in unit.imports:
            # Inside a function the name is its own; what it is used for there is not looked at.
            if (module := self.survey.module(use.alias, home)) is not None:
                self._follow(index, home, use.alias, module, None)
            if use.alias.name is None and not use.alias.asname:
                self._through(use.alias.bound, unit.chains, home)
        for package in self._read_by(index, home, unit):
            self._parents(package)
            self._need(package, frozenset())
            self._part(package).reads = True

    def _through(self, top: str, chains: Iterable[str], home: Home) -> None:
        """Modules that a function reads through the package that its `import a.b` binds, whoever imports them."""
        for chain in chains:
            first, *attributes = chain.split(".")
            name = first
            for each in attributes if first == top else ():
                package, below = self.survey.find(name, home), self.survey.find(f"{name}.{each}", home)
                if package is None or below is None:
                    break
                self._names(self._part(package), [each])
                self._need(below, None)
                name = f"{name}.{each}"

    def changed_by(self, alias: Alias, home: Home) -> bool:
        """Whether importing this does something, and may do it to a module that travels."""
        return any(
            self.survey.acts(module) and self._reaches(module, set()) for module in self.survey.imported(alias, home)
        )

    def _reaches(self, module: Module, seen: set[str]) -> bool:
        if module.name in seen:
            return False
        seen.add(module.name)
        found = [each for _, _, modules in self.survey.imports(module) for each in modules]
        return any(each.name in self._parts or self._reaches(each, seen) for each in found)

    def look(self, index: ModuleIndex, units: Iterable[Unit]) -> None:
        """Find out who may look up the annotations of what travels, who is not seen where they stand.

        `units` are those of the task's own module, `index`: a module that says so, or what is installed.
        """
        pairs = [(unit, names) for part in self._parts.values() for unit, names in part.chosen.values()]
        every = [alias for unit, names in pairs for alias in unit.aliases if alias.bound in names]
        every += [alias for unit in units for alias in unit.aliases]
        every += [use.alias for unit in (*units, *(unit for unit, _ in pairs)) for use in unit.imports]
        indexes = [index, *(part.index for part in self._parts.values() if part.index is not None)]
        by_text = any(each.looks_up for each in indexes)
        installed = any(not alias.level and alias.top in self.survey.trusted for alias in every)
        self.looked = Looked(by_text or installed, by_text)

    def hints(self, index: ModuleIndex, home: Home, unit: Unit) -> Iterable[Dep]:
        """The names of annotations that somebody may look at and that can go along, with the units that make each."""
        if not (self.looked.at(unit) and (unit.hints or unit.signatures)):
            return ()
        hints = Hints(self.survey, self.target, self._parts.__contains__)
        return hints.of(index, home, unit, functions=self.looked.functions)

    def take_hints(self) -> None:
        """Take what annotations name that somebody may look at."""
        before = -1
        while before != (before := sum(len(part.done) for part in self._parts.values())):
            for part in list(self._parts.values()):
                for unit, _ in list(part.chosen.values()):
                    if part.index is not None:
                        self._closure(part, part.index, [*self.hints(part.index, part.module.home, unit)])

    def evaluations(self) -> Iterator[Evaluation]:
        """The annotations of the modules that travel."""
        for part in self._parts.values():
            if part.index is not None:
                yield Evaluation(part.index, part.chosen, self.target)

    def files(self) -> tuple[Bundled, ...]:
        """What travels, by path."""
        found: dict[str, Bundled] = {}
        for part in self._parts.values():
            if part.index is None:
                continue
            types = Evaluation(part.index, part.chosen, self.target)
            evaluated = types.wanted(self.looked)
            chosen = types.written() if evaluated else part.chosen
            text, numbers = module_text(part.index, chosen, part.below, whole=part.whole, evaluated=evaluated)
            root = folder_in_project(part.module.home.root)
            found[part.module.path] = Bundled(part.module.path, part.module.file, text, numbers, root=root)
        for part in self._parts.values():
            found.update((each.path, each) for each in self._data(part) if each.path not in found)
        return tuple(found[path] for path in sorted(found))

    def _data(self, part: _Part) -> Iterator[Bundled]:
        """The data of a package that is read, or of the package of a module that reads what lies beside it."""
        package = part.module.name if part.module.is_package else part.module.home.package
        if package and (part.reads or (part.index is not None and part.chosen and part.index.reads_data)):
            root = folder_in_project(part.module.home.root)
            for each in data_files(package, os.path.join(part.module.home.root, *package.split("."))):
                yield attrs.evolve(each, root=root)

    def _follow(
        self, index: ModuleIndex, home: Home, alias: Alias, module: Module, used: frozenset[str] | None
    ) -> None:
        """`used` are the attributes read of what is imported, "" where it is used as a whole, None where unknown."""
        if module.file and self.survey.index(module) is None:
            self.unreadable(index, alias, module.name)
            return
        self._parents(module)
        if alias.name is None:
            plain = alias.asname is not None or "." not in module.name
            # `import a.b` binds `a`, and reaches `b` through it: which names of `b` are used is not looked at.
            self._need(module, used if plain else None)
            if not plain:
                self._between(module, used)
            return
        if alias.name == "*":
            self._need(module, None)
            return
        part = self._part(module)
        below = None
        # In the package's own file `from . import x` can only mean the module: `x` is bound by this very line.
        itself = module.file == index.file
        if part.index is None or itself or alias.name not in part.index.providers:
            below = self.survey.find(f"{module.name}.{alias.name}", home) if module.is_package else None
        if below is not None:
            self._parents(below)
            self._need(below, used)
        elif not self._names(part, [alias.name]):
            if self._answers(part, alias.name, set()):
                self._all(part)
            else:
                self.undefined(index, alias, module.name)

    def _read_by(self, index: ModuleIndex, home: Home, unit: Unit) -> Iterator[Module]:
        """The project's packages that a unit names to `importlib.resources` and its like."""
        for dotted, is_text in unit.resources if index.reads_data else ():
            name = dotted
            if not is_text:
                root, dot, rest = dotted.partition(".")
                alias = index.aliases.get(root)
                if alias is None:
                    continue
                own = absolute(alias, home)
                name = root if alias.name is None and not alias.asname else f"{own}.{alias.name}" if alias.name else own
                name += dot + rest
            if name.partition(".")[0] not in self.survey.trusted:
                module = self.survey.find(name, home)
                if module is not None and module.is_package:
                    yield module

    def _between(self, module: Module, used: frozenset[str] | None) -> None:
        """What `import a.b.c` reaches on the way: of `a` the attributes that are read, of `b` any."""
        top, *rest = module.name.split(".")[:-1]
        first = self.survey.find(top, module.home)
        if first is not None and (index := self._part(first).index) is not None:
            # A module below that is read through `a` was named by its own import.
            given = None if used is None or "" in used else frozenset(used & index.providers.keys())
            self._need(first, given)
        for depth in range(len(rest)):
            parent = self.survey.find(".".join([top, *rest[: depth + 1]]), module.home)
            if parent is not None:
                self._need(parent, None)

    def _parents(self, module: Module) -> None:
        name = module.name
        while "." in name:
            name = name.rpartition(".")[0]
            parent = self.survey.find(name, module.home)
            if parent is not None:
                self._need(parent, frozenset())

    def _answers(self, part: _Part, name: str, seen: set[str]) -> bool:
        """Whether a module has a name that none of its statements binds: a hook, a star, or what importing it did."""
        index = part.index
        if index is None or part.module.name in seen:
            return False
        seen.add(part.module.name)
        if name in index.providers or "__getattr__" in index.providers:
            return True
        for alias in index.stars:
            module = self.survey.module(alias, part.module.home)
            if module is None or self._answers(self._part(module), name, seen):
                return True
        loaded = sys.modules.get(part.module.name)
        same = os.path.realpath(getattr(loaded, "__file__", None) or "") == os.path.realpath(index.file)
        return same and name in vars(loaded)

    def _need(self, module: Module, names: frozenset[str] | None) -> None:
        part = self._part(module)
        if names is None or "" in names:
            self._all(part)
        elif not self._names(part, sorted(names)):
            self._all(part)  # an attribute that no statement binds: it is set from outside, or by a star

    def _part(self, module: Module) -> _Part:
        part = self._parts.get(module.name)
        if part is None:
            part = _Part(module, self.survey.index(module))
            self._parts[module.name] = part
            if part.index is not None:
                self._start(part, part.index)
        return part

    def _start(self, part: _Part, index: ModuleIndex) -> None:
        """What a module needs whatever is read of it: its effects, and those of the modules it imports."""
        if index.has_effects or index.reads_data or index.looks_at_itself:
            self._all(part)
            return
        for unit, alias, modules in self.survey.imports(part.module):
            if any(self.survey.acts(module) for module in modules):
                self._add(part, index, unit, alias.bound)

    def _names(self, part: _Part, names: Iterable[str]) -> bool:
        """Take names of a module with all they need; False where it does not define one of them."""
        index = part.index
        if index is None:
            return True  # a package without a file holds nothing but modules
        complete = True
        for name in names:
            if name in part.done:
                continue
            if name in index.providers:
                self._closure(part, index, [(name, index.providers[name])])
            elif name.startswith("__") and name.endswith("__"):
                continue
            elif (below := self.survey.find(f"{part.module.name}.{name}", part.module.home)) is not None:
                # `package.module` as an attribute: somebody has imported it, which must happen here, too.
                part.done.add(name)
                part.below.add(name)
                self._need(below, None)
            else:
                complete = False
        return complete

    def _closure(self, part: _Part, index: ModuleIndex, stack: list[Dep]) -> None:
        while stack:
            name, positions = stack.pop()
            if name in part.done:
                continue
            part.done.add(name)
            for position in positions:
                unit = index.units[position]
                if position not in part.chosen:
                    stack += unit.deps
                self._add(part, index, unit, name)

    def _add(self, part: _Part, index: ModuleIndex, unit: Unit, name: str) -> None:
        names = part.chosen.setdefault(unit.position, (unit, set()))[1]
        if name in names:
            return
        if unit.aliases or not names:
            self.report(index, part.module.home, unit, {name})
        names.add(name)
        part.reads = part.reads or _names_its_file(unit)
        self.take(index, part.module.home, unit, {name}, index.units)

    def _all(self, part: _Part) -> None:
        """Take a module whole, but for what is made with flowdsl and what needs that."""
        index = part.index
        if part.whole or index is None:
            return
        part.whole = True
        kept = without_flowdsl(index.units)
        for unit in kept:
            names = set(unit.binds)
            if unit.position not in part.chosen or unit.aliases:
                self.report(index, part.module.home, unit, names)
            part.chosen[unit.position] = (unit, names)
            part.done |= names
            part.reads = part.reads or _names_its_file(unit)
        for unit in kept:
            self.take(index, part.module.home, unit, unit.binds, index.units)


def without_flowdsl(units: Iterable[Unit]) -> list[Unit]:
    """The units that neither are made with flowdsl nor need one that is."""
    kept = [unit for unit in units if not unit.of_flowdsl and all(each.reason != "flowdsl" for each in unit.loose)]
    while True:
        there = {unit.position for unit in kept}
        left = [unit for unit in kept if all(any(each in there for each in owners) for _, owners in unit.deps)]
        if len(left) == len(kept):
            return kept
        kept = left


def _names_its_file(unit: Unit) -> bool:
    return any(each.reason == "file" for each in unit.loose)


def _attributes(name: str, users: Iterable[Unit]) -> frozenset[str] | None:
    found: set[str] = set()
    for unit in users:
        for bound, attributes in unit.uses:
            if bound == name:
                found |= attributes
    return frozenset(found)
