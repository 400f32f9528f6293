"""The fixture `plane`: Tekton's control plane, running; or a skip with the reason why it can't."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from api import Api
from build import UnavailableError
from eventing import Triggers
from gobuild import cache
from plane import Plane

LAST = pytest.StashKey[pytest.Item | None]()
"""The last test of this tier, looked for once."""
RUNNING = pytest.StashKey[list[Callable[[], None]]]()
"""Ends what runs in a session, the oldest first."""

# What must be here: nothing may be skipped for want of the thing named.
MUST_BUILD = [name for name in ("FLOWDSL_REQUIRE_CLUSTER", "FLOWDSL_REQUIRE_GO") if os.environ.get(name) == "1"]
MUST_RUN = [name for name in ("FLOWDSL_REQUIRE_CLUSTER",) if os.environ.get(name) == "1"]


def pytest_itemcollected(item: pytest.Item) -> None:
    """One worker runs the whole tier (with --dist loadgroup), so that one control plane serves it.

    Here and not in `pytest_collection_modifyitems`: xdist reads the groups in its own hook of that name, first of all.
    """
    item.add_marker(pytest.mark.xdist_group("cluster"))


def pytest_collection_finish(session: pytest.Session) -> None:
    own = (each for each in reversed(session.items) if each.path.is_relative_to(Path(__file__).parent))
    session.stash[LAST] = next(own, None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """With the tier's last test ends what runs for it; the session goes on with others, and a control plane is no small load."""
    try:
        return (yield)
    finally:
        if item is item.session.stash[LAST]:
            _end(item.session)


def _end(session: pytest.Session) -> None:
    for stop in reversed(session.stash.get(RUNNING, [])):
        stop()


@pytest.fixture(scope="session")
def plane(request: pytest.FixtureRequest) -> Iterator[Plane]:
    """One control plane for all tests of a worker. Only one runs on a machine at a time."""
    if reason := _lacking():
        _unavailable(reason, MUST_RUN)
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / "plane.lock").open("w") as lock, tempfile.TemporaryDirectory(prefix="flowdsl-plane-") as folder:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            plane = Plane(Path(folder))
        except UnavailableError as error:
            _unavailable(str(error), MUST_BUILD)
        try:
            with plane:
                request.session.stash.setdefault(RUNNING, []).append(plane.stop)
                yield plane
        finally:
            if kept := os.environ.get("FLOWDSL_PLANE_LOGS"):
                shutil.copytree(plane.folder / "logs", kept, dirs_exist_ok=True)


@pytest.fixture(scope="session")
def api(plane: Plane) -> Api:
    """The administrator's access to the control plane."""
    return plane.api


@pytest.fixture(scope="session")
def triggers(request: pytest.FixtureRequest, plane: Plane) -> Iterator[Triggers]:
    """Tekton Triggers beside that control plane, started for the first test that asks."""
    try:
        triggers = Triggers(plane)
    except UnavailableError as error:
        _unavailable(str(error), MUST_BUILD)
    with triggers:
        request.session.stash.setdefault(RUNNING, []).append(triggers.stop)
        yield triggers


def _lacking() -> str:
    """Why pods can't be run as processes here, or nothing."""
    if sys.platform != "linux":
        return "pods run as Linux processes"
    # What the test kubelet needs for each container: namespaces of its own and a private layer over the root.
    attempt = (
        "d=$(mktemp -d) && mount -t tmpfs tmpfs $d && mkdir $d/u $d/w $d/r"
        " && mount -t overlay overlay -o lowerdir=/,upperdir=$d/u,workdir=$d/w $d/r"
    )
    command = ["unshare", "--mount", "--pid", "--uts", "--ipc", "--fork", "sh", "-c", attempt]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    except FileNotFoundError:
        return "unshare (util-linux) is missing"
    return "" if done.returncode == 0 else f"no namespaces or overlay mounts here: {done.stderr.strip()}"


def _unavailable(reason: str, required: list[str]) -> None:
    if required:
        pytest.fail(f"{required[0]}=1, but the control plane cannot be started: {reason}")
    pytest.skip(f"the control plane cannot be started: {reason}")
