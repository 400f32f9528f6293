"""What params and results of tasks carry: string, array or object, and an object's keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from flowdsl.kinds.values import decoded

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import ParamSpec, ParamValue, StepResult, TaskResult


@attrs.frozen
class Shape:
    """A Tekton type. `keys` are an object's, in order; `type_name` the TypedDict the module has for them.

    `typed` is what a string is to Python, where it is known to be more than text.
    """

    kind: str = "string"
    keys: tuple[str, ...] = ()
    type_name: str = ""
    typed: str = attrs.field(default="", eq=False)

    @property
    def is_text(self) -> bool:
        """Whether Python has it as text: a `str`, or a Literal of some."""
        return self.typed in _TEXTS or self.typed.startswith("Literal[")

    @property
    def python(self) -> str:
        """The annotation."""
        return self.typed or {"array": "list[str]", "object": self.type_name}.get(self.kind, "str")


_TEXTS = ("", "str")
STRING = Shape()
ARRAY = Shape("array")
DEEPEST = 40
"""How many levels a condition or filter may have that is written as Python.

It is read, written, compiled and compared by functions that call themselves: half of what Python's own stack takes.
"""


class Unsupported(Exception):  # noqa: N818 - it names what was found
    """The DSL has no words for this; `field` is where, below the part at hand."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason = field, reason


def declared_shape(item: ParamSpec | TaskResult | StepResult) -> Shape:
    """The shape of a param or result as declared, with the type that Tekton infers where none is given."""
    default = item.get("default")
    properties = item.get("properties")
    kind = item.get("type") or (
        "object"
        if properties is not None or isinstance(default, dict)
        else "array"
        if isinstance(default, list)
        else "string"
    )
    if kind != "object":
        return ARRAY if kind == "array" else STRING
    if not isinstance(properties, dict) or not properties:
        raise Unsupported("properties", "an object without properties")
    if any((each or {}).get("type", "string") != "string" for each in properties.values()):
        raise Unsupported("properties", "properties that are no strings")
    return Shape("object", tuple(str(key) for key in properties))


def text_of(value: ParamValue | None) -> ParamValue | None:
    """A param's value as Tekton's decoder has it; None where there is none."""
    return value if value is None else decoded(value)
