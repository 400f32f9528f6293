"""A step can change nothing on the machine but its volumes, and sees none of the user's secrets: as root and as a user."""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from run_support import FLOWDSL, MARKS, marks, yaml_run
from taskrun_support import Bench

import flowdsl.runner.taskrun
from flowdsl.runner.taskrun import Runner, Sight, process_runner

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")

ATTACK = Path(__file__).with_name("confined_attack.py")
# Another user, as far as the runner can tell: it has no rights of root, and makes a user namespace of its own.
AS_USER = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
LANDLOCK_SCOPES = 6


@attrs.frozen
class Machine:
    """A user's home with secrets in it, and a project there."""

    home: Path
    project: Path
    prefix: tuple[str, ...]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "HOME": str(self.home)}
        return subprocess.run(
            [*self.prefix, *FLOWDSL, "run", *arguments],
            cwd=self.project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )


@pytest.fixture(params=["as it is", "user"])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    prefix = AS_USER if request.param == "user" else ()
    if prefix and (os.getuid() != 0 or shutil.which("unshare") is None):
        pytest.skip("it is a user already, or there is no unshare")
    if prefix and subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("no user namespace can be made here")
    home = tmp_path / "home"
    for name in (".ssh/id_x", ".aws/credentials", ".netrc", ".config/gcloud/credentials.db"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("kept-by-the-user")
    project = home / "project"
    other = project / ".flowdsl" / "runs" / "other"
    other.mkdir(parents=True)
    (other / "journal.jsonl").write_text("kept-by-the-user\n")
    made = Machine(home, project, prefix)
    yaml_run(
        project / "probe.yaml",
        [{"name": "a", "taskSpec": {"steps": [{"name": "s", "image": "any", "command": ["true"]}]}}],
    )
    probed = made.run("probe.yaml", "--name", "probe")
    if "not confined" in probed.stdout + probed.stderr:
        pytest.skip(f"steps can't be confined here: {probed.stdout}{probed.stderr}")
    return made


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process outside, with a secret in its environment and its working folder."""
    folder = tmp_path / "victim"
    folder.mkdir()
    (folder / "secret").write_text("kept-by-the-user")
    process = subprocess.Popen(["sleep", "300"], cwd=folder, env={"TOKEN": "kept-by-the-user", "PATH": os.defpath})
    yield process
    process.kill()
    process.wait()


def print_of(path: str) -> tuple[Any, ...]:
    """What a file is and has in it, as far as it may be looked at."""
    found = os.stat(path)
    try:
        text = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        text = ""
    return found.st_mode, found.st_uid, found.st_mtime_ns, text


def scopes() -> bool:
    import ctypes

    return bool(ctypes.CDLL(None).syscall(444, None, 0, 1) >= LANDLOCK_SCOPES)


def test_a_hostile_step_reaches_nothing(machine: Machine, victim: subprocess.Popen[bytes]) -> None:
    mark = f"flowdsl-mark-{os.getpid()}"
    project = machine.project
    attack = ATTACK.read_text()
    env = {"MARK": mark, "USERS_HOME": str(machine.home), "PROJECT": str(project), "VICTIM": str(victim.pid)}
    variables = [{"name": name, "value": value} for name, value in env.items()]
    step = {"name": "s", "image": "any", "env": variables, "script": f"#!/usr/bin/env python3\n{attack}"}
    look = (
        f"ls -d /{mark} /usr/{mark} /etc/{mark} /tmp/{mark} /var/tmp/{mark} /root/{mark} {project}/{mark} 2>/dev/null"
    )
    after = {"name": "after", "image": "any", "script": f"#!/bin/sh\n{look} && echo reached an earlier step\ntrue"}
    tasks = [
        {"name": "attack", "taskSpec": {"steps": [step, after]}},
        {"name": "later", "runAfter": ["attack"], "taskSpec": {"steps": [after]}},
    ]
    yaml_run(project / "it.yaml", tasks)
    watched = ["/etc/shadow", "/etc/passwd", "/usr", "/etc", str(project / "it.yaml"), "/proc/sys/kernel/core_pattern"]
    before = {path: print_of(path) for path in watched}
    listening = [socket.socket(socket.AF_UNIX) for _ in range(2)]
    try:
        listening[0].bind(f"\0{mark}")
        listening[1].bind(os.path.relpath(project / "sock"))
        for one in listening:
            one.listen()
        done = machine.run("it.yaml")
    finally:
        for one in listening:
            one.close()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all tried" in done.stdout, done.stdout
    assert "the project is readable" in done.stdout
    told = [line for line in done.stdout.splitlines() if "reached" in line]
    if not scopes():
        told = [line for line in told if "abstract socket" not in line]
    assert told == []
    assert {path: print_of(path) for path in watched} == before
    assert victim.poll() is None
    assert (project / ".flowdsl/runs/other/journal.jsonl").read_text() == "kept-by-the-user\n"
    for folder in ("/", "/root", "/usr", "/usr/bin", "/etc", "/tmp", "/var/tmp", "/var/lib", "/dev/shm"):
        assert not os.path.lexists(f"{folder}/{mark}")
    assert not (machine.home / mark).exists()
    assert not (project / mark).exists()


def test_what_a_step_may_do_in_its_layer(machine: Machine) -> None:
    """What a container lets it do: change the system's own files, and find them changed until it ends."""
    rights = os.getuid() == 0 and not machine.prefix
    system = (
        "echo x >> /etc/hosts && mkdir -p /usr/lib/mine && rm /etc/hostname; chown 65534 /etc/hosts && "
        if rights
        else ""
    )
    script = (
        f"{system}mktemp && touch /tmp/a $HOME/b /dev/shm/c && echo yes > {MARKS}/made && cat /etc/hosts > /dev/null"
    )
    yaml_run(
        machine.project / "it.yaml",
        [{"name": "a", "taskSpec": {"steps": [{"name": "s", "image": "any", "script": script}]}}],
    )
    before = print_of("/etc/hosts")
    done = machine.run("it.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (marks(machine.project) / "made").read_text() == "yes\n"
    assert print_of("/etc/hosts") == before


def test_the_users_own_values_stay_readable(machine: Machine, tmp_path: Path) -> None:
    """What the command line names is there; what lies beside it is not."""
    given = tmp_path / "given"
    given.mkdir()
    (given / "file").write_text("seen")
    (tmp_path / "beside").write_text("kept")
    script = f"cat $(params.at)/file; test ! -e {tmp_path}/beside"
    spec = {"params": [{"name": "at"}], "steps": [{"name": "s", "image": "any", "script": script}]}
    task = {"name": "a", "params": [{"name": "at", "value": "$(params.at)"}], "taskSpec": spec}
    text = json.loads(yaml_run(machine.project / "it.yaml", [task]).read_text())
    text["spec"]["pipelineSpec"]["params"] = [{"name": "at"}]
    text["spec"]["params"] = [{"name": "at", "value": "x"}]
    (machine.project / "it.yaml").write_text(json.dumps(text))
    done = machine.run("it.yaml", "--set", f"at={given}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "seen" in done.stdout


@pytest.fixture
def confined() -> Iterator[Runner]:
    with process_runner() as runner:
        if not runner.executor.host().confined:
            pytest.skip(f"steps can't be confined here: {runner.describe()}")
        yield runner


def script(text: str, **more: Any) -> dict[str, Any]:
    return {"name": "s", "image": "any", "script": f"#!/bin/sh\n{text}", **more}


def test_a_probe_runs_where_its_sidecar_is(confined: Runner, tmp_path: Path) -> None:
    bench = Bench(confined, tmp_path)
    probe = {"exec": {"command": ["test", "-e", "/tmp/ready"]}, "periodSeconds": 1}
    beside = script("sleep 0.3; touch /tmp/ready; sleep 300", name="side", readinessProbe=probe)
    status = bench.run({"steps": [script("test ! -e /tmp/ready && echo apart")], "sidecars": [beside]})
    assert status["conditions"][0]["status"] == "True", status
    assert bench.log("s") == "apart\n"


@pytest.mark.parametrize("kind", ["", "DirectoryOrCreate"])
def test_a_host_path_is_the_steps_own_view(confined: Runner, tmp_path: Path, kind: str) -> None:
    """Neither runner nor step makes or changes anything there."""
    bench = Bench(confined, tmp_path)
    place = f"/var/lib/flowdsl-test-{os.getpid()}" if kind else "/etc"
    volume = {"name": "h", "hostPath": {"path": place, **({"type": kind} if kind else {})}}
    one = script(
        "touch /h/mine 2>/dev/null; ls /h > /dev/null && echo there", volumeMounts=[{"name": "h", "mountPath": "/h"}]
    )
    bench.run({"steps": [one], "volumes": [volume]})
    assert not os.path.lexists("/etc/mine")
    assert not (kind and os.path.lexists(place))


def test_a_layer_that_was_used_serves_nobody_else(confined: Runner, tmp_path: Path) -> None:
    """Nothing of a step is there for the next one, which may be given the same shim."""
    bench = Bench(confined, tmp_path)
    for number in range(6):
        bench.run(
            {"steps": [script(f"ls -A /tmp /dev/shm /run/lock 2>/dev/null; touch /tmp/{number} /dev/shm/{number}")]}
        )
        # What this process imports from may lie in /tmp, and then its folder is seen there; steps leave numbers.
        assert not [name for name in bench.log("s").split() if name.isdigit()]


def test_temporary_files_go_and_the_project_stays(tmp_path: Path) -> None:
    """The next step may be given the same layer; what is shown in /tmp is not the last one's to be cleaned up."""
    (tmp_path / "file").write_text("mine")
    with process_runner(sight=Sight(keep=[tmp_path])) as runner:
        if not runner.executor.host().confined:
            pytest.skip(f"steps can't be confined here: {runner.describe()}")
        bench = Bench(runner, tmp_path)
        text = f"ls -A /tmp | grep of-a-step; mkdir -p /tmp/of-a-step/in; : > /var/tmp/b; cat {tmp_path}/file"
        for _ in range(5):
            bench.run({"steps": [script(text)]})
            assert bench.log("s") == "mine"
    assert (tmp_path / "file").read_text() == "mine"


def test_a_step_has_limits(confined: Runner, tmp_path: Path) -> None:
    """No core dump leaves it, and no file takes the whole disk; as root its processes are counted, too."""
    bench = Bench(confined, tmp_path)
    bench.run({"steps": [script("ulimit -c; ulimit -f; cat /proc/self/cgroup")]})
    core, size, *groups = bench.log("s").splitlines()
    assert core == "0"
    assert size.isdigit()
    counted = [line for line in groups if ":pids:" in line or line.startswith("0::")]
    if os.getuid() == 0 and os.access("/sys/fs/cgroup/pids", os.W_OK):
        assert any("/flowdsl-" in line for line in counted), groups
    confined.close()
    name = next((line.rpartition("/")[2] for line in counted if "/flowdsl-" in line), "none")
    assert not list(Path("/sys/fs/cgroup").glob(f"pids/**/{name}"))


def test_without_namespaces_root_must_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FLOW117: as root nothing runs unless it is asked for; a user is told in a line."""
    from flowdsl.library.confinement import UnconfinedError, check_confined

    with process_runner(namespace=False) as runner:
        monkeypatch.setattr("os.geteuid", lambda: 0)
        with pytest.raises(UnconfinedError, match=r"FLOW117.*--unconfined") as refused:
            check_confined(runner, unconfined=False)
        assert refused.value.exit_code == 2
        assert "whatever root can on this machine" in check_confined(runner, unconfined=True)
        monkeypatch.setattr("os.geteuid", lambda: 1000)
        told = check_confined(runner, unconfined=False)
        assert "whatever you can on this machine" in told
        assert "\n" not in told


def test_homes_are_shown_only_to_who_runs_in_them(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    (tmp_path / "project").mkdir()
    plan = Sight([tmp_path / "project"], environ=environ).plan(tmp_path)
    assert str(tmp_path) not in plan["keep"]
    assert str(tmp_path) in plan["own"]
    assert f"{tmp_path}/.ssh" in plan["hide"]
    assert str(tmp_path) in Sight([tmp_path], environ=environ).plan(tmp_path)["keep"]


USED = """
echo "as {number}:" $(cat {place}/mark-* 2>/dev/null | grep -c of-a-step) $(grep -c of-a-step /etc/hosts)
{change} 2>/dev/null
test -e /etc/kubernetes && ls /etc/kubernetes; ls -A /etc/ssl/private 2>/dev/null
true
"""
CHANGES = {
    "/": "echo of-a-step > /mark-{number}",
    "/any": "echo of-a-step > /any/mark-{number}",
    "/etc": "echo of-a-step > /etc/mark-{number}; rm -f /etc/hostname; mkdir -p /etc/ssl/there",
    "/etc/hosts": "echo of-a-step >> /etc/hosts",
    "/usr/lib": "echo of-a-step > /usr/lib/mark-{number}",
    "/root": "echo of-a-step > /root/mark-{number}",
    "/dev": "echo of-a-step > /dev/mark-{number}",
    "/bin": "rm -f /bin; mkdir /bin; echo of-a-step > /bin/mark-{number}",
}


@pytest.mark.parametrize("place", CHANGES)
def test_nothing_of_a_step_is_there_for_another(confined: Runner, tmp_path: Path, place: str) -> None:
    """Whatever layer a step is given, one that has never been used, was exchanged or taken again."""
    bench = Bench(confined, tmp_path)
    volume = {"name": "any", "emptyDir": {}}
    for number in range(8):
        text = USED.format(number=number, place=place, change=CHANGES[place].format(number=number))
        mounted = {} if place != "/any" else {"volumeMounts": [{"name": "any", "mountPath": "/any/deep"}]}
        bench.run({"steps": [script(text, **mounted)], "volumes": [volume]})
        assert bench.log("s") == f"as {number}: 0 0\n"


def test_credentials_that_variables_have_moved_are_hidden(tmp_path: Path) -> None:
    environ = {
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": "/data/config",
        "CARGO_HOME": "/data/cargo",
        "HF_HOME": "/data/hf",
        "KUBECONFIG": "/data/a:/data/b:c",
        "KRB5CCNAME": "FILE:/data/ticket",
        "DOCKER_CONFIG": "/",
        "AZURE_CONFIG_DIR": "/usr/",
        "XDG_DATA_HOME": "here",
    }
    hidden = set(Sight(environ=environ).plan(tmp_path)["hide"])
    names = ("config/gh", "config/gcloud", "cargo/credentials.toml", "hf/token", "a", "b", "ticket")
    assert {f"/data/{name}" for name in names} <= hidden
    assert not hidden & {"/", "/usr", "c", "/usr/"}
    assert all(os.path.isabs(path) for path in hidden)


def test_a_layer_has_users_without_their_passwords(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As the supervisor finds it: by its place.
    monkeypatch.syspath_prepend(str(Path(flowdsl.runner.taskrun.__file__).parent))
    hide_passwords = importlib.import_module("places").hide_passwords
    etc, layer = tmp_path / "etc", tmp_path / "layer"
    etc.mkdir()
    layer.mkdir()
    (etc / "shadow").write_text("root:$6$salt$hash:19000:0:99999:7:::\nnobody:*:19000::::::\n")
    (etc / "shadow").chmod(0o640)
    (etc / "gshadow").symlink_to("shadow")
    hide_passwords(str(etc), str(layer))
    assert (layer / "shadow").read_text() == "root:*:19000:0:99999:7:::\nnobody:*:19000::::::\n"
    assert (layer / "shadow").stat().st_mode & 0o777 == 0o640
    assert os.listdir(layer) == ["shadow"]
