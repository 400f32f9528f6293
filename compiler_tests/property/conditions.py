"""Random conditions, as a user's source text and as what Python makes of the same text with plain values."""

from __future__ import annotations

import re
import statistics
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

Values = Mapping[str, Any]
NUMBERS = ("s.a", "s.b", "s.n", "limit", "count", "t.a")
BOOLS = ("s.ok", "flag", "t.ok")
TEXTS = ("s.label", "branch", "t.label")
WORDS = ("a", "b", "main", "dev", "")

floats = st.floats(min_value=-100, max_value=100, width=16) | st.sampled_from([0.0, -0.0, 0.1, 0.9, 1e200, -1e-200])
whole = st.integers(-20, 20) | st.sampled_from([0, 1, 10**30])
literals = (whole | floats).map(lambda value: f"({value!r})")
words = st.sampled_from(WORDS)


def _combined(numbers: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Numbers of the run and others, the run's in each: of literals alone Python makes one at once."""
    others = numbers | literals.filter(lambda text: float(eval(text)) != 0)
    sign = st.sampled_from("+-*/")
    binary = st.tuples(numbers, sign, others) | st.tuples(others, sign, numbers)
    name = st.sampled_from(["min_", "max_", "median_of"])
    several = st.tuples(name, numbers, st.lists(numbers | literals, max_size=2))
    return st.one_of(
        binary.map(lambda part: f"({part[0]} {part[1]} {part[2]})"),
        numbers.map(lambda part: f"(-{part})"),
        numbers.map(lambda part: f"abs({part})"),
        several.map(lambda part: f"{part[0]}({', '.join([part[1], *part[2]])})"),
    )


numbers = st.recursive(st.sampled_from(NUMBERS), _combined, max_leaves=4)
texts = st.sampled_from(TEXTS)
signs = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
tests = st.one_of(
    st.sampled_from(BOOLS),
    st.tuples(numbers, signs, numbers | literals).map(lambda part: f"({part[0]} {part[1]} {part[2]})"),
    st.tuples(literals, signs, numbers).map(lambda part: f"({part[0]} {part[1]} {part[2]})"),
    st.tuples(texts, st.sampled_from(["==", "!="]), words).map(lambda part: f"({part[0]} {part[1]} {part[2]!r})"),
    st.tuples(texts, st.sampled_from(["==", "!="]), texts).map(lambda part: f"({part[0]} {part[1]} {part[2]})"),
    st.tuples(texts, st.lists(words, min_size=1, max_size=3)).map(lambda part: f"isin({part[0]}, *{part[1]!r})"),
    st.tuples(texts, st.sampled_from(["a|b", "m.*", "[^x]+", ""])).map(lambda part: f"matches({part[0]}, {part[1]!r})"),
    st.tuples(texts, words).map(lambda part: f"startswith({part[0]}, {part[1]!r})"),
)
conditions = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("&|"), inner).map(lambda part: f"({part[0]} {part[1]} {part[2]})"),
        inner.map(lambda part: f"not_({part})"),
    ),
    max_leaves=6,
)

# What a task may measure: every finite float; what is no number has a test of its own.
measures = floats | st.floats(allow_nan=False, allow_infinity=False)
MEASURED = {"a": measures, "b": measures, "n": whole, "ok": st.booleans(), "label": words}
worlds = st.fixed_dictionaries(
    {
        "s": st.fixed_dictionaries(MEASURED),
        "t": st.fixed_dictionaries(MEASURED),
        "params": st.fixed_dictionaries(
            {"limit": floats, "count": whole, "flag": st.booleans(), "branch": st.sampled_from(["main", "dev", "a"])}
        ),
    }
)


class _Measured:
    def __init__(self, values: Values) -> None:
        self.__dict__.update(values)


def by_python(condition: str, world: Values) -> bool | None:
    """What Python makes of it; None where it has no answer (a division by zero, a number that no float holds)."""
    scope = {
        "s": _Measured(world["s"]),
        "t": _Measured(world["t"]),
        **world["params"],
        "min_": lambda *given: min(given),
        "max_": lambda *given: max(given),
        "median_of": lambda *given: statistics.median(given),
        "isin": lambda value, *given: value in given,
        "matches": lambda value, pattern: re.fullmatch(pattern, value) is not None,
        "startswith": lambda value, *given: value.startswith(given),
        "not_": lambda held: not held,
    }
    try:
        return bool(eval(condition, scope))
    except ArithmeticError:
        return None


def text_of(value: object) -> str:
    """A value as a task of ours writes it, or as a param is given."""
    return str(value).lower() if isinstance(value, bool) else str(value)
