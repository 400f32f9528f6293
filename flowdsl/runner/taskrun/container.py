"""A step or a sidecar made ready to start: its command, environment, mounts and folder."""

from __future__ import annotations

import os
import posixpath
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from flowdsl.runner.taskrun import files
from flowdsl.runner.taskrun.environment import environment
from flowdsl.runner.taskrun.launch import Launch, Mount
from flowdsl.runner.taskrun.params import RefusedError
from flowdsl.runner.taskrun.pod import Pod

PREAMBLE = "#!/bin/sh\nset -e\n"


@attrs.frozen
class Ready:
    """A container that only needs to be started."""

    name: str
    container: str
    spec: Mapping[str, Any]
    argv: tuple[str, ...]
    env: Mapping[str, str]
    mounts: tuple[Mount, ...]
    cwd: str

    def launch(self, argv: Sequence[str], env: Mapping[str, str], pod: Pod) -> Launch:
        """The start, with the working folder made as a container runtime makes it."""
        real = pod.inside(self.cwd, self.mounts)
        ours = any(one.source == real or one.source in real.parents for one in self.mounts)
        if ours and not real.exists():
            try:
                real.mkdir(parents=True)
            except OSError as problem:
                raise RefusedError("PodCreationFailed", f"workingDir {self.cwd}: {problem.strerror}") from None
        return Launch(argv, env, self.cwd, self.mounts, self.spec.get("image") or "", f"{pod.name}-{self.container}")


@attrs.frozen
class Host:
    """What the executor says of itself: whether images are run, whether paths are literal, and the steps' PATH."""

    images: bool
    literal: bool
    path: str


def make_ready(spec: Mapping[str, Any], name: str, index: int, pod: Pod, host: Host, sidecar: bool = False) -> Ready:
    """Raises RefusedError for what can't be made: a Secret that is not there, no command."""
    env = environment(spec, pod, "/tekton/home", host.path)
    mounts = pod.mounts(spec, sidecar, env)
    rewrite = (lambda text: text) if host.literal else rewriter(mounts)
    word = "sidecar" if sidecar else "step"
    arguments = [files.expand(one, env) for one in spec.get("args") or ()]
    if spec.get("script"):
        place = "sidecar-script" if sidecar else "script"
        command = _place_script(rewrite(spec["script"]), f"{place}-{index}", pod, env, host)
        if sidecar and host.literal:
            mounts.append(Mount("/tekton/scripts", pod.tekton / "scripts", read_only=True))
    else:
        command = [files.expand(one, env) for one in spec.get("command") or ()]
    if not command and not host.images:
        message = f'{word} "{name}" has neither script nor command: what its image runs by itself is not known here'
        raise RefusedError("PodCreationFailed", f"{message}. Give it a command, or run with docker or podman")
    cwd = spec.get("workingDir") or "/workspace"
    if sidecar and not spec.get("workingDir") and host.literal:
        mounts.insert(0, Mount("/workspace", pod.workspace))
    cwd = posixpath.normpath(posixpath.join("/workspace", cwd))
    return Ready(
        name,
        f"{word}-{name}",
        spec,
        tuple(rewrite(one) for one in [*command, *arguments]),
        {key: rewrite(one) for key, one in env.items()},
        tuple(mounts),
        cwd if host.literal else str(pod.inside(cwd, mounts)),
    )


def rewriter(mounts: Sequence[Mount]) -> Callable[[str], str]:
    """Replaces the paths of mounts by the real ones, where nothing can be mounted.

    A path is found where it stands as a whole, and where it begins one; a path that a program puts together is not.
    """
    real = {mount.target: str(mount.source) for mount in mounts}
    listed = "|".join(re.escape(one) for one in sorted(real, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w./-])({listed})(?![\w.-])")
    return lambda text: pattern.sub(lambda match: real[match[1]], text) if "/" in text else text


def _place_script(script: str, name: str, pod: Pod, env: Mapping[str, str], host: Host) -> list[str]:
    if not script.strip().startswith("#!"):
        script = PREAMBLE + script
    file = pod.tekton / "scripts" / name
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o755), "wb") as stream:
        stream.write(script.encode("utf-8", "surrogateescape"))
    place = f"/tekton/scripts/{name}" if host.literal else str(file)
    return [place] if host.images else [*_interpreter(script, env), place]


def _interpreter(script: str, env: Mapping[str, str]) -> list[str]:
    """The interpreter to start by hand: the image has it elsewhere than this machine."""
    first = script.split("\n", 1)[0]
    if not first.startswith("#!"):
        return []
    words = first[2:].split(maxsplit=1)
    if not words or os.path.exists(words[0]):
        return []
    found = shutil.which(posixpath.basename(words[0]), path=env.get("PATH", ""))
    return [found, *(word.strip() for word in words[1:])] if found else []
