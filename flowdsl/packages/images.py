"""An image that has a task's packages: its Dockerfile, and a tag that is a hash of all that goes into it."""

from __future__ import annotations

import hashlib
import json

import attrs

from flowdsl.packages.lockfile import KEY_VARIABLE, Resolution

_PLACE = "/opt/flowdsl/requirements.txt"
_LONG = 40


@attrs.frozen
class Recipe:
    """What is built: packages on a base image, for a repository. `python` is the base's interpreter."""

    repository: str
    base: str
    python: str
    resolution: Resolution

    @property
    def requirements(self) -> str:
        """The file beside the Dockerfile: requirements.txt."""
        return self.resolution.text

    @property
    def dockerfile(self) -> str:
        """The Dockerfile. A script finds its packages there by their key, as it does in a local run."""
        command = [*self.python.split(), "-m", "pip", "install", "--no-cache-dir", "--no-deps", "--require-hashes"]
        command += ["--only-binary", ":all:", "--requirement", _PLACE]
        lines = [
            f"FROM {self.base}",
            "USER 0",
            f"COPY requirements.txt {_PLACE}",
            f"RUN {json.dumps(command)}",
            f"ENV {KEY_VARIABLE}={self.resolution.key}",
            "USER 65532",
        ]
        return "".join(f"{line}\n" for line in lines)

    @property
    def name(self) -> str:
        """The image with its tag: another one for other packages, another base, another recipe."""
        digest = hashlib.sha256(f"{self.dockerfile}\0{self.requirements}".encode()).hexdigest()
        return f"{self.repository}:{digest[:_LONG]}"
