"""Declared params after Tekton's defaulting: what a name is, whatever document declared it."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from flowdsl.check.findings import Path
from flowdsl.check.values import entries_of, kind_of, text_of
from flowdsl.kinds.params import Param, ParamSpec

TYPES = ("string", "array", "object")


@attrs.define
class Declared:
    """One declared param.

    `default_kind` is None without a default; `properties` None where none are declared; `type` is "" only for a value
    that was never given.
    """

    name: str
    type: str
    path: Path
    default: object = None
    default_kind: str | None = None
    properties: dict[str, str] | None = None
    enum: tuple[str, ...] = ()
    from_value: bool = False


def declare(specs: Iterable[ParamSpec] | None, path: Path, *, defaulted: bool = True) -> list[Declared]:
    """The params of a `params:` list, in order, types inferred as ParamSpec.SetDefaults does (unless not defaulted)."""
    return [_declare(spec, (*path, index), defaulted) for index, spec in enumerate(specs or ())]


def _declare(spec: ParamSpec, path: Path, defaulted: bool) -> Declared:
    default_kind = None if spec.default is None else kind_of(spec.default)
    properties = None
    if spec.properties is not None:
        properties = {
            key: (property_spec.type if property_spec else None) or ("string" if defaulted else "")
            for key, property_spec in spec.properties.items()
        }
    kind = spec.type or ""
    if defaulted and not kind:
        kind = "object" if properties is not None else (default_kind or "string")
    return Declared(spec.name or "", kind, path, spec.default, default_kind, properties, tuple(spec.enum or ()))


def from_value(param: Param, path: Path) -> Declared:
    """The declaration that a run's param amounts to: Tekton propagates it into embedded specs."""
    given = "value" in param.model_fields_set
    kind = kind_of(param.value) if given else ""
    properties = dict.fromkeys(entries_of(param.value), "string") if kind == "object" else None
    return Declared(param.name or "", kind, path, param.value, kind, properties, from_value=True)


def default_text(param: Declared) -> str:
    """The default of a string param, "" without one."""
    return text_of(param.default)


def by_type(params: Iterable[Declared]) -> tuple[list[Declared], list[Declared], list[Declared]]:
    """The params sorted into strings, arrays and objects; an unknown type counts as a string."""
    strings: list[Declared] = []
    arrays: list[Declared] = []
    objects: list[Declared] = []
    sorted_by = {"array": arrays, "object": objects}
    for param in params:
        sorted_by.get(param.type, strings).append(param)
    return strings, arrays, objects
