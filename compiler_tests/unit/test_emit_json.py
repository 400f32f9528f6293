"""JSON output and the kustomization document."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import pytest

from flowdsl.emit import emit_json, kustomization


def test_one_document_is_itself() -> None:
    assert emit_json([{"b": ["é", None], "a": {}}]).decode() == '{\n  "b": [\n    "é",\n    null\n  ],\n  "a": {}\n}\n'


@pytest.mark.parametrize("documents", [[], [{"kind": "Task"}, {"kind": "Pipeline"}]])
def test_several_documents_are_a_list(documents: list[dict[str, Any]]) -> None:
    whole = json.loads(emit_json(documents))
    assert list(whole) == ["apiVersion", "kind", "items"]
    assert whole == {"apiVersion": "v1", "kind": "List", "items": documents}


def test_any_mapping_is_taken() -> None:
    assert json.loads(emit_json([MappingProxyType({"a": MappingProxyType({"b": (1,)})})])) == {"a": {"b": [1]}}


@pytest.mark.parametrize(
    ("document", "kind", "message"),
    [
        ({"a": [float("inf")]}, ValueError, "document 0, a[0]: inf is no number in JSON, so no API server takes it"),
        ({"a": {1: 2}}, TypeError, "document 0, a: a mapping key must be a string, got int"),
        ({"a": "\udc80"}, ValueError, "document 0, a: a lone surrogate cannot be written as UTF-8"),
        ("text", TypeError, "document 0: a document must be a mapping, got str"),
    ],
)
def test_what_cannot_be_written_is_named(document: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        emit_json([document])
    assert str(caught.value) == message


def test_kustomization_keeps_the_order() -> None:
    assert kustomization(["sonic.yaml", "a/b.yaml"]) == {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": ["sonic.yaml", "a/b.yaml"],
    }


def test_kustomization_refuses_a_name_given_twice() -> None:
    with pytest.raises(ValueError, match=r"^listed more than once: a\.yaml$"):
        kustomization(["a.yaml", "b.yaml", "a.yaml"])
