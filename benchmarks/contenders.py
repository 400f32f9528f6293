"""The peers: each in a virtual environment of its own, since kfp and kfp-tekton need different versions of kfp."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Peer:
    """A package to install, the workload that uses it, and the longest chain it is asked for in one sitting."""

    name: str
    packages: tuple[str, ...]
    workload: str
    module: str
    longest: int = 5000
    program: str = ""


PEERS = (
    Peer("hera", ("hera[yaml]",), "hera_chain.py", "hera.workflows"),
    Peer("kfp", ("kfp>=2",), "kfp_chain.py", "kfp.dsl, kfp.compiler"),
    Peer("kfp-tekton", ("kfp-tekton",), "kfp_tekton_chain.py", "kfp_tekton.compiler"),
    Peer("cdk8s", ("cdk8s",), "cdk8s_chain.py", "cdk8s", program="node"),
    Peer("yaml", ("pyyaml", "orjson", "rapidyaml", "pydantic>=2"), "dumpers.py", "yaml"),
)


def python_of(cache: Path, peer: Peer) -> Path:
    """The interpreter of a peer's environment."""
    folder = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    return cache / peer.name / folder


def prepare(cache: Path, wanted: list[str], *, install: bool) -> tuple[dict[str, Peer], dict[str, str]]:
    """The peers that can be run, by name, and why the others cannot."""
    found: dict[str, Peer] = {}
    missing: dict[str, str] = {}
    for peer in PEERS:
        reason = _reason(cache, peer, wanted, install=install)
        if reason:
            missing[peer.name] = reason
        else:
            found[peer.name] = peer
    return found, missing


def _reason(cache: Path, peer: Peer, wanted: list[str], *, install: bool) -> str:
    """Why a peer can't be run; empty where it can."""
    if peer.name not in wanted:
        return "not asked for"
    if peer.program and shutil.which(peer.program) is None:
        return f"{peer.program} is not installed"
    if _works(cache, peer):
        return ""
    return _install(cache, peer) if install else "not installed"


def _works(cache: Path, peer: Peer) -> bool:
    python = python_of(cache, peer)
    if not python.exists():
        return False
    done = subprocess.run([str(python), "-c", f"import {peer.module}"], capture_output=True, check=False)
    return done.returncode == 0


def _install(cache: Path, peer: Peer) -> str:
    """Why it can't be installed; empty where it could."""
    print(f"installing {', '.join(peer.packages)} into {cache / peer.name}", file=sys.stderr)
    cache.mkdir(parents=True, exist_ok=True)
    steps = (
        [sys.executable, "-m", "venv", "--clear", str(cache / peer.name)],
        [str(python_of(cache, peer)), "-m", "pip", "install", "-q", "--disable-pip-version-check", *peer.packages],
    )
    for command in steps:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            return said[-1] if said else f"{command[1]} ended with {done.returncode}"
    return "" if _works(cache, peer) else "installed, but it can't be imported"
