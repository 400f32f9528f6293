"""A PipelineRun that ends at once, with the reason and message that Tekton gives."""

from __future__ import annotations

# Tekton marks what the user alone can mend (pkg/apis/pipeline/errors).
USER = "[User error] "


class RunFailure(Exception):  # noqa: N818 - not a bug: the run's own end
    """The run can't start, or can't go on: reason and message of its condition."""

    def __init__(self, reason: str, message: str, *, user: bool = False) -> None:
        self.reason = reason
        self.message = USER + message if user else message
        super().__init__(self.message)
