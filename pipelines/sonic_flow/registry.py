"""Versions of the model in MLflow's registry, and the two names by which they are called: candidate and champion.

https://mlflow.org/docs/latest/ml/model-registry (aliases)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sonic_flow.files import stop
from sonic_flow.mlflow import Mlflow, ask, field, listed
from sonic_flow.notes import clean

CANDIDATE, CHAMPION = "candidate", "champion"
GONE = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")  # an alias that is not there is the latter


class Version(NamedTuple):
    """A version of a registered model: what it is made of, and the MLflow run that measured it."""

    number: int
    source: str
    run: str
    tags: Mapping[str, str]


def registered(mlflow: Mlflow, name: str, source: str, run: str, tags: Mapping[str, str]) -> Version:
    """The version of the model for this source and run, found or made. Stops where the server refuses it."""
    ask(mlflow, "POST", "registered-models/create", {"name": name}, ("RESOURCE_ALREADY_EXISTS",))
    query: dict[str, object] = {"filter": f"run_id = '{run}'", "max_results": 100}
    for each in listed(ask(mlflow, "GET", "model-versions/search", query), "model_versions"):
        found = as_version(each)
        if each.get("name") == name and found.source == source:
            return found
    told = [{"key": key, "value": value} for key, value in tags.items()]
    made = ask(mlflow, "POST", "model-versions/create", {"name": name, "source": source, "run_id": run, "tags": told})
    return as_version(field(made, "model_version"))


def called(mlflow: Mlflow, name: str, alias: str) -> Version | None:
    """The version that an alias names; None where there is none yet."""
    found = ask(mlflow, "GET", "registered-models/alias", {"name": name, "alias": alias}, GONE)
    return None if found is None else as_version(field(found, "model_version"))


def call(mlflow: Mlflow, name: str, alias: str, number: int) -> None:
    """Let an alias name a version."""
    fields = {"name": name, "alias": alias, "version": str(number)}
    ask(mlflow, "POST", "registered-models/alias", fields)


def uncall(mlflow: Mlflow, name: str, alias: str) -> None:
    """Let an alias name nothing."""
    ask(mlflow, "DELETE", "registered-models/alias", {"name": name, "alias": alias}, GONE)


def note(mlflow: Mlflow, name: str, number: int, key: str, value: str) -> None:
    """Tag a version."""
    fields = {"name": name, "version": str(number), "key": key, "value": value}
    ask(mlflow, "POST", "model-versions/set-tag", fields)


def as_version(found: object) -> Version:
    """A version as the server tells it."""
    number = str(field(found, "version"))
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        stop("the MLflow server numbers a version by no number")
    tags = {str(each.get("key")): str(each.get("value")) for each in listed(found, "tags")}
    run = found.get("run_id") if isinstance(found, dict) else None
    return Version(int(number), str(clean(str(field(found, "source")))), str(run or ""), tags)
