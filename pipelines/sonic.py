"""Sonic: from a commit of the model's source to a talking clip that is measured, judged and published.

    python pipelines/sonic.py run              # the whole pipeline on this machine (pip install 'flowdsl[sonic]')
    python pipelines/sonic.py compile          # the YAML, for a look
    python pipelines/sonic.py graph            # the picture
    python pipelines/sonic.py compile --events triggers --namespace sonic    # what starts it, too (docs/events.md)

The cluster needs: a GPU node; the claim `sonic-data` with `assets/portrait.png`, `assets/speech.wav` and
`assets/baseline.json` on it; the Secrets `sonic-registry` (kubernetes.io/dockerconfigjson) and `sonic-s3` (access-key,
secret-key), with `tracking` also `sonic-mlflow` (token). SERVICE.md says what the images of the model and of the
evaluator must offer. The tasks: `sonic_flow`.
"""

from __future__ import annotations

import sys
from pathlib import Path

# The package lies beside this file: so `from pipelines.sonic import sonic` finds it as well as a command does.
sys.path.append(str(Path(__file__).parent))

from sonic_flow.measures import OF_SONIC, Thresholds
from sonic_flow.rating.noted import OFF
from sonic_flow.settings import Settings
from sonic_flow.tasks.evaluation import evaluate
from sonic_flow.tasks.gate import gate
from sonic_flow.tasks.inference import run_inference
from sonic_flow.tasks.model_image import build_image
from sonic_flow.tasks.rating import keep_rating, rate, stage_clip, unstage_clip
from sonic_flow.tasks.release import release, settle
from sonic_flow.tasks.report import report
from sonic_flow.tasks.source import fetch_source
from sonic_flow.tasks.tracking import champion, register, track
from sonic_flow.tasks.transcription import transcribe
from sonic_flow.tasks.upload import upload

from flowdsl import (
    PVC,
    LocalRun,
    Secret,
    Workspace,
    body,
    context,
    event,
    on_finish,
    pipeline,
    push,
    status,
    tag,
    webhook,
    when,
    workspace_of,
)

RELEASER = "sonic-release"
"""The ServiceAccount that may move traffic, and nothing else: `pipelines/sonic_live.py` has its Role."""


def local_run() -> LocalRun:
    """What `run` has in place of the cluster and of Sonic's networks; nothing else loads it."""
    from sonic_flow.local.local_run import sonic_local_run

    return sonic_local_run()


