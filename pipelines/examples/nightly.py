"""A nightly run. Tekton has no clock of its own: a CronJob, written from `schedule`, creates the run each night.

python pipelines/examples/nightly.py compile --events cron --namespace ml -o nightly.cron.yaml
kubectl apply -f nightly.cron.yaml
"""

from __future__ import annotations

from flowdsl import context, pipeline, schedule, task


@task(image="python:3.12-slim", cpu="500m", memory="256Mi", timeout="1h")
def check_drift(run: str, days: int) -> float:
    """How far the last days' inputs are from those of the training."""
    print(f"{run}: looking at {days} days")
    return days / 100


@task(image="python:3.12-slim", cpu="100m", memory="64Mi")
def file_report(drift: float) -> None:
    print(f"drift {drift:.3f}")


@pipeline(timeout="2h", on=[schedule("30 2 * * *", overlap="forbid")])
def nightly(days: int = 1) -> None:
    """Measure drift every night."""
    file_report(check_drift(context.pipeline_run.name, days))


if __name__ == "__main__":
    nightly.cli()
