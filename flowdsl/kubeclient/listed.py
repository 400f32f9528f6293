"""A run as a line of a list: what people and scripts look at first."""

from __future__ import annotations

import attrs

from flowdsl.kinds import labels
from flowdsl.kubeclient.objects import Object
from flowdsl.kubeclient.shapes import seconds
from flowdsl.view.events import condition
from flowdsl.view.progress import duration

_UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


@attrs.frozen
class Row:
    """One PipelineRun. `created`, `started` and `completed` are Kubernetes' times, empty where there is none yet."""

    name: str
    namespace: str
    pipeline: str
    created: str
    started: str
    completed: str
    status: str
    state: str
    message: str

    @property
    def made(self) -> float:
        """When it was made, in seconds since the epoch."""
        return seconds(self.created) if self.created else 0.0

    def seconds(self, now: float) -> float | None:
        """How long it has run, or ran; None where it did not start."""
        if not self.started:
            return None
        return max(0.0, (seconds(self.completed) if self.completed else now) - seconds(self.started))

    def duration(self, now: float) -> str:
        """The same for people."""
        found = self.seconds(now)
        return "-" if found is None else duration(found)

    def started_ago(self, now: float) -> str:
        """How long ago it started, in its largest unit: `5m ago`."""
        if not self.started:
            return "-"
        past = max(0.0, now - seconds(self.started))
        size, unit = next((each for each in _UNITS if past >= each[0]), (1, "s"))
        return f"{int(past // size)}{unit} ago"

    def as_data(self) -> dict[str, object]:
        """For scripts: `seconds` of a run that is over, `status` True, False or Unknown, `state` Tekton's reason."""
        over = self.seconds(0.0) if self.completed else None
        return {**attrs.asdict(self), "seconds": over}


def row_of(run: Object) -> Row:
    """The line of a run."""
    metadata, status, found = run["metadata"], run.get("status") or {}, condition(run)
    return Row(
        metadata["name"],
        metadata.get("namespace", ""),
        (metadata.get("labels") or {}).get(labels.PIPELINE, ""),
        metadata.get("creationTimestamp", ""),
        status.get("startTime", ""),
        status.get("completionTime", ""),
        str(found.get("status", "Unknown")),
        str(found.get("reason", "Waiting")),
        str(found.get("message", "")),
    )
