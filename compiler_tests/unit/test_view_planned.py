"""What a run that goes on says it will do, and the table of a run in a notebook."""

from __future__ import annotations

import io

import pytest

from flowdsl.view.events import LogLine, Notice, Planned, PlannedTask, RunFinished, RunStarted, TaskChanged, TaskInfo
from flowdsl.view.notebook import NotebookView, in_notebook
from flowdsl.view.plain import PlainView
from flowdsl.view.planned import planned_lines


@pytest.mark.parametrize(
    ("task", "told"),
    [
        (PlannedTask("a", "same"), "a  same"),
        (PlannedTask("a", "changed", ("code", "param x")), "a  changed: runs again (code, param x)"),
        (PlannedTask("a", "changed", ("code",), 1, 3), "a  changed: runs again (1 of 3, code)"),
        (PlannedTask("a", "needs it", tuple("bcdefgh")), "a  needs it: runs again (b, c, d, e, f, ...)"),
        (PlannedTask("a", "failed", (), 2, 3), "a  failed: runs again (2 of 3)"),
        (PlannedTask("a", "new", ("b",)), "a  has not run yet (waits for b)"),
        (PlannedTask("a\x1b[2J", "asked"), "a\\x1b[2J  runs again, as asked"),
    ],
)
def test_a_line_for_each_task(task: PlannedTask, told: str) -> None:
    head, *lines = planned_lines(Planned((task, PlannedTask("z", "skipped")))).split("\n")
    assert head == f"plan: {int(task.state != 'same')} of 2 tasks to run"
    assert [" ".join(line.split()) for line in lines] == [" ".join(told.split()), "z skipped"]


def test_the_plan_is_part_of_the_plain_lines() -> None:
    out = io.StringIO()
    view = PlainView(out)
    view.handle(Planned((PlannedTask("a", "same"),)))
    view.close()
    assert out.getvalue() == "plan: 0 of 1 task to run\n  a  same\n"


def test_the_table_in_a_notebook_follows_the_run_and_escapes() -> None:
    shown: list[str] = []
    view = NotebookView(shown.append)
    view.handle(RunStarted("run-1", "ci", (TaskInfo("build"), TaskInfo("test")), "folder"))
    view.handle(LogLine("build", "run-1-build", "s", "<script>alert(1)</script>"))
    view.handle(TaskChanged("build", "failed", "run-1-build", "Failed", "step s exited with 2"))
    view.handle(TaskChanged("test", "skipped", reason="PipelineRun was stopping"))
    view.handle(Notice("no <b>GPU</b> here"))
    done = {"metadata": {"name": "run-1"}, "status": {"conditions": [{"type": "Succeeded", "reason": "Failed"}]}}
    view.handle(RunFinished(done, "folder"))
    assert "running" in shown[0]
    assert all(text in shown[-1] for text in ("Failed", "step s exited with 2", "PipelineRun was stopping", "no &lt;b"))
    assert "<script>" not in "".join(shown)


def test_outside_of_a_notebook_there_is_no_table() -> None:
    assert in_notebook() is None
