"""Filters of a Sensor's dependencies as its controller checks them.

Source: validateEventFilter and what it calls in pkg/reconciler/sensor/validate.go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flowdsl.check.argo.said import Said
from flowdsl.check.findings import Path, Report
from flowdsl.diagnostics.rule import Rule
from flowdsl.kube.zones import is_zone

if TYPE_CHECKING:
    from flowdsl.kinds.argo.sensors import DataFilter, EventDependencyFilter, ExprFilter, TimeFilter

EVENT_FILTER = Rule("FLOW281", "event-filter", "a filter that Argo Events refuses")
OPERATORS = ("and", "or")
COMPARATORS = (">=", ">", "=", "!=", "<", "<=")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5]?[0-9]):([0-5]?[0-9])([.,][0-9]+)?")
_CONTEXT = ("type", "subject", "source", "datacontenttype")


def check_filters(filters: EventDependencyFilter, path: Path, report: Report) -> None:
    """FLOW281: of one dependency."""
    said = Said(EVENT_FILTER, "the filter", path, report)
    said.one_of(filters.exprLogicalOperator, OPERATORS, "exprLogicalOperator")
    said.one_of(filters.dataLogicalOperator, OPERATORS, "dataLogicalOperator")
    for index, each in enumerate(filters.exprs or ()):
        _check_expression(each, Said(EVENT_FILTER, "the expression", (*path, "exprs", index), report))
    for index, data in enumerate(filters.data or ()):
        _check_data(data, Said(EVENT_FILTER, "the filter", (*path, "data", index), report))
    context = filters.context
    asks = context is None or any(getattr(context, field) for field in _CONTEXT)
    if not asks and not report.broken((*path, "context")):
        said.wrong("nothing is asked of the context: no event passes", "add `type:` or `source:`", "context")
    if filters.time is not None:
        _check_time(filters.time, Said(EVENT_FILTER, "the time", (*path, "time"), report))


def _check_expression(each: ExprFilter, said: Said) -> None:
    said.needs(each, "expr")
    if not each.fields_:
        said.no("fields")
    for index, field in enumerate(each.fields_ or ()):
        for name in ("path", "name"):
            if not getattr(field, name):
                said.wrong(f"the field has no {name}", f"add `{name}:`", "fields", index)


def _check_data(each: DataFilter, said: Said) -> None:
    said.one_of(each.comparator, COMPARATORS, "comparator")
    said.needs(each, "path", "type", "value")
    for index, value in enumerate(each.value or ()):
        if not value:
            said.wrong("a value is empty", "write ^$ for an empty text", "value", index)


def _check_time(each: TimeFilter, said: Said) -> None:
    if each.timezone and not is_zone(each.timezone):
        said.wrong(f"there is no time zone {each.timezone!r}", "write Europe/Berlin, or leave it out", "timezone")
    times = []
    for name in ("start", "stop"):
        text = getattr(each, name) or ""
        found = _TIME.fullmatch(text)
        if found is None:
            if text:
                said.wrong(f"{text!r} is no time of day", 'write "02:30:00"', name)
            else:
                said.no(name)
        else:
            times.append((int(found[1]), int(found[2]), int(found[3]), (found[4] or "").lstrip(".,").rstrip("0")))
    if len(times) > 1 and times[0] == times[1]:
        said.wrong("the time stops when it starts", "write two times", "stop")
