"""The shared admission cases: our verdict is Tekton's, to the figures that the project holds itself to."""

from __future__ import annotations

from pathlib import Path

import pytest
from agreement import ACCEPTED_AT_LEAST, REJECTED_AT_LEAST, SHARED, TRIGGERS, measure, read_cases, report


@pytest.mark.parametrize("cases", [SHARED, TRIGGERS], ids=lambda path: path.parent.name)
def test_our_verdicts_are_tektons(cases: Path) -> None:
    if not cases.exists():
        pytest.skip(f"the shared cases are not at {cases}")
    found = measure(read_cases(cases))
    assert found.rejected > 900
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
