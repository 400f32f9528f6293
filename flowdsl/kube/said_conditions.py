"""What the conditions that tasks decide are called: an annotation of the Pipeline, which anybody may have written."""

from __future__ import annotations

import json
from collections.abc import Mapping

from flowdsl.kube.conventions import CONDITIONS_SHOWN


def said_conditions(annotations: object) -> Mapping[str, str]:
    """The conditions in a Pipeline's annotations as the user wrote them, by `task.result`; none in a broken one."""
    text = annotations.get(CONDITIONS_SHOWN) if isinstance(annotations, Mapping) else None
    try:
        found = json.loads(text) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        return {}
    return {name: each for name, each in found.items() if isinstance(each, str)} if isinstance(found, dict) else {}
