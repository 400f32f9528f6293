"""Every rule that IBM's tekton-lint 0.6 publishes has its counterpart here: a document that breaks it is told.

Its rule about PipelineResources' types has none: v1 has no such thing, and v1beta1 documents that use them are told
that they can't be converted.
"""

from __future__ import annotations

import pytest

from flowdsl.linter.engine import Options, iterate, lint_sources
from flowdsl.linter.select import Selection
from flowdsl.yamlread.sources import Source

HEAD = "apiVersion: tekton.dev/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec:\n"
EVERYTHING = Options(selection=Selection(select=("ALL",)))


def task(spec: str, name: str = "t", image: str = "alpine:3.20") -> str:
    return HEAD.format(kind="Task", name=name) + spec + f"\n  steps: [{{name: s, image: '{image}', command: [ls]}}]\n"


def pipeline(spec: str) -> str:
    return HEAD.format(kind="Pipeline", name="p") + spec + "\n"


ONE = "  tasks: [{name: a, taskRef: {name: t}}]"
BETA = (
    "apiVersion: tekton.dev/v1beta1\nkind: Pipeline\nmetadata: {name: p}\nspec: {tasks: [{name: a, taskRef: {name: t}"
)
RULES = {
    "no-duplicate-param": (task("  params: [{name: a}, {name: a}]"), "FLOW213"),
    "no-invalid-name": (task("", name="Not_A_Name"), "FLOW204"),
    "no-invalid-param-type": (task("  params: [{name: a, type: text}]"), "FLOW220"),
    "no-pipeline-missing-parameters": (
        pipeline("  tasks: [{name: a, taskRef: {name: t}, params: [{name: x, value: $(params.no)}]}]"),
        "FLOW222",
    ),
    "no-pipeline-missing-task": (task("", name="other") + "---\n" + pipeline(ONE), "FLOW315"),
    "no-pipeline-task-cycle": (
        pipeline(
            "  tasks: [{name: a, taskRef: {name: t}, runAfter: [b]}, {name: b, taskRef: {name: t}, runAfter: [a]}]"
        ),
        "FLOW233",
    ),
    "no-extra-param": (
        task("") + "---\n" + pipeline("  tasks: [{name: a, taskRef: {name: t}, params: [{name: more, value: x}]}]"),
        "FLOW310",
    ),
    "no-missing-param": (task("  params: [{name: a}]") + "---\n" + pipeline(ONE), "FLOW311"),
    "no-missing-workspace": (task("  workspaces: [{name: w}]") + "---\n" + pipeline(ONE), "FLOW314"),
    "no-undefined-result": (
        task("")
        + "---\n"
        + pipeline(
            "  tasks: [{name: a, taskRef: {name: t}},"
            " {name: b, taskRef: {name: t}, params: [{name: x, value: $(tasks.a.results.no)}]}]"
        ),
        "FLOW313",
    ),
    "no-duplicate-resource": (task("") + "---\n" + task(""), "FLOW316"),
    "no-resourceversion": (task("").replace("{name: t}", "{name: t, resourceVersion: '3'}"), "FLOW317"),
    "no-duplicate-env": (
        task("").replace("command:", "env: [{name: A, value: b}, {name: A, value: c}], command:"),
        "FLOW308",
    ),
    "no-undefined-volume": (
        task("").replace("command:", "volumeMounts: [{name: v, mountPath: /v}], command:"),
        "FLOW307",
    ),
    "no-latest-image": (task("", image="alpine:latest"), "FLOW322"),
    "prefer-beta": (task("").replace("tekton.dev/v1\n", "tekton.dev/v1alpha1\n"), "FLOW406"),
    "prefer-kebab-case": (pipeline("  params: [{name: notKebab}]\n" + ONE), "FLOW345"),
    "no-unused-param": (task("  params: [{name: a}]"), "FLOW304"),
    "no-missing-resource": (BETA + ", resources: {inputs: [{name: r, resource: no}]}}]}\n", "FLOW206"),
    "no-undefined-param": (task("").replace("[ls]", "[$(params.no)]"), "FLOW222"),
    "prefer-when-expression": (BETA + ", conditions: [{conditionRef: c}]}]}\n", "FLOW206"),
    "no-deprecated-resource": (
        BETA.replace("{tasks:", "{resources: [{name: r, type: git}], tasks:") + "}]}\n",
        "FLOW206",
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_what_the_rule_is_about_is_told(rule: str) -> None:
    text, code = RULES[rule]
    found = {place.code for _, place in iterate(lint_sources([Source("x.yaml", text)], EVERYTHING))}
    assert code in found
