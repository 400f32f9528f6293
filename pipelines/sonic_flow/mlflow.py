"""What the tasks ask of an MLflow server, by its REST API and the standard library alone.

https://mlflow.org/docs/latest/rest-api.html (3.x). Everything here can be asked again: what is there already is found,
by a tag, and what was said already is not said twice.
"""

from __future__ import annotations

import base64
import http.client
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any, NamedTuple

from sonic_flow.direct import OPEN
from sonic_flow.files import stop

API, FILES = "/api/2.0/mlflow/", "/api/2.0/mlflow-artifacts/artifacts/"
LARGEST = 16 << 20  # bytes of an answer that are read
AT_ONCE = 100  # params, and tags, of one request
TEXT = 5000  # characters of a value that MLflow keeps
UID = "flowdsl.run_uid"
"""The tag by which a PipelineRun finds its MLflow run again."""
NAME = re.compile(r"[A-Za-z0-9_.-]{1,200}")


class Mlflow(NamedTuple):
    """A server. `token` is sent as a bearer's, or for HTTP's Basic authentication where it is `user:password`."""

    address: str
    token: str = ""


class Tracked(NamedTuple):
    """An MLflow run: its id, where its files go, what it holds, and when it began (milliseconds since the epoch)."""

    id: str
    files: str
    params: Mapping[str, str]
    status: str
    began: int


def server(address: str, token: str) -> Mlflow:
    """The server at an address. Stops where that is none."""
    parts = urllib.parse.urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        stop(f"tracking={address!r} is no http:// or https:// address of an MLflow server")
    if parts.username is not None:
        stop("the address of the MLflow server has a password in it: put that into the Secret")
    if not re.fullmatch(r"[!-~]*", token.strip()):  # http.client would show it in its error
        stop("the token of the MLflow server, in the Secret, is no one line of printable ASCII")
    return Mlflow(address.rstrip("/"), token.strip())


def model_name(name: str) -> str:
    """A name that needs no quotes in MLflow's filters. Stops where it does."""
    if not NAME.fullmatch(name):
        stop(f"model_name={name!r}: a model's name here has letters, digits, '.', '_' and '-'")
    return name


def send(
    mlflow: Mlflow, method: str, path: str, body: bytes | None, kind: str, fine: tuple[str, ...] = ()
) -> bytes | None:
    """One request; None where the server refuses it with one of the error codes that are `fine`. Else stops."""
    headers = {"Content-Type": kind} if body is not None else {}
    if mlflow.token:
        basic = base64.b64encode(mlflow.token.encode()).decode()
        headers["Authorization"] = f"Basic {basic}" if ":" in mlflow.token else f"Bearer {mlflow.token}"
    url = mlflow.address + path
    told = f"{method} {url.partition('?')[0]}"
    try:
        with OPEN(urllib.request.Request(url, body, headers, method=method), timeout=60) as answer:
            content: bytes = answer.read(LARGEST + 1)
    except urllib.error.HTTPError as error:
        with error:
            said = error.read(4000).decode("utf-8", "replace")
        code, message = refusal(said)
        if code in fine:
            return None
        stop(f"{told}: {error.code} {code} {message}".replace(mlflow.token or "\0", "***"))
    except (OSError, http.client.HTTPException, ValueError) as error:
        stop(f"{told}: {getattr(error, 'reason', None) or repr(error)}")
    if len(content) > LARGEST:
        stop(f"{told}: the answer has more than {LARGEST} bytes")
    return content


def refusal(said: str) -> tuple[str, str]:
    """The error code and the message of what a server refuses with, as one printable line."""
    try:
        found = json.loads(said)
        code, message = str(found["error_code"]), str(found.get("message", ""))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        code, message = "", said
    line = " ".join("".join(char if char.isprintable() else " " for char in message).split())
    return re.sub(r"[^A-Z_0-9]", "", code)[:60], line[:300]


def ask(
    mlflow: Mlflow, method: str, path: str, fields: Mapping[str, object], fine: tuple[str, ...] = ()
) -> dict[str, Any] | None:
    """Ask the API; None as `send`. Stops where the answer is no JSON object."""
    body: bytes | None = json.dumps(fields).encode()
    query = ""
    if method == "GET":
        body, query = None, "?" + urllib.parse.urlencode({name: str(value) for name, value in fields.items()})
    content = send(mlflow, method, API + path + query, body, "application/json", fine)
    if content is None:
        return None
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        stop(f"{method} {mlflow.address}{API}{path}: the answer is no JSON object; is this an MLflow server?")
    return found


def experiment(mlflow: Mlflow, name: str) -> str:
    """The id of the experiment, which is made where it is not there yet."""
    for _ in range(2):  # between the two requests another run may have made it
        found = ask(mlflow, "GET", "experiments/get-by-name", {"experiment_name": name}, ("RESOURCE_DOES_NOT_EXIST",))
        if found is not None:
            return str(field(found, "experiment", "experiment_id"))
        made = ask(mlflow, "POST", "experiments/create", {"name": name}, ("RESOURCE_ALREADY_EXISTS",))
        if made is not None:
            return str(field(made, "experiment_id"))
    stop(f"the experiment {name!r} is neither there nor can it be made; was it deleted?")


