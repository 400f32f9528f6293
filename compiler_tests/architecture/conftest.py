"""What holds for the tests of the house."""

from __future__ import annotations

import pytest


def pytest_itemcollected(item: pytest.Item) -> None:
    """One worker runs them all (with --dist loadgroup), so that our modules are read and parsed once."""
    item.add_marker(pytest.mark.xdist_group("house"))
