"""What slicing works with: the statements of a module, what each binds and needs, and the slice that comes out."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import attrs

from flowdsl.diagnostics import Location
from flowdsl.diagnostics.frozen import frozen
from flowdsl.frontend import places
from flowdsl.frontend.slicing.text import Layout

Version = tuple[int, int]
Spot = tuple[int, int]
"""A line (from 1) and a column (from 0, in UTF-8 bytes), as `ast` counts."""
Dep = tuple[str, tuple[int, ...]]
"""A name of a module, and the positions of the units that make it."""

BLOCKS: Mapping[type[ast.AST], str] = {
    ast.For: "a variable of a `for`",
    ast.While: "a variable of a `while`",
    ast.With: "a variable of a `with`",
}
"""Compound statements, and what their names are called where they use flowdsl's things: none of it is in a script."""


@frozen
class Bundled:
    """A file of the project that travels with a script, below the folder that its imports look in.

    A module is `text`, whose row `i` stands at line `numbers[i]` (from 1) of the user's `file`; rows of one line are
    joined by semicolons. Anything else is `data`; `unread` are the bytes of a file that is too large to be read. The
    text is the same wherever in the file its statements stand.
    """

    path: str
    file: str
    text: str = ""
    numbers: tuple[int, ...] = ()
    data: bytes = b""
    unread: int = 0
    root: str = ""
    """The folder of the project that imports look in, as a path in the project; "" for the project's own."""

    @property
    def size(self) -> int:
        """Bytes."""
        return self.unread or len(self.data) or len(self.text.encode())


@frozen
class Slice:
    """A function and what it needs of its module, as one script text for the standard library alone.

    `source` ends with one newline, and starts with `from __future__ import annotations` unless annotations are
    `evaluated`. `lines[i]` is the line of
    the user's `file` that line `i + 1` of the source comes from, 0 where it is flowdsl's own. `names` are the names
    the source binds at its top level.
    """

    source: str
    function_name: str
    lines: tuple[int, ...]
    file: str
    names: frozenset[str]
    function_line: int
    path: str = ""
    """The file as a path in its project, with `/`."""
    numbers: tuple[int, ...] = ()
    """Where the lines of the source are laid out to be run: `lines`, and a place for those that are flowdsl's own;
    0 for one that is left out there."""
    package: str = ""
    """The package that relative imports in the source start from, "" where there are none."""
    files: tuple[Bundled, ...] = ()
    """The project's own modules that the source imports, and the data that they read."""
    evaluated: bool = False
    """Annotations are types in it, as in the user's own process, and no text."""

    def location(self, line: int) -> Location:
        """The user's place for a line of the source; the function's own line where the text is flowdsl's."""
        own = self.lines[line - 1] if 1 <= line <= len(self.lines) else 0
        return Location(places.display(self.file), own or self.function_line)


@frozen
class Alias:
    """One name an import binds. `name` is None for `import module`; `level` counts the dots of a relative import."""

    bound: str
    module: str
    name: str | None
    asname: str | None
    level: int
    spot: Spot

    @property
    def top(self) -> str:
        """The top-level package, '' for `from . import x`."""
        return self.module.partition(".")[0]

    @property
    def of_flowdsl(self) -> bool:
        """Whether it comes from flowdsl itself."""
        return self.top == "flowdsl" and not self.level


@frozen
class ImportUse:
    """An import inside a function or a compound statement.

    `guarded`: a failure is caught, so a missing module is no mistake. `versioned`: it stands under a test of
    `sys.version_info`.
    """

    alias: Alias
    guarded: bool
    versioned: bool


@frozen
class Feature:
    """Something Python has only since `since`. `syntax`: an older Python can't even read the script."""

    since: Version
    spot: Spot
    what: str
    syntax: bool


