"""Whether runs may still need an object that nothing applied names any more: the ConfigMap of a former version's code.

A TaskRun keeps the Task as it was when it began (`status.taskSpec`), and its pod, or that of its next try, may be made
later; a run with embedded specs keeps all of them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import attrs

from flowdsl.kinds import labels
from flowdsl.kinds.table import PIPELINE_RUN, TASK_RUN
from flowdsl.kubeclient.client import Client
from flowdsl.kubeclient.errors import ForbiddenError
from flowdsl.kubeclient.objects import Object
from flowdsl.kubeclient.resources import path_of
from flowdsl.kubeclient.states import is_over, seconds_of

GRACE = 600.0
"""Seconds for which what was just applied stays: its run may be about to be started."""


@attrs.define
class Runs:
    """The runs of a pipeline's namespace, read when it is first asked about one object."""

    client: Client
    pipeline: str
    now: Callable[[], float] = time.time
    _going: list[str] | None = None

    def may_need(self, item: Object) -> bool:
        """Whether an object is young, or a run that is not over is of the pipeline or names it. Raises ClusterError."""
        metadata = item["metadata"]
        if self.now() - seconds_of(metadata.get("creationTimestamp")) < GRACE:
            return True
        if self._going is None:
            self._going = self._read()
        return any(not text or metadata["name"] in text for text in self._going)

    def _read(self) -> list[str]:
        """The text of each run that is not over; "" for one of the pipeline, or where runs can't be read."""
        found: list[str] = []
        for kind in (PIPELINE_RUN, TASK_RUN):
            try:
                items = self.client.items(path_of(kind, self.client.namespace))
            except ForbiddenError:
                return [""]
            going = [each for each in items if not is_over(each)]
            found += ["" if self._is_own(each) else json.dumps(each) for each in going]
        return found

    def _is_own(self, run: Object) -> bool:
        return (run["metadata"].get("labels") or {}).get(labels.PIPELINE) == self.pipeline
