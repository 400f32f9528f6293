"""On a claim that outlives the run, a task behind two branches takes what an earlier run left for the one that is skipped."""

from __future__ import annotations

from pathlib import Path

from api import Api
from left_behind import CLAIM, RUNS, on_a_volume
from runs import V1, completes

from flowdsl.compiler import CompileOptions, compile_pipeline


def test_a_second_run_takes_the_files_of_the_first(api: Api, tmp_path: Path) -> None:
    documents = compile_pipeline(on_a_volume(tmp_path), CompileOptions(inline=True)).documents
    (spec,) = [each["spec"] for each in documents if each["kind"] == "Pipeline"]
    (run,) = [each["spec"] for each in documents if each["kind"] == "PipelineRun"]
    size = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    api.apply({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": CLAIM}, "spec": size})
    for branch, taken in RUNS.items():
        name = f"on-a-volume-{branch}"
        given = {
            "pipelineSpec": spec,
            "params": [{"name": "branch", "value": branch}],
            "workspaces": run["workspaces"],
        }
        api.create({"apiVersion": V1, "kind": "PipelineRun", "metadata": {"name": name}, "spec": given})
        status = completes(api, name)["status"]
        assert {each["name"] for each in status["skippedTasks"]} == RUNS.keys() - {branch}
        assert [each["value"] for each in status["results"]] == [taken]
