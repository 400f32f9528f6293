"""What differs, what it means, and how it is told."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from flowdsl.differ import Impact, compare, render
from flowdsl.differ.words import HIDDEN

TASK: dict[str, Any] = {
    "apiVersion": "tekton.dev/v1",
    "kind": "Task",
    "metadata": {"name": "build", "labels": {"team": "a"}},
    "spec": {
        "description": "Builds.",
        "params": [
            {"name": "url"},
            {"name": "level", "default": "3", "enum": ["3", "4"]},
            {"name": "options", "type": "object", "properties": {"a": {}}, "default": {"a": "1"}},
        ],
        "results": [{"name": "digest"}, {"name": "size", "type": "string"}],
        "workspaces": [{"name": "source"}, {"name": "cache", "optional": True}],
        "steps": [
            {
                "name": "fetch",
                "image": "alpine:3.20",
                "script": "#!/bin/sh\nset -eu\necho one\n",
                "env": [{"name": "URL", "value": "$(params.url)"}],
                "computeResources": {"requests": {"cpu": "1", "memory": "1Gi"}},
            },
            {"name": "build", "image": "alpine:3.20", "command": ["make"], "args": ["-j", "2"]},
        ],
        "volumes": [{"name": "v", "emptyDir": {}}],
    },
}
PIPELINE: dict[str, Any] = {
    "apiVersion": "tekton.dev/v1",
    "kind": "Pipeline",
    "metadata": {"name": "p"},
    "spec": {
        "params": [{"name": "url"}],
        "workspaces": [{"name": "w"}],
        "tasks": [
            {"name": "a", "taskRef": {"name": "build"}, "params": [{"name": "url", "value": "$(params.url)"}]},
            {
                "name": "b",
                "taskRef": {"name": "ship", "kind": "Task"},
                "timeout": "90s",
                "params": [{"name": "digest", "value": "$(tasks.a.results.digest)"}],
                "when": [{"input": "$(params.url)", "operator": "in", "values": ["x", "y"]}],
                "workspaces": [{"name": "source", "workspace": "w"}],
            },
            {"name": "c", "taskSpec": {"params": [{"name": "q"}], "steps": [{"image": "alpine:3.20"}]}},
        ],
        "results": [{"name": "digest", "value": "$(tasks.a.results.digest)"}],
    },
}
RUN: dict[str, Any] = {
    "apiVersion": "tekton.dev/v1",
    "kind": "PipelineRun",
    "metadata": {"generateName": "p-"},
    "spec": {
        "pipelineRef": {"name": "p"},
        "params": [{"name": "url", "value": "u"}],
        "workspaces": [{"name": "w", "persistentVolumeClaim": {"claimName": "claim"}}],
        "taskRunSpecs": [{"pipelineTaskName": "a", "computeResources": {"limits": {"cpu": "2"}}}],
    },
}


def edited(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one place changed; `None` removes it."""
    changed = copy.deepcopy(document)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    holder: Any = changed
    for part in parents:
        holder = holder[part]
    if value is None:
        del holder[last]
    elif isinstance(holder, list) and last == len(holder):
        holder.append(value)
    else:
        holder[last] = value
    return changed


