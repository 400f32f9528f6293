"""What can be wrong with a slice, in the words the user reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Sequence

from flowdsl.diagnostics import Collector, Location
from flowdsl.diagnostics.frozen import frozen
from flowdsl.frontend import places
from flowdsl.frontend.slicing.evaluated import Evaluation
from flowdsl.frontend.slicing.index import ModuleIndex
from flowdsl.frontend.slicing.model import BLOCKS, Alias, Feature, Loose, Spot, Unit, Version
from flowdsl.frontend.slicing.versions import ADDED, OLDEST, REMOVED, added_in, is_stdlib

# Distributions whose import name is another; so many write these in `requires` that it pays to know them.
_IMPORT_NAMES = {
    "attrs": ("attr", "attrs"),
    "beautifulsoup4": ("bs4",),
    "opencv_python": ("cv2",),
    "opencv_python_headless": ("cv2",),
    "pillow": ("PIL",),
    "protobuf": ("google",),
    "python_dateutil": ("dateutil",),
    "pyyaml": ("yaml",),
    "scikit_image": ("skimage",),
    "scikit_learn": ("sklearn",),
}
_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_NAME_THE_VERSION = 'write it for Python 3.8, or name the image\'s Python: `python="python3.{}"` in @task'


def trusted_modules(requires: Iterable[str]) -> frozenset[str]:
    """The top-level modules that `requires=[...]` promises: import names, or requirements such as `numpy>=1.26`."""
    found = set()
    for item in requires:
        name = _REQUIREMENT.match(item.strip())
        if name:
            key = name[0].replace("-", "_")
            found |= {name[0].partition(".")[0], key, *_IMPORT_NAMES.get(key.lower(), ())}
    return frozenset(found)


def report_types(files: Sequence[Evaluation], collector: Collector) -> None:
    """Report annotations that stay text in the container, where code that travels reads them as types."""
    spots = [
        (each.index, spot, what)
        for each in files
        for spot, what in each.index.read_as_types.items()
        if any(spot[0] in unit.lines for unit, _ in each.chosen.values())
    ]
    read = (
        "; ".join(f"`.{what}` at {places.display(index.file)}:{line}" for index, (line, _), what in spots[:1])
        or "the class of its package"
    )
    for each in files:
        for node in each.left(frozenset(what for _, _, what in spots)):
            collector.error(
                "FLOW415",
                f"`{ast.unparse(node)[:80]}` stays a text in the container, and {read} takes it for a type",
                Location(places.display(each.index.file), node.lineno, each.index.column(node.lineno, node.col_offset)),
                hint="have its package installed (`packages=`, `requires=`) and the image's Python known; where nobody "
                "needs the type, write it in quotes",
            )


@frozen
class Reporter:
    """Reports the problems of one slice's statements."""

    index: ModuleIndex
    collector: Collector
    trusted: frozenset[str]
    target: Version | None
    owns: Callable[[Alias], bool] = lambda _: False
    """Whether an import is of a module that travels with the task."""
    ours: Callable[[str], bool] = lambda _: False
    """Whether a top-level module is the project's."""
    travels: bool = False
    """The module that is reported is such a one, and no task's own."""
    package: str = ""
    """The package that the module is in."""

    def unit(self, unit: Unit, wanted: frozenset[str] | set[str]) -> None:
        """Report a statement; of an import only the wanted names count."""
        for alias in unit.aliases:
            if alias.bound in wanted:
                self.alias(alias, guarded=False, versioned=False)
        for use in unit.imports:
            # A compound statement's own imports are in the script whole, and so are those in a function's body.
            self.alias(use.alias, guarded=use.guarded, versioned=use.versioned)
        for loose in unit.loose:
            self.loose(loose)
        for feature in unit.features:
            self.feature(feature)
        for name, spot in () if self.travels else unit.writes:
            self.collector.warning(
                "FLOW067",
                f"`global {name}` changes the module, but only in this task's own process",
                self.at(spot),
                hint="other tasks run in other containers: return the value as a result, or write a File",
            )

    def alias(self, alias: Alias, *, guarded: bool, versioned: bool) -> None:
        """Report an import the container may not be able to make."""
        if alias.of_flowdsl:
            self._flowdsl(alias.module, alias.spot)
        elif guarded or alias.module == "__future__" or self.owns(alias):
            return
        elif alias.level or not is_stdlib(alias.top):
            self._foreign(alias)
        elif not versioned:
            self._stdlib(alias)

    def loose(self, loose: Loose) -> None:
        """Report a name that nothing in the module provides to the script."""
        if loose.reason == "flowdsl":
            self._flowdsl(loose.name, loose.spot)
        elif self.travels and loose.reason == "file":
            if not self.package:
                self.collector.warning(
                    "FLOW073",
                    f"`{loose.name}`: files beside this module stay behind, since it is in no package",
                    self.at(loose.spot),
                    hint="put it and its data into a package, a folder with an `__init__.py`: the data then travels",
                )
        elif self.travels and self.index.stars:
            return  # it is a file there, too; a name may come from a module that is imported with a star
        elif loose.reason == "file":
            self.collector.warning(
                "FLOW073",
                "`__file__` is the script's own path in the container, not this module's",
                self.at(loose.spot),
                hint="hand the file to the task as a File or a Workspace",
            )
        elif loose.reason == "typing":
            self.collector.error(
                "FLOW065",
                f"`{loose.name}` is used at run time, but is imported only for type checking",
                self.at(loose.spot),
                hint="move the import out of `if TYPE_CHECKING`",
            )
        else:
            self.collector.error(
                "FLOW065",
                f"`{loose.name}` is not defined in the module",
                self.at(loose.spot),
                hint=self._undefined_hint(),
            )

    def not_in_module(self, alias: Alias, module: str) -> None:
        """Report an import of a name that the project's module does not define."""
        self.collector.error(
            "FLOW065",
            f"`{alias.name}` is not defined in module `{module}`",
            self.at(alias.spot),
            hint="define it there, or import it there by name: what a module gets at run time can't be followed",
        )

    def unreadable(self, alias: Alias, module: str) -> None:
        """Report an import of a module of the project that is no Python, or can't be read."""
        self.collector.error(
            "FLOW064",
            f"module `{module}` of the project can't be read as Python, and so can't travel",
            self.at(alias.spot),
            hint="`python -m py_compile` on its file says what is wrong; deeply nested code has to be split",
        )

    def hidden(self, alias: Alias) -> None:
        """Report an import that finds the project's module here, and Python's own in the container."""
        self.collector.error(
            "FLOW064",
            f"`{alias.top}` is a module of the project here, and Python's own of that name in the container",
            self.at(alias.spot),
            hint=f"rename the project's `{alias.top}`, or move it into a package",
        )

    def feature(self, feature: Feature) -> None:
        """Report syntax or library that the task's Python may lack."""
        if feature.since <= (self.target or OLDEST):
            return
        since = f"{feature.since[0]}.{feature.since[1]}"
        has = f"the task has {_text(self.target)}" if self.target else "the image may have 3.8"
        message = f"{feature.what}: only since Python {since}, and {has}"
        hint = (
            _NAME_THE_VERSION.format(max(feature.since[1], 12))
            if not self.target
            else f"write it for Python {_text(self.target)}"
        )
        if feature.syntax:
            self.collector.error("FLOW068", message, self.at(feature.spot), hint=hint)
        else:
            self.collector.warning("FLOW069", message, self.at(feature.spot), hint=hint)

    def at(self, spot: Spot) -> Location:
        """The user's place of a spot."""
        line, offset = spot
        return Location(places.display(self.index.file), line, self.index.column(line, offset))

    def _flowdsl(self, name: str, spot: Spot) -> None:
        kind = self.index.flow_names.get(name, "")
        if kind in BLOCKS.values():
            said = f"the body uses `{name}`, {kind} that uses flowdsl, which is not there when the task runs"
            hint = _BLOCK_HINT
        else:
            said = f"the body uses `{name}`, which is flowdsl's and not there when the task runs"
            hint = _FLOW_HINTS.get(kind, _FLOW_HINT)
        self.collector.error("FLOW066", said, self.at(spot), hint=hint)

    def _foreign(self, alias: Alias) -> None:
        if alias.top in self.trusted:
            return
        shown = "." * alias.level + alias.module
        if alias.level:
            self.collector.error(
                "FLOW064",
                f"there is no module `{shown}` in this package",
                self.at(alias.spot),
                hint="modules of the project travel as `.py` files; one that is made otherwise belongs into the image",
            )
            return
        if self.ours(alias.top):
            self.collector.error(
                "FLOW064",
                f"the project has no module `{alias.module}`",
                self.at(alias.spot),
                hint=f"`{alias.top}` is this project's own: add the module, or import one that it has",
            )
            return
        self.collector.error(
            "FLOW064",
            f"module `{alias.top}` is not in Python's standard library",
            self.at(alias.spot),
            hint=f'have it installed: `@task(packages=["{alias.top}"])`, or say that the image has it: `requires=`',
        )

    def _stdlib(self, alias: Alias) -> None:
        since = added_in(alias)
        shown = f"`{alias.module}.{alias.name}`" if alias.name and alias.top not in ADDED else f"module `{alias.top}`"
        if since:
            self.feature(Feature(since, alias.spot, shown, syntax=False))
        gone = REMOVED.get(alias.top)
        if gone and (self.target is None or self.target >= gone):
            self.collector.warning(
                "FLOW069",
                f"module `{alias.top}` is gone since Python {_text(gone)}, "
                + (f"and the task has {_text(self.target)}" if self.target else "and the image may have that"),
                self.at(alias.spot),
                hint="do without it, or name an older image such as python:3.11-slim",
            )

    def _undefined_hint(self) -> str:
        if self.index.stars:
            return f"if it comes from `from {self.index.stars[0].module} import *`, import it by name"
        return "define or import it at the top of the module"


_FLOW_HINT = "the body is plain Python: take what it needs as parameters and return its results"
_BLOCK_HINT = (
    "take it as a parameter; or make the task in a function, `def make(value): @task … return it`, and call that "
    "there: what a task takes from the function around it travels"
)
_FLOW_HINTS = {
    "context": "take it as a parameter and pass `context...` where the pipeline calls the task",
    "File": "use `pathlib.Path`: a File is a Path in the body",
    "Directory": "use `pathlib.Path`: a Directory is a Path in the body",
    "Workspace": "use `pathlib.Path`: a Workspace is a Path in the body",
    "pipeline": "call it in the pipeline function; a body can only call plain functions and other tasks' bodies",
    "task_ref": "call it in the pipeline function; its code is not here",
    "task": "a task whose body another one calls stands at the top of its module, in no `if`; a body makes no tasks",
}


def _text(version: Version | None) -> str:
    return f"{version[0]}.{version[1]}" if version else ""
