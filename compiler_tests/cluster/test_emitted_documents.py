"""The live webhook admits every YAML the project holds as output, and applying it again changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from api import Api, wait_for

ROOT = Path(__file__).parents[2]
REFUSED = "refused"  # golden files that show what is refused live in directories of this name
# Kinds of these groups are CustomResourceDefinitions that this control plane does not have.
ABSENT = ("argoproj.io/", "gateway.networking.k8s.io/")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def emitted() -> list[Path]:
    found = [*(ROOT / "pipelines").rglob("*.yaml"), *(ROOT / "compiler_tests" / "golden").rglob("*.yaml")]
    # Alpha features need flags that this control plane does not have; compiler_tests/conformance asks about those.
    left_out = {REFUSED, "alpha"}
    return sorted(path for path in found if left_out.isdisjoint(path.relative_to(ROOT).parts) and _for_a_cluster(path))


def _for_a_cluster(path: Path) -> bool:
    """Whether the file holds objects: kustomizations, settings and the like are not for the API server."""
    documents = _read(path)
    return bool(documents) and all(
        isinstance(each, dict)
        and {"apiVersion", "kind", "metadata"} <= each.keys()
        and not each["apiVersion"].startswith(ABSENT)
        for each in documents
    )


def _read(path: Path) -> list[Any]:
    return [each for each in yaml.load_all(path.read_text(), Loader=LOADER) if each]


@pytest.fixture(params=list(enumerate(emitted())), ids=lambda found: str(found[1].relative_to(ROOT)))
def documents(request: pytest.FixtureRequest, api: Api) -> list[dict[str, Any]]:
    """The documents of one file, in a namespace of their own."""
    number, path = request.param
    namespace = f"emitted-{number}"
    api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    found = _read(path)
    for each in found:
        each["metadata"]["namespace"] = namespace
    return found


def test_they_are_admitted(documents: list[dict[str, Any]], api: Api) -> None:
    for document in documents:
        admitted = api.create(document, dry_run=True)
        assert admitted["kind"] == document["kind"]


def test_applied_twice_nothing_changes(documents: list[dict[str, Any]], api: Api) -> None:
    lasting = [each for each in documents if each["kind"] not in ("PipelineRun", "TaskRun")]
    for document in lasting:
        api.apply(document)
    for document in lasting:
        if document["kind"] == "PersistentVolumeClaim":
            wait_for("the claim is bound", lambda: _found(api, document)["status"]["phase"] == "Bound", 30)  # noqa: B023
    before = [_versions(api, document) for document in lasting]
    for document in lasting:
        api.apply(document)
    assert [_versions(api, document) for document in lasting] == before


def _found(api: Api, document: dict[str, Any]) -> dict[str, Any]:
    metadata = document["metadata"]
    found: dict[str, Any] = api.get(document["apiVersion"], document["kind"], metadata["name"], metadata["namespace"])
    return found


def _versions(api: Api, document: dict[str, Any]) -> tuple[str, int | None]:
    metadata = _found(api, document)["metadata"]
    return metadata["resourceVersion"], metadata.get("generation")


def test_there_is_something_to_admit() -> None:
    assert emitted()
