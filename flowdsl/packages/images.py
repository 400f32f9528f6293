"""An image that has a task's packages: its Dockerfile, and a tag that is a hash of all that goes into it."""

from __future__ import annotations

import hashlib
import json

import attrs

from flowdsl.packages.lockfile import KEY_VARIABLE, Resolution

REQUIREMENTS = "requirements.txt"
"""The file beside the Dockerfile that has the pins."""
_PLACE = f"/opt/flowdsl/{REQUIREMENTS}"
_LONG = 40
_NAMES = {"x86_64": "amd64", "aarch64": "arm64"}


@attrs.frozen
class Recipe:
    """What is built: packages on a base image, for a repository. `python` is the base's interpreter.

    `resolution` is what pip installs, None for nothing; `apt` what Debian's apt-get does; `machine` is the
    architecture, as Python says it.
    """

    repository: str
    base: str
    python: str
    machine: str
    resolution: Resolution | None
    apt: tuple[str, ...] = ()

    @property
    def requirements(self) -> str:
        """The file beside the Dockerfile: requirements.txt."""
        return self.resolution.text if self.resolution is not None else ""

    @property
    def dockerfile(self) -> str:
        """The Dockerfile. A script finds its packages there by their key, as it does in a local run."""
        lines = [f"FROM {self.base}", "USER 0"]
        if self.apt:
            lines.append(f"RUN {json.dumps(['/bin/sh', '-c', _apt_command(self.apt)])}")
        if self.resolution is not None:
            command = [*self.python.split(), "-m", "pip", "install", "--no-cache-dir", "--no-deps", "--require-hashes"]
            command += ["--only-binary", ":all:", "--requirement", _PLACE]
            lines += [
                f"COPY {REQUIREMENTS} {_PLACE}",
                f"RUN {json.dumps(command)}",
                f"ENV {KEY_VARIABLE}={self.resolution.key}",
            ]
        return "".join(f"{line}\n" for line in [*lines, "USER 65532"])

    @property
    def platform(self) -> str:
        """What it is built for, in the words of container engines: `linux/amd64`."""
        return f"linux/{_NAMES.get(self.machine, self.machine)}"

    @property
    def name(self) -> str:
        """The image with its tag: another one for other packages, another base, another recipe."""
        said = f"{self.dockerfile}\0{self.requirements}\0{self.platform}"
        return f"{self.repository}:{hashlib.sha256(said.encode()).hexdigest()[:_LONG]}"

    @property
    def is_pinned(self) -> bool:
        """Whether the base is named by its digest, so that it is the same one whenever it is built."""
        return "@sha256:" in self.base


def _apt_command(packages: tuple[str, ...]) -> str:
    """The words are names and versions, which the frontend has held against apt's own rules: no shell reads more."""
    install = "DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends"
    return f"apt-get update && {install} {' '.join(sorted(packages))} && rm -rf /var/lib/apt/lists/*"
