"""What a confined step may not do, whatever it can see. For the supervisor of the steps alone.

Everything here is inherited by what a shim starts and never given back. A shim keeps its own rights: programs lose
them when they are executed, since the bounding set no longer holds them. Only the standard library is used: see
`supervisor.py`.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import struct
from collections.abc import Mapping
from typing import TYPE_CHECKING

# Nothing of the packages installed can be imported here: see `supervisor.py`.
if TYPE_CHECKING:
    from flowdsl.runner.taskrun.namespace import LIBC, check
else:
    from namespace import LIBC, check

PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 4, 24, 38, 22
# capabilities(7), those that a container has by default, less the making of device nodes and raw sockets, which would
# read all that goes over the machine's network, loopback too: chown, dac_override, fowner, fsetid, kill, setgid,
# setuid, setpcap, net_bind_service, sys_chroot, audit_write, setfcap.
KEPT_CAPABILITIES = frozenset({0, 1, 3, 4, 5, 6, 7, 8, 10, 18, 29, 31})
# linux/landlock.h: no abstract Unix socket and no signal leaves the steps of a run.
SYS_LANDLOCK_CREATE, SYS_LANDLOCK_RESTRICT, SCOPES, SCOPES_SINCE = 444, 446, 3, 6
# Keys that a user has with the kernel are the user's in every namespace; the rest is what a container may not call by
# default, either: it looks at the machine as a whole, changes the kernel, or goes round a filter like this one. By
# AUDIT_ARCH: add_key, request_key, keyctl, open_by_handle_at, bpf, perf_event_open, userfaultfd, io_uring (three),
# kexec_load, init_module, finit_module, delete_module, and kexec_file_load.
REFUSED_CALLS: dict[str, dict[int, tuple[int, ...]]] = {
    "x86_64": {
        0xC000003E: (248, 249, 250, 304, 321, 298, 323, 425, 426, 427, 246, 175, 313, 176, 320),
        0x40000003: (286, 287, 288, 342, 357, 336, 374, 425, 426, 427, 283, 128, 350, 129),
    },
    "aarch64": {
        0xC00000B7: (217, 218, 219, 265, 280, 241, 282, 425, 426, 427, 104, 105, 273, 106, 294),
        0x40000028: (309, 310, 311, 371, 386, 364, 388, 425, 426, 427, 347, 128, 379, 129),
    },
}
X32 = 0x40000000


def confine_run() -> None:
    """What holds for all steps of a run together: they may talk to each other, not to what else runs here."""
    no_new_privileges()
    with contextlib.suppress(OSError):  # a kernel without it: what a step can reach by it is told in the docs
        scope()


def confine_steps() -> None:
    """What holds for everything that this process starts from now on. Raises OSError."""
    no_new_privileges()
    for number in range(64):
        if number not in KEPT_CAPABILITIES and LIBC.prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0:
            if ctypes.get_errno() == errno.EINVAL:
                break  # beyond the last one that this kernel has
            check(-1, "capabilities")
    with contextlib.suppress(OSError):
        refuse_calls()
    # The shim has open what no step may have, and /proc shows it.
    LIBC.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def no_new_privileges() -> None:
    """Programs with setuid or file capabilities give nothing. Raises OSError."""
    check(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def scope() -> None:
    """Landlock's scopes, where the kernel has them (6.12). Raises OSError."""
    if LIBC.syscall(SYS_LANDLOCK_CREATE, None, 0, 1) < SCOPES_SINCE:
        return
    attributes = ctypes.create_string_buffer(struct.pack("QQQ", 0, 0, SCOPES), 24)
    rules = LIBC.syscall(SYS_LANDLOCK_CREATE, attributes, 24, 0)
    check(min(rules, 0), "landlock")
    try:
        check(LIBC.syscall(SYS_LANDLOCK_RESTRICT, rules, 0), "landlock")
    finally:
        os.close(rules)


def refuse_calls() -> None:
    """A filter of system calls: the ones named fail as if the kernel did not have them. Raises OSError."""
    table = REFUSED_CALLS.get(platform.machine())
    if table is None:
        return
    program = filter_of(table)
    code = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    holder = ctypes.create_string_buffer(described, len(described))
    check(LIBC.prctl(PR_SET_SECCOMP, 2, holder, 0, 0), "seccomp")


def filter_of(table: Mapping[int, tuple[int, ...]]) -> bytes:
    """Classic BPF: for each architecture its calls. An architecture that is not in the table is let through."""
    load, equal, clear, give = 0x20, 0x15, 0x54, 0x06
    refuse, allow = 0x00050000 | errno.ENOSYS, 0x7FFF0000
    code = []
    for architecture, calls in table.items():
        # The body: load the number, compare with each, let through, refuse.
        code += [(load, 0, 0, 4), (equal, 0, len(calls) + 4, architecture)]
        code += [(load, 0, 0, 0), (clear, 0, 0, ~X32 & 0xFFFFFFFF)]
        code += [(equal, len(calls) - index, 0, number) for index, number in enumerate(calls)]
        code += [(give, 0, 0, allow), (give, 0, 0, refuse)]
    code.append((give, 0, 0, allow))
    return b"".join(struct.pack("HBBI", *one) for one in code)
