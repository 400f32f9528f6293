"""What a kind of the table needs, and that every command takes it: run this after adding one, it says what is missing."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
import renew_kinds

import flowdsl
from flowdsl import manifest, raw
from flowdsl.check.examine import examine
from flowdsl.compiler.manifest import compile_manifest
from flowdsl.diagnostics import FlowError
from flowdsl.differ.compare import compare
from flowdsl.emit import emit_yaml
from flowdsl.kinds import KINDS as MODELLED_NAMES
from flowdsl.kinds import dump, model_for, parse, table
from flowdsl.kinds.base import Model
from flowdsl.kinds.defaults import with_defaults
from flowdsl.kinds.kind import Kind, resolve
from flowdsl.kubeclient.rbac import rules
from flowdsl.kubeclient.resources import path_for

T = TypeVar("T")
# What a function of each column is given: the model, the cluster, the report; a document; a spec and its path; ...
GIVEN = {"defaults": 1, "admission": 3, "values": 2, "convert": 3, "facets": 2, "importer": 3}
NAMED = [
    pytest.param(kind, column, id=f"{kind.name}-{column}")
    for kind in table.KINDS
    for column in GIVEN
    if getattr(kind, column)
]
VERSIONS = [
    pytest.param(kind, version, id=f"{kind.name}-{version}") for kind in table.MODELLED for version in kind.models
]


def ids(kind: Kind) -> str:
    return kind.name


def document(kind: Kind, version: str = "") -> dict[str, Any]:
    """The least of a document."""
    api = kind.versioned(version or kind.version)
    return {"apiVersion": api, "kind": kind.name, "metadata": {"name": "sample"}}


def test_no_two_kinds_have_one_name() -> None:
    names = [kind.name for kind in table.KINDS]
    plurals = [(kind.group, kind.plural) for kind in table.KINDS if kind.plural]
    assert len(names) == len(set(names))
    assert len(plurals) == len(set(plurals))


@pytest.mark.parametrize("kind", table.KINDS, ids=ids)
def test_an_entry_is_whole(kind: Kind) -> None:
    assert kind.name[:1].isupper()
    assert kind.plural == kind.plural.lower()
    assert kind.version in kind.models or not kind.models, "models: the version that we write has none"
    assert bool(kind.former) == bool(kind.convert), "former and convert go together"
    assert not (kind.prunable and kind.keeps_data)
    assert kind.served or not (kind.prunable or kind.keeps_data), "served: what is pruned is dealt with on a cluster"
    assert kind.models or not (kind.facets or kind.importer or kind.values), "models: a reader takes decoded documents"


@pytest.mark.parametrize(("kind", "column"), NAMED)
def test_what_an_entry_names_is_there(kind: Kind, column: str) -> None:
    path = getattr(kind, column)
    try:
        found = resolve(path)
    except (ImportError, AttributeError) as error:
        pytest.fail(f"{column} of {kind.name}: write {path.partition(':')[2]} in {_file(path)} ({error})")
    assert callable(found)
    _takes(found, GIVEN[column])


def _file(path: str) -> str:
    return path.partition(":")[0].replace(".", "/") + ".py"


def _takes(function: Callable[..., Any], number: int) -> None:
    """Raises TypeError where it can't be called with so many arguments."""
    inspect.signature(function).bind(*range(number))


@pytest.mark.parametrize(("kind", "version"), VERSIONS)
def test_a_model_is_one_of_a_document(kind: Kind, version: str) -> None:
    path = kind.models[version]
    try:
        model = model_for(kind.name, kind.versioned(version))
    except (ImportError, AttributeError) as error:
        pytest.fail(f"models of {kind.name}: write {path.partition(':')[2]} in {_file(path)} ({error})")
    assert issubclass(model, Model)
    assert [each.name for each in model.fields().values()][:3] == ["apiVersion", "kind", "metadata"]
    least = document(kind, version)
    assert dump(parse(least)) == least


