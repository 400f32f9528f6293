"""What people see of a run while it goes on, here or on a cluster: neutral events in, text, JSON or a live table out.

The event types and who sends what are described in `flowdsl.view.events`. Nothing here knows a runner or a cluster.
"""

from __future__ import annotations

from flowdsl.view.events import Event, LogLine, Notice, RunFinished, RunStarted, TaskChanged, TaskInfo, View

__all__ = ["Event", "LogLine", "Notice", "RunFinished", "RunStarted", "TaskChanged", "TaskInfo", "View", "make_view"]


def make_view(output: str, *, live: bool, logs: bool = True, color: bool | None = None) -> View:
    """The view for `--output`: `json` for machines; `text` as a live table where `live`, else as plain lines.

    `live` says that standard output is a terminal. Without the package rich a terminal gets plain lines too.
    """
    if output == "json":
        from flowdsl.view.json_lines import JsonView

        return JsonView()
    if live:
        try:
            from flowdsl.view.live import LiveView
        except ImportError:
            pass
        else:
            return LiveView(color=color)
    from flowdsl.view.plain import PlainView

    return PlainView(logs=logs)
