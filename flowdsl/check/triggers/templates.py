"""TriggerTemplate as the webhook checks it: what is created has a kind, and every `$(tt.params.…)` is declared.

Source: pkg/apis/triggers/v1beta1/trigger_template_validation.go. The objects themselves are not looked at there; lint
reads them as documents of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from flowdsl.check.findings import Path, Report
from flowdsl.check.gates import Gates
from flowdsl.check.names import check_metadata
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.table import PIPELINE_RUN
from flowdsl.kinds.values import json_text

if TYPE_CHECKING:
    from flowdsl.kinds.triggers.templates import TriggerTemplate, TriggerTemplateSpec

TRIGGER_TEMPLATE = Rule("FLOW262", "trigger-template", "a TriggerTemplate that creates nothing")
# As there: what stands between the names may be any character.
_USED = re.compile(r"\$\(tt.params.([_a-zA-Z][_a-zA-Z0-9.-]*)\)")


def check_trigger_template(template: TriggerTemplate, _: Gates, report: Report) -> None:
    """FLOW204, FLOW262."""
    check_metadata(template.metadata, report)
    check_template_spec(template.spec, ("spec",), report)


def check_template_spec(spec: TriggerTemplateSpec | None, path: Path, report: Report) -> None:
    """FLOW262: of a template, or of one within a trigger."""
    if spec is None or not spec.resourcetemplates:
        hint = "add `resourcetemplates:` with the run that an event is to start"
        if not report.broken((*path, "resourcetemplates")):
            report.add(TRIGGER_TEMPLATE, path, "the template has no resourcetemplates", hint)
        return
    declared = {param.name or "" for param in spec.params or ()}
    for index, each in enumerate(spec.resourcetemplates):
        at = (*path, "resourcetemplates", index)
        _check_header(each, at, report)
        _check_params(each, declared, at, report)


def _check_header(each: object, at: Path, report: Report) -> None:
    if not isinstance(each, Mapping):
        report.add(TRIGGER_TEMPLATE, at, "what is to be created is no map of fields", "write an object, such as a run")
        return
    for field, example in (("apiVersion", PIPELINE_RUN.api_version), ("kind", PIPELINE_RUN.name)):
        value = each.get(field)
        if not isinstance(value, str) or not value:
            report.add(TRIGGER_TEMPLATE, at, f"what is to be created has no {field}", f"add `{field}: {example}`")
    version = each.get("apiVersion")
    if isinstance(version, str) and version.count("/") > 1:
        hint = "write GROUP/VERSION, or VERSION"
        report.add(TRIGGER_TEMPLATE, (*at, "apiVersion"), f"{version!r} is no apiVersion", hint)


def _check_params(each: object, declared: set[str], at: Path, report: Report) -> None:
    # The webhook searches the text of the whole, names of fields too; the values tell where.
    text = json_text(each)
    if "$(tt" not in text:
        return
    unknown = {name: at for name in used_in(text) if name not in declared}
    for place, value in _strings(each, at) if unknown else ():
        unknown.update({name: place for name in used_in(value) if unknown.get(name) == at})
    for name, place in unknown.items():
        hint = did_you_mean(name, declared, f"declare it: `params: [{{name: {name}}}]`")
        report.add(TRIGGER_TEMPLATE, place, f"the template declares no param {name!r}", hint)


def used_in(text: str) -> Iterator[str]:
    """The params of a template that a text uses."""
    return (found[1] for found in _USED.finditer(text))


def _strings(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    """Every text in a value that has a `$(` in it, with its place."""
    stack: list[tuple[Path, object]] = [(path, value)]
    while stack:
        place, each = stack.pop()
        if isinstance(each, str):
            if "$(" in each:
                yield place, each
        elif isinstance(each, Mapping):
            stack += [((*place, str(name)), item) for name, item in reversed(list(each.items()))]
        elif isinstance(each, (list, tuple)):
            stack += [((*place, index), item) for index, item in reversed(list(enumerate(each)))]
