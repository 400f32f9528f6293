"""Documents made wrong in one place, the way people make them wrong: to compare our verdict with Tekton's."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from flowdsl.diagnostics import catalog

GOLDEN = Path(__file__).parents[1] / "golden"
_BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
_ODD: list[Any] = [
    "", "Bad Name", "9a", "a.b", "a" * 64, "x" * 254, "-x", "continue", "stopAndFail", "string", "array", "object",
    "$(params.nope)", "$(params.nope[*])", "$(params.a.b.c)", "$(params['a.b'])", '$(params["x"])', "$(tasks.nope.results.r)",
    "$(tasks.a.results.r[0])", "$(tasks.a.status)", "$(tasks.status)", "$(finally.a.results.r)", "$(context.nope)",
    "$(context.taskRun.nope)", "$(context.pipelineRun.name)", "$(workspaces.nope.path)", "$(steps.a.results.r)",
    "$(steps.a.outputs.o)", "$(tasks.a.outputs.o)", "$(step.results.x.path)", "$(results.nope.path)", "$(date)", "${HOME}",
    "#!win\necho", "/tekton/x", "/workspace/source", "-3s", "0s", "2h", "1h30m", "five", "git", "https://example.com/x",
    "tekton-internal-x", "in", "exists", "ClusterTask", "Task", "example.dev/v1", "Cancelled",
    -1, 0, 7, 2.5, True, False, None, [], {}, ["$(params.nope)"], [""], ["a", "a"], {"k": "v"}, {"name": "x"}, [{"name": "a"}],
]  # fmt: skip
_EXTRA: list[tuple[str, Any]] = [
    ("matrix", {"params": [{"name": "m", "value": ["a", "b"]}]}),
    ("matrix", {"params": [{"name": "m", "value": [str(i) for i in range(300)]}]}),
    ("matrix", {"include": [{"name": "i", "params": [{"name": "m", "value": "x"}]}]}),
    ("when", [{"input": "$(params.a)", "operator": "in", "values": ["x"]}]),
    ("when", [{"cel": "'a' == 'a'"}]),
    ("when", [{}]),
    ("onError", "continue"),
    ("retries", 2),
    ("timeout", "-1m"),
    ("runAfter", ["nope"]),
    ("timeouts", {"pipeline": "10m", "tasks": "20m"}),
    ("timeouts", {"tasks": "40m", "finally": "30m"}),
    ("params", [{"name": "a", "value": "x"}, {"name": "A", "value": "y"}]),
    ("params", [{"name": "o", "type": "object", "default": {"k": "v"}}]),
    ("params", [{"name": "e", "enum": ["a", "a"]}]),
    ("results", [{"name": "r", "type": "object"}]),
    ("results", [{"name": "r", "value": "$(tasks.a.results.r)"}]),
    ("workspaces", [{"name": "w"}, {"name": "w"}]),
    ("stepTemplate", {"env": [{"name": "X", "value": "$(params.nope)"}], "image": "alpine"}),
    ("volumeMounts", [{"name": "v", "mountPath": "/tekton/x"}]),
    ("taskRef", {"name": "x"}),
    ("taskRef", {"resolver": "git", "params": [{"name": "url", "value": "x"}]}),
    ("taskSpec", {"steps": [{"image": "alpine", "script": "echo $(params.inner)"}], "params": [{"name": "inner"}]}),
    ("pipelineRef", {"name": "x"}),
    ("unknownField", 1),
    ("stdoutConfig", {"path": "/x"}),
    ("computeResources", {"requests": {"cpu": "lots"}}),
]


def seeds() -> list[dict[str, Any]]:
    """The documents to start from: what the compiler makes, and the examples of the pages."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(GOLDEN.glob("*.yaml"))]
    for code in catalog.codes():
        if code[4] in "23":
            texts += _BLOCK.findall(catalog.text(code))
    found: list[dict[str, Any]] = []
    for text in texts:
        try:
            found += [
                each
                for each in yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
                if isinstance(each, dict)
            ]
        except yaml.YAMLError:
            continue
    return [each for each in found if str(each.get("apiVersion")).startswith("tekton.dev/v1") and _ours(each)]


def _ours(document: dict[str, Any]) -> bool:
    return document["apiVersion"] == ("tekton.dev/v1beta1" if document["kind"] == "StepAction" else "tekton.dev/v1")


def mutant(source: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """A copy with one to three edits."""
    document = copy.deepcopy(source)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        _edit(document, rng)
    return document


def _edit(document: dict[str, Any], rng: random.Random) -> None:
    # Metadata is read by the API server, which this oracle has not: only the name is Tekton's to judge.
    document.setdefault("spec", {})
    places = list(_places(document["spec"])) or [(document, "spec")]
    places += [(document["metadata"], "name")] if "name" in document["metadata"] and rng.randrange(9) == 0 else []
    parent, key = rng.choice(places)
    kind = rng.randrange(7)
    if kind == 0:
        del parent[key]
    elif kind == 1 and isinstance(parent, dict):
        parent[rng.choice((str(key) + "x", str(key).upper(), str(key)[:-1] or "z"))] = parent.pop(key)
    elif kind == 2 and isinstance(parent, list):
        parent.append(copy.deepcopy(parent[key]))
    elif kind == 3:
        parent[key] = copy.deepcopy(rng.choice(places)[0])
    elif kind == 4 and isinstance(parent, dict) and parent is not document["metadata"]:
        name, value = rng.choice(_EXTRA)
        parent[name] = copy.deepcopy(value)
    elif kind == 5 and isinstance(parent[key], str):
        parent[key] = parent[key] + rng.choice(("$(params.nope)", "[*]", "[0]", " ", ".x", "$(params.a[*])", "-"))
    else:
        parent[key] = copy.deepcopy(rng.choice(_ODD))


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    pairs = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    for key, value in pairs:
        yield node, key
        yield from _places(value)
