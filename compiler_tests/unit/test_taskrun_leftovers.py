"""What is still a reference when all values are in: Tekton makes no pod of it."""

from __future__ import annotations

from typing import Any

import pytest

from flowdsl.runner.taskrun.leftovers import check_leftovers
from flowdsl.runner.taskrun.params import RefusedError

OBJECT = {"name": "o", "type": "object", "properties": {"k": {"type": "string"}}}
ARRAY = {"name": "list", "type": "array"}
RESULT = {"name": "out"}
START = 'PodCreationFailed: failed to create task run pod "run": '


def refusal(step: dict[str, Any], *params: dict[str, Any], ref: dict[str, Any] | None = None, **spec: Any) -> str:
    """What Tekton says of a Task with one step, between `pod "run": ` and ` Maybe`."""
    step = {"name": "s", "image": "i", **step}
    whole = {"steps": [step], "params": list(params), "results": [RESULT], **spec}
    run: dict[str, Any] = {"metadata": {"name": "run", "namespace": "ns"}, "spec": {"taskRef": ref} if ref else {}}
    try:
        check_leftovers(whole, [step], run)
    except RefusedError as error:
        return f"{error.reason}: {error.message}".removeprefix(START)
    return ""


@pytest.mark.parametrize(
    ("step", "problem", "where"),
    [
        ({"args": ["a", "$(params.o.other)"]}, 'non-existent variable in "$(params.o.other)"', "steps[0].args[1]"),
        ({"script": "echo $(params.gone)"}, 'non-existent variable in "echo $(params.gone)"', "steps[0].script"),
        ({"image": "$(params['gone'])"}, "non-existent variable in \"$(params['gone'])\"", "steps[0].image"),
        ({"env": [{"name": "E", "value": "$(params.x)"}]}, 'non-existent variable in "$(params.x)"', "steps[0].env[E]"),
        (
            {"volumeMounts": [{"name": "v", "mountPath": "/$(params.x)"}]},
            'non-existent variable in "/$(params.x)"',
            "steps[0].volumeMount[0].MountPath",
        ),
        ({"workingDir": "$(params.list[*])"}, 'variable type invalid in "$(params.list[*])"', "steps[0].workingDir"),
        (
            {"command": ["x$(params.list[*])"]},
            'variable is not properly isolated in "x$(params.list[*])"',
            "steps[0].command[0]",
        ),
        ({"script": "$(params.o)"}, 'variable type invalid in "$(params.o)"', "steps[0].script"),
        ({"script": "$(context.task.uid)"}, 'non-existent variable in "$(context.task.uid)"', "steps[0].script"),
        ({"script": "a\n$(results.no.path)"}, 'non-existent variable in "a\\n$(results.no.path)"', "steps[0].script"),
        (
            {"script": "$(step.results.r.path)", "results": [{"name": "q"}]},
            'non-existent variable in "$(step.results.r.path)"',
            "steps[0].script",
        ),
        ({"image": ""}, "missing field(s)", "steps[0].Image"),
        (
            {"script": "$(steps.a.results.r)"},
            "stepResult substitutions are only allowed in env, command and args. Found usage in",
            "steps[0].script",
        ),
        (
            {"args": ["$(params.a.b.c)"]},
            'Invalid referencing of parameters in "$(params.a.b.c)"! Only two dot-separated components after the '
            'prefix "params" are allowed.',
            "steps[0].args[0]",
        ),
    ],
)
def test_a_reference_that_is_left_ends_the_task_run(step: dict[str, Any], problem: str, where: str) -> None:
    assert refusal(step, OBJECT, ARRAY) == f"{problem}: {where}. Maybe invalid TaskSpec"


@pytest.mark.parametrize(
    "step",
    [
        {"script": "$(workspaces.w.path) $(tasks.a.outputs.b) $(anything) $(HOME)"},
        {"args": ["$(steps.a.results.r)"], "env": [{"name": "E", "value": "$(steps.a.results.r[0])"}]},
        {"script": "$(results.gone"},
    ],
)
def test_what_tekton_does_not_look_for_stays(step: dict[str, Any]) -> None:
    assert refusal(step, OBJECT, ARRAY) == ""


def test_several_are_told_together_and_the_task_is_named() -> None:
    step = {"args": ["$(params.x)", "$(params.x)"], "script": "$(params.y)"}
    assert refusal(step, ref={"name": "build"}) == (
        'non-existent variable in "$(params.x)": steps[0].args[0], steps[0].args[1]\n'
        'non-existent variable in "$(params.y)": steps[0].script. Maybe missing or invalid Task ns/build'
    )


def test_an_object_without_properties_and_two_sidecars_of_one_name() -> None:
    bare = {"name": "o", "type": "object"}
    assert "missing field(s): o.properties" in refusal({}, bare)
    twice = [{"image": "i"}, {"name": "", "image": "i"}]
    assert 'Duplicate value: "sidecar": spec.containers[2].name' in refusal({}, sidecars=twice)
