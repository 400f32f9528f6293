"""The index of a module: every top-level statement with what it binds and needs. Built once, then sliced often."""

from __future__ import annotations

import ast
import builtins
import functools
import itertools
import sys
import warnings
from collections.abc import Iterable, Sequence
from types import MappingProxyType

import attrs

from flowdsl.frontend.slicing import syntax, text
from flowdsl.frontend.slicing.annotations import is_shown, looks_up, names_of, read_as_types, speaks_of_types
from flowdsl.frontend.slicing.bindings import TRY, Bound, bound_in, import_aliases, main_guard
from flowdsl.frontend.slicing.effects import has_effects, looks_at_itself, reads_data
from flowdsl.frontend.slicing.model import BLOCKS, Alias, Dep, Facts, Loose, Unit
from flowdsl.frontend.slicing.scopes import body_facts, facts_of
from flowdsl.frontend.slicing.touches import touched
from flowdsl.frontend.slicing.versions import BUILTINS, is_stdlib, newer, works_anywhere

FunctionDef = (ast.FunctionDef, ast.AsyncFunctionDef)
_Parents = tuple[ast.AST, ...]
PYTHONS = frozenset(dir(builtins)) | frozenset(BUILTINS)
"""The builtins. What this Python lacks is added, so that the result is the same on every Python."""
_DUNDERS = frozenset({"__name__", "__doc__", "__builtins__", "__spec__", "__loader__", "__package__", "__debug__"})
_HINTS = frozenset({"ClassVar", "InitVar", "KW_ONLY"})
# Called on a function, these make something that is not a function any more, in a pipeline or out of it.
_NOT_A_TASK = frozenset({"pipeline", "task_ref"})


@attrs.define
class _Draft:
    """A statement on the way to a `Unit`."""

    node: ast.stmt
    extent: text.Extent
    bound: Bound
    parents: _Parents = ()
    facts: Facts = attrs.field(factory=Facts)
    decorators: list[tuple[ast.expr, Facts]] = attrs.field(factory=list)
    defaults: list[tuple[ast.expr, Facts]] = attrs.field(factory=list)


@attrs.define(eq=False)
class ModuleIndex:
    """A module, ready to be sliced. `functions` finds a function by the line its code object names, and its name."""

    file: str
    lines: tuple[str, ...]
    units: tuple[Unit, ...]
    providers: MappingProxyType[str, tuple[int, ...]]
    typing_only: frozenset[str]
    flow_names: MappingProxyType[str, str]
    """Names that stand for something of flowdsl, and for what."""
    aliases: MappingProxyType[str, Alias]
    """Names that imports bind."""
    stars: tuple[Alias, ...]
    functions: MappingProxyType[tuple[int, str], tuple[ast.stmt, _Parents, int]]
    """(first line, name) to the node, what surrounds it, and its unit's position (-1 for a nested function)."""
    tree: ast.Module
    """For the questions that only a module asks which travels."""

    @functools.cached_property
    def has_effects(self) -> bool:
        """Whether importing it does more than bind names."""
        functions = frozenset(node.name for node in self.tree.body if isinstance(node, FunctionDef))
        return has_effects(self.tree.body, self.aliases, functions) or any(
            a.level or not is_stdlib(a.top) for a in self.stars
        )

    @functools.cached_property
    def reads_data(self) -> bool:
        """Whether it reads the files of packages."""
        return reads_data(self.tree, "\n".join(self.lines))

    @functools.cached_property
    def looks_at_itself(self) -> bool:
        """Whether it reads its own names by text, so that none can be left out."""
        return looks_at_itself(self.tree, "\n".join(self.lines))

    @functools.cached_property
    def looks_up(self) -> bool:
        """Whether it looks annotations up."""
        return looks_up("\n".join(self.lines))

    @functools.cached_property
    def read_as_types(self) -> dict[tuple[int, int], str]:
        """Where it reads annotations as they are, by line and column."""
        return read_as_types(self.tree) if speaks_of_types("\n".join(self.lines)) else {}

    @functools.cached_property
    def unused_imports(self) -> tuple[tuple[Unit, tuple[Alias, ...]], ...]:
        """The imports that no statement uses the name of, each with those names; a star's are not known."""
        used = {name for unit in self.units for name, _ in unit.deps} | {"*"}
        found = ((unit, tuple(alias for alias in unit.aliases if alias.bound not in used)) for unit in self.units)
        return tuple((unit, aliases) for unit, aliases in found if aliases)

    @functools.cached_property
    def as_text(self) -> bool:
        """Whether its annotations are text in the user's own process, too."""
        return any(alias.module == "__future__" and alias.name == "annotations" for alias in self.aliases.values())

    def column(self, line: int, offset: int) -> int:
        """The column in characters, from 1."""
        return text.character_column(self.lines, line, offset)

    def single(self, node: ast.stmt, parents: _Parents, position: int, *, bare: bool) -> Unit:
        """The unit of one function: of a nested one, or `bare` of all its decorators."""
        first, last = text.first_line(node), node.end_lineno or node.lineno
        draft = _draft(node, text.Extent(first, last), self.lines, parents)
        where = position if position >= 0 else len(self.units)
        return _Finisher(self).unit(where, draft, floor=first - 1, bare=bare)


