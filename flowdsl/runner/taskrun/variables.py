"""`$(...)` as Tekton replaces it: tables of what each reference means, applied to one text in one pass.

Tekton's rules (pkg/substitution, pkg/reconciler/taskrun/resources/apply.go): a table is applied in one pass, so that a
value is not looked through again by the table it came from; several tables are applied one after the other. There is
no escape: `$$(params.x)` gives a dollar sign and the value. What no table knows stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import attrs

from flowdsl.kinds.values import Value, decoded

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

_REFERENCE = re.compile(r"\$\(([^()]+)\)")
_WHOLE = re.compile(r"\$\(([^()]+?)(?:\[\*\])?\)")
# The ways to write a param: dotted, in brackets with either quotes, and the old one of v1beta1.
PATTERNS = ("params.{}", 'params["{}"]', "params['{}']", "inputs.params.{}")


@attrs.frozen
class Table:
    """What references mean: as one string, as a list (`[*]` in args and command), as an object."""

    strings: dict[str, str] = attrs.field(factory=dict)
    arrays: dict[str, list[str]] = attrs.field(factory=dict)
    objects: dict[str, dict[str, str]] = attrs.field(factory=dict)

    def text(self, text: str) -> str:
        """One text with its references replaced."""
        if "$(" not in text:
            return text
        strings = self.strings
        return _REFERENCE.sub(lambda match: strings.get(match[1], match[0]), text)

    def words(self, text: str) -> list[str]:
        """One word of a command or an argument list; a reference to a whole array becomes its elements."""
        if "$(" not in text:
            return [text]
        if self.arrays and (match := _WHOLE.fullmatch(text)) and match[1] in self.arrays:
            return self.arrays[match[1]]
        return [self.text(text)]

    def value(self, value: Value) -> Value:
        """A param's value; a string that is a reference to a whole array or object becomes that."""
        if isinstance(value, list):
            return [word for one in value for word in self.words(one)]
        if isinstance(value, dict):
            return {key: self.text(one) for key, one in value.items()}
        match = _WHOLE.fullmatch(value)
        if match and match[1] in self.arrays:
            return list(self.arrays[match[1]])
        if match and match[1] in self.objects:
            return dict(self.objects[match[1]])
        return self.text(value)


def params_table(specs: Iterable[shapes.ParamSpec], params: Iterable[shapes.Param]) -> Table:
    """The table of a Task's or StepAction's params: defaults, over them the given values, objects key by key."""
    table = Table()
    later = []
    for spec in specs:
        if "default" in spec:
            default = spec["default"]
            if isinstance(default, str) and "$(params." in default:
                later.append((spec, default))
            else:
                add_param(table, spec["name"], default)
    for spec, text in later:
        for reference in _REFERENCE.findall(text):
            name = reference.removeprefix("params.")
            if name != reference and f"params.{name}" in table.strings:
                add_param(table, spec["name"], text.replace(f"$({reference})", table.strings[f"params.{name}"]))
    for param in params:
        add_param(table, param["name"], param["value"])
    return table


def add_param(table: Table, name: str, given: object) -> None:
    """Every way to refer to one param."""
    value = decoded(given)
    for pattern in PATTERNS:
        key = pattern.format(name)
        if isinstance(value, list):
            table.arrays[key] = list(value)
            table.strings.update({f"{key}[{index}]": one for index, one in enumerate(value)})
        elif isinstance(value, dict):
            table.objects[key] = {**table.objects.get(key, {}), **value}
        else:
            table.strings[key] = value
    if isinstance(value, dict):
        table.strings.update({f"params.{name}.{key}": one for key, one in value.items()})


@attrs.frozen
class Tables:
    """Tables applied one after the other."""

    each: Sequence[Table]

    def text(self, text: str) -> str:
        """See `Table.text`."""
        for table in self.each:
            if "$(" not in text:
                break
            text = table.text(text)
        return text

    def words(self, text: str) -> list[str]:
        """See `Table.words`."""
        words = [text]
        for table in self.each:
            words = [word for one in words for word in table.words(one)]
        return words

    def value(self, value: Value) -> Value:
        """See `Table.value`."""
        for table in self.each:
            value = table.value(value)
        return value
