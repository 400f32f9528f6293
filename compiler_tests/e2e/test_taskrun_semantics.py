"""TaskRuns run as processes of this machine: what a task sees, and what its status says."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from taskrun_support import Bench, message, results, verdict

SUCCEEDED = ("True", "Succeeded")


def step(script: str, name: str = "main", **more: Any) -> dict[str, Any]:
    return {"name": name, "image": "any", "script": script, **more}


def reasons(status: dict[str, Any]) -> list[tuple[int, str, str]]:
    found = []
    for one in status["steps"]:
        ended = one["terminated"]
        found.append((ended["exitCode"], ended["reason"], one["terminationReason"]))
    return found


def test_params_results_and_workspaces(bench: Bench) -> None:
    status = bench.run(
        {
            "params": [{"name": "who"}, {"name": "list", "type": "array"}, {"name": "o", "properties": {"k": {}}}],
            "results": [{"name": "text"}, {"name": "list", "type": "array"}, {"name": "o", "properties": {"a": {}}}],
            "workspaces": [{"name": "data"}, {"name": "extra", "optional": True}],
            "steps": [
                step(
                    'printf "$(params.who) $(params.o.k) $(params.list[1])" > $(results.text.path)\n'
                    'printf \'["x","y"]\' > $(results.list.path)\n'
                    'printf \'{"a":"1"}\' > $(results["o"].path)\n'
                    "echo kept > $(workspaces.data.path)/file\n"
                    'test "$(workspaces.extra.bound)-$(workspaces.extra.path)" = "false-"\n'
                    'test "$(workspaces.data.bound) $(workspaces.data.volume)" = "true ws-data"\n'
                    'test "$(context.taskRun.name)/$(context.taskRun.namespace)/$(context.taskRun.uid)" = run-a/ns/u-1\n'
                    'test "$(context.task.name) $(context.task.retry-count)" = "task-a 0"\n'
                )
            ],
        },
        {"who": "it's", "list": ["p", "q"], "o": {"k": "v"}},
        {"data": bench.folder / "data"},
    )
    assert verdict(status) == SUCCEEDED, bench.log()
    assert results(status) == {"text": "it's v q", "list": ["x", "y"], "o": {"a": "1"}}
    assert (bench.folder / "data" / "file").read_text() == "kept\n"
    assert status["podName"] == "run-a-pod"
    assert message(status) == "All Steps have completed executing"


def test_the_folder_of_a_step_goes_by_its_number_too(bench: Bench) -> None:
    tekton = "$(steps.step-first.exitCode.path)"
    status = bench.run(
        {
            "steps": [
                step("exit 7", "first", onError="continue"),
                step(f'folder=$(dirname $(dirname {tekton})); test "$(cat $folder/0/exitCode)" = 7', "second"),
            ]
        }
    )
    assert verdict(status) == SUCCEEDED, bench.log("second")


def test_a_step_mounts_the_volume_of_a_workspace(bench: Bench) -> None:
    folder = bench.folder / "whole"
    mount = {"name": "$(workspaces.data.volume)", "mountPath": "/whole"}
    script = 'echo x > /whole/made; cat "$(workspaces.data.path)/made"'
    status = bench.run(
        {"workspaces": [{"name": "data"}], "steps": [step(script, volumeMounts=[mount])]}, workspaces={"data": folder}
    )
    assert verdict(status) == SUCCEEDED, message(status)
    assert (folder / "made").read_text() == "x\n"


def test_literal_paths_are_the_steps_own(bench: Bench) -> None:
    status = bench.run(
        {
            "results": [{"name": "r"}],
            "workspaces": [{"name": "data"}, {"name": "far", "mountPath": "/some/where"}],
            "steps": [
                step("echo one > /workspace/data/a; echo two > /some/where/b; echo mine > /workspace/scratch"),
                step("cat /workspace/data/a /some/where/b /workspace/scratch > /tekton/results/r", "two"),
            ],
        },
        workspaces={"data": bench.folder / "d", "far": bench.folder / "f"},
    )
    assert verdict(status) == SUCCEEDED, bench.log()
    assert results(status) == {"r": "one\ntwo\nmine\n"}
    assert not Path("/some").exists(), "nothing appears on the machine itself"
    assert not Path("/tekton").exists()


def test_the_environment_is_clean_and_python_is_ours(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWDSL_TEST_LEAK", "leaked")
    status = bench.run(
        {
            "results": [{"name": "env"}, {"name": "python"}],
            "steps": [
                step(
                    "#!/usr/bin/env python3\nimport json, os, sys\n"
                    "open('/tekton/results/env', 'w').write(json.dumps(sorted(os.environ)))\n"
                    "open('/tekton/results/python', 'w').write(sys.prefix)\n",
                    env=[{"name": "MINE", "value": "1"}],
                )
            ],
        }
    )
    assert verdict(status) == SUCCEEDED, bench.log()
    names = set(json.loads(str(results(status)["env"]))) - {"LC_CTYPE", "__CF_USER_TEXT_ENCODING"}
    assert names == {"HOME", "HOSTNAME", "MINE", "PATH"}
    assert results(status)["python"] == sys.prefix


def test_an_interpreter_that_is_elsewhere_in_the_image(bench: Bench) -> None:
    status = bench.script("#!/opt/image/only/python3 -u\nprint('ran')\n")
    assert verdict(status) == SUCCEEDED
    assert bench.log() == "ran\n"


def test_variables_of_the_environment(bench: Bench) -> None:
    bench.cluster.secrets["token"] = {"value": b"hunter2-long", "other": b"x-other-y"}
    bench.cluster.config_maps["settings"] = {"COLOUR": b"green", "bad name": b"skipped"}
    status = bench.run(
        {
            "stepTemplate": {"env": [{"name": "BASE", "value": "base"}, {"name": "OVER", "value": "template"}]},
            "steps": [
                {
                    "name": "main",
                    "image": "any",
                    "command": ["sh", "-c", 'echo "$1|$2|$3|$OVER|$S_COLOUR|$GONE|$POD|$LABEL"', "sh"],
                    "args": ["$(BASE)/$(OVER)", "$$(BASE)", "$(NOT_THERE)"],
                    "env": [
                        {"name": "OVER", "value": "$(BASE)+step"},
                        {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "token", "key": "value"}}},
                        {
                            "name": "GONE",
                            "valueFrom": {"configMapKeyRef": {"name": "no", "key": "k", "optional": True}},
                        },
                        {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                        {"name": "LABEL", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}},
                    ],
                    "envFrom": [{"prefix": "S_", "configMapRef": {"name": "settings"}}],
                },
                step(
                    'echo "token $TOKEN"; echo "$TOKEN" | tr a-z A-Z', "two", env=[_secret("TOKEN", "token", "value")]
                ),
            ],
        },
        meta={"labels": {"app": "sonic"}},
    )
    assert verdict(status) == SUCCEEDED, bench.log()
    assert bench.log() == "base/base+step|$(BASE)|$(NOT_THERE)|base+step|green||run-a-pod|sonic\n"
    assert bench.log("two") == "token ***\nHUNTER2-LONG\n", "the value is masked, not what a task makes of it"
    assert "hunter2" not in str(bench.watcher.lines)


def _secret(name: str, secret: str, key: str) -> dict[str, Any]:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def test_volumes_of_each_kind(bench: Bench) -> None:
    bench.cluster.secrets["creds"] = {"user": b"ada", "password": b"pass-word-1"}
    bench.cluster.config_maps["conf"] = {"a.txt": b"A", "b.txt": b"B"}
    bench.cluster.claims["disk"] = bench.folder / "disk"
    (bench.folder / "disk" / "sub").mkdir(parents=True)
    names = ["creds", "conf", "disk", "tmp", "all", "down"]
    mounts = [{"name": name, "mountPath": f"/mounted/{name}"} for name in names]
    mounts.append({"name": "disk", "mountPath": "/mounted/part", "subPath": "sub/$(params.p)"})
    status = bench.run(
        {
            "params": [{"name": "p", "default": "deep"}],
            "results": [{"name": "seen"}],
            "volumes": [
                {"name": "creds", "secret": {"secretName": "creds", "items": [{"key": "user", "path": "in/user"}]}},
                {"name": "conf", "configMap": {"name": "conf"}},
                {"name": "disk", "persistentVolumeClaim": {"claimName": "disk"}},
                {"name": "tmp", "emptyDir": {}},
                {
                    "name": "all",
                    "projected": {"sources": [{"secret": {"name": "creds"}}, {"configMap": {"name": "conf"}}]},
                },
                {"name": "down", "downwardAPI": {"items": [{"path": "n", "fieldRef": {"fieldPath": "metadata.name"}}]}},
            ],
            "stepTemplate": {"volumeMounts": mounts},
            "steps": [
                step("echo x > /mounted/tmp/x; echo y > /mounted/disk/y; echo z > /mounted/part/z"),
                step(
                    "cat /mounted/creds/in/user /mounted/conf/a.txt /mounted/tmp/x /mounted/all/password"
                    " /mounted/all/b.txt /mounted/down/n > $(results.seen.path); ls /mounted/conf",
                    "two",
                ),
            ],
        }
    )
    assert verdict(status) == SUCCEEDED, bench.log()
    assert results(status) == {"seen": "adaAx\npass-word-1Brun-a-pod"}
    assert bench.log("two") == "a.txt\nb.txt\n"
    assert (bench.folder / "disk" / "y").read_text() == "y\n"
    assert (bench.folder / "disk" / "sub" / "deep" / "z").read_text() == "z\n"


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ({"env": [_secret("A", "no", "k")]}, 'secret "no" not found'),
        ({"env": [_secret("A", "there", "no")]}, "couldn't find key no in Secret there"),
        ({"volumeMounts": [{"name": "v", "mountPath": "/v"}]}, 'configmap "gone" not found'),
        ({"volumeMounts": [{"name": "w", "mountPath": "/w"}]}, 'persistentvolumeclaim "gone" not found'),
    ],
)
def test_what_a_container_needs_and_is_not_there(bench: Bench, spec: dict[str, Any], text: str) -> None:
    bench.cluster.secrets["there"] = {}
    volumes = [
        {"name": "v", "configMap": {"name": "gone"}},
        {"name": "w", "persistentVolumeClaim": {"claimName": "gone"}},
    ]
    status = bench.run({"volumes": volumes, "steps": [step("echo no"), step("echo no", "two", **spec)]})
    assert verdict(status) == ("False", "CreateContainerConfigError")
    assert message(status) == text
    assert not (bench.last / "main.log").exists(), "no step has started"


def test_a_step_fails_and_the_rest_is_skipped(bench: Bench) -> None:
    status = bench.run(
        {
            "results": [{"name": "r"}],
            "steps": [
                step("printf early > $(results.r.path); exit 7", "one", onError="continue"),
                step('echo "before: $(cat $(steps.step-one.exitCode.path))"; exit 3', "two"),
                step("echo never", "three"),
            ],
        }
    )
    assert verdict(status) == ("False", "StepFailed")
    assert message(status) == '"step-two" exited with code 3: Error'
    assert reasons(status) == [(7, "Completed", "Continued"), (3, "Error", "Error"), (1, "Error", "Skipped")]
    assert results(status) == {"r": "early"}, "a failed TaskRun keeps its results"
    assert bench.log("two") == "before: 7\n"
    assert bench.watcher.events == [
        ("attempt", 0),
        ("started", "one"),
        ("finished", "one", 7, "Continued"),
        ("started", "two"),
        ("finished", "two", 3, "Error"),
        ("finished", "three", 1, "Skipped"),
    ]


def test_a_command_that_is_not_there_fails_even_where_errors_are_passed_over(bench: Bench) -> None:
    steps = [{"name": "main", "image": "x", "command": ["no-such-program"], "onError": "continue"}]
    status = bench.run({"steps": steps})
    assert verdict(status) == ("False", "StepFailed")
    assert 'Error executing command: exec: "no-such-program": executable file not found in $PATH' in bench.log()


def test_an_image_without_a_command(bench: Bench) -> None:
    status = bench.run({"steps": [{"name": "main", "image": "busybox"}]})
    assert verdict(status) == ("False", "PodCreationFailed")
    assert "neither script nor command" in message(status)


def test_a_script_stops_at_its_first_error_without_a_shebang(bench: Bench) -> None:
    assert verdict(bench.script("false\necho never"))[0] == "False"
    assert bench.log() == ""
    assert verdict(bench.script("#!/bin/sh\nfalse\necho here")) == SUCCEEDED
    assert bench.log() == "here\n"


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({}, "missing values for these params which have no default values: [a]"),
        ({"a": ["x"]}, "param types don't match the user-specified type: [a]"),
        (
            {"a": "x", "o": {"k": "v"}},
            "missing keys for these params which are required in ParamSpec's properties map[o:[l]]",
        ),
        ({"a": "x", "n": ["1"]}, None),
    ],
)
def test_params_that_do_not_fit(bench: Bench, params: dict[str, Any], text: str | None) -> None:
    spec = {
        "params": [
            {"name": "a"},
            {"name": "o", "type": "object", "properties": {"k": {}, "l": {}}, "default": {"k": "", "l": ""}},
            {"name": "n", "type": "array", "default": ["1", "2"]},
        ],
        "steps": [step("echo $(params.n[1])")],
    }
    if params.get("o"):
        spec["params"][1].pop("default")  # type: ignore[union-attr]
    status = bench.run(spec, params)
    assert verdict(status) == ("False", "TaskRunValidationFailed")
    start = "[User error] invalid input params for task task-a: "
    assert message(status) == (
        f"{start}{text}" if text else "[User error] non-existent param references:[$(params.n[1])]"
    )


def test_a_workspace_that_is_not_bound_and_overrides_of_nothing(bench: Bench) -> None:
    status = bench.run({"workspaces": [{"name": "w"}], "steps": [step("true")]})
    assert message(status) == '[User error] declared workspace "w" is required but has not been bound'
    status = bench.run({"steps": [step("true")]}, stepSpecs=[{"name": "x", "computeResources": {}}])
    assert message(status) == "[User error] invalid StepOverride: No Step named x"


def test_a_value_outside_its_enum(bench: Bench) -> None:
    status = bench.run({"params": [{"name": "e", "enum": ["a", "b"]}], "steps": [step("true")]}, {"e": "c"})
    assert verdict(status) == ("False", "InvalidParamValue")
