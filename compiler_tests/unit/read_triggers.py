"""Trigger documents read as Triggers reads them: expressions by celpy, with the functions of its interceptor that they use."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

import celpy
from celpy import celtypes
from event_payloads import Payload

FUNCTIONS = {
    "substring": lambda text, start, end=None: celtypes.StringType(
        text[int(start) : None if end is None else int(end)]
    ),
    "lowerAscii": lambda text: celtypes.StringType(text.lower()),
    "canonical": lambda headers, name: headers.get(celtypes.StringType(name.lower()), celtypes.StringType("")),
    "compareSecret": lambda text, key, name: celtypes.BoolType(text == f"{name}/{key}"),
    "split": lambda text, sign: celtypes.ListType([celtypes.StringType(each) for each in text.split(sign)]),
    "string": lambda value: celtypes.StringType(f"{value:g}" if isinstance(value, float) else str(value)),
}


def doubles(data: object) -> object:
    """JSON's numbers as Go has them."""
    if isinstance(data, dict):
        return {key: doubles(value) for key, value in data.items()}
    if isinstance(data, list):
        return [doubles(each) for each in data]
    return float(data) if isinstance(data, int) and not isinstance(data, bool) else data


def environment() -> celpy.Environment:
    """One of cel-python's. Each raises this process's recursion limit, which other tests want as it is."""
    limit = sys.getrecursionlimit()
    try:
        return celpy.Environment()
    finally:
        sys.setrecursionlimit(limit)


def evaluated(expression: str, payload: Payload, headers: Mapping[str, str], url: str, extensions: Payload) -> object:
    reader = environment()
    program = reader.program(reader.compile(expression), functions=FUNCTIONS)
    given = {
        "body": celpy.json_to_cel(doubles(payload)),
        "header": celpy.json_to_cel({name.lower(): value for name, value in headers.items()}),
        "requestURL": celtypes.StringType(url),
        "extensions": celpy.json_to_cel(extensions),
    }
    return program.evaluate(given)


def of_kind(documents: list[Payload], kind: str) -> dict[str, Payload]:
    return {each["metadata"]["name"]: each for each in documents if each["kind"] == kind}


def started(
    documents: list[Payload],
    happening: str,
    payload: Payload,
    headers: Mapping[str, str],
    url: str = "/",
    extensions: Payload | None = None,
) -> list[Payload]:
    """The runs that an event starts. `happening` is what its event header says."""
    found = []
    for name, trigger in of_kind(documents, "Trigger").items():
        interceptors = {
            each["ref"]["name"]: {one["name"]: one["value"] for one in each["params"]}
            for each in trigger["spec"]["interceptors"]
        }
        types = next((each["eventTypes"] for each in interceptors.values() if "eventTypes" in each), None)
        cel = interceptors["cel"]
        try:
            if types is not None and happening not in types:
                continue
            if not evaluated(cel["filter"], payload, headers, url, extensions or {}):
                continue
        except celpy.CELEvalError:
            continue
        values = {
            each["key"]: str(evaluated(each["expression"], payload, headers, url, extensions or {}))
            for each in cel.get("overlays", [])
        }
        binding = of_kind(documents, "TriggerBinding").get(name, {"spec": {"params": []}})["spec"]["params"]
        params = {each["name"]: values[each["value"][len("$(extensions.") : -1]] for each in binding}
        text = json.dumps(of_kind(documents, "TriggerTemplate")[name]["spec"]["resourcetemplates"][0])
        for key, value in params.items():
            text = text.replace(f"$(tt.params.{key})", json.dumps(value)[1:-1])
        found.append(json.loads(text))
    return found
