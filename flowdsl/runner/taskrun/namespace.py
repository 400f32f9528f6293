"""Mount namespaces: a root of a step's own, with /workspace and /tekton in it. For the supervisor of the steps alone.

Only the standard library is used: see `supervisor.py`.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

# Found by its place: nothing of the packages installed can be imported here.
if TYPE_CHECKING:
    from flowdsl.runner.beneath import open_beneath
else:
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    from beneath import open_beneath

    del sys.path[0]

MS_RDONLY, MS_REMOUNT, MS_BIND, MS_MOVE, MS_REC = 1, 0x20, 0x1000, 0x2000, 0x4000
MS_SLAVE = 1 << 19
MNT_DETACH = 2
CLONE_NEWNS, CLONE_NEWUSER = 0x20000, 0x10000000
# What the kernel lets nobody take off a mount that came from outside: it must stay in a read-only remount.
KEPT_FLAGS = 2 | 4 | 8 | 1024 | 2048 | 4096
# The old root goes here while the root is exchanged; afterwards copies of folders are made in it.
SPARE = ".flowdsl"


LIBC: Any = ctypes.CDLL(None, use_errno=True)


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
        kept = os.statvfs(target).f_flag & KEPT_FLAGS
        mount("none", target, None, MS_REMOUNT | MS_BIND | MS_RDONLY | kept)


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
    if os.getuid() == 0:
        check(LIBC.unshare(CLONE_NEWNS), "unshare")
    else:
        enter_user_namespace()
    # What the machine mounts later comes in, nothing of ours goes out.
    mount("none", "/", None, MS_REC | MS_SLAVE)
    mount("tmpfs", base, "tmpfs", 0, "mode=755")
    own = ("workspace", "tekton", SPARE)
    mirror("/", base, skip=own)
    for name in own:
        os.mkdir(f"{base}/{name}")
    check(LIBC.pivot_root(os.fsencode(base), os.fsencode(f"{base}/{SPARE}")), "pivot_root")
    os.chdir("/")
    check(LIBC.umount2(os.fsencode(f"/{SPARE}"), MNT_DETACH), "umount2")


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
        mount("tmpfs", staging, "tmpfs", 0, f"mode={os.stat(parent).st_mode & 0o7777:o}")
        mirror(parent, staging)
        mount(staging, parent, None, MS_MOVE)
    make_place(path, folder)


def open_source(one: dict[str, Any]) -> int:
    """What is to be mounted; a sub-path is walked once more, as a step may have exchanged it since it was checked."""
    if one["below"]:
        return open_beneath(one["source"], one["below"])[0]
    return os.open(one["source"], os.O_PATH)


def make_mounts(mounts: list[dict[str, Any]]) -> None:
    """The step's mounts, in the order given, in the shim's own namespace. Sources are found before any is hidden."""
    sources = [open_source(one) for one in mounts]  # a shim that fails here takes no other step
    for one, source in zip(mounts, sources, strict=True):
        held = f"/proc/self/fd/{source}"
        if not os.path.lexists(one["target"]):
            ensure_place(one["target"], os.path.isdir(held), f"/{SPARE}")
        bind(held, one["target"], one["readOnly"])
        os.close(source)
