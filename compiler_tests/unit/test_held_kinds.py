"""What Kubernetes refuses of Secrets, ConfigMaps and claims, and what a change of one means. No value is shown."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from flowdsl.check.examine import examine
from flowdsl.differ.compare import compare
from flowdsl.differ.render import as_json, as_markdown, as_text

Change = Callable[[dict[str, Any]], object]
HIDDEN = "S3cret-value"
OTHER = "An0ther-value"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


SECRET: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "keys"},
    "data": {"token": encoded(HIDDEN)},
    "stringData": {"user": HIDDEN},
}
CONFIG: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "app"},
    "data": {"level": "info", "none": None},
    "binaryData": {"b": "aGVsbG8=\n"},
}
CLAIM: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {"name": "files"},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}},
}
DOCKER = "kubernetes.io/dockerconfigjson"
SPEC = ("spec",)


def changed(document: dict[str, Any], change: Change) -> dict[str, Any]:
    made = copy.deepcopy(document)
    change(made)
    return made


def typed(type_: str, **keys: str) -> Change:
    return lambda it: it.update(type=type_, stringData=keys)


@pytest.mark.parametrize(
    "document",
    [
        SECRET,
        CONFIG,
        CLAIM,
        changed(SECRET, typed("kubernetes.io/tls", **{"tls.crt": "", "tls.key": ""})),
        changed(SECRET, typed("kubernetes.io/basic-auth", password="")),
        changed(SECRET, typed("kubernetes.io/ssh-auth", **{"ssh-privatekey": "x"})),
        changed(SECRET, lambda it: it.update(type=DOCKER, data={".dockerconfigjson": encoded("{}")})),
        changed(SECRET, typed("example.com/mine")),
        changed(CLAIM, lambda it: it["spec"].update(dataSource={"kind": "PersistentVolumeClaim", "name": "a"})),
        changed(
            CLAIM, lambda it: it["spec"].update(selector={"matchExpressions": [{"key": "a", "operator": "Exists"}]})
        ),
    ],
    ids=range(10),
)
def test_fine_ones_are_taken(document: dict[str, Any]) -> None:
    assert examine(document, strict=True).findings == []


@pytest.mark.parametrize(
    ("document", "change", "code", "at"),
    [
        (SECRET, lambda it: it.update(stringdata={}), "FLOW201", ("stringdata",)),
        (SECRET, lambda it: it.update(immutable="yes"), "FLOW200", ("immutable",)),
        (SECRET, lambda it: it["metadata"].pop("name"), "FLOW204", ("metadata",)),
        (SECRET, lambda it: it["metadata"].update(name="A_b"), "FLOW246", ("metadata", "name")),
        (SECRET, lambda it: it["stringData"].update(big="x" * (1 << 20)), "FLOW498", ("kind",)),
        (SECRET, lambda it: it["data"].update(big="%%%"), "FLOW120", ("kind",)),
        (SECRET, typed("kubernetes.io/tls", **{"tls.crt": "x"}), "FLOW498", ("type",)),
        (SECRET, typed("kubernetes.io/basic-auth"), "FLOW498", ("type",)),
        (SECRET, typed("kubernetes.io/ssh-auth", **{"ssh-privatekey": ""}), "FLOW498", ("type",)),
        (SECRET, typed("kubernetes.io/service-account-token"), "FLOW498", ("type",)),
        (SECRET, typed(DOCKER), "FLOW498", ("type",)),
        (SECRET, typed(DOCKER, **{".dockerconfigjson": HIDDEN}), "FLOW498", ("type",)),
        (SECRET, typed("kubernetes.io/dockercfg", **{".dockercfg": "[" * 100_000}), "FLOW498", ("type",)),
        (CONFIG, lambda it: it["data"].update(b="x"), "FLOW498", ("binaryData", "b")),
        (CONFIG, lambda it: it["data"].update({"a/b": "x"}), "FLOW248", ("data", "a/b")),
        (CONFIG, lambda it: it["data"].update(port=5), "FLOW120", ("kind",)),
        (CLAIM, lambda it: it.pop("spec"), "FLOW498", ()),
        (CLAIM, lambda it: it["spec"].pop("accessModes"), "FLOW498", SPEC),
        (CLAIM, lambda it: it["spec"].update(accessModes=["ReadWriteonce"]), "FLOW498", (*SPEC, "accessModes", 0)),
        (CLAIM, lambda it: it["spec"]["accessModes"].append("ReadWriteOncePod"), "FLOW498", (*SPEC, "accessModes")),
        (CLAIM, lambda it: it["spec"].pop("resources"), "FLOW498", SPEC),
        (CLAIM, lambda it: it["spec"]["resources"]["requests"].update(storage="0"), "FLOW498", (*SPEC, "resources", "requests", "storage")),
        (CLAIM, lambda it: it["spec"]["resources"]["requests"].update(storage="ten"), "FLOW200", (*SPEC, "resources", "requests", "storage")),
        (CLAIM, lambda it: it["spec"].update(volumeMode="File"), "FLOW498", (*SPEC, "volumeMode")),
        (CLAIM, lambda it: it["spec"].update(storageClassName="A_b"), "FLOW498", (*SPEC, "storageClassName")),
        (CLAIM, lambda it: it["spec"].update(selector={"matchLabels": {"a b": "c"}}), "FLOW498", (*SPEC, "selector", "matchLabels", "a b")),
        (CLAIM, lambda it: it["spec"].update(selector={"matchExpressions": [{"key": "a", "operator": "In"}]}), "FLOW498", (*SPEC, "selector", "matchExpressions", 0)),
        (CLAIM, lambda it: it["spec"].update(dataSource={"kind": "VolumeSnapshot", "name": "a"}), "FLOW498", (*SPEC, "dataSource")),
        (CLAIM, lambda it: it["spec"].update(dataSource={"kind": "PersistentVolumeClaim"}), "FLOW498", (*SPEC, "dataSource")),
    ],
    ids=range(29),
)  # fmt: skip
def test_refused(document: dict[str, Any], change: Change, code: str, at: tuple[int | str, ...]) -> None:
    found = examine(changed(document, change), strict=True).findings
    assert [(each.code, each.path) for each in found] == [(code, at)]
    assert all(each.hint for each in found)
    assert HIDDEN not in repr(found)


def test_sources_of_a_claim_agree() -> None:
    snapshot = {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": "a"}

    def found(**other: str) -> list[str]:
        sources = {"dataSource": snapshot, "dataSourceRef": {**snapshot, **other}}
        return [each.message for each in examine(changed(CLAIM, lambda it: it["spec"].update(sources))).findings]

    assert found() == []
    assert found(name="b") == ["dataSource and dataSourceRef name different objects"]
    assert found(namespace="n") == ["a dataSourceRef of another namespace stands beside a dataSource"]
    assert found(apiGroup="A b")[0] == "'A b' is no group"


@pytest.mark.parametrize(
    ("document", "change", "told"),
    [
        (SECRET, lambda it: it["stringData"].update(user=OTHER), ("key", ("user",), "BEHAVIOURAL")),
        (SECRET, lambda it: it["data"].update(token=encoded(OTHER)), ("key", ("token",), "BEHAVIOURAL")),
        (SECRET, lambda it: it["stringData"].update(more=OTHER), ("key", ("more",), "BEHAVIOURAL")),
        (SECRET, lambda it: it["stringData"].pop("user"), ("key", ("user",), "BREAKING")),
        (SECRET, lambda it: it.update(type="kubernetes.io/tls"), ("secret type", (), "BREAKING")),
        (SECRET, lambda it: it.update(data=[OTHER], stringData={**it["stringData"], "token": HIDDEN}), ("field", ("data",), "BEHAVIOURAL")),
        (CLAIM, lambda it: it["spec"]["resources"]["requests"].update(storage="20Gi"), ("size", (), "BEHAVIOURAL")),
        (CLAIM, lambda it: it["spec"]["resources"]["requests"].update(storage="5Gi"), ("size", (), "BREAKING")),
        (CLAIM, lambda it: it["spec"].update(storageClassName="fast"), ("claim", ("storageClassName",), "BREAKING")),
        (CLAIM, lambda it: it["spec"].update(accessModes=["ReadWriteMany"]), ("claim", ("accessModes",), "BREAKING")),
        (CLAIM, lambda it: it["spec"].update(volumeAttributesClassName="gold"), ("field", ("spec", "volumeAttributesClassName"), "BEHAVIOURAL")),
    ],
    ids=range(11),
)  # fmt: skip
def test_a_difference_says_what_it_means_and_shows_no_secret(
    document: dict[str, Any], change: Change, told: tuple[str, tuple[str, ...], str]
) -> None:
    found = compare([document], [changed(document, change)])
    assert [(each.subject.kind, each.subject.path, each.impact.name) for each in found] == [told]
    for shown in (as_text(found), as_markdown(found), as_json(found)):
        for value in (HIDDEN, OTHER):
            assert value not in shown
            assert encoded(value) not in shown


@pytest.mark.parametrize(
    ("document", "change"),
    [
        (SECRET, lambda it: it.update(type="Opaque")),
        (SECRET, lambda it: it.update(data={"token": encoded(HIDDEN), "user": encoded(HIDDEN)}, stringData={})),
        (CLAIM, lambda it: it["spec"]["resources"]["requests"].update(storage="10240Mi")),
        (CLAIM, lambda it: it["spec"].update(volumeMode="Filesystem")),
    ],
    ids=range(4),
)
def test_what_says_the_same_is_no_difference(document: dict[str, Any], change: Change) -> None:
    assert compare([document], [changed(document, change)]) == []


def test_what_is_immutable_stays_so() -> None:
    fixed = changed(SECRET, lambda it: it.update(immutable=True))
    found = compare([fixed], [SECRET])
    assert [(each.subject.kind, each.impact.name) for each in found] == [("immutable", "BREAKING")]
    assert "Kubernetes refuses" in found[0].why
    moved = compare([fixed], [changed(fixed, lambda it: it["stringData"].update(user=OTHER))])
    assert [(each.subject.kind, each.impact.name) for each in moved] == [("key", "BREAKING")]
    assert OTHER not in json.dumps([as_text(moved), as_json(moved)])
