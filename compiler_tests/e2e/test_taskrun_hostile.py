"""What a step leaves behind is somebody else's input: nothing of it is followed, waited for, or taken for a bug."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from taskrun_support import Bench, message, results, verdict

from flowdsl.runner.contract import BoundWorkspace

FAILED = ("False", "StepFailed")
# How a path comes to be no file, and what the log says of it. P is the path.
ODD = {
    "pipe": ("mkfifo P", "it is a named pipe, not a file"),
    "link": ("ln -s /etc/passwd P", "it is a symbolic link, not a file"),
    "dangling": ("ln -s /nowhere P", "it is a symbolic link, not a file"),
    "endless": ("ln -s /dev/zero P", "it is a symbolic link, not a file"),
    "socket": (
        # Where nothing confines a step its /tmp is everyone's: the name is the shell's own.
        "python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' s.$$; mv s.$$ P",
        "it is a socket, not a file",
    ),
    "directory": ("mkdir P", "it is a directory, not a file"),
}


def step(script: str, name: str = "main", **more: Any) -> dict[str, Any]:
    return {"name": name, "image": "any", "script": f"set -e; cd /tmp\n{script}", **more}


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("on_error", ["stopAndFail", "continue"])
def test_a_result_that_is_no_file(kind: str, on_error: str, bench: Bench) -> None:
    script, told = ODD[kind]
    steps = [step(script.replace("P", "$(results.r.path)"), onError=on_error), step("true", "next")]
    status = bench.run({"results": [{"name": "r"}], "steps": steps})
    assert verdict(status) == FAILED
    assert message(status) == '"step-main" exited with code 1: Error'
    assert f"reading /tekton/results/r: {told}" in bench.log()
    assert "root:" not in str(status)


@pytest.mark.parametrize("kind", ODD)
def test_a_steps_own_result_that_is_no_file(kind: str, bench: Bench) -> None:
    script, told = ODD[kind]
    one = step(script.replace("P", "$(step.results.r.path)"), results=[{"name": "r"}])
    assert verdict(bench.run({"steps": [one]})) == FAILED
    assert f"reading /tekton/steps/step-main/results/r: {told}" in bench.log()


@pytest.mark.parametrize("kind", ODD)
def test_artifacts_that_are_no_file(kind: str, bench: Bench) -> None:
    script, told = ODD[kind]
    status = bench.run({"steps": [step(script.replace("P", "$(step.artifacts.path)"))]})
    assert verdict(status) == FAILED
    assert f"Error while handling step artifacts: {told}" in bench.log()


@pytest.mark.parametrize("kind", ODD)
def test_a_result_that_is_no_file_in_another_step(kind: str, bench: Bench) -> None:
    # The first step does not declare the result, so that nothing reads it before the second.
    place = "/tekton/steps/step-a/results/r" if bench.runner.executor.host().literal else "$(steps.a.results.r)"
    if not place.startswith("/"):
        pytest.skip("paths are literal in a namespace alone")
    steps = [
        step(ODD[kind][0].replace("P", place), "a"),
        {"name": "b", "image": "any", "command": ["echo"], "args": ["got $(steps.a.results.r)"]},
    ]
    bench.run({"steps": steps})
    assert f"result r of step a can't be read: {ODD[kind][1]}" in bench.log("b")
    assert "root:" not in bench.log("b")


@pytest.mark.parametrize("kind", ODD)
def test_an_exit_code_is_not_written_through_what_lies_there(kind: str, bench: Bench) -> None:
    victim = bench.folder / "victim"
    victim.write_text("as it was")
    path = "$(steps.step-main.exitCode.path)"
    script = ODD[kind][0].replace("/etc/passwd", str(victim)).replace("P", path)
    status = bench.run({"steps": [step(script), step("true", "next")]})
    assert verdict(status) == ("True", "Succeeded")
    assert victim.read_text() == "as it was"


@pytest.mark.parametrize("kind", ODD)
def test_a_stream_is_not_copied_through_what_lies_there(kind: str, bench: Bench) -> None:
    folder, victim = bench.folder / "w", bench.folder / "victim"
    victim.write_text("as it was")
    script = ODD[kind][0].replace("/etc/passwd", str(victim)).replace("P", "$(workspaces.w.path)/out")
    copied = {"path": "$(workspaces.w.path)/out"}
    spec = {"workspaces": [{"name": "w"}], "steps": [step(script), step("echo hi", "next", stdoutConfig=copied)]}
    status = bench.run(spec, workspaces={"w": folder})
    assert verdict(status) == FAILED
    assert ODD[kind][1] in bench.log("next")
    assert victim.read_text() == "as it was"


def test_a_stream_is_not_copied_out_of_its_volume(namespaced: Bench) -> None:
    outside = namespaced.folder / "outside"
    outside.mkdir()
    spec = {
        "workspaces": [{"name": "w"}],
        "steps": [
            step(f"ln -s {outside} $(workspaces.w.path)/logs"),
            step("echo hi", "linked", stdoutConfig={"path": "$(workspaces.w.path)/logs/out"}, onError="continue"),
        ],
    }
    assert verdict(namespaced.run(spec, workspaces={"w": namespaced.folder / "w"})) == FAILED
    away = {"path": str(outside / "out")}
    assert verdict(namespaced.run({"steps": [step("echo hi", stdoutConfig=away)]})) == ("True", "Succeeded")
    assert list(outside.iterdir()) == []


def test_a_script_is_not_written_through_what_lies_there(namespaced: Bench) -> None:
    victim = namespaced.folder / "victim"
    victim.write_text("as it was")
    provenance = '{"outputs": [{"name": "image", "values": [{"uri": "pkg:x"}]}]}'
    steps = [
        step(f"echo '{provenance}' > $(step.artifacts.path); ln -sf {victim} /tekton/scripts/script-1", "a"),
        step("echo '$(steps.a.outputs.image)'", "b"),
    ]
    status = namespaced.run({"steps": steps})
    assert verdict(status) == ("True", "Succeeded")
    assert '"uri":"pkg:x"' in namespaced.log("b")
    assert victim.read_text() == "as it was"


@pytest.mark.parametrize("name", ["results", "steps", "scripts", "home", "creds", "artifacts"])
def test_a_folder_that_a_step_exchanged_for_a_link_is_not_emptied(name: str, namespaced: Bench) -> None:
    precious = namespaced.folder / "precious"
    precious.mkdir()
    (precious / "file").write_text("kept")
    script = f"rm -rf /tekton/{name} || mv /tekton/{name} /tekton/x; ln -s {precious} /tekton/{name} || true"
    namespaced.run({"steps": [{"name": "main", "image": "any", "script": f"#!/bin/sh\n{script}"}]})
    assert (precious / "file").read_text() == "kept"
    assert verdict(namespaced.script("ls /tekton/results")) == ("True", "Succeeded")


def test_results_below_an_exchanged_folder_are_not_read(namespaced: Bench) -> None:
    script = "rm -rf /tekton/results; ln -s /etc /tekton/results"
    status = namespaced.run({"results": [{"name": "passwd"}], "steps": [step(script)]})
    assert verdict(status) == FAILED
    assert "root:" not in str(status)


def test_a_huge_result(bench: Bench) -> None:
    status = bench.run({"results": [{"name": "r"}], "steps": [step("truncate -s 100M $(results.r.path)")]})
    assert verdict(status) == FAILED
    assert "above max allowed size" in bench.log()


# The text of a result, and the value that Tekton reads (pkg/apis/pipeline/v1/param_types.go): None is the text itself.
TEXTS: dict[str, tuple[bytes, Any]] = {
    "deep": (b"[" * 1300 + b"]" * 1300, None),
    "deep object": (b'{"a":' + b"[" * 1300 + b"]" * 1300 + b"}", None),
    "numbers": (b"[1, 2]", None),
    "long number": (b"[" + b"9" * 3800 + b"]", None),
    "half a pair": (b'["\\ud800", "\\udc00a", "\\ud83d\\ude00"]', ["�", "�a", "😀"]),
    "half a pair as a key": (b'{"\\udfff": "\\ud800"}', {"�": "�"}),
    "a pair's bytes": (b'["\xed\xa0\x80"]', ["���"]),
    "cut in the middle": (b'["\xe2\x80"]', ["��"]),
    "nulls": (b'[null, "a"]', ["", "a"]),
    "null": (b"null", ""),
    "NaN": (b"[NaN]", None),
    "a NUL": (b'["\\u0000"]', ["\0"]),
    "white space first": (b' ["a"]', None),
    "a vertical tab first": (b'\x0b"a"', None),
}


@pytest.mark.parametrize("case", TEXTS)
@pytest.mark.parametrize("kind", ["string", "array", "object"])
def test_a_result_of_any_text(case: str, kind: str, bench: Bench, tmp_path: Path) -> None:
    data, value = TEXTS[case]
    (tmp_path / "data").write_bytes(data)
    spec = {"results": [{"name": "r", "type": kind}], "steps": [step(f"cat {tmp_path}/data > $(results.r.path)")]}
    status = bench.run(spec)
    text = data.decode("utf-8", "surrogateescape").translate(dict.fromkeys(range(55296, 57344), "�"))
    value = text if value is None or kind == "string" else value
    found = "array" if isinstance(value, list) else "object" if isinstance(value, dict) else "string"
    if found == kind:
        assert verdict(status) == ("True", "Succeeded")
        assert results(status) == {"r": value}
    else:
        assert verdict(status) == ("False", "TaskRunValidationFailed")
        expected = f'expected to be "{kind}" type but was initialized to a different type "{found}"'
        assert expected in message(status)


PROVENANCE: dict[str, tuple[str, Any]] = {
    "deep": ("[" * 2000, None),
    "no object": ("[1]", None),
    "values of another type": ('{"outputs": [{"name": "a", "values": 5}]}', None),
    "a value of another type": ('{"outputs": [{"name": "a", "values": ["x"]}]}', None),
    "a digest of another type": ('{"outputs": [{"name": "a", "values": [{"digest": {"sha256": 1}}]}]}', None),
    "a name of another type": ('{"outputs": [{"name": ["a"]}]}', None),
    "half a pair": ('{"outputs": [{"name": "\\ud800"}]}', {"outputs": [{"name": "�", "values": []}]}),
    "nulls": (
        '{"inputs": null, "outputs": [{"name": "a", "values": [null]}]}',
        {"outputs": [{"name": "a", "values": [{}]}]},
    ),
}


@pytest.mark.parametrize("case", PROVENANCE)
def test_artifacts_of_any_text(case: str, bench: Bench) -> None:
    text, wanted = PROVENANCE[case]
    (bench.folder / "data").write_text(text)
    status = bench.run({"steps": [step(f"cat {bench.folder}/data > $(step.artifacts.path)")]})
    assert verdict(status) == ("True", "Succeeded")
    assert status.get("artifacts") == wanted


def test_a_sub_path_of_a_volume_that_leads_out_of_it(bench: Bench) -> None:
    disk, outside = bench.folder / "disk", bench.folder / "outside"
    disk.mkdir()
    outside.mkdir()
    (disk / "away").symlink_to(outside)
    (disk / "real").mkdir()
    (disk / "inside").symlink_to("real")
    bench.cluster.claims["disk"] = disk
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "disk"}}]
    for sub_path, verdicts in (("inside", ("True", "Succeeded")), ("away", ("False", "CreateContainerConfigError"))):
        for mount in ({"subPath": sub_path}, {"subPathExpr": f"$(S)/{sub_path}"}, {"subPath": f"{sub_path}/new"}):
            mounts = [{"name": "v", "mountPath": "/mounted/part", **mount}]
            one = step("touch /mounted/part/x || true", volumeMounts=mounts, env=[{"name": "S", "value": "."}])
            status = bench.run({"volumes": volumes, "steps": [one]})
            assert verdict(status) == verdicts, mount
            if sub_path == "away":
                expected = 'failed to prepare subPath for volumeMount "v" of container "main": subPath '
                assert message(status).startswith(expected)
    assert list(outside.iterdir()) == []
    assert (disk / "real" / "new").is_dir()


@pytest.mark.parametrize("exchanged", ["w", "v"])
def test_a_sub_path_that_is_exchanged_before_it_is_mounted(exchanged: str, namespaced: Bench) -> None:
    """What was a folder when the paths were made is a link by the time a later step's mounts are."""
    disk, outside = namespaced.folder / "disk", namespaced.folder / "outside"
    outside.mkdir()
    for name in ("w", "v"):
        (disk / name).mkdir(parents=True)
    namespaced.cluster.claims["disk"] = disk
    spec = {
        "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "disk"}}],
        "workspaces": [{"name": "w"}],
        "steps": [
            step(
                f"rmdir /all/{exchanged}; ln -s {outside} /all/{exchanged}",
                "exchange",
                volumeMounts=[{"name": "v", "mountPath": "/all"}],
            ),
            step(
                "touch $(workspaces.w.path)/x /part/x",
                "use",
                volumeMounts=[{"name": "v", "mountPath": "/part", "subPath": "v"}],
            ),
        ],
    }
    work = BoundWorkspace("w", disk / "w", root=disk)
    status = namespaced.run(spec, bound=[work])
    assert verdict(status) == FAILED
    assert "it leads out of its folder" in namespaced.log("use")
    assert list(outside.iterdir()) == []
    assert not (disk / "w" / "x").exists()


@pytest.mark.parametrize("path", ["linked", "linked/new", "linked/new/er"])
def test_a_working_folder_is_not_made_outside_its_volume(path: str, bench: Bench) -> None:
    outside = bench.folder / "outside"
    outside.mkdir()
    folder = bench.folder / "w"
    folder.mkdir()
    (folder / "linked").symlink_to(outside)
    one = step("true", workingDir=f"$(workspaces.w.path)/{path}")
    bench.run({"workspaces": [{"name": "w"}], "steps": [one]}, workspaces={"w": folder})
    assert list(outside.iterdir()) == []


def test_a_mount_path_that_is_not_absolute_is_one_from_the_root(namespaced: Bench) -> None:
    mounts = [{"name": "v", "mountPath": "srv/mine"}]
    spec = {"volumes": [{"name": "v", "emptyDir": {}}], "steps": [step("echo x > /srv/mine/file", volumeMounts=mounts)]}
    assert verdict(namespaced.run(spec)) == ("True", "Succeeded")
