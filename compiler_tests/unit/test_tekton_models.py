"""The models: every field of the published API, strict, lossless."""

from __future__ import annotations

import gzip
import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from flowdsl.kinds import UnknownKind, dump, model_for, parse
from flowdsl.kinds.decode import located_errors
from flowdsl.kinds.tasks import Task

SHARED = Path(__file__).parents[3] / "shared"
MODULES = ["params", "tasks", "pipelines", "status", "runs", "scheduling"]


def task(**step: Any) -> dict[str, Any]:
    return {"apiVersion": "tekton.dev/v1", "kind": "Task", "metadata": {"name": "t"}, "spec": {"steps": [step]}}


def fields_of(name: str) -> set[str] | None:
    for module in MODULES:
        model = getattr(importlib.import_module(f"flowdsl.kinds.{module}"), name, None)
        if model is not None:
            return {field.name for field in model.fields().values()}
    return None


def test_every_field_of_the_published_schema() -> None:
    swagger = SHARED / "tekton" / "v1-swagger.json"
    if not swagger.exists():
        pytest.skip(f"the published schema is not at {swagger}")
    missing = []
    for name, definition in json.loads(swagger.read_text())["definitions"].items():
        short = {"pod.Template": "PodTemplate", "pod.AffinityAssistantTemplate": "AffinityAssistantTemplate"}.get(
            name, name.split(".", 1)[1]
        )
        # Lists of objects are never written, and a ParamValue is a string, array or object in the document.
        if short.endswith("List") or short == "ParamValue":
            continue
        have = fields_of(short)
        missing += [
            f"{short}.{field}" for field in definition.get("properties", {}) if have is None or field not in have
        ]
    assert missing == []


def cases() -> list[dict[str, Any]]:
    path = SHARED / "admission" / "cases.jsonl.gz"
    if not path.exists():
        pytest.skip(f"the shared admission cases are not at {path}")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_what_tekton_decodes_is_decoded_and_nothing_else() -> None:
    wrong = []
    for case in cases():
        try:
            parse(case["doc"])
            decoded = True
        except ValidationError:
            decoded = False
        refused = case["message"].startswith("decode")
        if (case["accepted"] and not decoded) or (refused and decoded):
            wrong.append(case["id"])
    # One known case: a number as a resolver param's name, which the labels' YAML reader refuses for its own reasons.
    assert len(wrong) <= 1, wrong


def test_originals_come_back_as_they_were() -> None:
    originals = [case["doc"] for case in cases() if not case["edit"] and case["accepted"]]
    assert len(originals) > 100
    read_differently = 0
    for document in originals:
        try:
            model_for(document["kind"], document["apiVersion"]).model_validate(document)
        except ValidationError:
            # Numbers for text, or another case in a field's name: what the API server stores is not what was written.
            read_differently += 1
            continue
        assert dump(parse(document)) == document
    assert read_differently <= len(originals) // 50


@pytest.mark.parametrize(
    ("step", "path", "kind"),
    [
        ({"imag": "x"}, "spec.steps[0].imag", "unknown"),
        ({"args": "x"}, "spec.steps[0].args", "list_type"),
        ({"timeout": "soon"}, "spec.steps[0].timeout", "value_error"),
        ({"computeResources": {"limits": {"cpu": "lots"}}}, "spec.steps[0].computeResources.limits.cpu", "value_error"),
        (
            {"env": [{"name": "a", "valueFrom": {"secretKeyRef": {"kye": "k"}}}]},
            "spec.steps[0].env[0].valueFrom.secretKeyRef.kye",
            "unknown",
        ),
    ],
)
def test_refusals_name_the_field(step: dict[str, Any], path: str, kind: str) -> None:
    with pytest.raises(ValidationError) as caught:
        parse(task(**step))
    (found,) = located_errors(caught.value, Task)
    assert (found.path, found.kind) == (path, kind)


def test_a_typo_is_answered_with_the_field() -> None:
    with pytest.raises(ValidationError) as caught:
        parse(task(imagePulPolicy="Always"))
    assert located_errors(caught.value, Task)[0].suggestion == "imagePullPolicy"


def test_field_names_are_read_without_regard_to_case() -> None:
    assert dump(parse(task(Image="x"))) == task(image="x")


def test_a_field_given_twice_in_two_cases_is_decoded_twice() -> None:
    one = {"imagE": "x", "image": "y", "securityContext": {"runAsUser": 1}, "SECURITYContext": {"privileged": True}}
    assert dump(parse(task(**one))) == task(image="y", securityContext={"runAsUser": 1, "privileged": True})


def test_other_kinds_have_no_model() -> None:
    with pytest.raises(UnknownKind):
        parse({"apiVersion": "v1", "kind": "LimitRange"})


def test_a_field_of_another_place_is_no_suggestion() -> None:
    with pytest.raises(ValidationError) as caught:
        parse(task(stepz="1"))
    assert located_errors(caught.value, Task)[0].suggestion == ""


def test_another_case_counts_only_where_the_field_may_stand() -> None:
    with pytest.raises(ValidationError) as caught:
        parse(task(Steps=[]))
    assert [found.path for found in located_errors(caught.value, Task)] == ["spec.steps[0].Steps"]


def test_no_class_of_ours_is_named_where_a_map_belongs() -> None:
    with pytest.raises(ValidationError) as caught:
        parse({**task(), "metadata": 4, "spec": {"steps": [5], "stepTemplate": "x"}})
    told = located_errors(caught.value, Task)
    assert {each.path for each in told} == {"metadata", "spec.steps[0]", "spec.stepTemplate"}
    assert {each.message for each in told} == {"Input should be a valid dictionary"}
