"""Mount namespaces: a root of a step's own, with /workspace and /tekton in it. For the supervisor of the steps alone.

Only the standard library is used: see `supervisor.py`.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import re
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

# Found by its place: nothing of the packages installed can be imported here.
if TYPE_CHECKING:
    from flowdsl.runner.beneath import open_beneath
    from flowdsl.runner.taskrun.messages import MountMessage
else:
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    from beneath import open_beneath

    del sys.path[0]

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_MOVE, MS_REC = 0x20, 0x1000, 0x2000, 0x4000
MS_SLAVE = 1 << 19
MNT_DETACH = 2
CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID = 0x20000, 0x8000000, 0x10000000, 0x20000000
SYS_OPENAT2, RESOLVE_IN_ROOT = 437, 0x10
# What the kernel lets nobody take off a mount that came from outside: it must stay in a read-only remount.
KEPT_FLAGS = 2 | 4 | 8 | 1024 | 2048 | 4096
# The old root goes here while the root is exchanged; afterwards copies of folders are made in it.
SPARE = ".flowdsl"
OCTAL = re.compile(r"\\([0-7]{3})")


LIBC = ctypes.CDLL(None, use_errno=True)


def check(result: int, what: str) -> None:
    """Raise OSError where a call of the C library has failed."""
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """mount(2); raises OSError."""
    encoded = None if data is None else data.encode()
    check(
        LIBC.mount(os.fsencode(source), os.fsencode(target), kind.encode() if kind else None, flags, encoded),
        f"mount {target}",
    )


def bind(source: str, target: str, read_only: bool, recursive: bool = True) -> None:
    """Show `source` at `target`."""
    mount(source, target, None, MS_BIND | (MS_REC if recursive else 0))
    if read_only:
        make_read_only(target)


def make_read_only(target: str) -> None:
    """Take writing from one mount; what the kernel wants kept is kept."""
    kept = os.statvfs(target).f_flag & KEPT_FLAGS
    mount("none", target, None, MS_REMOUNT | MS_BIND | MS_RDONLY | kept)


def bind_read_only(source: str, target: str) -> None:
    """Show `source` with all that is mounted below it, nothing of it writable."""
    mount(source, target, None, MS_BIND | MS_REC)
    for point in mount_points():
        if point == target or point.startswith(f"{target}/"):
            with contextlib.suppress(FileNotFoundError):  # hidden by what is mounted over it
                make_read_only(point)


def mount_points() -> list[str]:
    """Where this namespace has something mounted."""
    proc = "/proc" if os.path.exists("/proc/self/mountinfo") else f"/{SPARE}/machine/proc"
    with open(f"{proc}/self/mountinfo", encoding="utf-8", errors="surrogateescape") as lines:
        # The kernel writes blanks, tabs, line ends and backslashes as three octal digits.
        found = {OCTAL.sub(lambda match: chr(int(match[1], 8)), line.split(" ")[4]) for line in lines}
    return sorted(found)


def umount(target: str) -> None:
    """Take a mount and all below it out of this namespace. Raises OSError."""
    check(LIBC.umount2(os.fsencode(target), MNT_DETACH), f"umount {target}")


def open_in(root: str, path: str) -> int:
    """A descriptor of a path below another root; links on the way lead where they lead from there. Raises OSError."""
    if root == "/":
        return os.open(path, os.O_PATH)
    folder = os.open(root, os.O_PATH | os.O_DIRECTORY)
    try:
        how = (ctypes.c_uint64 * 3)(os.O_PATH | os.O_CLOEXEC, 0, RESOLVE_IN_ROOT)
        found = LIBC.syscall(SYS_OPENAT2, folder, os.fsencode(path), how, ctypes.sizeof(how))
        if found >= 0:
            return int(found)
        if (code := ctypes.get_errno()) not in {errno.ENOSYS, errno.EPERM}:
            raise OSError(code, f"{os.strerror(code)}: {path}")
    finally:
        os.close(folder)
    return open_beneath(root, path.lstrip("/"))[0]  # a kernel before 5.6, or a filter of system calls


def enter_user_namespace() -> None:
    """Become owner of a new user namespace, under one's own ids, so that mounting is allowed."""
    user, group = os.getuid(), os.getgid()
    check(LIBC.unshare(CLONE_NEWUSER | CLONE_NEWNS), "unshare")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def make_root(base: str) -> None:
    """A root of our own: everything the machine's root has, and empty /workspace and /tekton to mount on.

    Nothing appears on the machine itself: the root is a tmpfs that only this namespace sees.
    """
    leave_mounts()
    mount("tmpfs", base, "tmpfs", 0, "mode=755")
    own = ("workspace", "tekton", SPARE)
    mirror("/", base, skip=own)
    for name in own:
        os.mkdir(f"{base}/{name}")
    pivot(base, f"{base}/{SPARE}")
    umount(f"/{SPARE}")


