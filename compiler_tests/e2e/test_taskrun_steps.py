"""Steps of a TaskRun: what one hands to the next, StepActions, retries, streams, artifacts."""

from __future__ import annotations

import json
from typing import Any

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


def test_step_results_and_when(bench: Bench) -> None:
    status = bench.run(
        {
            "results": [{"name": "final", "value": "$(steps.one.results.word)"}],
            "steps": [
                step(
                    'printf hello > $(step.results.word.path); printf \'["a","b"]\' > $(step.results.list.path)',
                    "one",
                    results=[{"name": "word"}, {"name": "list", "type": "array"}],
                ),
                {
                    "name": "two",
                    "image": "x",
                    "command": ["sh", "-c", 'echo "$W $# $1 $2 $3"', "sh"],
                    "args": ["$(steps.one.results.word)!", "$(steps.one.results.list[*])"],
                    "env": [{"name": "W", "value": "$(steps.one.results.list[1])"}],
                },
                step(
                    "echo no",
                    "three",
                    when=[{"input": "$(steps.one.results.word)", "operator": "notin", "values": ["hello"]}],
                ),
                step(
                    "echo yes",
                    "four",
                    when=[{"input": "$(steps.one.results.word)", "operator": "in", "values": ["hello"]}],
                ),
            ],
        }
    )
    assert verdict(status) == SUCCEEDED, bench.log("two")
    assert results(status) == {"final": "hello"}
    assert bench.log("two") == "b 3 hello! a b\n"
    assert reasons(status)[2] == (0, "Completed", "Skipped")
    assert bench.log("four") == "yes\n"
    assert status["steps"][0]["results"] == [
        {"name": "list", "type": "array", "value": ["a", "b"]},
        {"name": "word", "type": "string", "value": "hello"},
    ]


def test_step_actions(bench: Bench) -> None:
    bench.cluster.step_actions["greet"] = {
        "params": [
            {"name": "who"},
            {"name": "greeting", "default": "hello $(params.who)"},
            {"name": "l", "type": "array"},
        ],
        "results": [{"name": "said"}],
        "env": [{"name": "TEXT", "value": "$(params.greeting)"}],
        "image": "any",
        "script": 'echo "$TEXT $#"; printf "%s" "$TEXT" > $(step.results.said.path)',
        "args": ["$(params.l[*])"],
    }
    given = [{"name": "who", "value": "$(params.name)"}, {"name": "l", "value": ["1", "2"]}]
    action = {"name": "say", "ref": {"name": "greet"}, "params": given}
    spec = {
        "params": [{"name": "name"}],
        "results": [{"name": "r", "value": "$(steps.say.results.said)"}],
        "steps": [action],
    }
    status = bench.run(spec, {"name": "Ada"})
    assert verdict(status) == SUCCEEDED
    assert bench.log("say") == "hello Ada 2\n"
    assert results(status) == {"r": "hello Ada"}
    spec["steps"] = [{**action, "params": given[1:]}]
    status = bench.run(spec, {"name": "Ada"})
    assert verdict(status) == ("False", "TaskRunResolutionFailed")
    assert message(status).endswith("non-existent params in Step: [who]")
    spec["steps"] = [{**action, "ref": {"name": "gone"}}]
    assert verdict(bench.run(spec, {"name": "Ada"})) == ("False", "TaskRunResolutionFailed")


def test_retries(bench: Bench) -> None:
    count = "$(workspaces.w.path)/count"
    status = bench.run(
        {
            "results": [{"name": "r"}],
            "steps": [step(f'echo "try $(context.task.retry-count)"; echo x >> {count}; printf n > $(results.r.path);'
                           f' test "$(cat {count} | wc -l)" -ge 3')],
            "workspaces": [{"name": "w"}],
        },
        workspaces={"w": bench.folder / "w"},
        retries=4,
    )  # fmt: skip
    assert verdict(status) == SUCCEEDED
    assert [one["conditions"][0]["reason"] for one in status["retriesStatus"]] == ["StepFailed", "StepFailed"]
    assert "retriesStatus" not in status["retriesStatus"][0]
    assert [one["podName"] for one in status["retriesStatus"]] == ["run-a-pod", "run-a-pod-retry1"]
    assert status["podName"] == "run-a-pod-retry2"
    assert bench.log() == "try 2\n"
    assert (bench.last / "attempt-0" / "main.log").read_text() == "try 0\n"


