"""Quantities and durations: what Kubernetes and Go read, and what they stand for."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.kube import compare_quantities, is_duration, is_quantity, parse_duration, parse_quantity


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4", "4"),
        ("500m", "0.5"),
        ("8Gi", str(8 * 2**30)),
        ("1e3", "1000"),
        ("1.5k", "1500"),
        (".5", "0.5"),
        ("-1Mi", "-1048576"),
        ("2.", "2"),
    ],
)
def test_quantities(text: str, number: str) -> None:
    assert parse_quantity(text) == Decimal(number)


@pytest.mark.parametrize("text", ["", "many", "1 Gi", "8gb", "1KiB", "1e", "--1", "0x1", "1m1", "K"])
def test_no_quantities(text: str) -> None:
    assert not is_quantity(text)
    with pytest.raises(ValueError, match="no Kubernetes quantity"):
        parse_quantity(text)


def test_comparison_is_exact() -> None:
    assert compare_quantities("1Gi", "1024Mi") == 0
    assert compare_quantities("999m", "1") == -1
    assert compare_quantities("1G", "1Gi") == -1
    assert compare_quantities("9007199254740993", "9007199254740992") == 1


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("30m", 1800 * 10**9),
        ("1h30m", 5400 * 10**9),
        ("1.5s", 15 * 10**8),
        ("0", 0),
        ("-2ms", -2 * 10**6),
        (".5h", 1800 * 10**9),
        ("1us1ns", 1001),
    ],
)
def test_durations(text: str, nanoseconds: int) -> None:
    assert parse_duration(text) == nanoseconds


@pytest.mark.parametrize("text", ["", "30", "1 h", "1d", "h", "1h-2m", "30 minutes", "1e3s", "300000000h"])
def test_no_durations(text: str) -> None:
    assert not is_duration(text)


@given(
    st.lists(st.tuples(st.integers(0, 999), st.sampled_from(["h", "m", "s", "ms", "us", "ns"])), min_size=1, max_size=5)
)
def test_parts_add_up(parts: list[tuple[int, str]]) -> None:
    whole = "".join(f"{number}{unit}" for number, unit in parts)
    assert parse_duration(whole) == sum(parse_duration(f"{number}{unit}") for number, unit in parts)
