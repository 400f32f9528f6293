"""Folders for one attempt after the other. Making folders on a disk is what a short task would spend its time on."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path

import attrs


@attrs.frozen
class Slot:
    """One attempt's folders: on a disk what may get large, in memory (`private`) what is small or secret."""

    disk: Path
    private: Path

    @property
    def tekton(self) -> Path:
        """/tekton."""
        return self.private / "tekton"

    @property
    def workspace(self) -> Path:
        """/workspace."""
        return self.disk / "workspace"

    @property
    def home(self) -> Path:
        """/tekton/home."""
        return self.disk / "home"

    @property
    def volumes(self) -> Path:
        """Where the Task's volumes are made."""
        return self.disk / "volumes"


class Slots:
    """Slots for any number of attempts at once; those that were left empty are used again."""

    def __init__(self, scratch: Path, private: Path) -> None:
        self._scratch, self._private = scratch, private
        self._free: list[Slot] = []
        self._count = 0
        self._lock = threading.Lock()

    def take(self) -> Slot:
        """A slot with its folders on the disk there and empty; `private` is still to be made."""
        with self._lock:
            if self._free:
                return self._free.pop()
            self._count += 1
            number = str(self._count)
        slot = Slot(self._scratch / number, self._private / number)
        for folder in (slot.disk, slot.workspace, slot.home):
            folder.mkdir()
        return slot

    def give_back(self, slot: Slot) -> None:
        """Everything in it is removed; what steps wrote into workspaces and claims is elsewhere and stays."""
        shutil.rmtree(slot.private, ignore_errors=True)
        clean = not slot.private.exists() and len(os.listdir(slot.disk)) == 2
        if clean and not os.listdir(slot.workspace) and not os.listdir(slot.home):
            with self._lock:
                self._free.append(slot)
        else:
            shutil.rmtree(slot.disk, ignore_errors=True)
