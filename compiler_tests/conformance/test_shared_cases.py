"""The shared admission cases: our verdict is Tekton's, to the figures that the project holds itself to."""

from __future__ import annotations

import pytest
from agreement import ACCEPTED_AT_LEAST, REJECTED_AT_LEAST, SHARED, measure, read_cases, report


def test_our_verdicts_are_tektons() -> None:
    if not SHARED.exists():
        pytest.skip(f"the shared admission cases are not at {SHARED}")
    found = measure(read_cases(SHARED))
    assert found.rejected > 1000
    assert found.accepted > 1000
    assert found.rejected_share >= REJECTED_AT_LEAST, report(found)
    assert found.accepted_share >= ACCEPTED_AT_LEAST, report(found)


def test_a_miss_is_counted_and_named() -> None:
    fine = {
        "apiVersion": "tekton.dev/v1",
        "kind": "Task",
        "metadata": {"name": "t"},
        "spec": {"steps": [{"image": "a"}]},
    }
    cases = [
        {"id": "a", "doc": fine, "edit": "none", "accepted": False, "message": 'invalid value "x": spec.steps[0].name'},
        {"id": "b", "doc": {**fine, "spec": {}}, "edit": "", "accepted": True, "message": ""},
    ]
    found = measure(cases)
    assert (found.rejected_share, found.accepted_share) == (0.0, 0.0)
    assert {rule for rule, _ in found.misses} == {"Tekton: invalid value …: …", "FLOW210"}
    assert "0.000%" in report(found)
