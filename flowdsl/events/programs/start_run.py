"""Creates a PipelineRun under the name of the Job that this runs in: `start_run.py RUN.json RESOURCE allow|forbid`.

It is written for Python 3.9 and the standard library, and runs in the CronJob's pod.
"""

import json
import os
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

Fields = dict[str, Any]
Answer = tuple[int, Fields]

ACCOUNT = os.environ.get("ACCOUNT_FOLDER", "/var/run/secrets/kubernetes.io/serviceaccount")
STARTED_BY = "flowdsl.dev/started-by"
MOST = 64 * 1024 * 1024


def server() -> str:
    """The address of the API server, as every pod is told it."""
    host = os.environ["KUBERNETES_SERVICE_HOST"]
    address = f"[{host}]" if ":" in host else host
    scheme, port = os.environ.get("KUBERNETES_SCHEME", "https"), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    return f"{scheme}://{address}:{port}"


def ask(method: str, path: str, body: object = None) -> "Answer":
    """One request. Gives the status and what came back as data."""
    with open(os.path.join(ACCOUNT, "token"), encoding="ascii") as file:
        token = file.read().strip()
    request = urllib.request.Request(server() + path, method=method)
    request.add_header("Authorization", "Bearer " + token)
    request.add_header("Content-Type", "application/json")
    data = None if body is None else json.dumps(body).encode()
    authority = os.path.join(ACCOUNT, "ca.crt")
    context = ssl.create_default_context(cafile=authority) if os.path.exists(authority) else None
    try:
        with urllib.request.urlopen(request, data, 60, context=context) as answer:
            return answer.status, json.loads(answer.read(MOST))
    except urllib.error.HTTPError as error:
        return error.code, {"message": error.read(4096).decode(errors="replace")}


def going_on(runs: str, run: "Fields") -> "list[str]":
    """The names of runs of the same start that have not ended, that of this time aside."""
    label, value = STARTED_BY, run["metadata"]["labels"][STARTED_BY]
    pipeline = run["spec"]["pipelineRef"]["name"]
    wanted = urllib.parse.quote(f"{label}={value}")
    status, found = ask("GET", f"{runs}?labelSelector={wanted}")
    if status != 200:
        raise SystemExit(f"cannot list the runs: {status} {found.get('message', '')}")
    names = []
    for each in found.get("items", []):
        same = each.get("spec", {}).get("pipelineRef", {}).get("name") == pipeline
        if same and not each.get("status", {}).get("completionTime"):
            names.append(each["metadata"]["name"])
    return [name for name in names if name != run["metadata"]["name"]]


def main() -> None:
    """Create the run, if none of an earlier time goes on where that is forbidden."""
    path, resource, overlap = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        run = json.load(file)
    run["metadata"]["name"] = name = os.environ["JOB_NAME"]
    namespace = run["metadata"].setdefault("namespace", os.environ["NAMESPACE"])
    runs = f"/apis/{run['apiVersion']}/namespaces/{namespace}/{resource}"
    others = going_on(runs, run) if overlap == "forbid" else []
    if others:
        print(f"not started: {others[0]} has not ended")
        return
    status, answer = ask("POST", runs, run)
    if status == 409:
        print(f"{name} was started before")
    elif status in (200, 201):
        print(f"started {name}")
    else:
        raise SystemExit(f"cannot start {name}: {status} {answer.get('message', '')}")


if __name__ == "__main__":
    main()
