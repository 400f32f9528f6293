"""What holds for all tests."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No test is timed: the machines that run them are shared, and an example may wait for its turn.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# Coverage is that of the tiers that call modules and cost little. What property tests happen to reach differs from run
# to run, and the other tiers mostly start processes, which tracing makes half as slow again.
MEASURED = ("unit", "golden", "diagnostics", "architecture")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if not any(item.path.is_relative_to(here / tier) for tier in MEASURED):
            item.add_marker("no_cover")
