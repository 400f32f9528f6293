"""Quantities of any size: what Kubernetes reads is a number here, and nothing that a document says is a bug of ours."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowdsl.kube.quantities import compare_quantities, is_quantity, parse_quantity

NUMBERS = {
    "500m": "0.5",
    "1.5Gi": "1610612736",
    "-2k": "-2000",
    "1e3": "1000",
    "12E": "12e18",
    "0e999999999": "0",
    "1e999999999": "1e30",
    "-1e999999999": "-1e30",
    "1e-999999999": "1e-9",
    "-0.0001e-9": "-1e-9",
    "1e000000000000000000000000000003": "1000",
}
NONE = [
    "",
    "m",
    "1 Gi",
    "1e",
    "1ee3",
    "1e99999999999999999999",
    "1e9223372036854775808",
    "٣",
    "1٣m",
    "0x1",
    "inf",
    "1_0",
]


@pytest.mark.parametrize("text", NUMBERS)
def test_what_kubernetes_reads_is_a_number(text: str) -> None:
    assert is_quantity(text)
    assert parse_quantity(text) == Decimal(NUMBERS[text])


@pytest.mark.parametrize("text", [*NONE, f"1e{'9' * 5000}"])
def test_what_it_does_not_read_is_none(text: str) -> None:
    assert not is_quantity(text)
    with pytest.raises(ValueError, match="is no Kubernetes quantity"):
        parse_quantity(text)


@given(st.from_regex(r"[+-]?[0-9]{1,4}(\.[0-9]{0,3})?([eE][+-]?[0-9]{1,12}|[mkMGTPE]|[KMG]i)?", fullmatch=True))
def test_any_quantity_is_one_number(text: str) -> None:
    assert compare_quantities(text, text) == 0
    assert abs(parse_quantity(text)) < Decimal("1e31")
