"""Where packages are to run: a Python and a platform, in the words of pip's tags and of markers (PEP 425, 508, 600)."""

from __future__ import annotations

import platform
import sys

import attrs

_ARCHITECTURES = {"amd64": "x86_64", "arm64": "aarch64", "x64": "x86_64", "arm": "armv7l", "386": "i686"}
ARCHITECTURES = ("386", "amd64", "arm", "arm64", "ppc64le", "riscv64", "s390x")
"""What nodes are labelled with, in Go's words (https://go.dev/doc/install/source#environment), that wheels are for."""
_NEWEST_GLIBC = 28
"""Wheels for a newer glibc are left aside: `python:3.x-slim` and current distributions all have this one."""
_ALIASES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
_NEWEST_MUSL = 2
_SYSTEMS = {"linux": ("linux", "Linux"), "macosx": ("darwin", "Darwin"), "win": ("win32", "Windows")}


@attrs.frozen(order=True)
class Target:
    """A CPython such as `3.12`, and a platform: `linux_x86_64` (glibc), `musllinux_aarch64`, `macosx_arm64`."""

    python: str
    platform: str

    def __str__(self) -> str:
        return f"Python {self.python} on {self.platform}"

    @property
    def machine(self) -> str:
        """The architecture, as `platform.machine()` says it there."""
        system, _, machine = self.platform.partition("_")
        return "AMD64" if system == "win" and machine == "amd64" else machine

    @property
    def is_linux(self) -> bool:
        """Whether pip can be told of it by tags, wherever it runs."""
        return self.platform.partition("_")[0] in ("linux", "musllinux")


def image_target(image: str, version: tuple[int, int], architecture: str = "") -> Target:
    """The target of an image whose Python is known. `architecture` is the value of `kubernetes.io/arch`, if any."""
    machine = machine_of(architecture)
    # The tag says it, or the name: python:3.12-alpine, with or without a digest, and somebody's alpine-python:3.12.
    name = image.partition("@")[0].rpartition("/")[2]
    system = "musllinux" if "alpine" in name else "linux"
    return Target(f"{version[0]}.{version[1]}", f"{system}_{machine}")


def machine_of(architecture: str) -> str:
    """An architecture as Python says it, from Kubernetes' word for it; that of most clusters for none."""
    return _ARCHITECTURES.get(architecture, architecture) or "x86_64"


def this_machine() -> Target:
    """The target that this Python is."""
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    machine = platform.machine().lower()
    if sys.platform == "darwin":
        return Target(python, f"macosx_{machine}")
    if sys.platform == "win32":
        return Target(python, f"win_{machine}")
    system = "linux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    return Target(python, f"{system}_{_ARCHITECTURES.get(machine, machine)}")


def platform_tags(target: Target) -> list[str]:
    """The platform tags of wheels that run on a Linux target, the best first."""
    system, _, machine = target.platform.partition("_")
    if system == "musllinux":
        return [f"musllinux_1_{minor}_{machine}" for minor in range(_NEWEST_MUSL, 0, -1)]
    found = []
    for minor in range(_NEWEST_GLIBC, 4, -1):
        found.append(f"manylinux_2_{minor}_{machine}")
        if minor in _ALIASES:
            found.append(f"{_ALIASES[minor]}_{machine}")
    return [*found, f"linux_{machine}"]


def marker_environment(target: Target) -> dict[str, str]:
    """What environment markers such as `python_version < "3.11"` are compared with."""
    system, _, _ = target.platform.partition("_")
    name, full = _SYSTEMS["linux" if system == "musllinux" else system]
    return {
        "implementation_name": "cpython",
        "implementation_version": f"{target.python}.0",
        "os_name": "nt" if system == "win" else "posix",
        "platform_machine": target.machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": full,
        "platform_version": "",
        "python_full_version": f"{target.python}.0",
        "python_version": target.python,
        "sys_platform": name,
    }
