"""A step or a sidecar made ready to start: its command, environment, mounts and folder."""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, cast

import attrs

from flowdsl.kube.conventions import HOME_PATH, SCRIPTS_PATH, WORKSPACE_PATH
from flowdsl.packages.lockfile import KEY_VARIABLE
from flowdsl.runner import beneath
from flowdsl.runner.packages import Environments, Given
from flowdsl.runner.taskrun import files
from flowdsl.runner.taskrun.environment import environment
from flowdsl.runner.taskrun.launch import Launch, Mount
from flowdsl.runner.taskrun.params import RefusedError
from flowdsl.runner.taskrun.pod import Pod

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

PREAMBLE = "#!/bin/sh\nset -e\n"


@attrs.frozen
class Ready:
    """A container that only needs to be started."""

    name: str
    container: str
    spec: shapes.Step | shapes.Sidecar
    argv: tuple[str, ...]
    env: Mapping[str, str]
    mounts: tuple[Mount, ...]
    cwd: str
    # Turns the paths of mounts into real ones where nothing can be mounted.
    rewrite: Callable[[str], str]
    command: bool
    # The environment that it runs in, which may still be in the making.
    packages: Given | None = None

    @property
    def step(self) -> shapes.Step:
        """The spec of a step."""
        return cast("shapes.Step", self.spec)

    @property
    def sidecar(self) -> shapes.Sidecar:
        """The spec of a sidecar."""
        return cast("shapes.Sidecar", self.spec)

    def launch(self, argv: Sequence[str], env: Mapping[str, str], pod: Pod) -> Launch:
        """The start, with the working folder made as a container runtime makes it."""
        volume = pod.volume_of(self.cwd, self.mounts)
        if volume is not None:
            try:
                beneath.real_path(*volume, make=True)
            except beneath.OutsideError:
                pass  # a link that leads somewhere else in the container: only there can be said what is at its end
            except OSError as problem:
                raise RefusedError("PodCreationFailed", f"workingDir {self.cwd}: {problem.strerror}") from None
        name = f"{pod.name}-{self.container}"
        image = self.spec.get("image") or ""
        return Launch(argv, env, self.cwd, self.mounts, image, name, self.command, self.spec)


@attrs.frozen
class Host:
    """What the executor says of itself: whether images are run, whether paths are literal, and the steps' PATH."""

    images: bool
    literal: bool
    path: str
    # Whether steps see the machine below a layer of their own.
    confined: bool = False


def make_ready(
    spec: shapes.Step | shapes.Sidecar,
    name: str,
    index: int,
    pod: Pod,
    host: Host,
    *,
    sidecar: bool = False,
    packages: Environments | None = None,
) -> Ready:
    """Raises RefusedError for what can't be made: a Secret that is not there, no command."""
    own = {} if host.images else {"PATH": host.path, "HOME": HOME_PATH, "HOSTNAME": pod.name}
    given = packages.given(spec["script"]) if packages is not None and spec.get("script") else None
    if given is not None:
        own |= {"PATH": f"{given.folder}/bin:{host.path}", "VIRTUAL_ENV": str(given.folder)}
        own |= {KEY_VARIABLE: given.key, f"{KEY_VARIABLE}_IMAGE": own_packages()}
    env = environment(spec, pod, own, sidecar=sidecar)
    mounts = pod.mounts(spec, sidecar, env)
    rewrite = str if host.literal else rewriter(mounts)
    if not host.literal:
        _link(pod, mounts)
    word = "sidecar" if sidecar else "step"
    arguments = [files.expand(one, env) for one in spec.get("args") or ()]
    if spec.get("script"):
        place = "sidecar-script" if sidecar else "script"
        command = _place_script(rewrite(spec["script"]), f"{place}-{index}", pod, env, host)
        if sidecar:
            mounts.append(Mount(SCRIPTS_PATH, pod.tekton / "scripts", read_only=True))
    else:
        command = [files.expand(one, env) for one in spec.get("command") or ()]
    if not command and not host.images:
        message = f'{word} "{name}" has neither script nor command: what its image runs by itself is not known here'
        raise RefusedError("PodCreationFailed", f"{message}. Give it a command, or run with docker or podman")
    cwd = spec.get("workingDir") or WORKSPACE_PATH
    if given is not None:
        mounts.append(Mount(str(given.folder), given.folder, read_only=True))
    if sidecar and all(one.target != WORKSPACE_PATH for one in mounts):
        mounts.insert(0, Mount(WORKSPACE_PATH, pod.workspace))
    cwd = posixpath.normpath(posixpath.join(WORKSPACE_PATH, cwd))
    # Tekton cuts the hyphen off a sidecar's that has no name (names.RestrictLength).
    full = f"{word}-{name}".rstrip("-")
    return Ready(
        name or full,
        full,
        spec,
        tuple(rewrite(one) for one in [*command, *arguments]),
        {key: rewrite(one) for key, one in env.items()},
        tuple(mounts),
        cwd if host.literal else str(pod.inside(cwd, mounts)),
        rewrite,
        bool(command),
        given,
    )


def own_packages() -> str:
    """Where this Python's packages are: they stand for those of the image."""
    return os.pathsep.join(dict.fromkeys(sysconfig.get_path(name) for name in ("purelib", "platlib")))


def _link(pod: Pod, mounts: Sequence[Mount]) -> None:
    """Where nothing can be mounted: what would be mounted inside one of our folders is there as a link."""
    for mount in mounts:
        place = pod.inside(mount.target, [one for one in mounts if one.target != mount.target])
        if str(place) != mount.target and not os.path.lexists(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(mount.source)


def rewriter(mounts: Sequence[Mount]) -> Callable[[str], str]:
    """Replaces the paths of mounts by the real ones, where nothing can be mounted.

    A path is found where it stands as a whole, and where it begins one; a path that a program puts together is not.
    """
    real = {mount.target: str(mount.source) for mount in mounts}
    if not real:
        return str
    listed = "|".join(re.escape(one) for one in sorted(real, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w./-])({listed})(?![\w.-])")
    return lambda text: pattern.sub(lambda match: real[match[1]], text) if "/" in text else text


def with_shebang(script: str) -> str:
    """A script that says what runs it, as Tekton does for one that doesn't."""
    return script if script.strip().startswith("#!") else PREAMBLE + script


def _place_script(script: str, name: str, pod: Pod, env: Mapping[str, str], host: Host) -> list[str]:
    script = with_shebang(script)
    file = pod.place_script(name, script)
    place = f"{SCRIPTS_PATH}/{name}" if host.literal else str(file)
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
