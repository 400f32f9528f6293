"""Declared params: their types, defaults and enums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from flowdsl.check.declared import TYPES, Declared, default_text
from flowdsl.check.findings import Path, Report
from flowdsl.check.gates import Gates
from flowdsl.check.names import NAME_TWICE, check_param_names
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.params import Param
from flowdsl.kube.conventions import ENUMS

if TYPE_CHECKING:
    from flowdsl.diagnostics.fix import Fix

PARAM_DECLARATION = Rule(
    "FLOW220", "param-declaration", "declaration of a param", fix="quote the default's numbers and booleans"
)


def check_types(params: Iterable[Declared], report: Report) -> None:
    """FLOW220: a param's type exists and its default has it (ParamSpec.ValidateType)."""
    for param in params:
        if param.type not in TYPES:
            hint = "string, array or object"
            if not param.type:
                report.add(PARAM_DECLARATION, param.path, f"the param {param.name!r} has no type", hint)
            else:
                report.add(PARAM_DECLARATION, (*param.path, "type"), f"{param.type!r} is no type of a param", hint)
        elif param.default_kind is not None and param.default_kind != param.type:
            field = "value" if param.from_value else "default"
            report.add(
                PARAM_DECLARATION,
                (*param.path, field),
                f"the param {param.name!r} is of type {param.type}, its {field} is of type {param.default_kind}",
                _quote_hint(param),
                _quotes(param, (*param.path, field)),
            )
        else:
            _check_properties(param, report)


def _quotes(param: Declared, path: Path) -> Fix | None:
    """Where a default is of the declared type but for what is not quoted in it."""
    wanted = {"array": list, "object": dict}.get(param.type)
    if not wanted or not isinstance(param.default, wanted) or param.from_value:
        return None
    from flowdsl.diagnostics.fix import quoted

    return quoted(path)


def _quote_hint(param: Declared) -> str:
    if param.type == "array":
        return "write the default as a list of strings; quote numbers and booleans"
    if param.type == "object":
        return "write the default as a map of strings; quote numbers and booleans"
    return f"declare `type: {param.default_kind}`, or write the default as one string"


def _check_properties(param: Declared, report: Report) -> None:
    for key, kind in (param.properties or {}).items():
        if kind != "string":
            path = (*param.path, "properties", key)
            report.add(
                PARAM_DECLARATION,
                path,
                f"the key {key!r} of {param.name!r} has type {kind!r}",
                "only string is supported",
            )


def check_enums(params: Iterable[Declared], gates: Gates, report: Report) -> None:
    """FLOW220, FLOW205: an enum needs its flag, a string param, distinct values and a default among them."""
    for param in params:
        if not param.enum:
            continue
        path = (*param.path, "enum")
        gates.need_flag(ENUMS, "an enum", path, report)
        if param.type != "string":
            report.add(
                PARAM_DECLARATION, path, f"{param.name!r} has an enum but type {param.type}", "only strings have enums"
            )
        if len(set(param.enum)) < len(param.enum):
            report.add(PARAM_DECLARATION, path, f"the enum of {param.name!r} names a value twice", "remove one")
        default = default_text(param)
        if default and default not in param.enum:
            hint = "add it to the enum or choose another default"
            report.add(PARAM_DECLARATION, (*param.path, "default"), f"the default {default!r} is not in the enum", hint)


def check_properties_declared(params: Iterable[Declared], report: Report) -> None:
    """FLOW220: an object param names its keys (ValidateObjectParamsHaveProperties)."""
    for param in params:
        if param.type == "object" and param.properties is None:
            hint = "add `properties:` with a line for each key, such as `url: {type: string}`"
            report.add(PARAM_DECLARATION, param.path, f"the object param {param.name!r} declares no properties", hint)


def check_declarations(params: list[Declared], gates: Gates, report: Report) -> None:
    """What Tekton asks of every list of declared params."""
    check_types(params, report)
    check_param_names(params, report)
    check_enums(params, gates, report)


def check_given(params: Sequence[Param] | None, path: Path, report: Report, *, fold: bool = False) -> None:
    """FLOW213: a param is given once; runs and references compare without case (`fold`)."""
    if not params or len(params) == 1:
        return
    seen: set[str] = set()
    for index, param in enumerate(params):
        name = (param.name or "").lower() if fold else param.name or ""
        if name in seen:
            message = f"the param {param.name or ''!r} is given twice"
            report.add(NAME_TWICE, (*path, index, "name"), message, "remove one")
        seen.add(name)
