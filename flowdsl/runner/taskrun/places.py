"""A step's volumes and folders put in their places in its view. For the supervisor of the steps alone.

Only the standard library is used: see `supervisor.py`.
"""

from __future__ import annotations

import contextlib
import os
import stat
from typing import TYPE_CHECKING

# Nothing of the packages installed can be imported here: see `supervisor.py`.
if TYPE_CHECKING:
    from flowdsl.runner.taskrun.messages import MountMessage
    from flowdsl.runner.taskrun.namespace import SPARE, bind, cover, make_place, open_source
else:
    from namespace import SPARE, bind, cover, make_place, open_source

# Below /etc, as far as root may read them: the second field of each line is what a password is compared with.
SHADOWS = ("shadow", "shadow-", "gshadow", "gshadow-")
# Everything of ours is here until the step's own files are in place; then it leaves the step's namespace.
OURS = f"/{SPARE}"
MACHINE = f"{OURS}/machine"
# Where mounts are made before they go to their places.
STAGE = f"{OURS}/stage"
EMPTY, NOTHING = f"{OURS}/empty", f"{OURS}/nothing"


def stage(index: int, one: MountMessage) -> str:
    """Show what is to be mounted in a place of ours, and say where."""
    source = open_source(one, MACHINE)
    try:
        held = f"/proc/self/fd/{source}"
        folder = os.path.isdir(held)
        place = f"{STAGE}/{index}{'d' if folder else 'f'}"
        make_place(place, folder)
        bind(held, place, one["readOnly"])
    finally:
        os.close(source)
    return place


def host_path(one: MountMessage) -> list[str]:
    """A folder of the machine as this step sees it; the folders made for it, as `ensure`."""
    source = one["source"]
    if one["hostPath"] == "DirectoryOrCreate":
        os.makedirs(source, exist_ok=True)
    elif one["hostPath"] == "FileOrCreate" and not os.path.exists(source):
        make_place(source, False)
    made = ensure(one["target"], os.path.isdir(source))
    bind(source, one["target"], one["readOnly"])
    return made


def ensure(path: str, folder: bool) -> list[str]:
    """Something to mount on: everything here is the step's own, but for what is read-only. What was made for it."""
    if os.path.lexists(path):
        return []
    parent = os.path.dirname(path)
    made = ensure(parent, True)
    try:
        make_place(path, folder)
    except OSError:
        cover(parent, EMPTY)
        make_place(path, folder)
    return [*made, path]


def hide_passwords(etc: str, layer: str) -> None:
    """Put what a step sees of the machine's passwords into a layer: users and groups as they are, and no hash."""
    for name in SHADOWS:
        with contextlib.suppress(OSError):
            info = os.lstat(f"{etc}/{name}")
            if stat.S_ISREG(info.st_mode):
                with open(f"{etc}/{name}", "rb") as file:
                    lines = [_without_hash(line) for line in file.read().split(b"\n")]
                with open(f"{layer}/{name}", "wb") as file:
                    os.fchmod(file.fileno(), 0o600)
                    file.write(b"\n".join(lines))
                os.chown(f"{layer}/{name}", info.st_uid, info.st_gid)
                os.chmod(f"{layer}/{name}", stat.S_IMODE(info.st_mode))


def _without_hash(line: bytes) -> bytes:
    name, *fields = line.split(b":")
    return b":".join([name, b"*", *fields[1:]]) if fields else line
