"""What a hostile step tries: run by `python3` as the script of a step, with what it needs in its environment.

It says `reached WHAT` for everything that it should not have been able to do. Writing is tried without a word: the test
looks at the machine afterwards.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import subprocess

MARK = os.environ["MARK"]
HOME = os.environ["USERS_HOME"]
PROJECT = os.environ["PROJECT"]
VICTIM = int(os.environ["VICTIM"])
SECRET = "kept-by-the-user"


def reached(what: str) -> None:
    print("reached", what, flush=True)


def try_write(path: str) -> None:
    with contextlib.suppress(OSError), open(path, "a") as file:
        file.write(MARK)


def try_read(path: str, what: str) -> None:
    with contextlib.suppress(OSError, UnicodeDecodeError), open(path) as file:
        if SECRET in file.read():
            reached(what)


def files() -> None:
    for path in ("/etc/shadow", "/etc/passwd", f"{PROJECT}/it.yaml", f"{PROJECT}/.flowdsl/runs/other/journal.jsonl"):
        try_write(path)
    for folder in ("", "/root", "/usr", "/usr/bin", "/etc", "/tmp", "/var/tmp", "/var/lib", "/dev/shm", HOME, PROJECT):
        try_write(f"{folder}/{MARK}")
    for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/sys/kernel/uevent_helper"):
        with contextlib.suppress(OSError):
            os.close(os.open(path, os.O_WRONLY))
            reached(path)


def secrets(how: str) -> None:
    for name in (".ssh/id_x", ".aws/credentials", ".netrc", ".config/gcloud/credentials.db"):
        try_read(f"{HOME}/{name}", f"{name} {how}")
    try_read(f"{PROJECT}/.flowdsl/runs/other/journal.jsonl", f"another run's journal {how}")
    try_read(f"/proc/{VICTIM}/root{HOME}/.ssh/id_x", f"a root of a process outside {how}")
    try_read(f"/proc/{VICTIM}/cwd/secret", f"a working folder of a process outside {how}")
    try_read(f"/proc/{VICTIM}/environ", f"variables of a process outside {how}")
    for other in (1, os.getppid()):
        try_read(f"/proc/{other}/root{HOME}/.ssh/id_x", f"the root of {other} {how}")
        try_read(f"/proc/{other}/root/.flowdsl/machine{HOME}/.ssh/id_x", f"the machine behind {other} {how}")
        for number in range(20):
            with contextlib.suppress(OSError):
                link = os.readlink(f"/proc/1/fd/{number}")
                reached(f"the shim's descriptor {number}, {link}, {how}")


def processes() -> None:
    for number in (VICTIM, os.getppid(), 1):
        with contextlib.suppress(OSError):
            if number != os.getppid():
                os.kill(number, 9)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, VICTIM, 0, 0) == 0:
        reached("ptrace of a process outside")
    inherited = [fd for fd in range(3, 256) if os.path.exists(f"/proc/self/fd/{fd}")]
    for fd in inherited:
        with contextlib.suppress(OSError):
            link = os.readlink(f"/proc/self/fd/{fd}")
            if "/proc/" not in link and "/dev/null" not in link:
                reached(f"descriptor {fd}: {link}")


def sockets() -> None:
    for address, what in ((f"\0{MARK}", "an abstract socket"), (f"{PROJECT}/sock", "a socket of the machine")):
        with socket.socket(socket.AF_UNIX) as tried, contextlib.suppress(OSError):
            tried.connect(address)
            reached(what)


def kernel() -> None:
    """What looks at the machine as a whole, whoever asks."""
    for kind, protocol in ((socket.AF_PACKET, 0x0300), (socket.AF_INET, socket.IPPROTO_TCP)):
        with contextlib.suppress(OSError):
            socket.socket(kind, socket.SOCK_RAW, protocol).close()
            reached(f"a raw socket of {kind}")
    libc = ctypes.CDLL(None, use_errno=True)
    calls = {"x86_64": {"bpf": 321, "perf": 298, "userfaultfd": 323}, "aarch64": {"bpf": 280, "perf": 241}}
    for name, number in {"io_uring": 425, **calls.get(os.uname().machine, {})}.items():
        if libc.syscall(number, 0, 0, 0, 0, 0) >= 0 or ctypes.get_errno() != 38:
            reached(f"the system call {name}")
    with contextlib.suppress(OSError), open("/etc/shadow") as file:
        if any(len(line.split(":")[1]) > 2 for line in file if ":" in line):
            reached("the hash of a password")
    for name in os.listdir("/etc/ssh") if os.path.isdir("/etc/ssh") else ():
        with contextlib.suppress(OSError), open(f"/etc/ssh/{name}") as file:
            if "PRIVATE KEY" in file.read():
                reached(f"the machine's {name}")


def mounts() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    for one in ("/", "/sys", "/proc/sys", "/usr", f"{HOME}/.ssh", PROJECT):
        if libc.mount(b"none", one.encode(), None, 32 | 4096, None) == 0:
            reached(f"remount of {one}")
        if libc.umount2(one.encode(), 2) == 0:
            reached(f"umount of {one}")
    with contextlib.suppress(OSError):
        os.mknod(f"/tmp/{MARK}-disk", 0o60600, os.makedev(8, 0))
        reached("a device")
    secrets("after mounts")
    code = "import sys; sys.argv = ['again']; exec(open(sys.stdin.fileno()).read())"
    inner = (
        "import ctypes, os\nlibc = ctypes.CDLL(None)\n"
        f"for one in ({HOME!r} + '/.ssh', {HOME!r}, {PROJECT!r} + '/.flowdsl/runs', {PROJECT!r}, '/proc', '/tmp'):\n"
        "    libc.umount2(one.encode(), 2) == 0 and print('reached umount in a namespace of its own of', one)\n"
        f"for name in ({HOME!r} + '/.ssh/id_x', {PROJECT!r} + '/.flowdsl/runs/other/journal.jsonl'):\n"
        f"    os.path.exists(name) and {SECRET!r} in open(name).read() and print('reached', name, 'in a namespace')\n"
    )
    with contextlib.suppress(OSError):
        subprocess.run(["unshare", "-Urm", "python3", "-c", code], input=inner, text=True, check=False)


def main() -> None:
    files()
    secrets("as it is")
    processes()
    sockets()
    kernel()
    mounts()
    with open(f"{PROJECT}/it.yaml") as file:
        print("the project", "is readable" if "PipelineRun" in file.read() else "is not readable")
    print("all tried", flush=True)


main()
