"""What a schema says of a document's fields: which have to be there, how long they are, which texts they take.

A table of forms by model stands in for the schema, so that a kind's own module has only what relates fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from flowdsl.check.findings import Path, Report
from flowdsl.diagnostics.frozen import frozen
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.base import Model


@frozen(kw_only=True)
class Form:
    """What a field takes; of a list of texts, what each of them is.

    `shortest` and `longest` count characters, `least` and `most` are bounds of a number, `items` is the most that a
    list holds and `key` the field by which its entries are told apart ("." for texts, which are told apart by
    themselves).
    """

    required: bool = False
    shortest: int = 0
    longest: int = 0
    pattern: str = ""
    one_of: tuple[str, ...] | tuple[int, ...] = ()
    least: int | None = None
    most: int | None = None
    items: int = 0
    key: str = ""


Forms = Mapping[type[Model], Mapping[str, Form]]


def check_forms(model: Model, path: Path, forms: Forms, rule: Rule, report: Report) -> None:
    """A case of the rule for each field of a model, or below it, that has not its form."""
    for name, form in forms.get(type(model), {}).items():
        value = getattr(model, name)
        if value is None:
            if form.required and not report.broken((*path, name)):
                report.add(rule, path, f"there is no {name}", f"add `{name}:`")
        elif isinstance(value, list):
            _list(value, (*path, name), form, rule, report)
        else:
            _value(value, (*path, name), form, rule, report)
    for below, held in _held(model, path):
        check_forms(held, below, forms, rule, report)


def _held(model: Model, path: Path) -> Iterator[tuple[Path, Model]]:
    for attribute, field in type(model).fields().items():
        value = getattr(model, attribute)
        if isinstance(value, Model):
            yield (*path, field.name), value
        elif isinstance(value, list):
            yield from (
                ((*path, field.name, index), each) for index, each in enumerate(value) if isinstance(each, Model)
            )


def _list(values: list[object], path: Path, form: Form, rule: Rule, report: Report) -> None:
    if form.items and len(values) > form.items:
        report.add(rule, path, f"there are {len(values)}; {form.items} is the most", "leave some out")
    seen = set()
    for index, each in enumerate(values):
        if not isinstance(each, Model):
            _value(each, (*path, index), form, rule, report)
        if form.key:
            name = each if form.key == "." else getattr(each, form.key)
            if name in seen:
                report.add(rule, (*path, index), f"{name!r} is there twice", "remove one of the two")
            seen.add(name)


def _value(value: object, path: Path, form: Form, rule: Rule, report: Report) -> None:
    if form.one_of:
        check_word(value, form.one_of, path, rule, report)
    elif isinstance(value, str):
        _text(value, path, form, rule, report)
    elif isinstance(value, int):
        _number(value, path, form, rule, report)


def check_word(value: object, words: Sequence[object], path: Path, rule: Rule, report: Report) -> None:
    """A case of the rule where a value is none of the few that its field takes."""
    if value not in words:
        known = [str(each) for each in words]
        hint = did_you_mean(str(value), known, f"it is one of {', '.join(known)}")
        report.add(rule, path, f"there is no {_field(path)} {value!r}", hint)


def _field(path: Path) -> str:
    """The field that a path ends at, or whose list it ends in."""
    return str(path[-1] if isinstance(path[-1], str) else path[-2])


def _text(value: str, path: Path, form: Form, rule: Rule, report: Report) -> None:
    name = _field(path)
    if len(value) < form.shortest:
        report.add(rule, path, f"{name} is empty", "write a text, or leave the field out")
    elif form.longest and len(value) > form.longest:
        report.add(rule, path, f"{name} has {len(value)} characters; {form.longest} is the most", "shorten it")
    elif form.pattern and re.fullmatch(form.pattern, value) is None:
        report.add(rule, path, f"{value!r} is no {name}", f"it is of the form {form.pattern}")


def _number(value: int, path: Path, form: Form, rule: Rule, report: Report) -> None:
    low, high = form.least, form.most
    if (low is not None and value < low) or (high is not None and value > high):
        span = f"from {low} to {high}" if high is not None else f"{low} or more"
        report.add(rule, path, f"{_field(path)} is {value}", f"write a number {span}")
