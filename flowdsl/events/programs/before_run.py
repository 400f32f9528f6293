#!/usr/bin/env python3
"""Makes room for a run: ends older ones for the same branch, tag or pull request, deletes old ones, waits for its turn.

It is written for Python 3.9 and the standard library, and is the script of a run's first task.
"""

import json
import os
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

Fields = dict[str, Any]
ACCOUNT = os.environ.get("ACCOUNT_FOLDER", "/var/run/secrets/kubernetes.io/serviceaccount")
NEWEST_OF = "flowdsl.dev/newest-of"
MOST = 64 * 1024 * 1024
PAUSE = float(os.environ.get("PAUSE", "10"))
"""Seconds between two looks at the runs that are waited for."""


def ask(method: str, path: str, body: "Fields | None" = None) -> tuple[int, Fields]:
    """One request to the API server. Gives the status and what came back as data."""
    with open(os.path.join(ACCOUNT, "token"), encoding="ascii") as file:
        token = file.read().strip()
    host = os.environ["KUBERNETES_SERVICE_HOST"]
    address = f"[{host}]" if ":" in host else host
    scheme, port = os.environ.get("KUBERNETES_SCHEME", "https"), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    request = urllib.request.Request(f"{scheme}://{address}:{port}{path}", method=method)
    request.add_header("Authorization", "Bearer " + token)
    request.add_header("Content-Type", "application/merge-patch+json" if method == "PATCH" else "application/json")
    authority = os.path.join(ACCOUNT, "ca.crt")
    context = ssl.create_default_context(cafile=authority) if os.path.exists(authority) else None
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(request, data, 60, context=context) as answer:
            return answer.status, json.loads(answer.read(MOST))
    except urllib.error.HTTPError as error:
        return error.code, {"message": error.read(4096).decode(errors="replace")}


def must(method: str, path: str, body: "Fields | None" = None) -> Fields:
    """The same, where anything but success ends the task."""
    status, found = ask(method, path, body)
    if status != 200:
        raise SystemExit(f"{method} {path}: {status} {found.get('message', '')}")
    return found


def group(run: Fields) -> str:
    """What a run is the newest of."""
    return str(run["metadata"].get("annotations", {}).get(NEWEST_OF, ""))


def age(run: Fields) -> tuple[str, str]:
    """Runs of one second are told apart by their names, by all of them the same way."""
    return run["metadata"]["creationTimestamp"], run["metadata"]["name"]


def ended(run: Fields) -> bool:
    """Whether it is over."""
    return bool(run.get("status", {}).get("completionTime"))


def before(run: Fields, others: list[Fields]) -> list[Fields]:
    """The older runs that go on."""
    return [each for each in others if age(each) < age(run) and not ended(each)]


def older(run: Fields, others: list[Fields]) -> list[str]:
    """The names of the runs to end."""
    same = [each for each in before(run, others) if group(each) == group(run)]
    return [each["metadata"]["name"] for each in same if not each["spec"].get("status")]


def superfluous(others: list[Fields], keep: int) -> list[str]:
    """The names of the runs that are over, but for the newest."""
    over = sorted((each for each in others if ended(each)), key=age, reverse=True)
    return [each["metadata"]["name"] for each in over[keep:]]


def wait(run: Fields, address: str, most: int) -> None:
    """Wait until fewer older runs go on: in the order in which they began, all runs look at it in the same way."""
    told = 0
    while len(going := before(run, must("GET", address).get("items", []))) >= most:
        if len(going) != told:
            told = len(going)
            print(f"waits: {told} older runs go on, and {most} may at once", flush=True)
        time.sleep(PAUSE)


def main() -> None:
    """Look at this run and the others of its pipeline. Those that are ended still run their `finally` tasks."""
    if "KUBERNETES_SERVICE_HOST" not in os.environ:
        print("there is no cluster here: no other run is ended, deleted or waited for")
        return
    runs, name, label = os.environ["PARAM_RUNS"], os.environ["PARAM_RUN"], os.environ["PARAM_LABEL"]
    keep, most = int(os.environ.get("PARAM_KEEP") or 0), int(os.environ.get("PARAM_MOST") or 0)
    run = must("GET", f"{runs}/{name}")
    of_pipeline = urllib.parse.quote(f"{label}={run['metadata']['labels'][label]}")
    address = f"{runs}?labelSelector={of_pipeline}"
    others = must("GET", address).get("items", []) if group(run) or keep else []
    for each in older(run, others) if group(run) else []:
        must("PATCH", f"{runs}/{each}", {"spec": {"status": "CancelledRunFinally"}})
        print(f"ended {each}")
    for each in superfluous(others, keep) if keep else []:
        status, found = ask("DELETE", f"{runs}/{each}")
        if status not in (200, 202, 404):  # another run may have deleted it
            raise SystemExit(f"DELETE {runs}/{each}: {status} {found.get('message', '')}")
        print(f"deleted {each}")
    if most:
        wait(run, address, most)


if __name__ == "__main__":
    main()
