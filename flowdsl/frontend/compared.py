"""The texts that stand for a Python value which a value of the run is compared with: Tekton compares texts alone."""

from __future__ import annotations

import enum
import math

from flowdsl.frontend.opaque import Opaque, named
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.trace import CURRENT
from flowdsl.ir.conditions import NUMBERS
from flowdsl.ir.types import Kind, TypeSpec


def texts_of(value: object, spec: TypeSpec, label: str, *, foreign: bool = False) -> tuple[str, ...]:
    """Every text that a value of the run may have where Python would call it equal to `value`; FLOW006 where none is.

    `spec` is the type of the value of the run, `label` its name in messages. What a `foreign` task writes for a bool
    may be any text.
    """
    value = value.value if isinstance(value, enum.Enum) else value
    if isinstance(value, Opaque) or not isinstance(value, (str, int, float)):
        text = "compare values that are text, a number or a bool"
        other = "Tekton compares texts: give a text, a number or a bool; for one of several `isin(value, a, b)`"
        refuse(
            "FLOW006", f"{label} can't be compared with {named(value)}", text if isinstance(value, Opaque) else other
        )
    if isinstance(value, (int, float)):
        check_finite(value, "be compared")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    trace = CURRENT.get()
    if trace is not None and trace.verbatim:
        return (text,)  # what was imported compares what it compares
    if not (foreign and spec.kind is Kind.BOOLEAN and value not in ("True", "False")):
        _possible(value, text, spec, label)
    return (text,) if isinstance(value, (str, bool)) else _numbers(value, spec)


_LARGEST = 10**300


def check_finite(value: int | float, what: str) -> None:
    """FLOW036 for a number that no float holds; `what` is what it can't."""
    # Python asks a whole number of any size for its order alone: not for its text, nor whether it is finite.
    if -_LARGEST <= value <= _LARGEST:
        return
    told = "" if isinstance(value, int) else named(value)
    if isinstance(value, int):
        told = f"a whole number of about {round(value.bit_length() * math.log10(2))} digits"
    refuse("FLOW036", f"{told} can't {what}", "give a finite number of at most 300 digits")


def _numbers(value: int | float, spec: TypeSpec) -> tuple[str, ...]:
    """A number's texts: 1 is 1.0 to Python, and a float of a run may be written either way."""
    text = str(value)
    if spec.kind not in NUMBERS or not math.isfinite(value) or value != int(value):
        return (text,)
    whole = str(int(value))
    return (whole,) if spec.kind is Kind.INTEGER else tuple(dict.fromkeys((text, whole, f"{whole}.0")))


def _possible(value: str | int | float, text: str, spec: TypeSpec, label: str) -> None:
    """Refuses what no value of the type is: the task would be skipped in every run, or never."""
    if spec.kind is Kind.CHOICE:
        if text not in spec.choices and "$(" not in text and not (spec.optional and not text):
            refuse("FLOW006", f"{label} is {spec}, which is never {value!r}", f"one of: {', '.join(spec.choices)}")
    elif spec.kind is Kind.BOOLEAN:
        if text not in ("true", "false") and "$(" not in text:
            refuse(
                "FLOW006", f"{label} is {spec}, which is never {value!r}", "give it to when by itself, or `not_(...)`"
            )
    elif spec.kind in NUMBERS and (isinstance(value, bool) or not _may_be_number(text, spec)):
        refuse("FLOW006", f"{label} is {spec}, which is never {value!r}", "compare it with a number")


def _may_be_number(text: str, spec: TypeSpec) -> bool:
    """Whether a value of the run may be written so: as a number, empty for None, or what only the run knows."""
    try:
        float(text)
    except ValueError:
        return "$(" in text or (spec.optional and not text)
    return True
