"""From a raw document to its model, with a finding for each thing Tekton's decoder refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import ValidationError

from flowdsl.check.findings import Report
from flowdsl.diagnostics.near import near
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds import model_for
from flowdsl.kinds.base import Model
from flowdsl.kinds.decode import FORMER, DecodeError, Forgiven, located_errors, renamed, validate, without

if TYPE_CHECKING:
    from flowdsl.diagnostics.fix import Fix

# How like a field must be to be what a misspelt one is sure to mean.
_SIMILAR = 0.75
_HINTS = {
    "string_type": "write a string; quote numbers, booleans and dates",
    "list_type": "write a list: a line with `- ` for each entry",
    "dict_type": "write a map of names to values",
    "model_type": "write a map of fields",
    "bool_type": "write true or false, without quotes",
    "int_type": "write a whole number, without quotes",
}


UNDECODABLE_VALUE = Rule("FLOW200", "undecodable-value", "a value can't be decoded")
UNKNOWN_FIELD = Rule("FLOW201", "unknown-field", "there is no such field", fix="rename the field")


def decode(document: Mapping[str, object], report: Report) -> Model | None:
    """The model; where parts can't be decoded, they are reported and the rest is decoded, so that it is checked too.

    None only where nothing is left to check. Raises UnknownKind.
    """
    model = model_for(str(document.get("kind")), str(document.get("apiVersion")))
    forgiven: list[Forgiven] = []
    try:
        return validate(model, document, forgiven)
    except ValidationError as error:
        broken = located_errors(error, model)
    finally:
        _tell(forgiven, report)
    for found in broken:
        report.lose(found.location)
        if found.kind == "unknown":
            report.add(UNKNOWN_FIELD, found.location, found.message, *_unknown(found, model))
        else:
            report.add(UNDECODABLE_VALUE, found.location, found.message, _hint(found))
    return _rest(model, document, broken, report)


def _rest(
    model: type[Model], document: Mapping[str, object], broken: list[DecodeError], report: Report
) -> Model | None:
    """What can be decoded without the broken parts.

    A misspelt field is first taken for the one it is like: so that a step with `imag` is not told to have no image too.
    """
    meant = {found.location: found.suggestion for found in broken if found.suggestion}
    removed = [found.location for found in broken if found.location not in meant]
    for names in (meant, {}) if meant else ({},):
        gone = removed if names else [found.location for found in broken]
        try:
            decoded = validate(model, without(renamed(document, names), gone))
            report.guessed = {(*place[:-1], name) for place, name in names.items()}
            return decoded
        except ValidationError:
            continue
    return None


def _unknown(found: DecodeError, model: type[Model]) -> tuple[str, Fix | None]:
    """The hint, and the fix where the field is called otherwise."""
    moved = model.moved.get(found.path)
    if moved:
        return f"v1 has it as {moved}", None
    if found.location[-1] == "version" and found.location[-2:-1] in (("taskRef",), ("pipelineRef",), ("ref",)):
        return "a reference has no version: let a resolver (bundles, git, hub) fetch the one you mean", None
    if not found.suggestion:
        return "remove it; Tekton refuses unknown fields", None
    from flowdsl.diagnostics.fix import renamed as renamed_to

    name = str(found.location[-1])
    certain = FORMER.get(name) == found.suggestion or _is_like(name, found.suggestion)
    return f"did you mean {found.suggestion!r}?", renamed_to(found.location, found.suggestion, safe=certain)


def _is_like(name: str, other: str) -> bool:
    return bool(near(other.lower(), (name.lower(),), _SIMILAR))


def _hint(found: DecodeError) -> str:
    if "duration" in found.message:
        return "write a number with its unit, such as 30s, 5m or 1h30m"
    return _HINTS.get(found.kind, "see the field in Tekton's API")


NUMBER_FOR_TEXT = Rule.pitfall("FLOW302", "number-for-text", "a number where text belongs", fix="quote it")
FIELD_IN_ANOTHER_CASE = Rule.pitfall(
    "FLOW303", "field-in-another-case", "a field in another case", fix="write the field's own name"
)


def _tell(forgiven: list[Forgiven], report: Report) -> None:
    report.mended = bool(forgiven)
    if not forgiven:
        return
    from flowdsl.diagnostics.fix import quoted
    from flowdsl.diagnostics.fix import renamed as renamed_to

    for each in forgiven:
        if each.empty:
            continue
        if each.name:
            message, hint = f"the field is called {each.name!r}", "Go's decoder takes it as it is; other tools do not"
            report.add(FIELD_IN_ANOTHER_CASE, each.location, message, hint, renamed_to(each.location, each.name))
        else:
            message = "a number or a boolean stands where text belongs"
            hint = "quote it: who reads it decides which text it becomes, and some make none of it"
            report.add(NUMBER_FOR_TEXT, each.location, message, hint, quoted(each.location))
