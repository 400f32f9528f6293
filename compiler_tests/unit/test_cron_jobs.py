"""What Kubernetes refuses of a CronJob."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from flowdsl.check.examine import examine

POD: dict[str, Any] = {"restartPolicy": "Never", "containers": [{"name": "start", "image": "a:1"}]}
JOB: dict[str, Any] = {
    "apiVersion": "batch/v1",
    "kind": "CronJob",
    "metadata": {"name": "nightly"},
    "spec": {
        "schedule": "30 2 * * MON-FRI",
        "timeZone": "Europe/Berlin",
        "concurrencyPolicy": "Forbid",
        "jobTemplate": {"spec": {"backoffLimit": 0, "template": {"spec": POD}}},
    },
}


def pod(job: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return found


def told(change: Callable[[dict[str, Any]], object]) -> list[tuple[str, tuple[int | str, ...]]]:
    job = copy.deepcopy(JOB)
    change(job)
    return [(each.code, each.path) for each in examine(job).findings]


def test_a_fine_one_is_taken() -> None:
    assert told(lambda job: None) == []


AT_POD = ("spec", "jobTemplate", "spec", "template", "spec")


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        (lambda job: job["spec"].update(schedule="61 * * * *"), "FLOW267", ("spec", "schedule")),
        (lambda job: job["spec"].pop("schedule"), "FLOW267", ("spec",)),
        (lambda job: job["spec"].update(concurrencyPolicy="forbid"), "FLOW267", ("spec", "concurrencyPolicy")),
        (lambda job: job["metadata"].update(name="n" * 53), "FLOW267", ("metadata", "name")),
        (lambda job: job["spec"].pop("jobTemplate"), "FLOW267", ("spec",)),
        (lambda job: pod(job).update(restartPolicy="Always"), "FLOW267", AT_POD),
        (lambda job: pod(job).pop("restartPolicy"), "FLOW267", AT_POD),
        (lambda job: pod(job)["containers"][0].pop("image"), "FLOW267", (*AT_POD, "containers", 0)),
        (lambda job: job["spec"].update(schedul="x"), "FLOW201", ("spec", "schedul")),
        (lambda job: job["spec"].update(suspend="no"), "FLOW200", ("spec", "suspend")),
    ],
    ids=range(10),
)
def test_refused(change: Callable[[dict[str, Any]], object], code: str, path: tuple[int | str, ...]) -> None:
    assert told(change) == [(code, path)]


def test_a_container_for_debugging_has_the_fields_of_every_container() -> None:
    known = {"name": "look", "image": "a:1", "livenessProbe": {"periodSeconds": 3}, "targetContainerName": "start"}
    assert told(lambda job: pod(job).update(ephemeralContainers=[known])) == []
    at = (*AT_POD, "ephemeralContainers", 0, "livenessProb")
    assert told(lambda job: pod(job).update(ephemeralContainers=[{"livenessProb": {}}])) == [("FLOW201", at)]
