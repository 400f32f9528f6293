"""The machine as a confined step sees it: its files below a private layer. For the supervisor of the steps alone.

Each top-level folder is an overlay, so that a step may write to it and nothing of that reaches the machine; where no
overlay can be, it is read-only. `/tmp`, `/run`, `/dev` and the homes are the step's own, with what its plan keeps
shown in them: the interpreter, its packages, the project. Only the volumes of a step are shared with the machine.

A layer that no step has changed serves the next step. Only the standard library is used: see `supervisor.py`.
"""

from __future__ import annotations

import contextlib
import os
import stat
from typing import TYPE_CHECKING

# Nothing of the packages installed can be imported here: see `supervisor.py`.
if TYPE_CHECKING:
    from flowdsl.runner.removal import empty, remove
    from flowdsl.runner.taskrun.messages import MountMessage, SightMessage
    from flowdsl.runner.taskrun.namespace import (
        MS_MOVE,
        MS_NODEV,
        MS_NOEXEC,
        MS_NOSUID,
        SPARE,
        bind,
        bind_read_only,
        make_place,
        mount,
        mount_points,
        pivot,
        umount,
    )
    from flowdsl.runner.taskrun.places import (
        EMPTY,
        MACHINE,
        NOTHING,
        OURS,
        SHADOWS,
        STAGE,
        ensure,
        hide_passwords,
        host_path,
        stage,
    )
else:
    from namespace import (
        MS_MOVE,
        MS_NODEV,
        MS_NOEXEC,
        MS_NOSUID,
        SPARE,
        bind,
        bind_read_only,
        make_place,
        mount,
        mount_points,
        pivot,
        umount,
    )
    from places import EMPTY, MACHINE, NOTHING, OURS, SHADOWS, STAGE, ensure, hide_passwords, host_path, stage
    from removal import empty, remove

