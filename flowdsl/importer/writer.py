"""The module being written: its imports, names, classes and functions, in the order they are needed."""

from __future__ import annotations

import attrs

from flowdsl.diagnostics import Path
from flowdsl.importer.code import Group, Part, call, mapping, quoted, render, text_block
from flowdsl.importer.findings import Kept
from flowdsl.importer.names import RESERVED, STARTING, Names, class_name, python_name
from flowdsl.importer.shapes import Shape


@attrs.define
class Writer:
    """Everything a module gets. `globals` are the names of its top level, `starting` is whether it has `on=[...]`."""

    starting: bool = False
    scope: Names = attrs.field(init=False)
    imports: dict[str, set[str]] = attrs.field(factory=dict)
    blocks: list[str] = attrs.field(factory=list)
    kept: list[Kept] = attrs.field(factory=list)
    _objects: dict[tuple[str, ...], str] = attrs.field(factory=dict)

    @scope.default
    def _free_names(self) -> Names:
        return Names(set(RESERVED if self.starting else RESERVED - STARTING))

    def mark(self) -> tuple[int, dict[tuple[str, ...], str], int]:
        """Where the module stands, for `back`."""
        return len(self.blocks), dict(self._objects), len(self.kept)

    def back(self, mark: tuple[int, dict[tuple[str, ...], str], int]) -> None:
        """Take back what was written since a mark."""
        blocks, objects, kept = mark
        del self.blocks[blocks:]
        del self.kept[kept:]
        self._objects = objects

    @property
    def globals(self) -> set[str]:
        """Names that no local of a pipeline function may hide."""
        return self.scope.taken

    def use(self, name: str, module: str = "flowdsl") -> str:
        """A name that the module imports."""
        self.imports.setdefault(module, set()).add(name)
        return name

    def keep(self, index: int, path: Path, reason: str) -> None:
        """Note that a part stays as Tekton writes it."""
        self.kept.append(Kept(index, path, reason))

    def named(self, shape: Shape, wanted: str) -> Shape:
        """The shape with a TypedDict of the module for its keys."""
        if shape.kind != "object":
            return shape
        name = self._objects.get(shape.keys)
        if name is None:
            name = self._objects[shape.keys] = self.scope.free(class_name(wanted))
            self.use("TypedDict", "typing")
            self.blocks.append(_typed_dict(name, shape.keys))
        return attrs.evolve(shape, type_name=name)

    def constant(self, wanted: str, text: str) -> str:
        """A long text as a constant of the module, whose lines then stand as they are."""
        name = self.scope.free(python_name(wanted).upper())
        self.blocks.append(f"{name} = {text_block(text)}")
        return name

    def text(self) -> str:
        """The module so far: imports, then everything else."""
        lines = []
        for module in sorted(self.imports, key=lambda name: name == "flowdsl"):
            names = sorted(self.imports[module], key=_import_order)
            flat = f"from {module} import {', '.join(names)}"
            group = render(Group(f"from {module} import ", "()", tuple(Part(name) for name in names)))
            lines.append(flat if len(flat) <= 88 else group)
        separated = "\n\n".join(lines)
        return "\n\n\n".join([separated, *self.blocks]) + "\n"


def _import_order(name: str) -> tuple[int, str]:
    """As ruff sorts: CONSTANTS, then Classes, then functions."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


def _typed_dict(name: str, keys: tuple[str, ...]) -> str:
    if all(python_name(key) == key for key in keys):
        return "\n".join([f"class {name}(TypedDict):", *(f"    {key}: str" for key in keys)])
    return f"{name} = " + render(call("TypedDict", quoted(name), mapping(dict.fromkeys(keys, "str"))), 0, len(name) + 3)