def tracked(mlflow: Mlflow, of: str, uid: str, name: str, params: Mapping[str, str]) -> Tracked:
    """The MLflow run of the PipelineRun `uid` with these params, found by its tag, or made.

    A param of an MLflow run can't be changed (400). A PipelineRun that was resumed with other values so gets another
    MLflow run beside the first, with the same tag.
    """
    query = {"experiment_ids": [of], "filter": f"tags.`{UID}` = '{label(uid)}'", "max_results": 100}
    for each in listed(ask(mlflow, "POST", "runs/search", query), "runs"):
        found = as_run(each)
        if all(found.params.get(plain(key), value[:TEXT]) == value[:TEXT] for key, value in params.items()):
            return found
    fields = {"experiment_id": of, "run_name": name, "start_time": int(time.time() * 1000)}
    made = ask(mlflow, "POST", "runs/create", {**fields, "tags": [{"key": UID, "value": label(uid)}]})
    return as_run(field(made, "run"))


def as_run(found: object) -> Tracked:
    """A run as the server tells it."""
    data = found.get("data") if isinstance(found, dict) else None
    params = {str(each.get("key")): str(each.get("value")) for each in listed(data, "params")}
    info = field(found, "info")
    id_, files, status = (str(field(info, name)) for name in ("run_id", "artifact_uri", "status"))
    if not NAME.fullmatch(id_):
        stop("the MLflow server calls a run by no id")
    began = info.get("start_time")
    return Tracked(id_, files, params, status, began if isinstance(began, int) else 0)


def log(
    mlflow: Mlflow,
    run: Tracked,
    params: Mapping[str, str],
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
) -> None:
    """Say what a run was made with and what came of it. The same again changes nothing: a metric is kept once for one
    moment, that of the run's begin, and a param that is there is left out."""
    new = {plain(name): value[:TEXT] for name, value in params.items() if plain(name) not in run.params}
    told = [{"key": name, "value": value} for name, value in new.items()]
    noted = [{"key": plain(name), "value": value[:TEXT]} for name, value in tags.items()]
    numbers = [
        {"key": plain(name), "value": value, "timestamp": run.began, "step": 0} for name, value in metrics.items()
    ]
    for start in range(0, max(len(told), len(noted), len(numbers), 1), AT_ONCE):
        end = start + AT_ONCE
        batch = {"run_id": run.id, "params": told[start:end], "tags": noted[start:end], "metrics": numbers[start:end]}
        ask(mlflow, "POST", "runs/log-batch", batch)


def end(mlflow: Mlflow, run: Tracked, status: str) -> None:
    """The run is over: FINISHED, FAILED or KILLED. A run that has ended so already keeps its time."""
    if run.status != status:
        ask(mlflow, "POST", "runs/update", {"run_id": run.id, "status": status, "end_time": int(time.time() * 1000)})


def put(mlflow: Mlflow, run: Tracked, name: str, content: bytes, kind: str) -> None:
    """Keep a file with a run. Stops where the server does not take files itself."""
    send(mlflow, "PUT", place(run, name), content, kind)


def get(mlflow: Mlflow, run: Tracked, name: str) -> bytes:
    """A file that is kept with a run."""
    content = send(mlflow, "GET", place(run, name), None, "")
    assert content is not None
    return content


def place(run: Tracked, name: str) -> str:
    """The path of a run's file on the server."""
    parts = urllib.parse.urlsplit(run.files)
    if parts.scheme != "mlflow-artifacts" or ".." in parts.path.split("/"):
        kind = parts.scheme if parts.scheme.isalnum() else "another place"
        stop(f"this MLflow server keeps files at {kind}:, not itself: start it with --artifacts-destination")
    return FILES + urllib.parse.quote(parts.path.strip("/")) + "/" + urllib.parse.quote(name)


def plain(name: str) -> str:
    """A name that MLflow takes for a param, metric or tag, whatever it was."""
    kept = re.sub(r"[^A-Za-z0-9_.-]", "_", name)[:200]
    return "_" + kept if kept.startswith("..") or kept == "." else kept


def label(text: str) -> str:
    """A text that needs no quoting inside a filter."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", text)[:200]


def listed(found: object, name: str) -> list[dict[str, Any]]:
    """A list of objects from an answer, where empty ones are left out altogether."""
    value = found.get(name) if isinstance(found, dict) else None
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def field(found: object, *path: str) -> Any:
    """What stands at a path of an answer. Stops where nothing does."""
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
        if found is None:
            stop(f"the MLflow server's answer has no {'.'.join(path)}")
    return found
