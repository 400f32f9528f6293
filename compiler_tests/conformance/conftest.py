"""Fixtures that build a Go program, or skip with the reason why it can't be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from gobuild import UnavailableError, is_built, program

REQUIRED = os.environ.get("FLOWDSL_REQUIRE_GO") == "1"


@pytest.fixture(scope="session")
def admission() -> Path:
    """Tekton's admission, built; a test that takes it may call `oracle.admit`."""
    return built_or_skip("admission")


@pytest.fixture(scope="session")
def kubeyaml() -> Path:
    """kubectl's YAML reader, built; a test that takes it may call `oracle.read_yaml`."""
    return built_or_skip("kubeyaml")


@pytest.fixture(scope="session")
def argo() -> Path:
    """Argo Events' controllers, built; a test that takes it may call `oracle.argo`.

    They import the client of every queue there is, and take ten minutes to build: elsewhere their verdicts as recorded
    have to do (test_argo_agrees.py).
    """
    if not is_built("argo") and os.environ.get("FLOWDSL_ARGO") != "1":
        pytest.skip("FLOWDSL_ARGO=1 builds Argo Events' controllers (ten minutes)")
    return built_or_skip("argo")


@pytest.fixture(scope="session")
def objects() -> Path:
    """The API server's own checks, built; a test that takes it may call `oracle.kubernetes`."""
    return built_or_skip("objects")


def built_or_skip(name: str) -> Path:
    try:
        return program(name)
    except UnavailableError as error:
        if REQUIRED:
            pytest.fail(f"FLOWDSL_REQUIRE_GO=1, but {name} cannot be built: {error}")
        pytest.skip(f"{name} cannot be built: {error}")