@pytest.mark.parametrize(("kind", "version"), VERSIONS)
def test_it_is_checked(kind: Kind, version: str) -> None:
    """What no document has is found; nothing falls over the least of a document."""
    assert examine(document(kind, version)).model is not None
    found = examine({**document(kind, version), "unheardOf": 1}).findings
    assert "FLOW201" in {each.code for each in found}


@pytest.mark.parametrize("kind", table.KINDS, ids=ids)
def test_it_is_compiled_compared_and_found_on_a_cluster(kind: Kind) -> None:
    least = document(kind)
    changed = {**least, "metadata": {"name": "sample", "labels": {"team": "video"}}}
    assert with_defaults(least)["kind"] == kind.name
    assert compare([least], [least]) == []
    assert [each.subject.kind for each in compare([least], [changed])] == ["metadata"]
    if kind.served:
        space = "/namespaces/team" if kind.namespaced else ""
        assert path_for(least, "team").endswith(f"{kind.version}{space}/{kind.plural}/sample")
    made = unless_refused(kind, lambda: compile_manifest(manifest(raw(least))))
    assert made is None or list(made.documents) == [least]


@pytest.mark.parametrize("kind", [kind for kind in table.KINDS if kind is not table.LIST], ids=ids)
def test_import_keeps_it(kind: Kind, tmp_path: Path) -> None:
    file = tmp_path / "sample.yaml"
    file.write_bytes(emit_yaml([document(kind)]))
    text = unless_refused(kind, lambda: flowdsl.import_yaml(file))
    assert text is None or kind.name in text


def unless_refused(kind: Kind, make: Callable[[], T]) -> T | None:
    """What is made; None where the least of a document is not enough, which admission says, or the kind is gone."""
    try:
        return make()
    except FlowError:
        if not kind.models and kind.group not in table.CLOSED:
            raise
        return None


@pytest.mark.parametrize("kind", [kind for kind in table.KINDS if kind.prunable or kind.keeps_data], ids=ids)
def test_the_role_that_is_printed_allows_what_apply_does(kind: Kind) -> None:
    found = [
        each
        for each in rules(read_only=False, check_secrets=False, events=kind.addon)
        if kind.plural in each["resources"]
    ]
    assert [each["apiGroups"] for each in found] == [[kind.group]]
    assert {"get", "list", "create", "patch"} <= set(found[0]["verbs"])
    assert ("delete" in found[0]["verbs"]) == kind.prunable


@pytest.mark.parametrize(
    ("document", "hint"),
    [
        ({"apiVersion": "tekton.dev/v1beta1", "kind": "ClusterTask"}, "write a Task"),
        ({"apiVersion": "tekton.dev/v1", "kind": "RoleBinding"}, "write apiVersion: rbac.authorization.k8s.io/v1"),
        ({"apiVersion": "tekton.dev/v1", "kind": "CustomRun"}, "Tekton has CustomRun as tekton.dev/v1beta1"),
        ({"apiVersion": "tekton.dev/v1", "kind": "Tusk"}, "did you mean 'Task'?"),
        ({"apiVersion": "tekton.dev/v1", "kind": "Elephant"}, "kinds of tekton.dev/v1: Task, Pipeline,"),
    ],
    ids=lambda each: each["kind"] if isinstance(each, dict) else None,
)
def test_what_tekton_has_not_is_told_with_what_to_write(document: dict[str, Any], hint: str) -> None:
    found = examine({**document, "metadata": {"name": "sample"}}).findings
    assert [each.code for each in found] == ["FLOW406"]
    assert hint in found[0].hint


def test_the_page_of_kinds_is_that_of_the_table() -> None:
    written = renew_kinds.PAGE.read_text(encoding="utf-8")
    assert written == renew_kinds.text(), f"the table has changed: run `{renew_kinds.COMMAND}`"


def test_the_names_that_hints_are_made_of_are_those_of_the_table() -> None:
    assert tuple(kind.name for kind in table.MODELLED) == MODELLED_NAMES
