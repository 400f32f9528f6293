"""The environments of one run: made in the background as soon as it begins, waited for by the steps that need them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path

import attrs

from flowdsl.packages.lockfile import Resolution
from flowdsl.packages.tools import ToolError
from flowdsl.runner.packages.build import Builder, is_whole, named
from flowdsl.runner.packages.calls import call_of

_AT_ONCE = 2


class InstallError(Exception):
    """An environment can't be made; the text ends with what pip or uv said."""


@attrs.frozen
class Given:
    """What a step is given: the key that its script knows its packages by, and the environment that has them."""

    key: str
    folder: Path
    what: str


class Environments:
    """The environments that a run's scripts ask for. `plan` has the pins for this machine by a script's key."""

    def __init__(self, root: Path, plan: Mapping[str, Resolution], environ: Mapping[str, str]) -> None:
        self._builder = Builder(root, environ)
        self.plan = dict(plan)
        self._made: dict[str, Future[Path]] = {each.key: Future() for each in plan.values()}
        self._slots = threading.Semaphore(_AT_ONCE)

    def start(self, tell: Callable[[str], None]) -> None:
        """Begin to make what isn't there yet; `tell` is told how it goes, from other threads."""
        self._builder.tell = tell
        for each in {one.key: one for one in self.plan.values()}.values():
            threading.Thread(target=self._make, args=(each,), name=f"packages {each.key[:8]}", daemon=True).start()

    def given(self, script: str) -> Given | None:
        """What a step with this script is given; None where it asks for no packages."""
        call = call_of(script)
        resolution = self.plan.get(call.key) if call is not None else None
        if call is None or resolution is None:
            return None
        return Given(call.key, self._builder.folder(resolution), named(resolution))

    def is_ready(self, given: Given) -> bool:
        """Whether an environment is whole. Raises InstallError where it will never be."""
        made = self._made[given.folder.name]
        if not made.done():
            return False
        try:
            folder = made.result()
        except ToolError as error:
            raise InstallError(str(error)) from error
        if not is_whole(folder):
            raise InstallError(f"{folder} was removed while the run went on; run it again")
        return True

    def close(self) -> None:
        """End what is being made."""
        self._builder.stop()

    def _make(self, resolution: Resolution) -> None:
        made = self._made[resolution.key]
        try:
            with self._slots:
                made.set_result(self._builder.build(resolution))
        except Exception as error:  # whoever waits for it must hear of it
            made.set_exception(error if isinstance(error, ToolError) else ToolError(f"{type(error).__name__}: {error}"))
