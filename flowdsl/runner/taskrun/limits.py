"""How much of the machine the steps of a run may take together, where the host lets that be said.

For the supervisor of the steps alone. Only the standard library is used: see `supervisor.py`.
"""

from __future__ import annotations

import contextlib
import os
import resource
import time

CGROUPS = "/sys/fs/cgroup"
MOST_PROCESSES = 16384
# Of the machine's memory; the rest is for the runner and whoever wants to end it.
MEMORY_SHARE = 0.9
# Bytes of a disk that one file can't take: the run's own records need some.
RESERVE = 1 << 30
PATIENCE = 50  # tries, a tenth of a second each


def limit_resources(scratch: str) -> list[str]:
    """Limit this process and all that comes from it; the control groups that were made for it.

    `scratch` is on the disk that steps write to.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a handler outside may get the dump
    with contextlib.suppress(OSError, ValueError):
        disk = os.statvfs(scratch)
        _lower(resource.RLIMIT_FSIZE, max(disk.f_bavail * disk.f_frsize - RESERVE, RESERVE))
    if os.getuid() != 0:  # the kernel does not count root's
        with contextlib.suppress(OSError, ValueError):
            _lower(resource.RLIMIT_NPROC, MOST_PROCESSES)
    made = []
    for folder, limits in _groups().items():
        with contextlib.suppress(OSError):
            os.mkdir(folder)
            made.append(folder)
            for name, value in limits.items():
                _write(f"{folder}/{name}", str(value))
            _write(f"{folder}/cgroup.procs", str(os.getpid()))
    return made


def leave_groups(made: list[str]) -> None:
    """Take away what `limit_resources` made; the steps are over."""
    for folder in made:
        with contextlib.suppress(OSError):
            _write(f"{os.path.dirname(folder)}/cgroup.procs", str(os.getpid()))
    for _ in range(PATIENCE):
        for folder in made:
            with contextlib.suppress(OSError):
                os.rmdir(folder)
        if not any(os.path.isdir(folder) for folder in made):
            return
        time.sleep(0.1)


def _lower(number: int, value: int) -> None:
    soft, hard = resource.getrlimit(number)
    least = min([value, *(one for one in (soft, hard) if one != resource.RLIM_INFINITY)])
    resource.setrlimit(number, (least, least))


def _groups() -> dict[str, dict[str, int]]:
    """The control groups to make with their limits: one of version 2, or one for each controller of version 1."""
    memory = int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * MEMORY_SHARE)
    name = f"flowdsl-{os.getpid()}"
    found: dict[str, dict[str, int]] = {}
    with contextlib.suppress(OSError), open("/proc/self/cgroup", encoding="utf-8") as lines:
        for line in lines:
            _, controllers, path = line.rstrip("\n").split(":", 2)
            if controllers == "memory":
                found[f"{CGROUPS}/memory{path.rstrip('/')}/{name}"] = {"memory.limit_in_bytes": memory}
            elif controllers == "pids":
                found[f"{CGROUPS}/pids{path.rstrip('/')}/{name}"] = {"pids.max": MOST_PROCESSES}
    if found or not os.path.exists(f"{CGROUPS}/cgroup.subtree_control"):
        return found
    # Only the root group may have both processes and groups with limits below it.
    return {f"{CGROUPS}/{name}": {"pids.max": MOST_PROCESSES, "memory.max": memory}}


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
