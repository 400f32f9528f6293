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
        try:
            used = slot.private.exists() or len(os.listdir(slot.disk)) != 2
            used = used or bool(os.listdir(slot.workspace)) or bool(os.listdir(slot.home))
        except OSError:  # a step has taken a folder away, or its rights
            used = True
        if not used:
            with self._lock:
                self._free.append(slot)
        else:
            shutil.rmtree(slot.disk, ignore_errors=True)