# Made afresh, or not to be seen.
SPECIAL = frozenset({"proc", "sys", "dev", "workspace", "tekton", "lost+found", SPARE})
SCRATCH = ("/tmp", "/var/tmp")
# Files in /run that programs need: how names are resolved, and where NixOS and Guix have the whole system.
OF_RUN = (
    "/run/systemd/resolve/resolv.conf",
    "/run/systemd/resolve/stub-resolv.conf",
    "/run/resolvconf/resolv.conf",
    "/run/NetworkManager/resolv.conf",
    "/run/connman/resolv.conf",
    "/run/current-system",
    "/run/booted-system",
    "/run/opengl-driver",
    "/run/opengl-driver-32",
)
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
# Accelerators: made for programs of any user, and what a task with a GPU needs.
ACCELERATORS = ("nvidia", "dri", "kfd", "kvm", "accel", "dxg")
PROC_READ_ONLY = ("sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "mtrr")
PROC_HIDDEN = ("kcore", "keys", "kmsg", "key-users", "timer_list", "sched_debug", "latency_stats", "scsi")


class View:
    """One shim's view. `plan` has paths: `keep`, `hide`, `cover`, `own`, and `scratch`, a folder on a disk."""

    def __init__(self, plan: SightMessage, points: list[str], number: int, user: bool) -> None:
        self.own = {*plan["own"], *SCRATCH, "/run"}
        self.keep: list[str] = sorted({*plan["keep"], *OF_RUN}, key=lambda path: path.count("/"))
        self.hide: list[str] = plan["hide"]
        self.cover: list[str] = plan["cover"]
        self.points = points
        # Whether this is a user namespace, where less can be mounted.
        self.user = user
        self.scratch = f"{MACHINE}{plan['scratch']}/layer-{number}"
        # Folders of ours that a step can change; what is an overlay's place is not to be seen and so not here.
        self._made: set[str] = set()
        # The place of each overlay with the number of its folders, which is a new one when it is mounted again.
        self._layers: dict[str, int] = {}
        self._numbers = 0
        self._shown: dict[str, frozenset[str]] = {}
        self._placed: list[str] = []
        self._clean: dict[str, tuple[object, ...]] = {}

    def build(self, base: str) -> None:
        """Make it the root of this process' mount namespace; `base` is a folder to mount on. Raises OSError."""
        mount("tmpfs", base, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")
        os.mkdir(f"{base}{OURS}", 0o700)
        mount("tmpfs", f"{base}{OURS}", "tmpfs", MS_NOSUID | MS_NODEV, "mode=700")
        for name in ("machine", "empty", "stage", "up", "work"):
            os.mkdir(f"{base}{OURS}/{name}", 0o755)
        make_place(f"{base}{NOTHING}", False)
        pivot(base, f"{base}{MACHINE}")
        for entry in os.scandir(MACHINE):
            if entry.name not in SPECIAL:
                self._show(f"/{entry.name}")
        for name in ("workspace", "tekton"):
            os.mkdir(f"/{name}")
        self._proc()
        self._sys()
        self._dev()
        for path in sorted(self.own):
            self._private(path)
        for path in self.keep:
            self._keep(path)
        for path in self.cover:
            self._cover(path)
        for path in self.hide:
            self._hide(path)
        for name in () if "/etc" in self._layers else SHADOWS:
            self._hide(f"/etc/{name}")
        self._shown = {one: frozenset(os.listdir(one)) for one in (*SCRATCH, "/dev/shm") if os.path.isdir(one)}
        self._clean = self._look()

    def enter(self, mounts: list[MountMessage]) -> None:
        """The step's volumes, in the order given, in a copy of the namespace; the machine itself goes out of sight.

        What a volume holds is hostile: no path through it is followed while the machine can still be reached.
        """
        staged = [None if one.get("hostPath") else stage(index, one) for index, one in enumerate(mounts)]
        umount(MACHINE)
        for place, one in zip(staged, mounts, strict=True):
            if place is None:
                self._placed += host_path(one)
            else:
                self._placed += ensure(one["target"], os.path.isdir(place))
                mount(place, one["target"], None, MS_MOVE)
        umount(OURS)

    def renew(self) -> bool:
        """Take away what the step has left; whether all is as it was. What else than a layer has changed stays so.

        Asked in the namespace in which the view was built, when no process of the step is there any more.
        """
        for folder, ours in self._shown.items():
            with contextlib.suppress(OSError):
                empty(folder, but=ours)  # what is mounted there is not the step's to leave
        for place in reversed(self._placed):
            with contextlib.suppress(OSError):
                os.rmdir(place)  # what volumes were mounted on; there may be more in it, then it has changed
        self._placed = []
        found = self._look()
        changed = [path for path, state in found.items() if state != self._clean[path]]
        try:
            for path in changed:
                if path not in self._layers:
                    return False
                self._clean[path] = self._fresh(path)
        except OSError:
            return False
        return True

    def _fresh(self, path: str) -> tuple[object, ...]:
        """Exchange a layer for an empty one; what is mounted below it moves along. Raises OSError."""
        used = self._layers[path]
        self._overlay(path, os.lstat(MACHINE + path), at=STAGE)
        below = [point for point in mount_points() if point.startswith(f"{path}/")]
        for point in below:
            if not any(point.startswith(f"{other}/") for other in below):
                ensure(STAGE + point[len(path) :], os.path.isdir(point))
                mount(point, STAGE + point[len(path) :], None, MS_MOVE)
        umount(path)
        mount(STAGE, path, None, MS_MOVE)
        for kind in ("up", "work"):
            remove(f"{OURS}/{kind}/{used}")
        return _state(_upper(self._layers[path]), True)

    def clear(self) -> None:
        """Take the layer's part on the disk away."""
        remove(self.scratch)

    def _look(self) -> dict[str, tuple[object, ...]]:
        found = {path: _state(path, path not in self._shown) for path in (*self._made, *self._shown)}
        found["/"] = _state("/", False)  # places for volumes come and go there
        return {**found, **{path: _state(_upper(number), True) for path, number in self._layers.items()}}

    def _show(self, path: str) -> None:
        """Show one entry of the machine at its place; sockets, pipes and devices are not shown."""
        with contextlib.suppress(OSError):  # what can't be shown (a stale network mount) is left out
            info = os.lstat(MACHINE + path)
            if stat.S_ISLNK(info.st_mode):
                os.symlink(os.readlink(MACHINE + path), path)
            elif stat.S_ISDIR(info.st_mode):
                self._folder(path, info)
                if path not in self.own:
                    self._layer(path, info)
            elif stat.S_ISREG(info.st_mode):
                make_place(path, False)
                bind(MACHINE + path, path, read_only=True)

    def _folder(self, path: str, info: os.stat_result) -> None:
        if not os.path.isdir(path):
            os.mkdir(path)
            _same_rights(path, info)
            self._made.add(path)

    def _layer(self, path: str, info: os.stat_result) -> None:
        """The machine's folder, writable for this step alone if it can be."""
        below = [one for one in self.points if one.startswith(f"{path}/")]
        if self.user and below:
            # Mounts that a user namespace was given can't be looked behind: each part gets a layer of its own.
            for entry in os.scandir(MACHINE + path):
                self._show(f"{path}/{entry.name}")
            return
        if not below and _is_empty(MACHINE + path):
            return
        try:
            self._overlay(path, info)
        except OSError:
            bind_read_only(MACHINE + path, path)
        else:
            for one in below:
                if os.path.isdir(one) and not any(one.startswith(f"{own}/") or one == own for own in self.own):
                    self._layer(one, os.lstat(MACHINE + one))
        self._made.discard(path)

    def _overlay(self, path: str, info: os.stat_result, at: str = "") -> None:
        up, work = _upper(self._numbers), f"{OURS}/work/{self._numbers}"
        for folder in (up, work):
            with contextlib.suppress(FileExistsError):
                os.mkdir(folder)
        _same_rights(up, info)
        if path == "/etc":
            hide_passwords(MACHINE + path, up)
        lower = (MACHINE + path).replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,")
        more = ",userxattr" if self.user else ""
        data = f"lowerdir={lower},upperdir={up},workdir={work}{more}"
        mount("overlay", at or path, "overlay", MS_NODEV | MS_NOSUID, data)
        self._layers[path] = self._numbers
        self._numbers += 1

    def _private(self, path: str) -> None:
        """An empty folder of the step's own in place of the machine's."""
        if not os.path.isdir(path) or os.path.islink(path):
            return
        if path in SCRATCH:
            folder = self.scratch + path
            os.makedirs(folder, exist_ok=True)
            os.chmod(folder, 0o1777)
            bind(folder, path, read_only=False)
            self._made.discard(path)
        elif os.stat(path).st_dev != os.stat("/").st_dev:
            mount("tmpfs", path, "tmpfs", MS_NODEV | MS_NOSUID, f"mode={os.stat(path).st_mode & 0o7777:o}")
            self._made.add(path)

    def _keep(self, path: str) -> None:
        """Show what a plan keeps, where it lies in a folder that is the step's own. Links on the way are made, too."""
        at, parts = "", path.split("/")[1:]
        for _ in range(200):  # more than that is a circle of links
            if not parts:
                return
            place = f"{at}/{parts.pop(0)}"
            try:
                info = os.lstat(MACHINE + place)
            except OSError:
                return
            if stat.S_ISLNK(info.st_mode):
                if not os.path.lexists(place):
                    self._show(place)
                target = os.path.normpath(os.path.join(at or "/", os.readlink(MACHINE + place)))
                at, parts = "", [*target.split("/")[1:], *parts]
                continue
            if not os.path.lexists(place):
                if parts:
                    self._folder(place, info)
                else:
                    self._show(place)
            elif not parts and place in self._made and stat.S_ISDIR(info.st_mode):
                self._layer(place, info)
            at = place

    def _cover(self, path: str) -> None:
        """Hide a folder that may come to be later."""
        above = path
        while not os.path.lexists(MACHINE + above):
            above = os.path.dirname(above)
        if os.path.isdir(above) and os.stat(above).st_dev != os.stat("/").st_dev:
            with contextlib.suppress(OSError):
                os.makedirs(path, exist_ok=True)
            self._hide(path)

    def _hide(self, path: str) -> None:
        if os.path.lexists(path):
            place = os.path.realpath(path)
            with contextlib.suppress(OSError):
                bind(EMPTY if os.path.isdir(place) else NOTHING, place, read_only=True)

    def _proc(self) -> None:
        os.mkdir("/proc")
        try:
            mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
        except OSError:
            if not self.user:
                raise
            # In a container parts of /proc are hidden, and the kernel gives no user a whole one. Who is in a user
            # namespace can see the processes outside and not touch them.
            bind(f"{MACHINE}/proc", "/proc", read_only=False)
        for name in PROC_HIDDEN:
            self._hide(f"/proc/{name}")
        for name in PROC_READ_ONLY:
            with contextlib.suppress(OSError):
                bind(f"/proc/{name}", f"/proc/{name}", read_only=True)

    def _sys(self) -> None:
        os.mkdir("/sys")
        with contextlib.suppress(OSError):
            bind_read_only(f"{MACHINE}/sys", "/sys")

    def _dev(self) -> None:
        os.mkdir("/dev")
        os.mkdir("/dev/pts")
        os.mkdir("/dev/shm")
        self._made.add("/dev")
        for name in sorted(os.listdir(f"{MACHINE}/dev")):
            if name in DEVICES or name.startswith(ACCELERATORS):
                with contextlib.suppress(OSError):
                    place = f"/dev/{name}"
                    make_place(place, os.path.isdir(MACHINE + place))
                    bind(MACHINE + place, place, read_only=False)
        for name, target in (
            ("fd", "/proc/self/fd"),
            ("stdin", "fd/0"),
            ("stdout", "fd/1"),
            ("stderr", "fd/2"),
            ("ptmx", "pts/ptmx"),
        ):
            os.symlink(target, f"/dev/{name}")
        mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
        with contextlib.suppress(OSError):
            mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620")


def _upper(number: int) -> str:
    """The folder that has what a step writes to a layer."""
    return f"{OURS}/up/{number}"


def _state(path: str, changes: bool) -> tuple[object, ...]:
    """What tells whether a step has written there; `changes` says whether a file made and taken away counts."""
    info = os.stat(path)
    with os.scandir(path) as entries:
        names = sorted((entry.name, entry.inode()) for entry in entries)
    return info.st_mode, info.st_uid, info.st_gid, info.st_ctime_ns if changes else 0, names


def _same_rights(path: str, info: os.stat_result) -> None:
    mode = stat.S_IMODE(info.st_mode)
    try:
        os.chown(path, info.st_uid, info.st_gid)
    except OSError:  # another's becomes ours, and is not to be written for that
        if info.st_uid != os.getuid() and not mode & 0o002:
            mode &= 0o1555
    os.chmod(path, mode)


def _is_empty(path: str) -> bool:
    try:
        with os.scandir(path) as entries:
            return next(entries, None) is None
    except OSError:
        return False
