"""What import writes for single parts, and that nothing of a document is lost on the way."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.check.examine import examine
from flowdsl.importer.module import write_module, write_stubs
from flowdsl.library.importing import faithful_module, import_sources
from flowdsl.library.importing_tried import differing
from flowdsl.yamlread.sources import Source

STEP = {"image": "alpine:3.20", "command": ["true"]}


def task(name: str = "t", **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "tekton.dev/v1",
        "kind": "Task",
        "metadata": {"name": name},
        "spec": {"steps": [STEP], **spec},
    }


def pipeline(*tasks: dict[str, Any], **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "tekton.dev/v1",
        "kind": "Pipeline",
        "metadata": {"name": "flow"},
        "spec": {**spec, "tasks": list(tasks)},
    }


def imported(*documents: dict[str, Any]) -> str:
    """The module, which says everything in the DSL and compiles to the documents."""
    for document in documents:
        assert [each.message for each in examine(document, pitfalls=False).findings if each.severity == "error"] == []
    written = write_module(documents)
    assert written.kept == (), written.text
    assert differing(written.text, documents) == [], written.text
    return written.text


def kept(*documents: dict[str, Any]) -> list[tuple[tuple[int | str, ...], str]]:
    """What is kept of the documents, which come back equal all the same."""
    written = faithful_module(documents)
    assert differing(written.text, documents) == [], written.text
    return [(each.path, each.reason) for each in written.kept]


def test_names_that_are_no_python_names() -> None:
    text = imported(
        task(
            "class",
            params=[{"name": name, "type": "string"} for name in ("a-b", "a_b", "def", "_2fa", "self", "dotted.name")],
            workspaces=[{"name": "a-b"}, {"name": "import"}],
            results=[{"name": name, "type": "string"} for name in ("status", "a-b", "count", "result")],
        )
    )
    assert 'def class_(\n    a_b_: Annotated[str, Param(name="a-b")],\n    a_b: str,\n' in text
    for line in ('def_: Annotated[str, Param(name="def")]', 'n2fa: Annotated[str, Param(name="_2fa")]'):
        assert line in text
    assert 'a_b_workspace: Workspace = Workspace(name="a-b")' in text
    assert 'status_: Annotated[str, Result(name="status")]' in text


def test_tasks_named_like_what_the_module_uses() -> None:
    text = imported(
        *(task(name, description=f"Not {name}.") for name in ("task", "when", "print", "documents")),
        pipeline({"name": "task", "taskRef": {"name": "task"}}),
    )
    for name in ("task_task", "when_task", "print_task", "documents_task"):
        assert f"def {name}() -> None:\n" in text


def test_words_of_starts_are_free_where_nothing_starts() -> None:
    starting = task("push", params=[{"name": "tag"}, {"name": "event", "default": "x"}])
    called = pipeline({"name": "push", "taskRef": {"name": "push"}, "params": [{"name": "tag", "value": "v1"}]})
    text = imported(starting, {**called, "metadata": {"name": "schedule"}})
    assert "def push(tag: str, event: str" in text
    assert "def schedule(" in text


def test_a_tasks_variable_never_hides_a_function() -> None:
    reads = {"name": "x", "value": "$(tasks.a.results.r)"}
    text = imported(
        pipeline(
            {"name": "a", "taskRef": {"name": "b"}},
            {"name": "b", "taskRef": {"name": "a"}, "params": [reads]},
            {"name": "c", "taskSpec": {"steps": [STEP]}, "runAfter": ["b"]},
            {"name": "d", "taskRef": {"name": "c"}, "runAfter": ["c"]},
            params=[{"name": "a", "type": "string"}, {"name": "c", "type": "string"}],
        )
    )
    assert "    c_task_2 = c.with_options(after=[b_task])()\n    c_task.with_options(" in text


def test_one_result_named_result_is_the_value_itself() -> None:
    text = imported(
        task("fetch", results=[{"name": "result", "type": "string"}]),
        pipeline(
            {"name": "fetch", "taskRef": {"name": "fetch"}},
            {
                "name": "use",
                "taskRef": {"name": "use"},
                "params": [{"name": "x", "value": "at $(tasks.fetch.results.result)"}],
            },
        ),
    )
    assert "def fetch() -> str:\n    raise NotImplementedError\n" in text
    assert 'x=f"at {fetch_task}"' in text


def test_text_that_only_looks_like_a_reference_stays_text() -> None:
    text = imported(
        pipeline(
            {
                "name": "a",
                "taskRef": {"name": "x"},
                "params": [
                    {"name": "one", "value": "$(params['p'])-$(params.p)"},
                    {"name": "two", "value": "$(params.list[*])"},
                    {"name": "three", "value": ["$(params.list[*])", "{$(params.list[1])}"]},
                ],
            },
            params=[{"name": "p", "type": "string"}, {"name": "list", "type": "array"}],
        )
    )
    assert "one=f\"$(params['p'])-{p}\"" in text
    assert "two=list_," in text
    assert '"$(params.list[*])"' in text
    assert "{{{list_[1]}}}" in text


def test_conditions_that_stand_together_make_one_block() -> None:
    when = [{"input": "$(params.p)", "operator": "in", "values": ["x"]}]
    text = imported(
        pipeline(
            {"name": "a", "taskRef": {"name": "x"}, "when": when},
            {"name": "b", "taskRef": {"name": "x"}, "when": when},
            {"name": "c", "taskRef": {"name": "x"}},
            {
                "name": "d",
                "taskRef": {"name": "x"},
                "when": [{"input": "a-$(params.p)", "operator": "notin", "values": ["a"]}],
            },
            params=[{"name": "p", "type": "string"}],
        )
    )
    assert text.count('with when(p == "x"):') == 1
    assert 'with when(condition(f"a-{p}", "notin", ["a"])):' in text


def test_tasks_out_of_order_are_called_in_order() -> None:
    text = imported(
        pipeline(
            {"name": "last", "taskRef": {"name": "x"}, "runAfter": ["first"]},
            {"name": "first", "taskRef": {"name": "x"}},
        )
    )
    assert text.index('name="first"') < text.index('name="last"')
    assert 'task_order=["last", "first"]' in text


def test_a_call_that_does_not_fit_its_task_keeps_its_fields() -> None:
    found = kept(
        task("t", params=[{"name": "a", "type": "string"}], workspaces=[{"name": "w"}]),
        pipeline(
            {"name": "x", "taskRef": {"name": "t"}, "params": [{"name": "b", "value": "1"}]},
            {"name": "y", "taskRef": {"name": "t"}, "params": [{"name": "a", "value": ["1"]}], "workspaces": []},
        ),
    )
    assert [path for path, _ in found] == [
        ("spec", "tasks", 0, "params"),
        ("spec", "tasks", 0, "workspaces"),
        ("spec", "tasks", 1, "params"),
        ("spec", "tasks", 1, "workspaces"),
    ]


def test_a_custom_task_that_is_embedded_is_kept() -> None:
    custom = {"apiVersion": "example.com/v1", "kind": "Wait", "spec": {"seconds": 3}}
    ((path, reason),) = kept(pipeline({"name": "x", "taskSpec": custom, "retries": 1}))
    assert path == ("spec", "tasks", 0, "taskSpec")
    assert "neither" in reason


@pytest.mark.parametrize(
    "document",
    [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "line\n\tline\n"}},
        {**task(), "status": {"x": 1}},
        task(params=[{"name": "o", "type": "object", "properties": {"a": {}, "b": {}}, "default": {"a": "1"}}]),
        task(results=[{"name": "a", "type": "string"}, {"name": "a", "type": "string"}]),
    ],
    ids=["another kind", "status", "half a default", "a result twice"],
)
def test_a_document_without_words_is_kept_whole(document: dict[str, Any]) -> None:
    written = faithful_module([document] if document.get("status") is None else (document,))  # type: ignore[arg-type]
    assert [each.path for each in written.kept] == [()]
    assert "= raw(" in written.text


def test_what_would_compile_to_something_else_is_noticed_and_kept() -> None:
    (found,) = kept(
        pipeline(
            {"name": "x", "taskRef": {"name": "t"}, "matrix": {"params": [{"name": "a", "value": ["$(params.l[*])"]}]}},
            params=[{"name": "l", "type": "array"}],
        )
    )
    assert found[0][-1] == "matrix"
    written = write_module([task()])
    assert differing(written.text.replace("alpine:3.20", "alpine:3.21"), (task(),)) == [0]


def test_references_by_resolver() -> None:
    def ref(resolver: str, **params: Any) -> dict[str, Any]:
        return {"resolver": resolver, "params": [{"name": key, "value": value} for key, value in params.items()]}

    references = [
        ref("git", url="https://e.com/r.git", revision="abc", pathInRepo="task/build.yaml"),
        ref("git", pathInRepo="task/scan.yaml", url="https://e.com/r.git"),
        ref("hub", type="artifact", kind="task", name="lint", version="1"),
        ref("bundles", bundle="e.com/b:1", name="pack", kind="task"),
        ref("cluster", kind="task", name="say", namespace="n"),
        ref("http", url="https://e.com/fetch.yaml"),
        ref("mine", list=["a", "b"]),
        {"apiVersion": "example.com/v1", "kind": "Approval", "name": "ask"},
        {"name": "old", "kind": "Task", "apiVersion": "tekton.dev/v1"},
    ]
    text = imported(pipeline(*({"name": f"t{index}", "taskRef": each} for index, each in enumerate(references))))
    for code in (
        '@task_ref(git("https://e.com/r.git", "task/build.yaml", revision="abc"))\ndef build(',
        '@task_ref(\n    resolver("git", {"pathInRepo": "task/scan.yaml", "url": "https://e.com/r.git"}),\n)\ndef scan(',
        '@task_ref(hub("lint", version="1"))',
        '@task_ref(bundle("e.com/b:1", "pack"))',
        '@task_ref(cluster("say", namespace="n"))',
        '@task_ref(http("https://e.com/fetch.yaml"))\ndef fetch(',
        '@task_ref(resolver("mine", {"list": ["a", "b"]}))',
        '@task_ref(named("ask", kind="Approval", api_version="example.com/v1"))',
        '@task_ref(named("old", kind="Task", api_version="tekton.dev/v1"))',
    ):
        assert code in text, text


def test_v1beta1_is_imported_as_v1() -> None:
    text = "apiVersion: tekton.dev/v1beta1\nkind: Task\nmetadata: {name: t}\nspec:\n  steps:\n    - image: alpine:3.20\n      command: ['true']\n      resources: {requests: {cpu: 1m}}\n"
    result = import_sources([Source("t.yaml", text)])
    assert [each.code for each in result.diagnostics] == ["FLOW334"]
    assert 'cpu="1m.."' in result.text
    assert result.documents[0]["apiVersion"] == "tekton.dev/v1"


def test_stubs_hold_the_signatures_alone() -> None:
    written = write_stubs([task("git-clone", params=[{"name": "url", "type": "string"}]), pipeline()])
    assert '@task_ref(named("git-clone"))\ndef git_clone(url: str) -> None: ...\n' in written.text
    assert "manifest" not in written.text


def test_a_task_without_a_stub_is_told() -> None:
    text = "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec:\n  results: [{name: r}, {name: r}]\n  steps:\n    - {image: a, command: [b]}\n"
    result = import_sources([Source("t.yaml", text)], stubs=True)
    assert [each.message for each in result.diagnostics] == ["Task 't' has no stub: two results have one name"]
    assert "task_ref" not in result.text


def test_the_same_documents_give_the_same_module() -> None:
    documents = [
        task("a", params=[{"name": "x-y", "type": "string"}]),
        pipeline({"name": "a", "taskRef": {"name": "a"}}),
    ]
    assert len({faithful_module(tuple(documents)).text for _ in range(3)}) == 1
