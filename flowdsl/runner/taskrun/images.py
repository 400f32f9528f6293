"""Steps in containers of their images, by docker or podman."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import attrs

from flowdsl.kube.quantities import parse_quantity
from flowdsl.runner import beneath
from flowdsl.runner.taskrun.container import Host
from flowdsl.runner.taskrun.launch import Launch, Process, Supervisor

_PULL = {"Always": "always", "IfNotPresent": "missing", "Never": "never"}
# What the program itself goes by: a step's variable of such a name must not change how docker works.
_OWN_NAMES = frozenset({"PATH", "HOME", "USER", "TMPDIR"})
_OWN_PREFIXES = ("DOCKER_", "CONTAINER", "XDG_", "BUILDAH_", "REGISTRY_", "SSH_", "LD_")
GPU = "nvidia.com/gpu"


def arguments(program: str, launch: Launch, name: str) -> list[str]:
    """The command line that runs a container to its end, everything of the launch in it but the variables' values."""
    made = [program, "run", "--rm", "--name", name, "--network", "host", "--workdir", launch.cwd]
    for mount in launch.mounts:
        # Looked up now: a step of another task may have put a link in the place of a sub-path. The program takes paths
        # alone, so that what happens between this and its mount can't be helped.
        source = mount.source if mount.root is None else mount.root / beneath.real_path(mount.root, mount.below)
        made += ["--volume", f"{source}:{mount.target}{':ro' if mount.read_only else ''}"]
    for key, value in launch.env.items():
        # By name alone, so that no value is seen in a list of processes.
        made += ["--env", f"{key}={value}" if _is_programs_own(key) else key]
    pull = _PULL.get(str(launch.spec.get("imagePullPolicy") or ""))
    if pull:
        made += ["--pull", pull]
    made += _limits(program, launch)
    argv = list(launch.argv)
    if launch.command:
        made += ["--entrypoint", argv.pop(0)]
    return [*made, launch.image, *argv]


def _limits(program: str, launch: Launch) -> list[str]:
    limits = (launch.spec.get("computeResources") or {}).get("limits") or {}
    made = []
    if limits.get("cpu"):
        made += ["--cpus", format(parse_quantity(str(limits["cpu"])).normalize(), "f")]
    if limits.get("memory"):
        made += ["--memory", str(int(parse_quantity(str(limits["memory"])).to_integral_value()))]
    gpus = parse_quantity(str(limits[GPU])) if limits.get(GPU) else Decimal(0)
    if gpus:
        is_docker = Path(program).name.startswith("docker")
        made += ["--gpus", str(int(gpus))] if is_docker else ["--device", f"{GPU}=all"]
    return made


def _is_programs_own(name: str) -> bool:
    return name in _OWN_NAMES or name.startswith(_OWN_PREFIXES)


class ImageExecutor:
    """Each step a container of its image. The program must be there; its daemon must run on this machine."""

    def __init__(self, program: str, environ: Mapping[str, str]) -> None:
        self.supervisor = Supervisor(namespace=False)
        self.program = program
        self._environ = dict(environ)

    def host(self) -> Host:
        """See `Executor`."""
        return Host(images=True, literal=True, path="")

    def start(self, launch: Launch, output: int, error: int) -> Process:
        """See `Executor`."""
        name = f"flowdsl-{uuid.uuid4().hex[:12]}-{launch.name}"[:120]
        values = {key: value for key, value in launch.env.items() if not _is_programs_own(key)}
        made = attrs.evolve(
            launch,
            argv=arguments(self.program, launch, name),
            env={**values, **self._environ},
            cwd="/",
            mounts=(),
            after=[self.program, "rm", "--force", name],
        )
        return self.supervisor.start(made, output, error)

    def describe(self) -> str:
        """See `Executor`."""
        return f"{Path(self.program).name}: each step a container of its image"

    def close(self) -> None:
        """See `Executor`."""
        self.supervisor.close()


def find_program(name: str, path: str) -> str:
    """Where docker or podman is. Raises LookupError."""
    found = shutil.which(name, path=path)
    if found is None:
        raise LookupError(f"{name} is not on this machine")
    return found