def test_streams_copied_into_files(bench: Bench) -> None:
    status = bench.run(
        {
            "workspaces": [{"name": "w"}],
            "steps": [
                step(
                    "echo out; echo err >&2",
                    stdoutConfig={"path": "$(workspaces.w.path)/logs/out"},
                    stderrConfig={"path": "$(workspaces.w.path)/logs/err"},
                )
            ],
        },
        workspaces={"w": bench.folder / "w"},
    )
    assert verdict(status) == SUCCEEDED
    assert (bench.folder / "w" / "logs" / "out").read_text() == "out\n"
    assert (bench.folder / "w" / "logs" / "err").read_text() == "err\n"
    assert sorted(bench.log().split()) == ["err", "out"]


def test_a_working_folder_is_made(bench: Bench) -> None:
    spec = {
        "workspaces": [{"name": "w"}],
        "steps": [step("echo x > here", workingDir="$(workspaces.w.path)/a/b"), step("pwd", "two", workingDir="sub")],
    }
    status = bench.run(spec, workspaces={"w": bench.folder / "w"})
    assert verdict(status) == SUCCEEDED
    assert (bench.folder / "w" / "a" / "b" / "here").exists()
    assert bench.log("two").strip().endswith("/workspace/sub")


def test_artifacts(bench: Bench) -> None:
    value = {"outputs": [{"name": "image", "values": [{"uri": "pkg:oci/x", "digest": {"sha256": "ab"}}]}]}
    status = bench.run(
        {
            "steps": [
                step(f"cat > $(step.artifacts.path) <<'EOF'\n{json.dumps(value)}\nEOF", "one"),
                step("echo '$(steps.one.outputs.image)'", "two"),
            ]
        }
    )
    assert verdict(status) == SUCCEEDED
    assert status["steps"][0]["outputs"] == value["outputs"]
    assert status["artifacts"]["outputs"] == value["outputs"]
    assert json.loads(bench.log("two")) == value["outputs"][0]["values"]


def test_workspaces_isolated_to_a_step(namespaced: Bench) -> None:
    status = namespaced.run(
        {
            "workspaces": [{"name": "w"}],
            "steps": [
                step(
                    "echo $(workspaces.w.path); touch /private/file",
                    "one",
                    workspaces=[{"name": "w", "mountPath": "/private"}],
                ),
                step("ls /private 2>/dev/null || ls /workspace", "two"),
            ],
        },
        workspaces={"w": namespaced.folder / "w"},
    )
    assert namespaced.log("one") == "/private\n"
    assert verdict(status) == SUCCEEDED
    assert "file" not in namespaced.log("two"), "a step that does not name it does not see what is in it"


def test_when_in_cel(bench: Bench) -> None:
    steps = [
        step("printf 3 > $(step.results.n.path)", "one", results=[{"name": "n"}]),
        step("echo ran", "two", when=[{"cel": "'$(params.p)' == 'a' && $(steps.one.results.n) > 2"}]),
        step("echo ran", "three", when=[{"cel": "'$(params.p)'.startsWith('b')"}]),
        step("echo ran", "four", when=[{"cel": "'a'"}]),
    ]
    status = bench.run({"params": [{"name": "p"}], "steps": steps}, {"p": "a"})
    assert verdict(status) == ("False", "StepFailed")
    assert [one for _, _, one in reasons(status)] == ["Completed", "Completed", "Skipped", "Error"]
    assert "is not evaluated to a boolean" in bench.log("four")


def test_a_task_finds_nothing_of_the_one_before(bench: Bench) -> None:
    look = "ls -AR /workspace /tekton/home /tekton/results /tekton/creds /tekton/artifacts; ls -ld /tekton/results"
    spec = {"steps": [step(look)]}
    assert verdict(bench.run(spec)) == SUCCEEDED
    clean = [line for line in bench.log().splitlines() if "total" not in line]
    for script in (
        "echo x > /workspace/left",
        "mkdir -p /workspace/deep/er; ln -s / /workspace/root",
        "echo x > /tekton/home/left",
        "echo x > /tekton/results/left; mkdir /tekton/results/folder; echo x > /tekton/results/folder/in",
        "echo x > /tekton/other",
        "chmod 711 /tekton/results",
        "rmdir /tekton/creds",
    ):
        assert verdict(bench.script(script)) == SUCCEEDED, bench.log()
        assert verdict(bench.run(spec)) == SUCCEEDED
        after = [line for line in bench.log().splitlines() if "total" not in line]
        assert [line.split()[0] for line in after if line][:-1] != [], "there is something to compare"
        assert _without_times(after) == _without_times(clean), script


def _without_times(lines: list[str]) -> list[str]:
    """Listings that only say what is there, and with which rights: numbered folders and times may differ."""
    kept = []
    for line in lines:
        words = line.split()
        kept.append(words[0] if line.startswith(("d", "-")) else line.rpartition("/")[2])
    return kept
