"""Two runs of one pipeline on one claim, the second by the other branch: what a task that is ordered behind both finds there.

Why `either` hands no value on over a volume ("Branches that merge" in docs/conditions.md): the claim outlives the run, and a
file of the branch that was skipped lies where an earlier run put it.
"""

from __future__ import annotations

from pathlib import Path

from flowdsl import Pipeline
from flowdsl.library.loading import load_pipeline

CLAIM = "kept"
RUNS = {"slow": "slow", "fast": "slow"}
"""The branches in the order of the runs, and what the task behind them takes in each: in the second run, the first's."""
SOURCE = """\
from pathlib import Path

from flowdsl import PVC, LocalRun, Workspace, otherwise, pipeline, task, when


@task(image="python:3.12-slim")
def leave(name: str, shared: Workspace) -> None:
    (Path(shared) / name).write_text(name)


@task(image="python:3.12-slim")
def take(shared: Workspace) -> str:
    return next(each.read_text() for each in (Path(shared) / "slow", Path(shared) / "fast") if each.exists())


@pipeline(local=LocalRun(claims=CLAIMS))
def merged_by_a_volume(branch: str = "slow", shared: Workspace = PVC("kept")) -> str:
    with when(branch == "slow"):
        slow = leave.with_options(name="slow")("slow", shared)
    with otherwise():
        fast = leave.with_options(name="fast")("fast", shared)
    return take.with_options(name="end")(shared).after(slow, fast)
"""


def on_a_volume(folder: Path, before: Path | None = None) -> Pipeline:
    """The pipeline, from a file in `folder`. What a local run finds on the claim is that of `before`, a folder of a run."""
    claims = {CLAIM: str(before / "claims" / CLAIM)} if before else {}
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{'again' if before else 'first'}_on_a_volume.py"
    file.write_text(SOURCE.replace("CLAIMS", repr(claims)))
    return load_pipeline(f"{file}:merged_by_a_volume")
