"""What a task that builds an image with packages does on this machine, whose steps run in no image: it says so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

_IMAGE = re.compile(r"[a-z0-9][a-zA-Z0-9._/:-]{0,500}")
_SCRIPT = """#!/bin/sh
set -eu
echo "$IMAGE is not built: steps run on this machine, with the packages that are locked for it."
echo "What apt= names is this machine's own, or missing. With --executor docker the image is built and used."
printf '%s' "$IMAGE" >"$RESULT"
"""


def image_build(name: str) -> shapes.TaskSpec | None:
    """The stand-in for the build of an image of that name, which it gives without a digest; None for no name."""
    if not _IMAGE.fullmatch(name):
        return None
    return {
        "description": "The image of packages, which a run on this machine has no use for.",
        "results": [{"name": "image", "type": "string"}],
        "steps": [
            {
                "name": "build",
                "image": "local",
                "env": [{"name": "IMAGE", "value": name}, {"name": "RESULT", "value": "$(results.image.path)"}],
                "script": _SCRIPT,
            }
        ],
    }