# Which document, where, to what; what is told: change, subject, path, impact.
CASES = {
    "param without default": (TASK, "spec.params.3", {"name": "new"}, "added param new breaking"),
    "param with default": (TASK, "spec.params.3", {"name": "new", "default": "x"}, "added param new behavioural"),
    "param gone": (TASK, "spec.params.0", None, "removed param url breaking"),
    "default gone": (TASK, "spec.params.1.default", None, "changed param level breaking"),
    "default another": (TASK, "spec.params.1.default", "4", "changed param level behavioural"),
    "param retyped": (TASK, "spec.params.0.type", "array", "changed param url breaking"),
    "enum narrower": (TASK, "spec.params.1.enum", ["3"], "changed param level breaking"),
    "enum wider": (TASK, "spec.params.1.enum", ["3", "4", "5"], "changed param level behavioural"),
    "enum new": (TASK, "spec.params.0.enum", ["x"], "changed param url breaking"),
    "key needed": (TASK, "spec.params.2.properties.b", {}, "changed param options breaking"),
    "param described": (TASK, "spec.params.0.description", "Where.", "added text params/url/description cosmetic"),
    "result gone": (TASK, "spec.results.0", None, "removed result digest breaking"),
    "result retyped": (TASK, "spec.results.1.type", "array", "changed result size breaking"),
    "result new": (TASK, "spec.results.2", {"name": "more"}, "added result more behavioural"),
    "workspace needed": (TASK, "spec.workspaces.1.optional", False, "changed workspace cache breaking"),
    "workspace gone": (TASK, "spec.workspaces.0", None, "removed workspace source breaking"),
    "workspace new": (TASK, "spec.workspaces.2", {"name": "n"}, "added workspace n breaking"),
    "workspace new, optional": (
        TASK,
        "spec.workspaces.2",
        {"name": "n", "optional": True},
        "added workspace n behavioural",
    ),
    "image": (TASK, "spec.steps.0.image", "alpine:3.21", "changed image fetch behavioural"),
    "script": (TASK, "spec.steps.0.script", "#!/bin/sh\nset -eu\necho two\n", "changed script fetch behavioural"),
    "args": (TASK, "spec.steps.1.args", ["2", "-j"], "changed args build behavioural"),
    "resources": (TASK, "spec.steps.0.computeResources.requests.cpu", "2", "changed resources fetch behavioural"),
    "variable": (TASK, "spec.steps.0.env.0.value", "x", "changed env fetch/URL behavioural"),
    "volume": (TASK, "spec.volumes.0.emptyDir", {"medium": "Memory"}, "changed volume v behavioural"),
    "label": (TASK, "metadata.labels.team", "b", "changed metadata labels/team cosmetic"),
    "description": (TASK, "spec.description", "Makes.", "changed text description cosmetic"),
    "a field nobody thought of": (TASK, "spec.steps.0.tty", True, "added field fetch/step/tty behavioural"),
    "a field of a spec": (TASK, "spec.future", {"x": [1]}, "added field spec/future/x behavioural"),
    "task new": (
        PIPELINE,
        "spec.tasks.3",
        {"name": "d", "taskRef": {"name": "x"}},
        "added reference d behavioural; added task d behavioural",
    ),
    "edge": (PIPELINE, "spec.tasks.2.runAfter", ["a"], "added edge c/a behavioural"),
    "gate": (PIPELINE, "spec.tasks.1.when.0.values", ["x"], "changed gate b behavioural"),
    "gate gone": (PIPELINE, "spec.tasks.1.when", None, "removed gate b behavioural"),
    "timeout": (PIPELINE, "spec.tasks.1.timeout", "2m", "changed timeout b behavioural"),
    "retries": (PIPELINE, "spec.tasks.1.retries", 2, "added retries b behavioural"),
    "argument": (PIPELINE, "spec.tasks.0.params.0.value", "v", "changed argument a/url behavioural"),
    "binding": (PIPELINE, "spec.tasks.1.workspaces.0.subPath", "s", "changed binding b/source behavioural"),
    "another task": (PIPELINE, "spec.tasks.1.taskRef.name", "send", "changed reference b behavioural"),
    "pipeline's param": (PIPELINE, "spec.params.1", {"name": "n"}, "added param n breaking"),
    "pipeline's result": (PIPELINE, "spec.results.0.value", "x", "changed result digest behavioural"),
    "embedded params are no contract": (
        PIPELINE,
        "spec.tasks.2.taskSpec.params.1",
        {"name": "r"},
        "added inner param c/r behavioural",
    ),
    "claim": (
        RUN,
        "spec.workspaces.0.persistentVolumeClaim.claimName",
        "other",
        "changed binding w behavioural",
    ),
    "run's value": (RUN, "spec.params.0.value", "v", "changed argument url behavioural"),
    "run's resources": (
        RUN,
        "spec.taskRunSpecs.0.computeResources.limits.cpu",
        "4",
        "changed resources a behavioural",
    ),
    "run's timeout": (RUN, "spec.timeouts", {"pipeline": "2h"}, "changed timeout pipeline behavioural"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_edit_is_one_difference(name: str) -> None:
    document, path, value, expected = CASES[name]
    found = compare([document], [edited(document, path, value)])
    told = sorted(f"{d.change} {d.subject.kind} {'/'.join(d.subject.path)} {d.impact.word}" for d in found)
    assert "; ".join(told) == expected


SAME = {
    "the type a default has": (TASK, "spec.params.0.type", "string"),
    "kind of a reference": (PIPELINE, "spec.tasks.0.taskRef.kind", "Task"),
    "a duration": (PIPELINE, "spec.tasks.1.timeout", "1m30s"),
    "a quantity": (TASK, "spec.steps.0.computeResources.requests", {"memory": "1024Mi", "cpu": "1000m"}),
    "no retries": (PIPELINE, "spec.tasks.1.retries", 0),
    "an edge that a result draws already": (PIPELINE, "spec.tasks.1.runAfter", ["a"]),
    "order of values": (PIPELINE, "spec.tasks.1.when.0.values", ["y", "x"]),
    "order of params": (TASK, "spec.params", TASK["spec"]["params"][::-1]),
    "order of tasks": (PIPELINE, "spec.tasks", PIPELINE["spec"]["tasks"][::-1]),
    "what a cluster writes": (TASK, "metadata.resourceVersion", "7"),
    "status": (RUN, "status", {"conditions": []}),
    "the default timeout": (RUN, "spec.timeouts", {"pipeline": "1h0m0s"}),
}


@pytest.mark.parametrize("name", SAME)
def test_no_difference(name: str) -> None:
    document, path, value = SAME[name]
    assert compare([document], [edited(document, path, value)]) == []


def test_documents_come_go_and_are_renamed() -> None:
    other = edited(TASK, "metadata.name", "make")
    (found,) = compare([TASK], [other])
    assert (found.change, found.subject.kind, found.impact) == ("changed", "name", Impact.BREAKING)
    assert [(d.change, d.impact) for d in compare([TASK, RUN], [])] == [
        ("removed", Impact.BREAKING),
        ("removed", Impact.BEHAVIOURAL),
    ]
    assert [(d.change, d.impact) for d in compare([], [TASK])] == [("added", Impact.BEHAVIOURAL)]


def test_a_task_of_a_pipeline_is_renamed() -> None:
    text = json.dumps(PIPELINE).replace('"name": "a"', '"name": "first"').replace("tasks.a.", "tasks.first.")
    found = compare([PIPELINE], [json.loads(text)])
    told = sorted(f"{d.change} {d.subject.kind} {'/'.join(d.subject.path)}" for d in found)
    # What refers to it under the new name says the same as before.
    assert told == ["changed name first"]
    other = json.loads(text.replace("tasks.first.results.digest", "tasks.first.results.url", 1))
    assert {d.subject.kind for d in compare([PIPELINE], [other])} > {"name"}, "only what followed the name is left out"


def test_the_order_of_steps_and_of_variables_that_build_on_each_other() -> None:
    turned = edited(TASK, "spec.steps", TASK["spec"]["steps"][::-1])
    assert [d.subject.kind for d in compare([TASK], [turned])] == ["order"]
    env = [{"name": "A", "value": "1"}, {"name": "B", "value": "$(A)"}]
    one, other = (edited(TASK, "spec.steps.0.env", each) for each in (env, env[::-1]))
    assert [d.subject.kind for d in compare([one], [other])] == ["order"]


def test_told_as_text() -> None:
    after = edited(
        edited(TASK, "spec.steps.0.script", "#!/bin/sh\nset -eu\necho two\n"), "spec.params.3", {"name": "n"}
    )
    after = edited(after, "spec.steps.0.computeResources.requests.cpu", "2")
    assert render.as_text(compare([TASK], [after])) == (
        "Task build\n"
        '  + param n: {"type": "string"}  (breaking: it has no default: callers that do not give it fail)\n'
        "  ~ resources of fetch: requests.cpu 1 -> 2  (behavioural)\n"
        "  ~ script of fetch  (behavioural)\n"
        "      @@ -1,3 +1,3 @@\n"
        "       #!/bin/sh\n"
        "       set -eu\n"
        "      -echo one\n"
        "      +echo two\n"
        "\n"
        "1 breaking, 2 behavioural\n"
    )
    assert render.as_text([]) == ""


def test_no_credential_is_told_in_any_form() -> None:
    secret = "hunter2hunter2"
    token = "ghp_" + "a" * 36
    one = edited(TASK, "spec.steps.0.env.0", {"name": "API_TOKEN", "value": secret})
    other = edited(one, "spec.steps.0.env.0.value", secret + "x")
    other = edited(other, "spec.steps.0.script", f"#!/bin/sh\ncurl -H {token}\n")
    found = compare([one], [other])
    for text in (render.as_text(found), render.as_markdown(found), render.as_json(found)):
        assert secret not in text
        assert token not in text
        assert HIDDEN in text


def test_markdown_is_safe_and_short_enough() -> None:
    nasty = edited(TASK, "spec.steps.0.image", "a`|`<img src=x> @team")
    text = render.as_markdown(compare([TASK], [nasty]))
    assert "| 🟡 changed | `image of fetch` |" in text
    row = next(line for line in text.splitlines() if "image of fetch" in line)
    assert row.replace("\\|", "").count("|") == 4
    many = edited(TASK, "spec.steps.0.env", [{"name": f"V{n}", "value": "x" * 150} for n in range(1000)])
    long = render.as_markdown(compare([TASK], [many]))
    assert len(long) < 65_536
    assert "too long" in long


@pytest.mark.parametrize("name", [5, 1.5, None, True, "", [], {}, {"a": 1}, "\n::error::x"])
def test_tasks_without_a_text_for_a_name_end_the_comparison(name: object) -> None:
    def pipeline(*tasks: dict[str, object]) -> dict[str, object]:
        return {
            "apiVersion": "tekton.dev/v1",
            "kind": "Pipeline",
            "metadata": {"name": "p"},
            "spec": {"tasks": [*tasks]},
        }

    one, two = {"name": name, "taskRef": {"name": "a"}}, {"name": "b", "taskRef": {"name": "a"}}
    without = {key: value for key, value in one.items() if key != "name"}
    for before, after in ((one, two), (two, one), (without, two)):
        assert compare([pipeline(before)], [pipeline(after)])
        assert compare([pipeline(before, before)], [pipeline(after, after)])
    for before, after in ((one, without), (without, one)):
        compare([pipeline(before)], [pipeline(after)])
    assert compare([pipeline(one)], [pipeline(one)]) == []


@pytest.mark.parametrize("enum", [5, [5], [[]], [None, "a"], {"a": 1}, "a"])
def test_values_that_are_allowed_may_be_anything(enum: object) -> None:
    one, two = (
        edited(TASK, "spec.params", [{"name": "p", "enum": enum}]),
        edited(TASK, "spec.params", [{"name": "p", "enum": ["b"]}]),
    )
    for before, after in ((one, two), (two, one), (one, TASK)):
        assert render.as_text(compare([before], [after]))


def test_a_chain_of_renamed_tasks_is_followed() -> None:
    def chain(prefix: str) -> dict[str, object]:
        first: dict[str, object] = {"name": f"{prefix}0", "taskRef": {"name": "t0"}}
        tasks = [first] + [
            {"name": f"{prefix}{n}", "taskRef": {"name": f"t{n}"}, "runAfter": [f"{prefix}{n - 1}"]}
            for n in range(1, 30)
        ]
        return {"apiVersion": "tekton.dev/v1", "kind": "Pipeline", "metadata": {"name": "p"}, "spec": {"tasks": tasks}}

    found = compare([chain("old-")], [chain("new-")])
    assert [each.subject.kind for each in found] == ["name"] * 30


def test_json_contract() -> None:
    found = compare([TASK], [edited(TASK, "spec.steps.0.image", "b")])
    assert json.loads(render.as_json(found)) == {
        "summary": {"breaking": 0, "behavioural": 1, "cosmetic": 0},
        "differences": [
            {
                "document": {"kind": "Task", "name": "build", "namespace": ""},
                "change": "changed",
                "subject": "image",
                "path": ["fetch"],
                "impact": "behavioural",
                "message": "image of fetch",
                "why": "",
                "before": "alpine:3.20",
                "after": "b",
            }
        ],
    }


def code(name: str, text: str, **more: str) -> dict[str, Any]:
    metadata = {"name": f"flowdsl-code-{name}", "labels": {"flowdsl.dev/bundle": name}}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata,
        "immutable": True,
        "data": {"a.py": text, **more},
    }


def mounting(task: str, name: str) -> dict[str, Any]:
    made = copy.deepcopy(TASK)
    made["metadata"]["name"] = task
    made["spec"]["volumes"] = [{"name": "flowdsl-code", "configMap": {"name": f"flowdsl-code-{name}"}}]
    return made


def test_code_under_a_new_name_is_told_by_its_lines() -> None:
    before = [code("1", "a = 1\nb = 1\n"), code("2", "c = 1\nd = 1\n"), mounting("x", "1"), mounting("y", "2")]
    after = [code("4", "c = 1\nd = 2\n"), code("3", "a = 2\nb = 1\n"), mounting("x", "3"), mounting("y", "4")]
    assert render.as_text(compare(before, after)) == (
        "ConfigMap flowdsl-code-4\n  ~ data.a.py  (behavioural)\n      @@ -1,2 +1,2 @@\n       c = 1\n      -d = 1\n"
        "      +d = 2\n  ~ name: flowdsl-code-2 -> flowdsl-code-4  (behavioural)\n\n"
        "ConfigMap flowdsl-code-3\n  ~ data.a.py  (behavioural)\n      @@ -1,2 +1,2 @@\n      -a = 1\n      +a = 2\n"
        "       b = 1\n  ~ name: flowdsl-code-1 -> flowdsl-code-3  (behavioural)\n\n4 behavioural\n"
    )


def test_code_that_only_one_side_has_is_new_or_gone() -> None:
    text = render.as_text(
        compare([code("1", "a = 1\n"), mounting("x", "1")], [code("2", "b = 1\n"), mounting("y", "2")])
    )
    assert "- ConfigMap flowdsl-code-1" in text
    assert "+ ConfigMap flowdsl-code-2" in text


def test_a_config_map_of_another_name_and_content_is_not_renamed() -> None:
    def plain(name: str, value: str) -> dict[str, Any]:
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": value}}

    assert [type(each).__name__ for each in compare([plain("x", "1")], [plain("y", "2")])] == ["Added", "Removed"]
    assert [type(each).__name__ for each in compare([plain("x", "1")], [plain("y", "1")])] == ["Changed"]
