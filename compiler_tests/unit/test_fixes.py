"""A fix is an object on its finding: what lint --fix makes, and what SARIF and JSON carry of it."""

from __future__ import annotations

import json

import pytest

from flowdsl.linter.engine import Options, lint_sources
from flowdsl.linter.fix import apply, edits
from flowdsl.linter.jsonl import check_line
from flowdsl.linter.mend import mend
from flowdsl.linter.report import as_json, as_sarif
from flowdsl.linter.rules import RULES
from flowdsl.linter.select import Selection
from flowdsl.yamlread.documents import Document
from flowdsl.yamlread.sources import Source

TASK = "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec:\n"
STEP = "  steps:\n    - image: alpine:3.20\n      command: [echo]\n"
ORDER = "kind: Task\napiVersion: tekton.dev/v1\n# of the spec\nspec:\n" + STEP + "metadata: {name: t}\n"
# What is wrong, and what is right after the fix.
MENDED = {
    "FLOW201": (f"{TASK}{STEP}      agrs: [x]\n", f"{TASK}{STEP}      args: [x]\n"),
    "FLOW220": (
        f"{TASK}  params:\n    - {{name: p, type: array, default: [a, 1, yes]}}\n{STEP}      args: ['$(params.p[*])']\n",
        f'{TASK}  params:\n    - {{name: p, type: array, default: [a, "1", "yes"]}}\n{STEP}'
        "      args: ['$(params.p[*])']\n",
    ),
    "FLOW302": (f"{TASK}{STEP}      args: [a, 8080]\n", f'{TASK}{STEP}      args: [a, "8080"]\n'),
    "FLOW303": (f"{TASK}{STEP}      workingdir: /w\n", f"{TASK}{STEP}      workingDir: /w\n"),
    "FLOW330": (
        f"{TASK}  params:\n    - {{name: p, default: 1.10}}\n{STEP}      args: [$(params.p)]\n",
        f'{TASK}  params:\n    - {{name: p, default: "1.10"}}\n{STEP}      args: [$(params.p)]\n',
    ),
    "FLOW331": (
        f"{TASK}  params:\n    - {{name: p, default: [a, 1]}}\n{STEP}      args: ['$(params.p[*])']\n",
        f"{TASK}  params:\n    - {{name: p, default: [a, \"1\"]}}\n{STEP}      args: ['$(params.p[*])']\n",
    ),
    "FLOW346": (
        ORDER,
        "apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\n# of the spec\nspec:\n" + STEP,
    ),
}


def told(text: str, code: str) -> list[Document]:
    return lint_sources([Source("t.yaml", text)], Options(selection=Selection(select=(code,))))


def test_these_are_all_rules_that_have_a_fix() -> None:
    assert {code for code, rule in RULES.items() if rule.fix} == set(MENDED)


@pytest.mark.parametrize("code", MENDED)
def test_a_fix_mends_its_finding(code: str) -> None:
    wrong, right = MENDED[code]
    found = told(wrong, code)
    assert [finding.fix is not None and finding.fix.safe for each in found for finding in each.shown] == [True]
    assert apply(wrong, edits(found, wrong)) == right
    assert mend(Source("t.yaml", wrong), found, Options(selection=Selection(select=(code,)))).text == right
    assert told(right, code)[0].shown == []


@pytest.mark.parametrize("code", sorted(set(MENDED) - {"FLOW346"}))
def test_sarif_replaces_what_the_fix_does(code: str) -> None:
    wrong, right = MENDED[code]
    data = json.loads(as_sarif(told(wrong, code), "1", {"t.yaml": wrong}))
    (result,) = data["runs"][0]["results"]
    (fix,) = result["fixes"]
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"] == {"uri": "t.yaml"}
    assert fix["description"]["text"]
    lines = wrong.split("\n")
    for each in sorted(change["replacements"], key=lambda one: one["deletedRegion"]["startColumn"], reverse=True):
        region = each["deletedRegion"]
        assert region["startLine"] == region["endLine"]
        line = lines[region["startLine"] - 1]
        new = each["insertedContent"]["text"]
        lines[region["startLine"] - 1] = line[: region["startColumn"] - 1] + new + line[region["endColumn"] - 1 :]
    assert "\n".join(lines) == right


def test_reports_carry_a_fix_and_nothing_of_what_is_quoted_or_moved() -> None:
    secret = 4711_0815
    text = f"{TASK}{STEP}      env: [{{name: PASSWORD, value: {secret}}}]\n"
    assert str(secret) not in as_sarif(told(text, "FLOW302"), "1", {"t.yaml": text})
    assert str(secret) not in as_json(told(text, "FLOW302"))
    moved = as_sarif(told(ORDER, "FLOW346"), "1", {"t.yaml": ORDER})
    assert "fixes" not in json.loads(moved)["runs"][0]["results"][0]


def test_json_and_jsonl_say_the_same_of_a_fix() -> None:
    step = {"image": "alpine:3.20", "comand": ["echo"]}
    document = {"apiVersion": "tekton.dev/v1", "kind": "Task", "metadata": {"name": "t"}, "spec": {"steps": [step]}}
    line = check_line(json.dumps({"id": 1, "doc": document}).encode(), Options())
    wanted = {
        "title": "rename it to 'command'",
        "safe": True,
        "changes": [{"path": "spec.steps[0].comand", "rename": "command"}],
    }
    assert [each["fix"] for each in json.loads(line)["findings"] if each["code"] == "FLOW201"] == [wanted]
    data = json.loads(as_json(told(json.dumps(document), "FLOW201")))
    assert [each["fix"] for each in data["documents"][0]["findings"]] == [wanted]


@pytest.mark.parametrize(
    "step",
    [
        "      onErr: continue\n      onError: continue\n",  # there is one of that name
        "      envs: []\n      x: &a {imag: y}\n",
    ],
)
def test_what_has_no_certain_answer_stays(step: str) -> None:
    text = f"{TASK}{STEP}{step}"
    found = told(text, "FLOW201")
    again = mend(Source("t.yaml", text), found, Options())
    assert "onErr: continue\n" in again.text if "onErr" in step else "x: &a {imag: y}" in again.text


def test_an_unlike_name_is_proposed_and_not_made() -> None:
    text = f"{TASK}{STEP}      mounts: []\n"
    found = told(text, "FLOW201")
    ((finding,),) = [each.shown for each in found]
    assert finding.fix is not None
    assert not finding.fix.safe
    assert edits(found, text) == []
