"""Real Tekton documents come back from Python as they went in."""

from __future__ import annotations

import pytest
from agreement import SHARED
from round_trip import AT_LEAST, RAW_AT_MOST, measure_round_trips, originals, report


def test_accepted_documents_come_back_equal() -> None:
    if not SHARED.exists():
        pytest.skip(f"the shared admission cases are not at {SHARED}")
    found = measure_round_trips(originals(SHARED))
    assert found.number > 100
    assert found.share >= AT_LEAST, report(found)
    assert found.raw <= RAW_AT_MOST * found.number, report(found)
    assert [name for cause, name in found.kept if "wrong type" in cause] == []


def test_a_document_that_cannot_be_read_is_a_miss() -> None:
    fine = {
        "apiVersion": "tekton.dev/v1",
        "kind": "Task",
        "metadata": {"name": "t"},
        "spec": {"steps": [{"image": "a"}]},
    }
    cases = [{"id": "a", "doc": fine}, {"id": "b", "doc": {**fine, "spec": {"stepz": []}}}]
    found = measure_round_trips(cases)
    assert (found.number, found.equal) == (2, 1)
    assert [name for _, name in found.misses] == ["b"]
    assert "1 of 2" in report(found)
