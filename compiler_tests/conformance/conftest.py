"""Fixtures that build a Go program, or skip with the reason why it can't be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from gobuild import UnavailableError, program

REQUIRED = os.environ.get("FLOWDSL_REQUIRE_GO") == "1"


@pytest.fixture(scope="session")
def admission() -> Path:
    """Tekton's admission, built; a test that takes it may call `oracle.admit`."""
    return built_or_skip("admission")


@pytest.fixture(scope="session")
def kubeyaml() -> Path:
    """kubectl's YAML reader, built; a test that takes it may call `oracle.read_yaml`."""
    return built_or_skip("kubeyaml")


def built_or_skip(name: str) -> Path:
    try:
        return program(name)
    except UnavailableError as error:
        if REQUIRED:
            pytest.fail(f"FLOWDSL_REQUIRE_GO=1, but {name} cannot be built: {error}")
        pytest.skip(f"{name} cannot be built: {error}")
