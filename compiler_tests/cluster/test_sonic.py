"""The Sonic pipeline, as compiled, under Tekton's own controller: clone, image, clip, measures, gate, upload, report.

What a laptop run has in place of the GPU model and the catalog's tasks is in place here too (`pipelines/sonic_flow/local`); the
rest is the committed `pipelines/sonic.yaml`, applied as it is.
"""

from __future__ import annotations

import base64
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from api import Api, wait_for
from plane import Plane
from runs import finished, task_runs_of

from flowdsl.diagnostics import UsageError

ROOT = Path(__file__).parents[2]
PIPELINES = ROOT / "pipelines"
NAMESPACE = "sonic"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@pytest.fixture(scope="module")
def local() -> Iterator[Any]:
    """What stands in for what a cluster would have."""
    sys.path.insert(0, str(PIPELINES))
    try:
        from sonic_flow.local.local_run import sonic_local_run

        yield sonic_local_run()
    except (ImportError, UsageError) as error:
        pytest.skip(f"Sonic's stand-ins cannot run: {error}")
    finally:
        sys.path.remove(str(PIPELINES))


@pytest.fixture(scope="module")
def params(local: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The run's params, with the services they point to up."""
    from flowdsl.runner.services import Services

    with Services(local.services, tmp_path_factory.mktemp("services"), os.environ) as services:
        yield {**local.params, **services.params()}


def test_the_run_completes(plane: Plane, api: Api, local: Any, params: dict[str, str]) -> None:
    prepare(plane, api, local)
    documents = with_stand_ins(
        [*yaml.load_all((PIPELINES / "sonic.yaml").read_text(), Loader=LOADER)],
        local,
    )
    (run,) = [each for each in documents if each["kind"] == "PipelineRun"]
    for document in documents:
        if document is not run:
            api.apply(document)
    declared = {
        each["name"] for document in documents if document["kind"] == "Pipeline" for each in document["spec"]["params"]
    }
    run["spec"]["params"] = [{"name": name, "value": value} for name, value in params.items() if name in declared]
    name = api.create(run)["metadata"]["name"]
    done = finished(api, "PipelineRun", name, NAMESPACE, seconds=1800)
    condition = done["status"]["conditions"][0]
    assert condition["status"] == "True", failures(api, name, condition)
    assert condition["message"] == "Tasks Completed: 8 (Failed: 0, Cancelled 0), Skipped: 9"
    results = {each["name"]: each["value"] for each in done["status"]["results"]}
    assert results["verdict"]
    uid = done["metadata"]["uid"]
    files = claim(plane) / "runs" / uid
    assert any(name in report.read_text() for report in files.rglob("*.html"))
    clip = next((files / "run-inference").glob("*.mp4"))
    assert clip.read_bytes() in uploaded(local, params, uid)


def prepare(plane: Plane, api: Api, local: Any) -> None:
    """The namespace, the Secrets and the filled claim that the pipeline expects."""
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    for name, data in local.secrets.items():
        encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
        kind = "kubernetes.io/dockerconfigjson" if ".dockerconfigjson" in data else "Opaque"
        metadata = {"name": name, "namespace": NAMESPACE}
        api.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": kind, "data": encoded})
    folder = claim(plane)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    local.claims["sonic-data"](folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777)  # fsGroup's work on a cluster


def claim(plane: Plane) -> Path:
    """Where our kubelet keeps the claim."""
    return plane.folder / "node" / "claims" / NAMESPACE / "sonic-data"


def with_stand_ins(documents: list[dict[str, Any]], local: Any) -> list[dict[str, Any]]:
    """The documents in our namespace, with the stand-in tasks in place of those they stand for."""
    from flowdsl.compiler.stand_in import compile_task

    # A stand-in of a custom task's kind has slashes in its name; nobody is asked here, so that its task does not run.
    ours = {name: compile_task(each) for name, each in local.tasks.items() if "/" not in name}
    tasks = ours | catalog(documents)
    kept = [each for each in documents if each["kind"] != "Task" or each["metadata"]["name"] not in tasks]
    for name, task in tasks.items():
        task["metadata"]["name"] = name
        # The folder of a sub-path belongs to root, the steps run as somebody else, and git minds.
        git = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
        for step in task["spec"]["steps"]:
            step.setdefault("env", []).extend({"name": key, "value": value} for key, value in git.items())
        kept.append(task)
    for document in kept:
        document["metadata"]["namespace"] = NAMESPACE
        if document["kind"] != "Pipeline":
            continue
        for each in document["spec"]["tasks"]:
            # There is no hub on loopback: the catalog's task is found by its name instead.
            if each.get("taskRef", {}).get("resolver") == "hub":
                each["taskRef"] = {"kind": "Task", "name": each["name"]}
    return kept


def catalog(documents: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The runner's own equivalents of what the pipeline takes from the hub, as Tasks, by the pipeline task's name."""
    from flowdsl.runner.equivalents import equivalent

    (pipeline,) = [each for each in documents if each["kind"] == "Pipeline"]
    found = {}
    for each in pipeline["spec"]["tasks"]:
        if each.get("taskRef", {}).get("resolver") == "hub":
            spec = equivalent(each["taskRef"])
            assert spec is not None, each["taskRef"]
            found[each["name"]] = {"apiVersion": "tekton.dev/v1", "kind": "Task", "metadata": {}, "spec": spec}
    return found


def uploaded(local: Any, params: dict[str, str], uid: str) -> list[bytes]:
    """Every object of the run in the object store."""
    boto3 = pytest.importorskip("boto3")
    key = local.secrets["sonic-s3"]
    store = boto3.client(
        "s3",
        endpoint_url=params["s3_endpoint"],
        region_name="us-east-1",
        aws_access_key_id=key["access-key"],
        aws_secret_access_key=key["secret-key"],
    )
    names = [each["Key"] for each in store.list_objects_v2(Bucket=params["bucket"])["Contents"]]
    assert any(uid in name for name in names), names
    return [store.get_object(Bucket=params["bucket"], Key=name)["Body"].read() for name in names]


def failures(api: Api, name: str, condition: dict[str, Any]) -> str:
    """Why it failed, with the logs of what failed."""
    told = [f"{condition['reason']}: {condition['message']}"]
    for task_run in task_runs_of(api, name, NAMESPACE):
        for step in task_run["status"].get("steps", ()):
            if step.get("terminated", {}).get("exitCode"):
                pod = task_run["status"]["podName"]
                path = f"/api/v1/namespaces/{NAMESPACE}/pods/{pod}/log?container={step['container']}&tailLines=40"
                log = wait_for("the log", lambda: api.call("GET", path), 10)  # noqa: B023
                told.append(f"{task_run['metadata']['name']} {step['name']}:\n{log}")
    return "\n".join(told)
