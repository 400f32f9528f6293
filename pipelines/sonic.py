"""Sonic: from a commit of the model's source to a talking clip that is measured, judged and published.

    python pipelines/sonic.py run              # the whole pipeline on this machine (pip install 'flowdsl[sonic]')
    python pipelines/sonic.py compile          # the YAML, for a look
    python pipelines/sonic.py graph            # the picture

The cluster needs: a GPU node; the claim `sonic-data` with `assets/portrait.png`, `assets/speech.wav` and
`assets/baseline.json` on it; the Secrets `sonic-registry` (kubernetes.io/dockerconfigjson) and `sonic-s3` (access-key,
secret-key). SERVICE.md says what the images of the model and of the evaluator must offer.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

# So that `from pipelines.sonic import sonic` works as well: the package lies beside this file.
sys.path.append(str(Path(__file__).parent))

from sonic_flow.tasks.clip import evaluate, run_inference
from sonic_flow.tasks.gate import THRESHOLDS, Rule, gate
from sonic_flow.tasks.model_image import build_image
from sonic_flow.tasks.report import report
from sonic_flow.tasks.upload import upload

from flowdsl import PVC, LocalRun, Secret, Workspace, context, hub, on_finish, pipeline, task_ref, when


class Checkout(NamedTuple):
    """What git-clone gives."""

    commit: str
    url: str


# git-clone has its own repository since 1.0, and its own catalog on Artifact Hub; 0.10 in the old one is deprecated.
@task_ref(hub("git-clone", catalog="git-clone", version="1.7.0"), timeout="10m", retries=2)
def fetch_source(
    url: str, revision: str = "", depth: str = "1", submodules: str = "true", output: Workspace = Workspace.auto()
) -> Checkout:
    """Clone the source of the model."""
    ...


def local_run() -> LocalRun:
    """What `run` has in place of the cluster and of Sonic's networks; nothing else loads it."""
    from sonic_flow.local.local_run import sonic_local_run

    return sonic_local_run()


# Tekton runs all tasks that share a claim on one node, and picks it for the first of them. So the whole run asks for a
# GPU node: a selector on run-inference alone would leave that task waiting for a node that can't have the volume.
@pipeline(
    timeout="3h",
    finally_timeout="10m",
    service_account="sonic",
    files=PVC("sonic-data", storage="200Gi", sub_path="runs"),
    node_selector={"nvidia.com/gpu.present": "true"},
    tolerations=[{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
    local=local_run,
)
def sonic(
    git_repo: str,
    image_tag: str,
    branch: str = "main",
    *,
    model_repository: str = "registry.internal/sonic/model",
    evaluator: str = "registry.internal/sonic/evaluator:1.0.0",
    duration: float | None = None,
    min_resolution: int = 1024,
    expand_ratio: float = 0.18,
    inference_steps: int = 25,
    dynamic_scale: float = 1.1,
    motion_scale: float = 1.05,
    lip_sync_align: bool = True,
    smooth_motion: bool = True,
    service_endpoint: str = "",
    evaluation_endpoint: str = "",
    startup_seconds: float = 600.0,
    thresholds: dict[str, Rule] = THRESHOLDS,
    require_baseline: bool = True,
    bucket: str = "sonic-clips",
    s3_endpoint: str = "",
    s3_region: str = "us-east-1",
    assets: Workspace = PVC("sonic-data", sub_path="assets"),
    layer_cache: Workspace = PVC("sonic-data", sub_path="layers"),
    registry: Workspace = Secret("sonic-registry"),
):
    """Sonic: build, animate, measure, publish.

    Builds the model's image, lets it animate the test portrait with the test speech, measures the clip, and uploads it
    if it is good enough and no worse than the last accepted one. A report is written in any case.
    """
    source = fetch_source(url=git_repo, revision=branch)
    built = build_image(
        image=f"{model_repository}:{image_tag}",
        revision=source.commit,
        cache=layer_cache,
        registry=registry,
        source=source.output,
    )
    clip = run_inference(
        model=built.image,
        portrait=assets / "portrait.png",
        speech=assets / "speech.wav",
        duration=duration,
        min_resolution=min_resolution,
        expand_ratio=expand_ratio,
        inference_steps=inference_steps,
        dynamic_scale=dynamic_scale,
        motion_scale=motion_scale,
        lip_sync_align=lip_sync_align,
        smooth_motion=smooth_motion,
        endpoint=service_endpoint,
        startup_seconds=startup_seconds,
    )
    scores = evaluate(
        evaluator=evaluator,
        portrait=assets / "portrait.png",
        speech=assets / "speech.wav",
        video=clip.video,
        record=clip.record,
        endpoint=evaluation_endpoint,
        startup_seconds=startup_seconds,
    )
    verdict = gate(
        metrics=scores.metrics,
        thresholds=thresholds,
        require_baseline=require_baseline,
        assets=assets,
        record=clip.record,
    )
    with when(verdict.passed == "true"):
        stored = upload(
            video=clip.video,
            key=f"runs/{context.pipeline_run.uid}/output.mp4",
            bucket=bucket,
            region=s3_region,
            endpoint=s3_endpoint,
        )
    with on_finish():
        report(
            run=context.pipeline_run.name,
            uid=context.pipeline_run.uid,
            status=context.tasks_status,
            tasks=[
                f"fetch-source={source.status}",
                f"build-image={built.status}",
                f"run-inference={clip.status}",
                f"evaluate={scores.status}",
                f"gate={verdict.status}",
                f"upload={stored.status}",
            ],
            record=clip.record,
        )
    return {
        "model": built.image,
        "lse_d": scores.lse_d,
        "lse_c": scores.lse_c,
        "fid": scores.fid,
        "duration_error": scores.duration_error,
        "metrics": scores.metrics,
        "parameters": clip.parameters,
        "inference_seconds": clip.elapsed_seconds,
        "peak_memory_bytes": clip.peak_memory_bytes,
        "verdict": verdict.verdict,
    }


if __name__ == "__main__":
    sonic.cli()
