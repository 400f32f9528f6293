"""Fixtures: the TaskRun runner in both of its modes, with and without mount namespaces; a project under git for ci; an
API server of ours and somebody at a command line who uses it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ci_support import project
from cluster_support import Person
from fake_api import FakeApi
from taskrun_support import Bench

from flowdsl.runner.taskrun import Runner, Sight, process_runner


@pytest.fixture(scope="module", params=["namespace", "plain"])
def any_runner(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    # What a test has made for its steps to read is to a step what the project is.
    sight = Sight(keep=[tmp_path_factory.getbasetemp()])
    with process_runner(namespace=request.param == "namespace", sight=sight) as runner:
        if request.param == "namespace" and not runner.executor.host().literal:
            pytest.skip(f"no mount namespace can be made here: {runner.describe()}")
        yield runner


@pytest.fixture(scope="module")
def namespaced_runner() -> Iterator[Runner]:
    with process_runner() as runner:
        if not runner.executor.host().literal:
            pytest.skip(f"no mount namespace can be made here: {runner.describe()}")
        yield runner


@pytest.fixture
def bench(any_runner: Runner, tmp_path: Path) -> Bench:
    return Bench(any_runner, tmp_path)


@pytest.fixture
def namespaced(namespaced_runner: Runner, tmp_path: Path) -> Bench:
    return Bench(namespaced_runner, tmp_path)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return project(tmp_path)


@pytest.fixture
def api() -> Iterator[FakeApi]:
    found = FakeApi()
    found.start()
    found.put("/api/v1/namespaces/ml/serviceaccounts/default", {"kind": "ServiceAccount"})
    yield found
    found.stop()


@pytest.fixture
def person(api: FakeApi, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Person:
    return Person(api, tmp_path, capsys)
