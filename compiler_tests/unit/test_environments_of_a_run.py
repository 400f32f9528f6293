"""The environments of one run, as the steps that wait for them see them."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from flowdsl.library import environments
from flowdsl.packages.lockfile import Resolution
from flowdsl.packages.targets import this_machine
from flowdsl.runner.packages import Environments, Given, InstallError
from flowdsl.runner.packages.build import READY


def test_a_step_does_not_wait_for_an_environment_that_was_removed(tmp_path: Path) -> None:
    wanted = Resolution((), this_machine(), ())
    folder = tmp_path / wanted.key
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").touch(mode=0o755)
    (folder / READY).touch()
    environments = Environments(tmp_path, {"of a script": wanted}, {})
    given = Given("of a script", folder, "no packages")
    environments.start(lambda _: None)
    end = time.monotonic() + 600
    while not environments.is_ready(given):
        assert time.monotonic() < end, "what is whole is never ready"
        time.sleep(0.01)
    shutil.rmtree(folder)
    with pytest.raises(InstallError, match="was removed while the run went on"):
        environments.is_ready(given)


@pytest.mark.parametrize(
    ("name", "flags", "folder"), [("cpython", "", ""), ("cpython", "t", "cpythont"), ("pypy", "", "pypy")]
)
def test_interpreters_of_one_version_share_no_environment(
    monkeypatch: pytest.MonkeyPatch, name: str, flags: str, folder: str
) -> None:
    monkeypatch.setattr(environments.sys.implementation, "name", name)
    monkeypatch.setattr(environments.sys, "abiflags", flags)
    assert environments.folder_of({"XDG_CACHE_HOME": "/c"}) == Path("/c/flowdsl/packages") / folder
