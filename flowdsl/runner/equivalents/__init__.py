"""Tasks of the public catalogues that a run on this machine has a stand-in for.

`equivalent` gives a TaskSpec with the params, workspaces and results of the catalogue's task, which does the same with
what this machine has: git, buildah or an OCI image layout of our own, boto3.
"""

from __future__ import annotations

from flowdsl.runner.equivalents.catalogue import KNOWN, equivalent
from flowdsl.runner.equivalents.image_build import image_build

__all__ = ["KNOWN", "equivalent", "image_build"]
