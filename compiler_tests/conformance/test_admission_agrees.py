"""The oracle itself: it says of the shared cases what their labels say, and judges as a webhook does."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest
from gobuild import HERE, run_go
from oracle import UnknownKindError, Verdict, admit, admit_yaml, known_kinds

from flowdsl.check import Report
from flowdsl.check.conversion import to_v1
from flowdsl.kinds import is_tekton, model_for

CASES = Path(__file__).parents[3] / "shared" / "admission" / "cases.jsonl.gz"

pytestmark = pytest.mark.usefixtures("admission")

STEP = {"name": "s", "image": "alpine"}


def task(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "tekton.dev/v1", "kind": "Task", "metadata": {"name": "t"}, "spec": {"steps": [STEP], **spec}}


def test_it_agrees_with_the_labels() -> None:
    if not CASES.exists():
        pytest.skip(f"the shared admission cases are not at {CASES}")
    with gzip.open(CASES, "rt", encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    verdicts = admit(case["doc"] for case in cases)
    # Two known causes of difference are not about rules. The labels were read with a YAML reader that turns numbers
    # into text where the type wants text, the webhook's JSON decoder does not; and the webhook writes the defaulted
    # object again, which a param without a value does not survive.
    other_reader = ("of type string", "impossible ParamValues.Type")
    # Beyond those, the labels come from a later commit than the release.
    differing = [
        f"{case['id']}: labelled {case['accepted']} ({case['message']}), release says {verdict.message or 'accepted'}"
        for case, verdict in zip(cases, verdicts, strict=True)
        if case["accepted"] != verdict.accepted and not any(words in verdict.message for words in other_reader)
    ]
    assert len(differing) <= len(cases) // 1000, "\n".join(differing)


def test_defaults_and_unknown_fields() -> None:
    fine, unknown, unnamed = admit([task(), task(stepz=[]), task(params=[{"name": ""}])])
    assert fine == Verdict(True, "")
    assert not unknown.accepted
    assert 'unknown field "stepz"' in unknown.message
    assert not unnamed.accepted


def test_documents_of_others_are_not_seen() -> None:
    (verdict,) = admit([{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}])
    assert verdict == Verdict(True, "", seen=False)


@pytest.mark.parametrize("version", ["tekton.dev/v1", "tekton.dev/v1alpha1", "resolution.tekton.dev/v1"])
def test_a_kind_that_the_webhook_does_not_know_is_no_verdict(version: str) -> None:
    with pytest.raises(UnknownKindError, match="Tusk"):
        admit([task(), {"apiVersion": version, "kind": "Tusk"}])


def test_it_knows_every_kind_of_the_webhook(admission: Path) -> None:
    """The webhooks' own lists, as their source in the modules has them."""
    listed = listed_by("github.com/tektoncd/pipeline")
    wanted = {
        f"{'resolution.' if package.startswith('resolution') else ''}tekton.dev/{package.removeprefix('resolution')} {kind}"
        for package, kind in listed
    }
    assert len(wanted) >= 14
    triggers = {f"triggers.tekton.dev/{package} {kind}" for package, kind in listed_by("github.com/tektoncd/triggers")}
    assert len(triggers) >= 12
    assert known_kinds() == wanted | triggers


def listed_by(module: str) -> list[tuple[str, str]]:
    """The package and the kind of all that the webhook of a module is asked about."""
    where = run_go(["go", "list", "-mod=mod", "-m", "-f", "{{.Dir}}", module], HERE / "admission")
    source = (Path(where.strip()) / "cmd/webhook/main.go").read_text(encoding="utf-8")
    return re.findall(r"^\t(\w+)\.SchemeGroupVersion\.WithKind\(\"(\w+)\"\):", source, re.MULTILINE)


def test_we_have_a_word_for_every_kind_of_the_webhook() -> None:
    for each in sorted(known_kinds()):
        version, kind = each.split()
        assert is_tekton(version)
        data = to_v1({"apiVersion": version, "kind": kind, "metadata": {"name": "x"}}, Report())
        assert model_for(kind, data["apiVersion"])


def test_yaml_is_read_as_kubectl_reads_it(kubeyaml: Path) -> None:
    text = b"# two documents\napiVersion: tekton.dev/v1\nkind: Task\nmetadata: {name: t}\nspec:\n  steps:\n"
    steps = b"  - {name: s, image: alpine}\n"
    assert [v.accepted for v in admit_yaml(text + steps + b"---\n" + text)] == [True, False]


def test_feature_flags_are_honoured() -> None:
    """A Task that needs alpha fields is taken with alpha on and not without."""
    alpha = task(steps=[{"ref": {"name": "x"}, "name": "s"}])
    stable_gated = {
        "apiVersion": "tekton.dev/v1",
        "kind": "Pipeline",
        "metadata": {"name": "p"},
        "spec": {
            "tasks": [{"name": "nested", "pipelineSpec": {"tasks": [{"name": "a", "taskSpec": {"steps": [STEP]}}]}}]
        },
    }
    assert admit([alpha])[0].accepted
    assert not admit([stable_gated])[0].accepted
    assert admit([stable_gated], api_fields="alpha")[0].accepted
