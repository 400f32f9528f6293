"""Folders for one attempt after the other. Making folders on a disk is what a short task would spend its time on."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import attrs

from flowdsl.runner import removal

TEKTON_FOLDERS = ("results", "home", "steps", "scripts", "artifacts", "creds")


@attrs.frozen
class Slot:
    """One attempt's folders: on a disk what may get large, in memory (`private`) what is small or secret."""

    disk: Path
    private: Path

    tekton: Path = attrs.field(init=False)
    workspace: Path = attrs.field(init=False)
    home: Path = attrs.field(init=False)
    volumes: Path = attrs.field(init=False)

    @tekton.default
    def _tekton(self) -> Path:
        return self.private / "tekton"

    @workspace.default
    def _workspace(self) -> Path:
        return self.disk / "workspace"

    @home.default
    def _home(self) -> Path:
        return self.disk / "home"

    @volumes.default
    def _volumes(self) -> Path:
        return self.disk / "volumes"


class Slots:
    """Slots for any number of attempts at once; those that were left as they were made are used again."""

    def __init__(self, scratch: Path, private: Path) -> None:
        self._scratch, self._private = scratch, private
        self._free: list[Slot] = []
        self._count = 0
        self._lock = threading.Lock()
        self._kind: tuple[int, int, int] | None = None

    def take(self) -> Slot:
        """A slot whose folders are there and empty."""
        with self._lock:
            if self._free:
                return self._free.pop()
            self._count += 1
            number = str(self._count)
        slot = Slot(self._scratch / number, self._private / number)
        for folder in (str(slot.disk), str(slot.private), str(slot.tekton), *folders(slot)):
            os.mkdir(folder)
        self._kind = _kind(os.lstat(slot.workspace))
        return slot

    def give_back(self, slot: Slot) -> None:
        """Everything in it is removed; what steps wrote into workspaces and claims is elsewhere and stays."""
        try:
            clean = self._emptied(slot)
        except OSError:  # a step has taken a folder away, or its rights
            clean = False
        if clean:
            with self._lock:
                self._free.append(slot)
        else:
            removal.remove(slot.private)
            removal.remove(slot.disk)

    def _emptied(self, slot: Slot) -> bool:
        """Remove what the steps left in the folders of /tekton; whether all is as it was made, and empty."""
        # First of all: a step may have put a link in a folder's place, to one that is not ours to empty. It may have
        # changed a folder's rights or owner, too.
        if any(_kind(os.lstat(folder)) != self._kind for folder in folders(slot)):
            return False
        for name in TEKTON_FOLDERS:
            if not removal.empty(f"{slot.tekton}/{name}"):
                return False
        return (
            os.listdir(slot.private) == ["tekton"]
            and len(os.listdir(slot.tekton)) == len(TEKTON_FOLDERS)
            and len(os.listdir(slot.disk)) == 2
            and not os.listdir(slot.workspace)
            and not os.listdir(slot.home)
        )


def folders(slot: Slot) -> list[str]:
    """The folders that are there and empty when an attempt begins."""
    return [str(slot.workspace), str(slot.home), *(f"{slot.tekton}/{name}" for name in TEKTON_FOLDERS)]


def _kind(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_mode, found.st_uid, found.st_gid