# Tekton runs all tasks that share a claim on one node, and picks it for the first of them. So the whole run asks for a
# GPU node: a selector on run-inference alone would leave that task waiting for a node that can't have the volume.
@pipeline(
    timeout="32h",  # what the tasks may take, with retries: a day for raters, two hours for the stages of a release
    finally_timeout="30m",
    service_account="sonic",
    files=PVC("sonic-data", storage="200Gi", sub_path="runs"),
    node_selector={"nvidia.com/gpu.present": "true"},
    tolerations=[{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}],
    provider="github",
    on=[
        push(
            "main",
            paths=["model/**"],
            cancel_in_progress=True,
            params={"git_repo": event.repo_url, "branch": event.branch, "image_tag": event.short_sha},
            targets=["triggers", "argo"],
        ),
        push(
            "main",
            paths=["model/**"],
            cancel_in_progress=True,
            params={"git_repo": event.repo_url, "branch": event.branch, "image_tag": event.revision},
            targets=["pac"],  # Pipelines-as-Code knows no short form of a commit
            name="push-as-code",
        ),
        tag("v*", params={"git_repo": event.repo_url, "branch": event.tag, "image_tag": event.tag}),
        webhook(
            "model-published",
            id=body.model.version,
            filter=body.model.stage == "candidate",
            params={"git_repo": body.model.source, "branch": body.model.branch, "image_tag": body.model.version},
            targets=["triggers", "argo"],
        ),
    ],
    local=local_run,
)
def sonic(
    git_repo: str,
    image_tag: str,
    branch: str = "main",
    *,
    settings: Settings = Settings(),
    model_repository: str = "registry.internal/sonic/model",
    evaluator: str = "registry.internal/sonic/evaluator:1.0.0",
    service_endpoint: str = "",
    evaluation_endpoint: str = "",
    transcription_endpoint: str = "",
    portrait_file: str = "portrait.png",
    speech_file: str = "speech.wav",
    transcript: str = "speech.txt",
    startup_seconds: float = 600.0,
    thresholds: Thresholds = OF_SONIC,
    require_baseline: bool = True,
    rating: str = "off",
    raters_least: int = 3,
    raters_wanted: int = 8,
    rating_hours: float = 23.0,
    bucket: str = "sonic-clips",
    s3_endpoint: str = "",
    s3_region: str = "us-east-1",
    tracking: str = "",
    model_name: str = "sonic",
    route: str = "",
    stages: list[int] = [5, 25, 50, 100],  # noqa: B006 - never changed: it declares the default of an array parameter
    live_samples: int = 3,
    live_api: str = "",
    live_backend: str = "http://{name}.{namespace}.svc:{port}",
    assets: Workspace = PVC("sonic-data", sub_path="assets"),
    layer_cache: Workspace = PVC("sonic-data", sub_path="layers"),
    registry: Workspace = Secret("sonic-registry"),
) -> dict[str, object]:
    """Sonic: build, animate, measure, publish.

    Builds the model's image, lets it animate the test portrait with the test speech, measures the clip, and uploads it
    if it is good enough and no worse than the last accepted one. A report is written in any case.
    """
    run, portrait, speech = context.pipeline_run, assets / portrait_file, assets / speech_file
    source = fetch_source(git_repo, branch)
    checkout = workspace_of(source, "output")
    image = f"{model_repository}:{image_tag}"
    built = build_image(image, source.commit, cache=layer_cache, registry=registry, source=checkout)
    clip = run_inference(
        built.image, portrait, speech, settings, endpoint=service_endpoint, startup_seconds=startup_seconds
    )
    record = workspace_of(clip, "record")  # where each task notes what it did, for the report
    scores = evaluate(
        evaluator,
        clip.video,
        portrait,
        speech,
        record,
        run=run.name,
        revision=source.commit,
        endpoint=evaluation_endpoint,
        startup_seconds=startup_seconds,
    )
    heard = transcribe(
        clip.video,
        speech,
        transcript=transcript,
        endpoint=transcription_endpoint,
        startup_seconds=startup_seconds,
        assets=assets,
        record=record,
    )
    with when(tracking != ""):
        before = champion(tracking, model_name, record)
    staged_at = f"ratings/{run.uid}/clip.mp4"  # a prefix that nobody reads but raters' programs
    with when(rating != OFF):
        staged = stage_clip(clip.video, staged_at, bucket, region=s3_region, endpoint=s3_endpoint)
        rated = rate(
            run.name,
            rating,
            bucket,
            staged.key,
            staged.sha256,
            raters_least,
            raters_wanted,
            rating_hours,
            region=s3_region,
            endpoint=s3_endpoint,
        )
        said = keep_rating(rated.mos, rated.low, rated.high, rated.raters, record=record)
    # Ordered after them alone: what is known and said is in the record, and without raters the gate decides as ever.
    verdict = gate.with_options(after=[before, said])(
        scores.metrics,
        scores.not_made,
        scores.inputs,
        heard.metrics,
        heard.not_made,
        thresholds=thresholds,
        require_baseline=require_baseline,
        rating=rating,
        assets=assets,
        record=record,
    )
    # By which share the worst measure is beyond; NaN, where one could not be judged, passes no gate.
    with when((verdict.beyond_limit <= 0) & (verdict.beyond_baseline <= 0)):
        stored = upload(clip.video, f"runs/{run.uid}/output.mp4", bucket, region=s3_region, endpoint=s3_endpoint)
        with when(tracking != ""):
            registered = register(tracking, model_name, built.image, run.uid, run.name, record)
        with when(route != ""):
            released = release.with_options(service_account=RELEASER, after=[registered])(
                route,
                built.image,
                run.uid,
                run.namespace,
                record,
                stages=stages,
                samples=live_samples,
                thresholds=thresholds,
                evaluator=evaluation_endpoint,
                backend=live_backend,
                api=live_api,
                tracking=tracking,
                model=model_name,
            )
    with on_finish():
        ended = {
            "fetch-source": source,
            "build-image": built,
            "run-inference": clip,
            "evaluate": scores,
            "champion": before,
            "transcribe": heard,
            "stage-clip": staged,
            "rate": rated,
            "keep-rating": said,
            "gate": verdict,
            "upload": stored,
            "register": registered,
            "release": released,
        }
        with when(rating != OFF):
            unstage_clip(staged_at, bucket, region=s3_region, endpoint=s3_endpoint)
        tasks = [f"{name}={status(task)}" for name, task in ended.items()]
        report(run.name, run.uid, context.tasks_status, tasks, record)
        with when(route != ""):
            settle.with_options(service_account=RELEASER)(
                route, run.uid, run.namespace, api=live_api, tracking=tracking, model=model_name
            )
        with when(tracking != ""):
            track(
                tracking,
                run.name,
                run.uid,
                context.tasks_status,
                tasks,
                record,
                repository=git_repo,
                branch=branch,
            )
    return {
        "model": built.image,
        "settings": clip.settings,
        "metrics": scores.metrics,
        "duration_error": scores.duration_error,
        "inference_seconds": clip.elapsed_seconds,
        "peak_memory_bytes": clip.peak_memory_bytes,
        "verdict": verdict.verdict,
    }


if __name__ == "__main__":
    sonic.cli()