def leave_mounts() -> bool:
    """A mount namespace of our own; whether it took a user namespace, too.

    What the machine mounts later comes in, nothing of ours goes out.
    """
    # Root may lack the right in a container, where a user namespace may be had all the same.
    user = os.getuid() != 0 or LIBC.unshare(CLONE_NEWNS) != 0
    if user:
        enter_user_namespace()
    mount("none", "/", None, MS_REC | MS_SLAVE)
    return user


def pivot(root: str, old: str) -> None:
    """Make `root` the root of this namespace; what it was is found at `old`."""
    check(LIBC.pivot_root(os.fsencode(root), os.fsencode(old)), "pivot_root")
    os.chdir("/")


def mirror(source: str, target: str, skip: Iterable[str] = ()) -> None:
    """Show each entry of one folder in another."""
    for entry in os.scandir(source):
        if entry.name in skip:
            continue
        place = os.path.join(target, entry.name)
        if entry.is_symlink():
            os.symlink(os.readlink(entry.path), place)
            continue
        with contextlib.suppress(OSError):  # what can't be shown (a stale network mount) is left out
            make_place(place, entry.is_dir())
            bind(entry.path, place, read_only=False)


def make_place(path: str, folder: bool) -> None:
    """An empty folder or file to mount on; the root is one for all steps, and another may make it at the same time."""
    if folder:
        with contextlib.suppress(FileExistsError):
            os.mkdir(path)
    else:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))


def ensure_place(path: str, folder: bool, staging: str) -> None:
    """Make `path` something to mount on without a trace on the machine: a copy of its parent hides the parent."""
    if os.path.lexists(path):
        return
    parent = os.path.dirname(path)
    ensure_place(parent, True, staging)
    ours = parent.startswith(("/workspace", "/tekton")) or os.stat(parent).st_dev == os.stat("/").st_dev
    if not ours:
        cover(parent, staging)
    make_place(path, folder)


def cover(folder: str, staging: str) -> None:
    """Put a writable copy of a folder in its place, each entry of it shown there."""
    mount("tmpfs", staging, "tmpfs", 0, f"mode={os.stat(folder).st_mode & 0o7777:o}")
    mirror(folder, staging)
    mount(staging, folder, None, MS_MOVE)


def open_source(one: MountMessage, root: str = "/") -> int:
    """What is to be mounted; a sub-path is walked once more, as a step may have exchanged it since it was checked.

    `root` is where the machine's own root is seen.
    """
    volume = open_in(root, one["source"])
    if not one["below"]:
        return volume
    try:
        return open_beneath(f"/proc/self/fd/{volume}", one["below"])[0]
    finally:
        os.close(volume)


def make_mounts(mounts: list[MountMessage]) -> None:
    """The step's mounts, in the order given, in the shim's own namespace. Sources are found before any is hidden."""
    sources = [open_source(one) for one in mounts]  # a shim that fails here takes no other step
    for one, source in zip(mounts, sources, strict=True):
        held = f"/proc/self/fd/{source}"
        if not os.path.lexists(one["target"]):
            ensure_place(one["target"], os.path.isdir(held), f"/{SPARE}")
        bind(held, one["target"], one["readOnly"])
        os.close(source)
