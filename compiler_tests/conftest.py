"""What holds for all tests."""

import subprocess
import sys
from collections.abc import Callable, Iterator
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


@pytest.fixture(scope="session")
def strict_mypy() -> Callable[[Path], tuple[str, int]]:
    """What `mypy --strict` says of a file, without our settings for it, and its exit code.

    With the cache that lint and all tests of types have: without one mypy reads flowdsl and what it needs for a minute.
    """
    pytest.importorskip("mypy")
    kept = Path(__file__).parents[1] / ".mypy_cache"
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--config-file=",
        "--python-version=3.10",
        f"--cache-dir={kept}",
    ]

    def check(file: Path) -> tuple[str, int]:
        done = subprocess.run([*command, file.name], cwd=file.parent, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr, done.returncode

    return check


@pytest.fixture(autouse=True)
def _modules_of_its_own(request: pytest.FixtureRequest) -> Iterator[None]:
    """A module that a test wrote is gone after it: the next test's `helpers` is another file."""
    folder = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    before = set(sys.modules)
    yield
    if folder is not None:
        # All are found first: where a namespace package lies is asked of its parent in sys.modules.
        for name in [name for name in set(sys.modules) - before if _lies_in(name, folder)]:
            del sys.modules[name]


def _lies_in(module: str, folder: Path) -> bool:
    found = sys.modules[module]
    places = [getattr(found, "__file__", None) or "", *getattr(found, "__path__", ())]
    return any(Path(each).is_relative_to(folder) for each in places)