@attrs.define
class Facts:
    """What was seen in one piece of code; positions are of the first occurrence."""

    needs: dict[str, Spot] = attrs.field(factory=dict)
    """Names of the module that are read when the code runs."""
    soft: dict[str, Spot] = attrs.field(factory=dict)
    """Names that are used if the module has them, and are no mistake if it has not."""
    hints: set[str] = attrs.field(factory=set)
    """Names in annotations that somebody may look up: a dataclass ClassVar, pydantic and `get_type_hints` any."""
    signatures: set[str] = attrs.field(factory=set)
    """Names in annotations of functions that are not decorated, which only `get_type_hints` and its like look up."""
    enclosing: dict[str, Spot] = attrs.field(factory=dict)
    """Names of an enclosing function."""
    imports: list[ImportUse] = attrs.field(factory=list)
    features: list[Feature] = attrs.field(factory=list)
    writes: dict[str, Spot] = attrs.field(factory=dict)
    """Names of the module written through `global`."""
    members: list[tuple[str, str, Spot]] = attrs.field(factory=list)
    """`module.member` pairs of which the member may be newer than Python 3.8."""
    uses: dict[str, set[str]] = attrs.field(factory=dict)
    """The attributes read of each name of the module; "" where the name itself is used."""

    resources: set[tuple[str, bool]] = attrs.field(factory=set)
    """Packages that `files("package")` and its like are called with: a dotted name, and whether it is text."""
    chains: set[str] = attrs.field(factory=set)
    """What is read through names of functions, two attributes deep or more: `package.module.name`."""

    def add(self, other: Facts) -> None:
        """Take over what another piece of the same statement needs."""
        for name, spot in other.needs.items():
            self.needs.setdefault(name, spot)
        for name, spot in other.soft.items():
            self.soft.setdefault(name, spot)
        self.hints |= other.hints
        self.signatures |= other.signatures
        self.enclosing.update(other.enclosing)
        self.imports += other.imports
        self.features += other.features
        self.writes.update(other.writes)
        self.members += other.members
        self.resources |= other.resources
        self.chains |= other.chains
        for name, attributes in other.uses.items():
            self.uses.setdefault(name, set()).update(attributes)


@frozen
class Loose:
    """A needed name that no statement of the slice can provide. `reason` is a word of `problems.py`."""

    name: str
    spot: Spot
    reason: str


@frozen
class Unit:
    """One top-level statement of a module (or a nested function that is a task), ready to be sliced.

    `deps` pairs each needed name with the units that make it. `aliases` is set for an import statement, of which only
    the needed names are taken. `blank` counts the empty lines above it.
    """

    position: int
    text: str
    lines: tuple[int, ...]
    blank: int
    binds: frozenset[str]
    deps: tuple[Dep, ...] = ()
    aliases: tuple[Alias, ...] = ()
    loose: tuple[Loose, ...] = ()
    imports: tuple[ImportUse, ...] = ()
    features: tuple[Feature, ...] = ()
    writes: tuple[tuple[str, Spot], ...] = ()
    enclosing: tuple[tuple[str, Spot], ...] = ()
    decorated: bool = False
    """Decorators are left on it."""
    sound: bool = True
    """Nothing in it needs a look: no loose names, imports, features or writes."""
    uses: tuple[tuple[str, frozenset[str]], ...] = ()
    """The attributes read of names that imports bind; "" where the name itself is used."""
    resources: tuple[tuple[str, bool], ...] = ()
    """Packages that it may read files of: a dotted name, and whether it is text."""
    chains: tuple[str, ...] = ()
    """What it reads through names of functions, two attributes deep or more: `package.module.name`."""
    hints: tuple[str, ...] = ()
    """Names of its annotations that may be looked up (`hints.py`)."""
    signatures: tuple[str, ...] = ()
    """Names of annotations of functions in it that are not decorated."""
    signed: bool = False
    """A function in it that is not decorated has annotations."""
    annotated: bool = False
    """A class in it, or a function that is decorated, has annotations."""
    shown: bool = False
    """A base or a decorator that is not Python's own may look them up."""
    of_flowdsl: bool = False
    """It imports flowdsl, or is something made with it: a task, a pipeline."""
    layout: Layout | None = None
    """How its text is made; None for an import."""