def build_index(source: str, file: str, before: range = range(0)) -> ModuleIndex:
    """Read a module; what stands at the lines `before` runs first. Raises SyntaxError where its text is not Python."""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    lines = tuple(source.split("\n"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an invalid escape is for the user's own Python to speak of
        tree = ast.parse(source)
    drafts = [_draft(node, extent, lines) for node, extent in zip(tree.body, text.extents(tree.body), strict=True)]
    floors = {id(draft): above.extent.last for above, draft in itertools.pairwise(drafts)}
    drafts.sort(key=lambda draft: draft.extent.first not in before)
    index = ModuleIndex(
        file=file,
        lines=lines,
        units=(),
        providers=MappingProxyType(_providers(drafts)),
        typing_only=frozenset(name for draft in drafts for name in draft.bound.typing_only),
        flow_names=MappingProxyType(_flow_names(drafts)),
        aliases=MappingProxyType({name: alias for draft in drafts for name, alias in draft.bound.aliases.items()}),
        stars=tuple(alias for draft in drafts for alias in draft.bound.aliases.values() if alias.bound == "*"),
        functions=MappingProxyType(_functions(drafts)),
        tree=tree,
    )
    finisher = _Finisher(index)
    index.units = tuple(
        finisher.unit(position, draft, floor=floors.get(id(draft), 0)) for position, draft in enumerate(drafts)
    )
    return index


def _draft(node: ast.stmt, extent: text.Extent, lines: Sequence[str], parents: _Parents = ()) -> _Draft:
    draft = _Draft(node, extent, bound_in([node], split_typing=True), parents)
    if isinstance(node, (*FunctionDef, ast.ClassDef)):
        draft.decorators = [(item, _decorator_facts(item, lines, parents)) for item in node.decorator_list]
        if not isinstance(node, ast.ClassDef):
            values = [*node.args.defaults, *filter(None, node.args.kw_defaults)]
            draft.defaults = [(item, facts_of(item, lines, parents)) for item in values]
        draft.facts = body_facts(node, lines, parents)
    elif not isinstance(node, (ast.Import, ast.ImportFrom)):
        draft.facts = facts_of(node, lines)
    return draft


def _decorator_facts(node: ast.expr, lines: Sequence[str], parents: _Parents) -> Facts:
    facts = facts_of(node, lines, parents)
    found = syntax.decorator(node)
    if found is not None:
        facts.features.append(found)
    return facts


def _providers(drafts: Sequence[_Draft]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for position, draft in enumerate(drafts):
        future = isinstance(draft.node, ast.ImportFrom) and draft.node.module == "__future__"
        if future or main_guard(draft.node):
            continue
        for name in draft.bound.names:
            star = draft.bound.aliases.get("*") if name == "*" else None
            if star is None or (is_stdlib(star.top) and not star.level):
                found.setdefault(name, []).append(position)
    _touches(list(drafts), found)
    if drafts and ast.get_docstring(ast.Module([drafts[0].node], [])) is not None:
        found.setdefault("__doc__", [0])
    return {name: tuple(sorted(positions)) for name, positions in found.items()}


def _touches(drafts: list[_Draft], providers: dict[str, list[int]]) -> None:
    """Let statements that change a thing go with it: `TABLE["x"] = 1`, `NAMES.append("x")`, `random.seed(0)`."""
    flow = _flow_names(drafts)
    functions = {draft.node.name: draft.node for draft in drafts if isinstance(draft.node, FunctionDef)}
    for position, draft in enumerate(drafts):
        if main_guard(draft.node) or any(needed in flow for needed in draft.facts.needs):
            continue
        for name in touched(draft.node, functions):
            if name in draft.bound.names or name not in providers or name in flow or position in providers[name]:
                continue
            owners = [drafts[owner].node for owner in providers[name]]
            imported = any(isinstance(owner, (ast.Import, ast.ImportFrom)) for owner in owners)
            # What configures a module goes along only if it needs nothing that the script could lack.
            if not imported or all(
                _always_there(needed, drafts, providers) for needed in draft.facts.needs if needed != name
            ):
                providers[name].append(position)


def _always_there(name: str, drafts: list[_Draft], providers: dict[str, list[int]]) -> bool:
    owners = providers.get(name)
    if owners is None:
        return name in PYTHONS
    return all(
        (alias := drafts[owner].bound.aliases.get(name)) is not None and is_stdlib(alias.top) and not alias.level
        for owner in owners
        if name in drafts[owner].bound.names
    )


def _flow_names(drafts: Iterable[_Draft]) -> dict[str, str]:
    """Names bound to flowdsl's things: imports of it, what is made with them, pipelines and references."""
    found: dict[str, str] = {}
    for draft in drafts:
        here = _flow_bound(draft, found)
        for name in draft.bound.names:
            found.pop(name, None)  # what is bound anew is flowdsl's no longer
        found.update(here)
    return found


def _flow_bound(draft: _Draft, flow: dict[str, str]) -> dict[str, str]:
    """The names that one statement binds to something of flowdsl, and what that is."""
    node = draft.node
    if isinstance(node, TRY):
        return {}
    here = {name: alias.name or alias.module for name, alias in draft.bound.aliases.items() if alias.of_flowdsl}
    if "*" in here:
        module = sys.modules.get(draft.bound.aliases["*"].module)  # the user's module has imported it already
        here.update((name, name) for name in getattr(module, "__all__", ()))
    if isinstance(node, FunctionDef):
        kinds = {_decorator_kind(item, flow) for item, _ in draft.decorators} & _NOT_A_TASK
        here.update((node.name, kind) for kind in kinds)
    elif not isinstance(node, (ast.ClassDef, ast.Import, ast.ImportFrom, ast.If)):
        used = next((name for name in draft.facts.needs if name in flow), None)
        if used is not None:
            kind = BLOCKS.get(type(node), f"a value made with {flow[used]}")
            here.update(dict.fromkeys(draft.bound.names, kind))
    return here


def _decorator_kind(node: ast.expr, flow: dict[str, str] | MappingProxyType[str, str]) -> str:
    """Which of flowdsl's decorators this is: 'task', 'pipeline', ...; '' for any other."""
    inner = node.func if isinstance(node, ast.Call) else node
    attribute = ""
    while isinstance(inner, ast.Attribute):
        attribute, inner = attribute or inner.attr, inner.value
    if not isinstance(inner, ast.Name) or inner.id not in flow:
        return ""
    return attribute or flow[inner.id]


def _functions(drafts: Iterable[_Draft]) -> dict[tuple[int, str], tuple[ast.stmt, _Parents, int]]:
    found: dict[tuple[int, str], tuple[ast.stmt, _Parents, int]] = {}
    stack: list[tuple[ast.AST, _Parents, int]] = [(draft.node, (), pos) for pos, draft in enumerate(drafts)]
    while stack:
        node, parents, position = stack.pop()
        if isinstance(node, FunctionDef):
            found[text.first_line(node), node.name] = (node, parents, position)
        around = (*parents, node) if isinstance(node, (*FunctionDef, ast.ClassDef)) else parents
        blocks = [value for field in node._fields if type(value := getattr(node, field, None)) is list]
        for child in itertools.chain.from_iterable(blocks):  # statements stand in lists alone
            if isinstance(child, (ast.stmt, ast.ExceptHandler)) or type(child).__name__ == "match_case":
                stack.append((child, around, -1))
    return found


@attrs.define
class _Finisher:
    """Turns drafts into units once all names of the module are known."""

    index: ModuleIndex

    def unit(self, position: int, draft: _Draft, *, floor: int, bare: bool = False) -> Unit:
        node = draft.node
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            return self._import(position, draft, node)
        dropped = [item for item, _ in draft.decorators] if bare else self._dropped(draft)
        facts, edits = draft.facts, []
        if isinstance(node, FunctionDef) and not (bare or dropped):
            facts.signatures |= names_of(node)
        if len(dropped) < len(draft.decorators) and isinstance(node, FunctionDef):
            facts.hints |= names_of(node)
        for item, needs in draft.decorators:
            if item not in dropped:
                facts.add(needs)
        for item, needs in draft.defaults:
            if any(name in self.index.flow_names for name in needs.needs):
                edits.append(text.instead(item, "None"))
            else:
                facts.add(needs)
        layout = text.Layout(node, draft.extent, floor, tuple(dropped), tuple(edits), draft.parents)
        return self._unit(position, draft, layout, decorated=len(dropped) < len(draft.decorators))

    def _unit(self, position: int, draft: _Draft, layout: text.Layout, *, decorated: bool) -> Unit:
        facts, part = draft.facts, layout.rows(self.index.lines)
        first = min([draft.extent.first, *(number for _, number in part[:1])])
        deps, loose = self._resolve(facts)
        features = (*facts.features, *newer(facts, self.index.aliases, self.index.providers))
        imports = tuple(facts.imports)
        return Unit(
            position=position,
            text="".join(f"{line}\n" for line, _ in part),
            lines=tuple(number for _, number in part),
            blank=text.blank_above(self.index.lines, first) if draft.extent.start is None else 0,
            binds=frozenset(draft.bound.names),
            deps=deps,
            loose=loose,
            imports=imports,
            features=features,
            writes=tuple(facts.writes.items()),
            enclosing=tuple(facts.enclosing.items()),
            decorated=decorated,
            sound=not (loose or imports or features or facts.writes or facts.resources),
            uses=tuple((n, frozenset(used)) for n, used in facts.uses.items() if n in self.index.aliases),
            resources=tuple(sorted(facts.resources)),
            chains=tuple(sorted(facts.chains)) if imports else (),
            hints=tuple(sorted((facts.hints & self.index.providers.keys()) - dict(deps).keys())),
            signatures=tuple(sorted(facts.signatures & self.index.providers.keys())),
            signed=bool(facts.signatures),
            annotated=bool(facts.hints),
            shown=bool(facts.hints) and is_shown(draft.node, self.index.aliases),
            of_flowdsl=_made_with_flowdsl(draft, self.index.flow_names),
            layout=layout,
        )

    def _import(self, position: int, draft: _Draft, node: ast.Import | ast.ImportFrom) -> Unit:
        part = text.cut(self.index.lines, draft.extent)
        aliases = tuple(import_aliases(node))
        return Unit(
            position=position,
            text="".join(f"{line}\n" for line, _ in part),
            lines=tuple(number for _, number in part),
            blank=text.blank_above(self.index.lines, draft.extent.first) if draft.extent.start is None else 0,
            binds=frozenset(draft.bound.names),
            aliases=aliases,
            sound=all(works_anywhere(alias) for alias in aliases),
            of_flowdsl=any(alias.of_flowdsl for alias in aliases),
        )

    def _dropped(self, draft: _Draft) -> list[ast.expr]:
        """The decorators that make a task: flowdsl's own, and those above, which only ever see the task."""
        last = -1
        for number, (item, _) in enumerate(draft.decorators):
            if _decorator_kind(item, self.index.flow_names):
                last = number
        return [item for item, _ in draft.decorators[: last + 1]]

    def _resolve(self, facts: Facts) -> tuple[tuple[Dep, ...], tuple[Loose, ...]]:
        index = self.index
        deps: dict[str, tuple[int, ...]] = {}
        loose = []
        for name, spot in facts.needs.items():
            if name in index.flow_names:
                loose.append(Loose(name, spot, "flowdsl"))
            elif name in index.providers:
                deps[name] = index.providers[name]
            elif name in ("__file__", "__path__"):
                loose.append(Loose(name, spot, "file"))
            elif name in index.typing_only:
                loose.append(Loose(name, spot, "typing"))
            elif name in PYTHONS or name in _DUNDERS:
                continue
            elif self._starred(name):
                deps["*"] = self.index.providers["*"]
            else:
                loose.append(Loose(name, spot, "undefined"))
        for name in (*facts.soft, *(hint for hint in sorted(facts.hints) if self._looked_up(hint))):
            if name in index.providers and name not in index.flow_names:
                deps[name] = index.providers[name]
        return tuple(deps.items()), tuple(loose)

    def _starred(self, name: str) -> bool:
        """Whether `from stdlib_module import *` brings the name. The user's module has imported it already."""
        return any(
            hasattr(sys.modules.get(alias.module), name)
            for alias in self.index.stars
            if is_stdlib(alias.top) and not alias.level
        )

    def _looked_up(self, name: str) -> bool:
        """Whether a dataclass looks this name of an annotation up, although annotations are text: `ClassVar`."""
        alias = self.index.aliases.get(name)
        return alias is not None and (
            alias.name in _HINTS or (alias.name is None and alias.module in ("typing", "dataclasses"))
        )


def _made_with_flowdsl(draft: _Draft, flow: MappingProxyType[str, str]) -> bool:
    """Whether a statement makes a task, a pipeline or anything else of flowdsl."""
    if any(_decorator_kind(item, flow) for item, _ in draft.decorators):
        return True
    return any(name in flow for name in draft.bound.names)
